"""Who decides, in which order, and what needs nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.difftest.answers import Answer, Standing, State, last_of, pace, standings
from scoring.difftest.automation import Bars, Precedent, automatic
from scoring.difftest.desk import Desk
from scoring.difftest.groups import PATTERNS, Group, Key, Signature, grouped
from scoring.difftest.labels import Label
from scoring.difftest.queue import queue
from scoring.difftest.record import Difference, Origin
from scoring.difftest.signals import Signal
from scoring.difftest.suggestion import Suggestion
from scoring.difftest.verdict import Conclusion
from tests.scoring.difftest.records import BEGAN, group, releases

NOISE, FEATURE, REGRESSION = Label
HOUR = timedelta(hours=1)


def said(label: Label | None, by: str, minutes: int = 0, about: str = "g") -> Answer:
    return Answer(about, label, by, BEGAN + timedelta(minutes=minutes))


def test_one_answer_labels_two_people_may_disagree_and_a_third_settles() -> None:
    first, second, third = said(NOISE, "anna"), said(REGRESSION, "ben", 1), said(REGRESSION, "eve", 2)
    assert standings([first])["g"] == Standing(State.LABELLED, NOISE, ("anna",), first.at)
    assert standings([first, second])["g"].state is State.DISPUTED
    assert standings([first, second])["g"].label is None
    settled = standings([first, second, third])["g"]
    assert (settled.state, settled.label) == (State.SETTLED, REGRESSION)
    assert standings([first, said(NOISE, "ben", 1)])["g"].state is State.LABELLED


def test_what_somebody_said_last_counts_and_can_be_taken_back() -> None:
    answers = [said(NOISE, "anna"), said(REGRESSION, "anna", 1)]
    assert standings(answers)["g"].label is REGRESSION
    assert standings([*answers, said(None, "anna", 2)])["g"].label is NOISE
    assert standings([*answers, said(None, "anna", 2), said(None, "anna", 3)])["g"].state is State.OPEN
    assert last_of([*answers, said(FEATURE, "anna", 5, "h")], "anna") == said(FEATURE, "anna", 5, "h")
    assert last_of(answers, "ben") is None


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from([*Label, None]), st.sampled_from("abc")), max_size=8))
def test_a_label_holds_only_where_more_say_it_than_any_other(spoken: list[tuple[Label | None, str]]) -> None:
    answers = [said(label, by, minutes) for minutes, (label, by) in enumerate(spoken)]
    standing = standings(answers).get("g", Standing())
    piles: dict[str, list[Label]] = {}
    for label, by in spoken:
        pile = piles.setdefault(by, [])
        if label is not None:
            pile.append(label)
        elif pile:
            pile.pop()
    voices = [pile[-1] for pile in piles.values() if pile]
    most = [each for each in Label if voices and voices.count(each) == max(map(voices.count, Label))]
    assert standing.label == (most[0] if len(most) == 1 else None)


def test_minutes_are_counted_between_answers_and_pauses_are_not() -> None:
    answers = [said(NOISE, "anna", each) for each in (0, 1, 2, 60, 61)] + [said(NOISE, "ben", 500)]
    spent = pace(answers)
    assert (spent.answers, spent.minutes, spent.an_hour) == (6, 6.0, 60.0)
    assert pace([]).an_hour is None


def test_regressions_that_are_suspected_come_first_then_the_unsure() -> None:
    sure, unsure = group(field="a"), group(field="b")
    signalled, suggested = group(field="c", kind="removed"), group(field="d")
    disputed = group(field="e")
    by = {
        sure.id: Suggestion(NOISE, 0.99, "local", ((NOISE, 0.99),)),
        unsure.id: Suggestion(NOISE, 0.4, "local", ((NOISE, 0.4),)),
        signalled.id: Suggestion(NOISE, 0.9, "local", ((REGRESSION, 0.05),)),
        suggested.id: Suggestion(REGRESSION, 0.8, "local", ((REGRESSION, 0.8),)),
        disputed.id: Suggestion(NOISE, 0.9, "local", ((REGRESSION, 0.1),)),
    }
    standing = {disputed.id: Standing(State.DISPUTED)}
    order = [each.group for each in queue([sure, unsure, signalled, suggested, disputed], by, standing)]
    assert order == [suggested, disputed, signalled, unsure, sure]
    assert queue([sure], by, {sure.id: Standing(State.LABELLED, NOISE)}) == []


def carried(
    one: Group, label: Label = NOISE, confidence: float = 0.99, *, past: Label | None = NOISE, **more: object
) -> str:
    precedents = [Precedent(past, frozenset(one.patterns))] if past else []
    bars = Bars(**more) if more else Bars(carried=0.9)  # type: ignore[arg-type]
    return automatic(one, Suggestion(label, confidence, "local"), precedents, bars)


def test_noise_is_carried_above_a_bar_and_nothing_else_is() -> None:
    one = group(kind="masked")
    assert carried(one) == "people called it noise in 1 earlier release"
    assert carried(one, confidence=0.89) == ""
    assert carried(one, past=None) == ""
    assert carried(one, past=REGRESSION) == ""
    assert carried(one, FEATURE) == ""
    assert carried(one, carried=None) == ""
    assert carried(group(kind="value", noisy=False)) == ""  # production was asked twice and does not differ
    assert carried(group(kind="value", noisy=True), past=None, measured=0.9).startswith("production differs")


def test_a_value_that_came_in_no_earlier_release_is_not_carried() -> None:
    one = group(kind="value", pattern="a → b")
    precedent = [Precedent(NOISE, frozenset(["a → c"]))]
    assert automatic(one, Suggestion(NOISE, 0.99, "local"), precedent, Bars()) == ""


@pytest.mark.parametrize("signal", Signal)
def test_nothing_with_a_signal_is_noise_by_itself(signal: Signal) -> None:
    one = group(kind="masked", noisy=True)
    one.signals.add(signal)
    assert carried(one, measured=0.5, carried=0.5) == ""


@pytest.mark.parametrize("label", [REGRESSION, FEATURE])
def test_a_regression_and_a_new_feature_are_always_a_persons(label: Label) -> None:
    assert carried(group(kind="masked"), label, measured=0.5, carried=0.5) == ""


def test_a_release_fails_while_a_regression_is_there_and_waits_while_somebody_has_to_answer() -> None:
    rows = [replace(each, label=None, labelled_at=None) for each in releases(1)]
    members = grouped(rows)
    waiting = Desk.of(members, []).verdict("v0")
    assert (waiting.conclusion, waiting.waiting) == (Conclusion.WAITING, len(members))
    assert waiting.suspected == sum(bool(each.signals) for each in members)
    answers = [Answer(each.id, NOISE, "anna", BEGAN) for each in members]
    assert Desk.of(members, answers).verdict("v0").conclusion is Conclusion.SUCCESS
    answers.append(Answer(members[0].id, REGRESSION, "anna", BEGAN + HOUR))
    failed = Desk.of(members, answers).verdict("v0")
    assert (failed.conclusion, failed.groups[REGRESSION]) == (Conclusion.FAILURE, 1)
    assert sum(failed.differences.values()) == len(rows)


def test_what_is_shown_in_more_ways_than_are_counted_is_asked_of_a_person() -> None:
    """Else whoever shows fifty known ones first hides the next."""
    known = frozenset(f"{n} → {n}" for n in range(PATTERNS))
    one = Group(Key("v2", Signature("pay", "GET /a", "body.b", "value")))
    for pattern in (*sorted(known), "paid → free"):
        one.add(Difference(id=pattern, origin=Origin("pay", "v2"), pattern=pattern))
    sure = Suggestion(NOISE, 0.99, "local")
    assert automatic(one, sure, [Precedent(NOISE, known)], Bars()) == ""
