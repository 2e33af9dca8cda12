"""Differences between two builds on the line: the check follows what was handed in and what people answer."""

from collections.abc import Sequence

import pytest

from bot.policy.pull import DIFFERENTIAL_TEST
from bot.policy.radar import funnel
from bot.policy.radar.stages import difftest
from bot.store import Wanted, Weighed, Weighing
from scoring.difftest.answers import Answer
from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.readers import Problem
from scoring.difftest.record import Difference, Origin
from scoring.difftest.settings import TeamSettings
from tests.fakes.line import Line
from tests.fakes.world import Pull

EXPECTED = "version: 1\ndifftest: {teams: {checkout: {expected: ['api/**']}}}\n"


def difference(origin: Origin, name: str, **more: str) -> Difference:
    shown = {"endpoint": "GET /cart/{}", "category": "BodyValue", "field": f"body.{name}", "kind": "value"}
    return Difference(id=f"{origin.build} {name}", origin=origin, pattern="number → number", **(shown | more))


def hand_in(
    line: Line, build: str, *names: str, team: str = "checkout", baseline: str = "v1", ended: bool = True,
    words: str = "",
) -> None:  # fmt: skip
    """What the door and its job do with an upload, one group a name."""
    origin = Origin(team, build, baseline, "week 48", 0.01)
    wanted = Wanted(origin, "jsonl", 1, ",".join(names) + words)
    upload = line.store.difference_uploads.begin(line.home.id, wanted, by="acme/shop", at=line.clock.now)
    report = line.store.difference_intake.add(upload, [difference(origin, each) for each in names], TeamSettings())
    if ended:
        line.store.difference_uploads.ended(upload, report=report, at=line.clock.now, words=words)


def groups(line: Line, build: str, team: str = "checkout") -> dict[str, Group]:
    """By the name of the field."""
    found = line.store.differences.groups(line.home.id, team, build)
    return {each.key.signature.field.removeprefix("body."): each for each in found}


def answer(line: Line, pull: Pull, label: Label | None, *names: str, by: str = "ben") -> None:
    """On the page; its job looks at the pull request again."""
    known = groups(line, pull.head)
    said = [Answer(known[name].id, label, by, line.clock.now) for name in names]
    line.store.differences.answer(line.home.id, said)
    line.tick(pull)


def shown(line: Line, pull: Pull, name: str = DIFFERENTIAL_TEST) -> tuple[str | None, str]:
    """Conclusion and title on its head; of several runs the last one counts, as on the forge."""
    run = [each for each in line.home.runs if each.sha == pull.head and each.name == name][-1]
    return run.conclusion, run.title


def names(line: Line) -> Sequence[str]:
    return [each.name for each in line.home.runs]


def test_without_an_upload_there_is_no_check(line: Line) -> None:
    line.seen(0.5)
    assert names(line) == ["codechill"]


def test_a_pull_request_waits_for_whoever_has_to_answer_and_is_green_once_everything_is_accounted_for(
    line: Line,
) -> None:
    pull = line.seen(0.5)
    hand_in(line, pull.head, "total", "tax")
    line.tick(pull)
    assert shown(line, pull) == ("action_required", "2 groups of differences to label")
    answer(line, pull, Label.NEW_FEATURE, "total")
    assert shown(line, pull) == ("action_required", "1 group of differences to label")
    answer(line, pull, Label.NOISE, "tax")
    assert shown(line, pull) == ("success", "Every difference is accounted for")
    assert shown(line, pull, "codechill")[0] == "success"


def test_a_regression_fails_both_checks_until_somebody_takes_it_back(line: Line) -> None:
    pull = line.seen(0.5)
    hand_in(line, pull.head, "total")
    answer(line, pull, Label.REGRESSION, "total")
    assert shown(line, pull) == ("failure", "1 regression in the differential test")
    assert shown(line, pull, "codechill") == ("failure", "Held while its differential test shows a regression")
    answer(line, pull, Label.NEW_FEATURE, "total", by="mia")
    assert shown(line, pull) == ("action_required", "1 group of differences to label, 1 of them suspected")
    assert shown(line, pull, "codechill")[0] == "success"


def test_whoever_wrote_a_change_lifts_no_regression_that_somebody_else_saw(line: Line) -> None:
    """Neither on this head nor on the next that shows the same, nor by an upload that is under way or erased."""
    pull = line.seen(0.5)
    hand_in(line, pull.head, "total")
    answer(line, pull, Label.REGRESSION, "total")
    answer(line, pull, Label.NOISE, "total", by="ana")
    assert shown(line, pull, "codechill")[0] == "failure"
    line.clock.forward(hours=1)
    line.push(pull, 0.5)
    hand_in(line, pull.head, "total")
    answer(line, pull, Label.NOISE, "total", by="ana")
    assert shown(line, pull) == ("failure", "1 regression in the differential test")
    hand_in(line, pull.head, ended=False, words="not all of it comes")
    line.tick(pull)
    assert [shown(line, pull, name)[0] for name in names(line)[-2:]] == ["failure", "failure"]
    for each in line.store.difference_uploads.of(line.home.id, build=pull.head):
        line.store.difference_uploads.erase(each, by="acme/shop", at=line.clock.now)
    hand_in(line, pull.head, "tax")
    answer(line, pull, Label.NOISE, "tax")
    assert shown(line, pull) == (None, "Waiting for 1 differential test")
    hand_in(line, pull.head, "total")
    answer(line, pull, Label.NOISE, "total")
    assert shown(line, pull)[0] == "success"


def test_nothing_lands_by_itself_on_its_authors_word(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(funnel, "STAGES", (difftest.STAGE,))
    line.configure("version: 1\nauto_review: {mode: shadow}\n")
    pull = line.seen(0.02)
    hand_in(line, pull.head, "total")
    answer(line, pull, Label.NOISE, "total", by="ana")
    assert shown(line, pull)[0] == "success"
    answer(line, pull, Label.NOISE, "total", by="ben")
    rows = line.store.passages.of(line.home.id, pull.number)
    assert [row.decided.rule for row in rows][-2:] == ["own_word", ""]


def test_an_upload_that_was_read_with_gaps_is_not_there(line: Line) -> None:
    pull = line.seen(0.5)
    origin = Origin("checkout", pull.head)
    upload = line.store.difference_uploads.begin(
        line.home.id, Wanted(origin, "jsonl", 1, "x"), by="acme/shop", at=line.clock.now
    )
    report = line.store.difference_intake.add(upload, [Problem("3 requests", "one build only")], TeamSettings())
    line.store.difference_uploads.ended(upload, report=report, at=line.clock.now)
    line.tick(pull)
    assert shown(line, pull) == (None, "Waiting for 1 differential test")


def test_a_push_that_mends_it_begins_anew(line: Line) -> None:
    pull = line.seen(0.5)
    hand_in(line, pull.head, "total")
    answer(line, pull, Label.REGRESSION, "total")
    line.push(pull, 0.5)
    assert shown(line, pull, "codechill")[0] == "success"
    assert [each.name for each in line.home.runs if each.sha == pull.head] == ["codechill"]


def test_what_was_said_of_one_head_stands_for_the_next_that_shows_the_same(line: Line) -> None:
    pull = line.seen(0.5)
    hand_in(line, pull.head, "total", "tax")
    answer(line, pull, Label.NEW_FEATURE, "total")
    answer(line, pull, Label.REGRESSION, "tax")
    line.clock.forward(hours=1)
    line.push(pull, 0.5)
    hand_in(line, pull.head, "total", "tax")
    line.tick(pull)
    assert shown(line, pull) == ("failure", "1 regression in the differential test")
    line.clock.forward(hours=1)
    line.push(pull, 0.5)
    hand_in(line, pull.head, "total")
    line.tick(pull)
    assert shown(line, pull) == ("success", "Every difference is accounted for")


def test_an_upload_that_is_expected_is_waited_for_by_whoever_changes_such_files(line: Line) -> None:
    line.configure(EXPECTED)
    pull, other = line.seen(0.5), line.seen(0.5, files={"docs/a.md": "# A\n"})
    assert shown(line, pull) == (None, "Waiting for 1 differential test")
    assert [each.name for each in line.home.runs if each.sha == other.head] == ["codechill"]
    hand_in(line, pull.head, ended=False)
    line.tick(pull)
    assert shown(line, pull)[0] is None
    hand_in(line, pull.head)
    line.tick(pull)
    assert shown(line, pull) == ("success", "Every difference is accounted for")


def test_half_an_upload_is_none(line: Line) -> None:
    pull = line.seen(0.5)
    hand_in(line, pull.head, "total", words="line 7 is no JSON")
    line.tick(pull)
    assert shown(line, pull) == (None, "Waiting for 1 differential test")
    hand_in(line, pull.head, "total", "tax")
    line.tick(pull)
    assert shown(line, pull)[1] == "2 groups of differences to label"


def test_noise_that_people_called_noise_before_needs_nobody(line: Line) -> None:
    """What was worked out last says how sure that is; the team's bar says how sure it has to be."""
    first, second = line.seen(0.5), line.seen(0.5)
    hand_in(line, first.head, "clock")
    answer(line, first, Label.NOISE, "clock")
    line.clock.forward(hours=1)
    hand_in(line, second.head, "clock", baseline="v2")
    line.tick(second)
    assert shown(line, second)[1] == "1 group of differences to label"
    sure = Weighed("noise", 0.95, "local")
    weighing = Weighing(line.clock.now, {groups(line, second.head)["clock"].id: sure})
    line.store.difference_weighings.save(line.home.id, "checkout", second.head, weighing)
    line.tick(second)
    assert shown(line, second) == ("success", "Every difference is accounted for")
    line.configure("version: 1\ndifftest: {teams: {checkout: {carried: 99%}}}\n")
    line.tick(second)
    assert shown(line, second)[1] == "1 group of differences to label"


def test_two_teams_stand_side_by_side_and_the_worst_is_said(line: Line) -> None:
    pull = line.seen(0.5)
    hand_in(line, pull.head, team="search")
    hand_in(line, pull.head, "total")
    line.tick(pull)
    (run,) = [each for each in line.home.runs if each.name == DIFFERENTIAL_TEST]
    assert run.conclusion == "action_required"
    assert "| `checkout` | 0 | 0 | 0 | 1 | 0 |" in run.summary
    assert "| `search` | 0 | 0 | 0 | 0 | 0 |" in run.summary


def test_what_failed_to_be_looked_at_keeps_a_regression_that_is_known(line: Line) -> None:
    pull = line.seen(0.5)
    hand_in(line, pull.head, "total")
    answer(line, pull, Label.REGRESSION, "total")
    line.give_up(pull, "git could not read it")
    assert shown(line, pull)[0] == "failure"
    assert shown(line, pull, "codechill")[0] == "failure"
    line.tick(pull)


def test_nothing_lands_by_itself_before_its_differences_are_answered(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(funnel, "STAGES", (difftest.STAGE,))
    line.configure("version: 1\nauto_review: {mode: shadow}\n")
    pull = line.seen(0.02)
    hand_in(line, pull.head, "total")
    line.tick(pull)
    answer(line, pull, Label.REGRESSION, "total")
    rows = line.store.passages.of(line.home.id, pull.number)
    assert [(row.decided.outcome, row.decided.rule) for row in rows] == [
        ("passed", ""),
        ("person", "not_answered"),
        ("refused", "regression"),
    ]


def test_a_merge_queue_is_told_what_the_members_of_a_group_were_told(line: Line) -> None:
    pull = line.seen(0.5)
    hand_in(line, pull.head, "total")
    answer(line, pull, Label.NOISE, "total")
    commit = line.queue(pull).head_sha
    said = {each.name: each.conclusion for each in line.home.runs if each.sha == commit}
    assert said == {"codechill": "success", DIFFERENTIAL_TEST: "success"}
