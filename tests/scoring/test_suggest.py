"""Advice fits the reason it is given for."""

import numpy as np

from scoring.assessment import Reason
from scoring.explain import reasons
from scoring.features import BY_NAME
from scoring.history.entry import EMPTY
from scoring.history.state import Facts
from scoring.suggest import suggestions

NOBODY = Facts(0, "", "", (), EMPTY, -1, EMPTY, 0.01)


def advice(feature: str, words: str) -> list[str]:
    reason = Reason(feature, words, "here", "usual", 1.0)
    return [each.words for each in suggestions([], 0.9, lambda parts: [], [reason])]


def test_advice_for_much_of_something_is_not_given_for_little_of_it() -> None:
    branches = BY_NAME["branches_added"]
    assert advice(branches.name, branches.words) == [branches.hint]
    assert advice(branches.name, branches.low) == []


def test_advice_for_an_author_who_is_new_is_given_when_they_are() -> None:
    here = BY_NAME["author_here"]
    assert advice(here.name, here.low) == [here.hint]


def test_a_calming_sentence_is_no_reason_for_a_high_score_nor_an_alarming_one_for_a_low_one() -> None:
    feature = BY_NAME["branches_added"]
    few, many = np.array([0.0], np.float32), np.array([9.0], np.float32)

    def told(value: np.ndarray, usual: np.ndarray, weight: float) -> list[str]:
        found = reasons([feature], NOBODY, value, usual, np.ones(1, np.float32), np.array([weight]))
        return [reason.words for reason in found]

    assert told(few, many, 0.5) == told(many, few, -0.5) == []
    assert (told(few, many, -0.5), told(many, few, 0.5)) == ([feature.low], [feature.words])
