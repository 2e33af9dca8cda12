"""Reasons and advice are shown where they matter, and advice only when it changes what the gate does."""

from dataclasses import replace
from datetime import datetime

import pytest
from policy_world import REPAIRED, SATURDAY, TUESDAY, risk, state, weekend

from bot.policy.config import Config
from bot.policy.decide import case_of
from bot.policy.show.card import NOTHING_STANDS_OUT, scored
from bot.policy.views import Card
from scoring.assessment import Proof, Suggestion

HALVES = Suggestion("billing/", ("billing/a.py", "billing/b.py"), 0.41, 0.78)
PROOF = Proof("P", "comments", "The parsed code is equal")


def card(
    percentile: float, now: datetime = TUESDAY, *, more: str = "", proof: Proof | None = None, **of: object
) -> Card:
    shown, settings = state(), weekend(more)
    of.setdefault("suggestions", (HALVES,))
    shown = replace(shown, risk=replace(risk(percentile, proof), **of))  # type: ignore[arg-type]
    return case_of(shown, settings, now).card


def test_a_high_rank_is_explained_by_what_stands_out_or_said_to_be_a_sum_of_many() -> None:
    assert (card(0.96).reasons, card(0.96).because) == ((REPAIRED,), "")
    assert (card(0.96, reasons=()).reasons, card(0.96, reasons=()).because) == ((), NOTHING_STANDS_OUT)


@pytest.mark.parametrize("now", [TUESDAY, SATURDAY])
def test_a_low_rank_and_a_proof_carry_neither_a_table_nor_advice(now: datetime) -> None:
    for shown in (card(0.29, now), card(0.98, now, proof=PROOF)):
        assert (shown.reasons, shown.because, shown.suggestions) == ((), "", ())


def test_what_is_held_for_its_rank_is_explained_below_the_level_of_notice_too() -> None:
    red = "levels: {weekend: 50%}"
    assert card(0.6, SATURDAY, more=red, suggestions=()).reasons == (REPAIRED,)
    assert card(0.6, TUESDAY, more=red).reasons == ()


def test_what_is_held_whatever_its_rank_gets_no_advice_that_frees_nothing() -> None:
    assert card(0.96, SATURDAY, more="levels: {weekend: 100%}").suggestions == ()
    assert card(0.96, SATURDAY, more='frozen_paths: ["api/**"]').suggestions == ()


@pytest.mark.parametrize(
    ("moved", "stays", "said"), [(0.41, 0.78, True), (0.41, 0.95, False), (0.97, 0.1, False), (0.41, 0.93, True)]
)
def test_a_part_is_proposed_while_held_only_when_both_halves_would_go_free(
    moved: float, stays: float, said: bool
) -> None:
    suggestions = card(0.96, SATURDAY, suggestions=(replace(HALVES, moved=moved, stays=stays),)).suggestions
    assert [each.words.partition(" (")[0] for each in suggestions] == (
        [
            f"Move {{subject}} to its own pull request: it would rank at {round(100 * moved)}, what stays at "
            f"{round(100 * stays)}, both below the gate"
        ]
        if said
        else []
    )


def test_outside_of_windows_a_part_is_proposed_only_when_it_changes_the_mildest_level_that_holds() -> None:
    suggestions = card(0.96, TUESDAY).suggestions
    assert [each.words.partition(" (")[0] for each in suggestions] == [
        "Move {subject} to its own pull request: it would rank at 41, what stays at 78, neither held at level "
        "`weekend` any more"
    ]
    assert card(0.96, TUESDAY, suggestions=(replace(HALVES, stays=0.955),)).suggestions == ()


def test_where_no_level_would_hold_a_change_there_is_nothing_to_ease() -> None:
    assert card(0.4, TUESDAY, more="notice: 10%").suggestions == ()


def test_no_file_is_named_twice() -> None:
    again = Suggestion("billing/a.py", ("billing/a.py",), 0.5, 0.8)
    other = Suggestion("ui/", ("ui/x.py",), 0.6, 0.8)
    assert [each.subject for each in card(0.96, SATURDAY, suggestions=(HALVES, again, other)).suggestions] == [
        "billing/",
        "ui/",
    ]


def test_the_card_without_a_pull_request_follows_the_same_rules() -> None:
    high, low = (scored(replace(risk(rank), suggestions=(HALVES,)), Config.default()) for rank in (0.96, 0.29))
    assert high.headline == "Riskier than 96 of 100 recent changes here · held at level weekend, yellow or red"
    assert (high.reasons, len(high.suggestions)) == ((REPAIRED,), 1)
    assert low.headline == "Riskier than 29 of 100 recent changes here · held at no level"
    assert (low.reasons, low.because, low.suggestions) == ((), "", ())
    proven = scored(risk(0.96, PROOF), Config.default())
    assert (proven.reasons, proven.because) == ((), "")
