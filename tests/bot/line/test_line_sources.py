"""Trust on the line: what a source does is kept as its own, and what it must not do takes its trust away."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.policy.candidate import SourceKey, Track, Trust
from bot.policy.events import Changed
from bot.policy.radar import funnel
from bot.policy.radar.stages import eligible
from bot.store import AutomaticLanding, Course, Read, Slot, Sourced, Standing
from tests.fakes.line import Line
from tests.fakes.world import INSTALLATION, Pull

FILE = "version: 1\nauto_review:\n  mode: shadow\n  sources: {tidy: {account: %d, kind: codemod, branch: 'topic-*'}}\n"
HOUR = timedelta(hours=1)
LISTED = {"api/list.py": "def rows():\n    return []\n"}


@pytest.fixture(autouse=True)
def gates_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(funnel, "STAGES", (eligible.STAGE,))


def key(line: Line) -> SourceKey:
    return SourceKey(INSTALLATION, line.home.id, "tidy")


def standing(line: Line) -> Standing:
    return line.store.sources.get(key(line))


def tidy(line: Line, files: dict[str, str] | None = None) -> Pull:
    """A change of the source, which was looked at."""
    bot = line.world.bot("tidy[bot]")
    line.configure(FILE % bot.id)
    pull = line.open(0.02, files or LISTED, login=bot.login)
    line.look(pull)
    return pull


def track(line: Line) -> Track:
    sourced: Sourced = line.store.sourced
    return sourced.track(key(line), line.clock.now.replace(year=2026, month=10), f"{line.clock.now:%Y-%m-%d}")


def rules(line: Line, pull: Pull) -> list[str]:
    return [row.decided.rule for row in line.store.passages.of(line.home.id, pull.number)]


def test_radar_18_a_change_of_a_source_counts_for_it_from_the_first_look_on_whoever_lands_it(line: Line) -> None:
    pull = tidy(line)
    assert rules(line, pull) == ["landed"]  # nothing landed of it before
    assert line.store.sourced.key_of(line.home.id, pull.number) == key(line)
    line.merge(pull, "ben")
    assert track(line) == Track(landed=1, judged=1)


def test_radar_16_a_source_that_touches_a_sensitive_path_is_denied_until_a_person_lifts_it(line: Line) -> None:
    pull = tidy(line, {**LISTED, ".github/workflows/ci.yml": "on: push\n"})
    assert rules(line, pull) == ["sensitive_path"]
    assert standing(line).denied == "#1: It touches `.github/workflows/ci.yml`, which is sensitive (workflows)."
    line.restart()
    other = line.open(0.02, LISTED, login=pull.author.login)
    line.look(other)
    assert rules(line, other) == ["denied"]
    line.look(pull)  # again, and nothing is said twice
    assert [json.loads(record.body)["by"] for record in line.store.audit.records(kind="source")] == ["codechill"]
    line.world.close(pull)
    line.look(pull, Changed("closed", by=line.world.person("ben")))
    line.store.sources.lift(key(line), by="maya", because="workflows are another source now", at=line.clock.now)
    line.look(other)
    assert rules(line, other) == ["denied", "landed"]


def test_what_an_organisation_denies_stays_denied_where_a_repository_gives_its_name_to_another(line: Line) -> None:
    line.organisation(FILE % line.world.bot("sweep[bot]").id)
    wide = SourceKey(INSTALLATION, 0, "tidy")
    line.store.sources.deny(wide, by="mia", because="it broke the build", at=line.clock.now)
    pull = tidy(line)
    decided = line.look(pull)
    assert decided is not None
    trust = decided.case.state.trust
    assert isinstance(trust, Trust)
    assert (trust.key, trust.denied) == (key(line), "it broke the build")
    assert rules(line, pull) == ["denied"]
    line.store.sources.lift(wide, by="mia", because="it was another", at=line.clock.now)
    line.look(pull)
    assert rules(line, pull) == ["denied", "landed"]


def test_a_person_who_touches_a_sensitive_path_takes_no_trust_away(line: Line) -> None:
    tidy(line)
    pull = line.seen(0.02, files={"src/auth/check.py": "x = 1\n"})
    assert rules(line, pull) == ["sensitive_path"]
    assert line.store.sources.of() == ()


def test_radar_46_an_incident_that_is_confirmed_in_a_comment_denies_the_source_at_once(line: Line) -> None:
    pull = tidy(line)
    line.merge(pull, "ben")
    line.say(pull, "ben", "/chill incident cause this sev1 INC-204 Checkout was down")
    assert (standing(line).denied, standing(line).denied_at) == (
        "incident INC-204 was confirmed of its change #1", line.clock.now,
    )  # fmt: skip
    assert track(line).incidents == 1


def test_a_change_that_a_person_pushed_to_counts_no_longer_for_its_source_but_its_incident_does(line: Line) -> None:
    pull = tidy(line)
    line.push(pull, 0.02, login="ben")
    line.merge(pull, "ben")
    assert track(line) == Track()
    line.say(pull, "ben", "/chill incident cause this sev1 INC-205 Checkout was down")
    assert track(line).incidents == 1


@pytest.mark.parametrize(("login", "rejected"), [("ben", 1), ("tidy[bot]", 0)])
def test_radar_31_closed_by_a_person_is_a_no_and_closed_by_the_source_itself_is_none(
    line: Line, login: str, rejected: int
) -> None:
    pull = tidy(line)
    line.world.close(pull)
    line.look(pull, Changed("closed", by=line.world.person(login)))
    assert track(line) == Track(rejected=rejected, judged=rejected)


def test_radar_31_a_hold_of_a_person_counts_against_the_source_once(line: Line) -> None:
    pull = tidy(line)
    line.say(pull, "ben", "/chill hold")
    line.say(pull, "mia", "/chill hold")
    assert track(line) == Track(rejected=1, judged=1)


def test_radar_14_a_landing_that_has_its_place_does_not_stand_in_its_own_way(line: Line) -> None:
    pull, now = tidy(line), line.clock.now
    for number, seen in ((pull.number, 0), (77, 1)):
        slot = Slot(line.home.id, number, key(line), f"{now:%Y-%m-%d}", now, pull.author.id, "P5")
        assert line.store.slots.claim(slot, 9)
        decided = line.look(pull)
        assert decided is not None
        trust = decided.case.state.trust
        assert isinstance(trust, Trust)
        assert (trust.track.landed_today, trust.churn.changes) == (seen, seen)


def test_who_read_a_change_is_kept_and_its_author_and_bots_read_nothing(line: Line) -> None:
    pull = tidy(line)
    line.review(pull, "ben", "commented")
    line.world.review(pull, "mia", "approved")
    line.world.review(pull, "tidy[bot]", "commented")
    line.clock.forward(hours=1)
    line.merge(pull, "ben")
    readers = line.store.reads.of(line.home.id)[pull.number]
    people = [line.world.person(login).id for login in ("ben", "mia")]
    assert {each.person_id: each.approved_at is not None for each in readers} == dict(
        zip(people, (False, True), strict=True)
    )


def test_the_facts_of_a_decision_are_kept_as_they_then_were(line: Line) -> None:
    pull = tidy(line)
    (exhibit,) = line.store.exhibits.of(line.home.id, line.clock.now.replace(year=2025))
    assert (exhibit.number, exhibit.state.paths, exhibit.at) == (pull.number, tuple(LISTED), line.clock.now)
    assert exhibit.state.trust == Trust(key(line))


@pytest.mark.parametrize("refused", [False, True])
def test_what_a_person_landed_after_all_did_not_land_by_itself_and_gives_its_place_back(
    line: Line, refused: bool
) -> None:
    pull, now = tidy(line), line.clock.now
    day = f"{now:%Y-%m-%d}"
    assert line.store.slots.claim(Slot(line.home.id, pull.number, key(line), day, now, pull.author.id, "P5"), 9)
    if refused:
        tried = AutomaticLanding(line.home.id, pull.number, pull.head, "main", "b" * 40, now, "squash", "refused")
        line.store.automatic_landings.end(tried, at=now)
    line.merge(pull, "ben")
    assert line.store.slots.taken(key(line), day) == 0
    assert not line.store.courses.of(line.home.id, now)[0].alone


def test_how_a_change_went_is_read_from_what_the_line_left_behind(line: Line) -> None:
    pull = tidy(line)
    began = line.clock.now
    other = line.seen(0.3, files=LISTED)
    scored = line.store.assessments.get(line.home.id, other.number, other.head)
    assert scored is not None
    sized = replace(scored, features={"lines_added": 3.0, "lines_deleted": 2.0})
    line.store.assessments.save(line.home.id, other.number, other.head, sized)
    line.clock.forward(hours=3)
    line.review(pull, "ben", "commented")
    line.clock.forward(hours=2)
    line.review(pull, "ben")
    slot = Slot(line.home.id, pull.number, key(line), f"{began:%Y-%m-%d}", line.clock.now, pull.author.id, "P5")
    assert line.store.slots.claim(slot, 9)
    tried = AutomaticLanding(line.home.id, pull.number, pull.head, "main", "b" * 40, line.clock.now, "squash")
    assert line.store.automatic_landings.begin(tried)
    line.merge(pull, "codechill[bot]")
    first, second = line.store.courses.of(line.home.id, began)
    ben = line.world.person("ben").id
    assert first == Course(
        line.home.id, pull.number, pull.author.id, True, "tidy", "P5", began, line.clock.now, line.clock.now,
        (Read(ben, began + 3 * HOUR, began + 5 * HOUR),), percentile=0.02, paths=tuple(LISTED),
    )  # fmt: skip
    assert first.alone
    assert (second.number, second.source, second.closed_at, second.bot) == (other.number, "", None, False)
    assert second.lines == 5
