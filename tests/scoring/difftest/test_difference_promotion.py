"""A labeller that learnt more serves only where it is no worse on a release that neither learnt from."""

from dataclasses import replace

import pytest

from scoring.difftest.desk import Desk
from scoring.difftest.groups import grouped
from scoring.difftest.labeller import Labelled, Labeller, train
from scoring.difftest.labels import Label
from scoring.difftest.promotion import trial
from scoring.errors import ScoringError
from tests.scoring.difftest.records import labelled, releases


def until(release: int) -> list[Labelled]:
    return [each for each in labelled() if each.release <= release]


def learnt(members: list[Labelled]) -> Labeller:
    made = train(members)
    assert made is not None
    return made


def test_what_learnt_more_serves_where_no_figure_is_worse() -> None:
    one = trial(until(3), learnt(until(1)))
    assert (one.release, one.worse) == ("v3", ())
    assert one.candidate.groups.n == one.former.groups.n > 0


def test_what_learnt_from_wrong_answers_does_not_serve() -> None:
    wrong = [
        replace(each, label=Label.NOISE) if each.release < 3 and each.label is Label.REGRESSION else each
        for each in until(3)
    ]
    assert any("regressions missed instead of 0" in each for each in trial(wrong, learnt(until(1))).worse)


def test_before_the_first_the_rules_serve_and_have_to_be_equalled() -> None:
    one = trial(until(3), None)
    assert (one.former.calibration.error, one.worse) == (None, ())  # rules claim no confidence


def test_without_a_release_that_neither_knows_nothing_is_measured() -> None:
    with pytest.raises(ScoringError, match="label another release"):
        trial(until(3), learnt(until(3)))
    with pytest.raises(ScoringError, match="a dozen labelled groups of earlier releases"):
        trial(until(0), None)


def test_what_serves_suggests_and_nothing_that_was_answered_since() -> None:
    served = learnt(until(1))
    desk = replace(Desk.of(grouped(releases(3)), []), serving=served)
    assert desk.suggestions("v2") == {each.id: served.suggest(each) for each in desk.of_release("v2")}
