"""Changes that review and land themselves, on the line: when one waits to land, what stops it, who says so."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.policy.candidate import PEOPLE, Dial, SourceKey, Waiting
from bot.policy.events import Changed, Pressed
from bot.policy.pull import AUTO_REVIEW
from bot.policy.radar import funnel
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person
from tests.fakes.line import Line
from tests.fakes.world import INSTALLATION, Pull, Run

DAY = timedelta(hours=24)


@dataclass
class Gatekeeper:
    """A funnel of one stage that answers as a test says."""

    answer: Answer = PASSED

    def judge(self, candidate: Candidate) -> Answer:
        return self.answer


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gatekeeper]:
    keeper = Gatekeeper()
    monkeypatch.setattr(funnel, "STAGES", (Stage("risk", "Is it among the safest?", keeper.judge),))
    return keeper


def turned(line: Line, mode: str = "enforce", more: str = "", dial: Dial = "P20") -> None:
    """Automatic review is on, and what people write has earned that step of the dial."""
    line.configure(f"version: 1\nauto_review:\n  mode: {mode}\n  landing_delay: 24h\n{more}")
    for name in (PEOPLE, "renovate"):
        key = SourceKey(INSTALLATION, line.home.id, name)
        line.store.sources.turn(key, dial, by="ops", because="it did well", at=line.clock.now)


def waiting(line: Line, pull: Pull) -> Waiting | None:
    return line.store.landing_queue.of(line.home.id, pull.number).waiting


def run(line: Line, pull: Pull) -> Run:
    """The check of automatic review on the head."""
    (shown,) = [each for each in line.home.runs if each.sha == pull.head and each.name == AUTO_REVIEW]
    return shown


def shipped(line: Line, gate: Gatekeeper) -> Pull:
    turned(line)
    pull = line.seen(0.02)
    line.say(pull, "ana", "/chill ship")
    return pull


def decisions(line: Line, pull: Pull) -> list[tuple[str, str, str]]:
    rows = line.store.passages.of(line.home.id, pull.number)
    return [(row.decided.mode, row.decided.outcome, row.decided.rule) for row in rows]


def test_without_a_word_in_the_file_nothing_is_decided_asked_or_written(line: Line, gate: Gatekeeper) -> None:
    pull = line.seen(0.02)
    assert (waiting(line, pull), decisions(line, pull)) == (None, [])
    assert [each.name for each in line.home.runs] == ["codechill"]


def test_in_shadow_a_change_is_decided_and_only_the_record_is_written(line: Line, gate: Gatekeeper) -> None:
    turned(line, "shadow")
    pull = line.seen(0.02)
    line.look(pull)
    assert decisions(line, pull) == [("shadow", "passed", "")]
    assert [each.name for each in line.home.runs] == ["codechill"]
    assert waiting(line, pull) is None


def test_a_change_that_its_author_ships_waits_for_the_delay_and_its_check_says_until_when(
    line: Line, gate: Gatekeeper
) -> None:
    turned(line)
    pull = line.seen(0.02)
    assert (waiting(line, pull), run(line, pull).conclusion) == (None, "neutral")
    assert "`/chill ship`" in run(line, pull).summary
    line.say(pull, "ana", "/chill ship")
    place = waiting(line, pull)
    assert place is not None
    assert (place.head_sha, place.land_after) == (pull.head, line.clock.now + DAY)
    assert (run(line, pull).conclusion, run(line, pull).title[:21]) == ("success", "Lands by itself after")


def test_a_change_that_a_stage_does_not_pass_goes_to_a_person_with_the_reason(line: Line, gate: Gatekeeper) -> None:
    gate.answer = person("too_risky", "Riskier than 20 of 100 recent changes here.")
    pull = shipped(line, gate)
    assert waiting(line, pull) is None
    assert "Riskier than 20 of 100" in run(line, pull).summary
    assert decisions(line, pull) == [("enforce", "person", "too_risky")]


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_a_comment_of_its_author_or_of_a_writer_stops_it_until_somebody_releases_it(
    line: Line, gate: Gatekeeper, who: str
) -> None:
    pull = shipped(line, gate)
    line.say(pull, who, "Is this safe on the old schema?")
    assert waiting(line, pull) is None
    assert f"`{who}` commented on it" in run(line, pull).summary
    line.clock.forward(hours=3)
    line.say(pull, "ben", "/chill ship")
    place = waiting(line, pull)
    assert place is not None
    assert place.land_after == line.clock.now + DAY


def test_a_comment_of_a_reader_does_not_stop_it(line: Line, gate: Gatekeeper) -> None:
    pull = shipped(line, gate)
    line.say(pull, "eve", "Please do not land this")
    assert waiting(line, pull) is not None


def test_after_a_restart_it_waits_on(line: Line, gate: Gatekeeper) -> None:
    pull = shipped(line, gate)
    before = waiting(line, pull)
    line.clock.forward(hours=5)
    line.restart()
    line.tick(pull)
    assert waiting(line, pull) == before


RENOVATE = "  sources: {renovate: {account: %d, kind: dependencies, branch: 'topic-*'}}\n"


def of_a_bot(line: Line, mode: str = "enforce", dial: Dial = "P20") -> Pull:
    """A change of a source that is known, which was looked at."""
    bot = line.world.bot("renovate[bot]")
    turned(line, mode, RENOVATE % bot.id, dial)
    pull = line.open(0.02)
    pull.author = bot
    line.look(pull)
    return pull


def test_a_source_s_change_waits_to_land_and_nobody_has_to_ask(line: Line, gate: Gatekeeper) -> None:
    place = waiting(line, of_a_bot(line))
    assert place is not None
    assert (place.pipeline, place.source) == ("ace", "renovate")


def test_of_a_source_that_has_earned_nothing_yet_only_the_record_is_written(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line, dial="shadow")
    assert decisions(line, pull) == [("shadow", "passed", "")]
    assert [each.name for each in line.home.runs] == ["codechill"]


def test_a_hold_on_a_source_s_change_stops_it_and_counts_as_a_no_to_the_source(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line)
    line.say(pull, "ben", "/chill hold")
    assert waiting(line, pull) is None
    line.tick(pull)
    assert line.store.sourced.is_rejected(line.home.id, pull.number)
    line.push(pull, 0.02, login="renovate[bot]")
    assert waiting(line, pull) is None


def test_the_button_on_the_check_stops_it(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line)
    line.look(pull, Pressed("stop-landing", line.world.person("ben"), pull.head, run(line, pull).digest))
    assert waiting(line, pull) is None
    assert "`ben` held it" in run(line, pull).summary


def test_in_suggest_it_is_said_and_nothing_waits(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line, "suggest")
    assert (waiting(line, pull), run(line, pull).title) == (None, "It could land by itself")


def test_the_label_holds_it_until_a_person_takes_it_off_and_no_bot_but_the_one_that_put_it_on(
    line: Line, gate: Gatekeeper
) -> None:
    pull = of_a_bot(line)
    line.label(pull, "ben", "codechill:hold")
    assert waiting(line, pull) is None
    pull.labels.clear()
    line.look(pull, Changed("unlabeled", by=line.world.bot("other[bot]")))
    assert waiting(line, pull) is None
    line.look(pull, Changed("unlabeled", by=line.world.person("ben")))
    assert waiting(line, pull) is not None


def test_changes_requested_stop_it_until_that_person_approves(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line)
    line.review(pull, "ben", "changes_requested")
    assert waiting(line, pull) is None
    line.review(pull, "ben", "approved")
    assert waiting(line, pull) is not None


def test_another_diff_begins_the_delay_anew_and_the_same_diff_on_another_head_keeps_it(
    line: Line, gate: Gatekeeper
) -> None:
    pull = of_a_bot(line)
    first = waiting(line, pull)
    assert first is not None
    line.clock.forward(hours=2)
    line.push(pull, 0.02, files=line.home.files[pull.head], login="renovate[bot]")  # rebased
    rebased = waiting(line, pull)
    assert rebased == replace(first, head_sha=pull.head)
    line.push(pull, 0.02, login="renovate[bot]")
    other = waiting(line, pull)
    assert other is not None
    assert other.since == line.clock.now
