"""Beyond its source's cap of the day a change waits for the next one, and keeps its place and its delay."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from policy_world import BOT, SATURDAY, apply, changed, state

from bot.policy.candidate import SourceKey, Track, Trust, Waiting
from bot.policy.config import Config, parse
from bot.policy.decide import Decision, decide
from bot.policy.events import Due
from bot.policy.landing_actions import Approve, CancelLanding, Land, QueueLanding, StopLanding
from bot.policy.pull import AUTO_REVIEW, Unknown
from bot.policy.radar import funnel
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, waits
from bot.policy.radar.stages import room
from bot.policy.state import State

TEXT = """\
version: 1
timezone: Asia/Tokyo
auto_review:
  mode: enforce
  sources: {{tidy: {{account: 99, kind: codemod, daily_limit: {limit}}}}}
"""
TRUST = Trust(SourceKey(1, 7, "tidy"), dial="P20", noted=True)
TOMORROW = datetime(2026, 11, 21, 15, tzinfo=UTC)  # midnight in Tokyo


def config(limit: int = 10) -> Config:
    return parse(TEXT.format(limit=limit))


@pytest.fixture(autouse=True)
def _everything_else_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(funnel, "STAGES", (Stage("risk", "Is it safe?", lambda _: PASSED), room.STAGE))


def known(landed_today: int, **changes: object) -> State:
    trust = replace(TRUST, track=Track(landed_today=landed_today))
    return state(0.02, author=BOT, trust=trust, program="1", **changes)


def look(given: State, at: datetime = SATURDAY) -> Decision:
    return decide(None, given, config(), at)


def queued(given: State, at: datetime = SATURDAY) -> Waiting | None:
    """What waits once everything that follows is done."""
    for _ in range(3):
        given = apply(given, look(given, at).actions)
    return given.waiting


def asked(trust: Trust | Unknown, limit: int = 10, at: datetime = SATURDAY) -> Answer:
    return room.judge(Candidate(state(0.02, author=BOT, trust=trust), config(limit), at))


@pytest.mark.parametrize(("landed", "limit", "rule"), [(9, 10, ""), (10, 10, "daily_limit"), (11, 10, "daily_limit"),
                                                       (10, 11, ""), (1, 1, "daily_limit")])  # fmt: skip
def test_radar_14_the_daily_limit_is_the_sources_own(landed: int, limit: int, rule: str) -> None:
    answer = asked(replace(TRUST, track=Track(landed_today=landed)), limit)
    assert (answer.rule, answer.outcome) == (rule, "waits" if rule else "passed")
    assert answer.until == (TOMORROW if rule else None)


def test_the_day_is_that_of_the_configurations_time_zone() -> None:
    full = replace(TRUST, track=Track(landed_today=10))
    assert asked(full, at=TOMORROW - timedelta(seconds=1)).until == TOMORROW
    assert asked(full, at=TOMORROW).until == TOMORROW + timedelta(days=1)


def test_of_a_source_that_nobody_can_count_nothing_has_room() -> None:
    assert asked(Unknown("nobody looked")).outcome == "person"


def test_a_change_that_lacks_only_room_begins_its_delay_and_one_that_lacks_more_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = queued(known(10))
    assert waiting is not None
    assert (waiting.since, waiting.land_after) == (SATURDAY, SATURDAY + timedelta(hours=24))
    other = Stage("risk", "Is it safe?", lambda _: waits("scored_later", "No.", TOMORROW))
    monkeypatch.setattr(funnel, "STAGES", (other, room.STAGE))
    assert queued(known(10)) is None


def test_what_waits_keeps_its_place_and_its_delay_while_its_source_has_no_room_however_long_that_is() -> None:
    waiting = queued(known(0))
    assert waiting is not None
    for days in (1, 2, 9):
        due = SATURDAY + timedelta(days=days)
        full = known(10, waiting=waiting, lands=True)
        kinds = {type(each) for each in decide(Due(), full, config(), due).actions}
        assert kinds & {CancelLanding, StopLanding, QueueLanding, Approve, Land} == set()
    assert queued(known(10, waiting=waiting), SATURDAY + timedelta(hours=5)) == waiting


def test_another_content_begins_the_delay_anew_there_too() -> None:
    waiting = queued(known(0))
    later = SATURDAY + timedelta(hours=5)
    assert waiting is not None
    anew = queued(known(10, waiting=waiting, content=changed("patch-2")), later)
    assert anew is not None
    assert (anew.diff, anew.since) == ("patch-2", later)


def test_the_check_says_how_many_landed_and_when_it_goes_on() -> None:
    waiting = queued(known(0))
    assert waiting is not None
    late = replace(known(10, waiting=replace(waiting, land_after=SATURDAY - timedelta(hours=1))))
    said = [each.card for each in look(late).actions if getattr(each, "name", "") == AUTO_REVIEW]
    assert [one.headline for one in said] == ["Lands by itself after Sun 22 Nov 00:00 JST"]
    assert said[0].lead.startswith("10 changes of `tidy` landed by themselves today, as many as may.")
