"""Advice fits the reason it is given for."""

from scoring.assessment import Reason
from scoring.features import BY_NAME
from scoring.suggest import suggestions


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
