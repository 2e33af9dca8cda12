"""Changes that review and land themselves, on the line: when one waits to land, what stops it, who says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.policy.candidate import Waiting
from bot.policy.pull import AUTO_REVIEW
from bot.policy.radar import funnel
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person
from tests.fakes.line import Line
from tests.fakes.world import Pull, Run

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


def turned(line: Line, mode: str = "enforce", more: str = "") -> None:
    line.configure(f"version: 1\nauto_review:\n  mode: {mode}\n  landing_delay: 24h\n{more}")


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
