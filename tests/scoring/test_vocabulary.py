"""The words of changes: what they are, what they come to be worth, and that nothing is asked after it was taught."""

import math
from pathlib import Path

import numpy as np
import pytest
from histories import DAY, START, Step, build, lines
from hypothesis import given
from hypothesis import strategies as st

from scoring.facts.lines import BITS, LineCounts, count
from scoring.facts.wording import MOST, SPACES, hashed
from scoring.features import FEATURES
from scoring.history.index import History
from scoring.history.store import Store
from scoring.history.vocabulary import Vocabulary

NOW = START + 4000 * DAY
COLUMN = [feature.name for feature in FEATURES].index("words_of_added")


def ids(code: bytes, paths: tuple[str, ...] = ()) -> np.ndarray:
    return hashed([count(b"\n@@ -0,0 +1 @@\n" + code, "a.c")], paths)


def test_the_same_word_weighs_differently_in_lines_that_come_or_go_and_in_a_path() -> None:
    found = hashed([count(b"\n@@ -1 +1 @@\n-crash\n+crash\n", "a.c")], ["crash"])
    assert [int(each) >> BITS for each in found] == list(range(SPACES))
    assert len({int(each) & ((1 << BITS) - 1) for each in found}) == 1


def test_comments_and_prose_have_no_words() -> None:
    assert not len(ids(b"+// secret_word\n"))
    assert not len(hashed([count(b"\n@@ -0,0 +1 @@\n+secret_word\n", "a.md")], ()))


@given(st.lists(st.binary(max_size=200), max_size=4), st.lists(st.text(max_size=20), max_size=4))
def test_words_are_different_in_order_and_bounded(bodies: list[bytes], paths: list[str]) -> None:
    found = hashed([count(b"\n@@ -0,0 +1 @@\n" + body, "a.py") for body in bodies], paths)
    assert np.array_equal(found, np.unique(found))
    assert not len(found) or int(found[-1]) < SPACES << BITS


def test_a_change_of_a_million_words_counts_no_more_than_the_most() -> None:
    words = np.arange(50_000, dtype=np.uint32).tobytes()
    assert len(hashed([LineCounts(words=words)], ())) == MOST


def test_words_of_faults_come_to_weigh_more_and_harmless_ones_less(tmp_path: Path) -> None:
    vocabulary = Vocabulary(Store(tmp_path / "index.sqlite"), blank=True)
    bad, good = ids(b"+memcpy(buffer)\n"), ids(b"+print(hello)\n")
    for _ in range(20):
        for words, fault in ((bad, False), (good, False), (bad, True)):
            vocabulary.learn(words, fault=fault)
    assert vocabulary.look(bad).risk > 0 > vocabulary.look(good).risk
    told = vocabulary.look(bad)
    assert told.total == pytest.approx(told.added + told.removed + told.places)
    assert told.risk == pytest.approx(told.total / math.sqrt(len(bad)))
    assert (told.unseen, vocabulary.look(ids(b"+never(before)\n")).unseen) == (0.0, 1.0)


def test_what_was_learned_is_there_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path / "index.sqlite")
    first, words = Vocabulary(store, blank=True), ids(b"+alpha(beta)\n", ("d/e.c",))
    for fault in (False, True, True):
        first.learn(words, fault=fault)
    with store.writing():
        first.flush()
    second = Vocabulary(Store(tmp_path / "index.sqlite"), blank=False)
    assert second.look(words) == first.look(words)
    for each in (first, second):
        each.learn(words, fault=False)
    assert second.look(words) == first.look(words)


def test_a_revert_teaches_the_words_of_what_it_takes_back_and_not_before(tmp_path: Path) -> None:
    steps = [
        Step("Start", {"a.c": lines(3)}),
        Step("Add danger", {"a.c": b"danger(zone);\n"}, at=START + DAY),
        Step("Touch it", {"a.c": b"danger(zone);\ndanger(zone + 1);\n"}, at=START + 2 * DAY),
        Step('Revert "Add danger"', {"a.c": lines(3)}, at=START + 3 * DAY),
        Step("Bring more", {"a.c": lines(3) + b"danger(zone);\n"}, at=START + 4 * DAY),
    ]
    shas = build(tmp_path / "repo", steps)
    history = History(tmp_path / "repo", tmp_path / "state")
    history.refresh(shas[-1], now=NOW)
    worth = history.matrix()[:, COLUMN]
    assert worth[2] < 0 < worth[4]
