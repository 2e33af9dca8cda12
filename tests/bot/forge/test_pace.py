"""What the pace lets through, GitHub's limits let through as well; and it wastes little of what they allow."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.forge.github.pace import Allowance, Pace
from bot.forge.port import Busy
from bot.sandbox.access import Caller
from bot.sandbox.limits import Limits

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
APP = Caller("installation", "codechill")
COMMENT, CHECK, READ = "/repos/o/r/issues/1/comments", "/repos/o/r/check-runs/7", "/repos/o/r/pulls/1"
asked = st.tuples(
    st.sampled_from([("GET", READ), ("POST", COMMENT), ("PATCH", CHECK), ("POST", "/repos/o/r/check-runs")]),
    st.integers(1, 120),  # so many at once
    st.integers(0, 90),  # then so many seconds of nothing
)


def when_it_may(pace: Pace, verb: str, path: str, now: datetime) -> datetime:
    """Now, or when it is told to wait until: then it may, for sure."""
    try:
        pace.spend(verb, path, now)
    except Busy as busy:
        pace.spend(verb, path, busy.until)
        return busy.until
    return now


@settings(max_examples=60, deadline=None)
@given(st.lists(asked, min_size=1, max_size=30))
def test_what_the_pace_lets_through_is_never_refused(story: list[tuple[tuple[str, str], int, int]]) -> None:
    pace, limits, now = Pace(), Limits(), NOON
    limits.secondary = True
    limits.allowed["installation"] = 10**9
    for (verb, path), times, pause in story:
        for _ in range(times):
            now = when_it_may(pace, verb, path, now)
            limits.count(APP, verb, verb == "POST", now)  # raises Refusal
        now += timedelta(seconds=pause)


def sent(verb: str, path: str, lasting: timedelta) -> int:
    """How many go out when as many as possible are asked for."""
    pace, now, count = Pace(), NOON, 0
    while now < NOON + lasting:
        try:
            pace.spend(verb, path, now)
            count += 1
        except Busy as busy:
            now = busy.until
    return count


def test_most_of_what_is_allowed_is_used() -> None:
    assert sent("PATCH", CHECK, timedelta(minutes=1)) == 170  # of 180
    assert sent("POST", COMMENT, timedelta(minutes=1)) == 75  # of 80
    assert sent("POST", COMMENT, timedelta(hours=1)) == 480  # of 500
    assert sent("PATCH", CHECK, timedelta(minutes=10)) >= 0.5 * 1800


def test_a_reaction_is_told_to_people_and_an_edit_is_not() -> None:
    pace = Pace(Allowance(points=10**6, made=1, made_hourly=10))
    pace.spend("POST", "/repos/o/r/issues/comments/7/reactions", NOON)
    pace.spend("PATCH", "/repos/o/r/issues/comments/7", NOON)
    pace.spend("POST", "/repos/o/r/git/refs", NOON)
    with pytest.raises(Busy) as busy:
        pace.spend("POST", COMMENT, NOON + timedelta(seconds=1))
    assert busy.value.until == NOON + timedelta(minutes=1)
