"""Laws of counting: whatever was replayed, the parts add up and an interval holds its share."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.backtest.landings import Landing
from bot.backtest.measure import grouped, interval, periods, tally, windows
from bot.backtest.outcomes import Outcome, Outcomes
from bot.backtest.places import folder, group, language
from bot.backtest.replay import Replayed
from bot.backtest.words import hours, percent
from scoring.history.persons import NOBODY

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


@st.composite
def replays(draw: st.DrawFn) -> tuple[list[Replayed], Outcomes]:
    days = sorted(draw(st.lists(st.integers(0, 3000), max_size=40)))
    replayed = []
    for row, day in enumerate(days):
        at = MONDAY + timedelta(days=day)
        open_, held, ends = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
        landing = Landing(row, f"{row:040x}", at, row % 3, "A change", (f"{'abc'[row % 3]}/x.py",))
        until = at + timedelta(hours=9) if held and ends else None
        share = 0.05 if open_ or held else 0.0
        replayed.append(Replayed(landing, 0.5, held, until, "Weekend" if share else "", "weekend", share, at))
    blamed = draw(st.sets(st.sampled_from(range(len(days))))) if days else set()
    by_row = {row: Outcome(row, 0, "revert", "e" * 40, "Revert", 1) for row in blamed}
    return replayed, Outcomes(by_row, {}, 0, frozenset())


@given(replays())
def test_every_landing_in_a_window_is_held_or_let_through_and_every_hold_is_right_or_wrong(
    made: tuple[list[Replayed], Outcomes],
) -> None:
    counts = tally(*made)
    assert counts.landings == counts.held + counts.let_through == sum(each.in_window for each in made[0])
    assert counts.held == counts.caught + counts.false_alarms
    assert counts.caught <= counts.faults <= counts.landings
    assert (counts.share_held is None) == (counts.landings == 0)


@given(replays())
def test_the_parts_of_every_breakdown_add_up_to_the_whole(made: tuple[list[Replayed], Outcomes]) -> None:
    whole = tally(*made)
    parts = (
        windows(*made),
        periods(*made),
        grouped(*made, lambda each: str(each.landing.author), most=2),
    )
    for rows in parts:
        assert sum(int(str(row["held"])) for row in rows) == whole.held
        assert sum(int(str(row["faults"])) for row in rows) == whole.faults


@given(st.integers(1, 500).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_an_interval_holds_its_share_and_is_never_empty(counts: tuple[int, int]) -> None:
    part, whole = counts
    around = interval(part, whole)
    assert around is not None
    low, high = around
    assert 0 <= low <= round(part / whole, 4) <= high <= 1
    assert low < high


def test_a_share_of_nothing_is_none_and_shown_as_a_dash() -> None:
    assert interval(0, 0) is None
    assert percent(None) == "–"


def test_waits_are_said_as_people_say_them() -> None:
    assert [hours(each) for each in (0.5, 39.6, 60.0, 48.0, 22687.0, None)] == [
        "30 min", "40 h", "2.5 days", "2 days", "945 days", "–",
    ]  # fmt: skip


def test_places_are_those_of_most_files() -> None:
    assert folder(("src/a.py", "src/b.py", "README")) == "src/"
    assert folder(("README",)) == "(top folder)"
    assert folder(()) == "(top folder)"
    assert language(("a.py", "b.py", "c.rs")) == "Python"
    assert language(("Makefile",)) == "other"
    assert [group(each, 7) for each in (0, 9, 10)] == ["newcomer", "newcomer", "regular"]
    assert group(0, NOBODY) == "program"
