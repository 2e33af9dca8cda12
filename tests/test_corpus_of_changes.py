"""A slice of the corpus, sent through the whole funnel: nothing unsafe passes, most of what is safe does."""

from collections import Counter

import pytest

from bench.corpus import Case, corpus
from bench.corpus.run import Judgement, judged

ALL = corpus()
SLICE = 60


def slice_of(cases: tuple[Case, ...], count: int) -> list[Case]:
    """Of each category something, of the large ones more, always the same."""
    ordered = sorted(cases, key=lambda case: (case.category, case.safe, case.name, case.language))
    step = len(ordered) / count
    return [ordered[int(place * step)] for place in range(count)]


@pytest.fixture(scope="module")
def judgements(tmp_path_factory: pytest.TempPathFactory) -> list[Judgement]:
    return list(judged(slice_of(ALL, SLICE), tmp_path_factory.mktemp("corpus") / "corpus.git"))


def test_the_corpus_has_six_hundred_changes_of_each_kind_and_no_two_of_one_name() -> None:
    assert len(ALL) >= 600
    assert len({(case.category, case.language, case.name) for case in ALL}) == len(ALL)
    counted = Counter(case.safe for case in ALL)
    assert counted[True] >= 200
    assert counted[False] >= 400
    assert all(case.base != case.head and case.why for case in ALL)


def test_nothing_unsafe_of_the_slice_passes(judgements: list[Judgement]) -> None:
    passed = [(each.case.category, each.case.name) for each in judgements if each.accepted and not each.case.safe]
    assert passed == []


def test_most_of_what_is_safe_in_the_slice_passes_by_the_deterministic_reviewer_alone(
    judgements: list[Judgement],
) -> None:
    safe = [each for each in judgements if each.case.safe and each.case.proves]
    assert sum(each.accepted for each in safe) >= 0.6 * len(safe) > 6
