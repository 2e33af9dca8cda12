"""Texts as directions: kept by what they say, over runs and kills."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from scoring.difftest.embedding import Cached, Floats, Unembedded, directions
from scoring.difftest.evaluate import Beside, evaluate
from scoring.difftest.row_file import RowFile
from scoring.difftest.word_table import read_table
from tests.scoring.difftest.records import labelled, releases


class Counting:
    """The length of a text and one, and what it was asked for; away from the text "away" on."""

    def __init__(self, name: str = "counting", width: int = 2) -> None:
        self.name, self._width = name, width
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Floats:
        if "away" in texts:
            raise Unembedded("the endpoint answered 503")
        self.asked += texts
        return directions(np.array([[len(each)] + [1] * (self._width - 1) for each in texts], dtype=np.float32))


def test_what_was_embedded_is_there_in_the_next_run(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    rows = Cached(first, RowFile(tmp_path, "small")).embed(["a", "bcd", "a", "größe"])
    assert first.asked == ["a", "bcd", "größe"]
    assert np.array_equal(rows, Cached(second, RowFile(tmp_path, "small")).embed(["a", "bcd", "a", "größe"]))
    assert second.asked == []
    Cached(second, RowFile(tmp_path, "another model")).embed(["a"])
    assert second.asked == ["a"]


def test_what_was_embedded_before_the_endpoint_went_away_is_kept(tmp_path: Path) -> None:
    with pytest.raises(Unembedded, match="503"):
        Cached(Counting(), RowFile(tmp_path, "small"), at_once=2).embed(["a", "bb", "away", "ccc"])
    again = Counting()
    Cached(again, RowFile(tmp_path, "small")).embed(["a", "bb", "ccc"])
    assert again.asked == ["ccc"]


@pytest.mark.parametrize("cut", [1, 39, 40, 41])
def test_half_a_row_of_a_process_that_was_killed_is_taken_away(tmp_path: Path, cut: int) -> None:
    Cached(Counting(), RowFile(tmp_path, "small")).embed(["a", "bb", "ccc"])
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-cut])
    after = Counting()
    rows = Cached(after, RowFile(tmp_path, "small")).embed(["a", "bb", "ccc", "dddd"])
    assert after.asked == (["ccc", "dddd"] if cut <= 40 else ["bb", "ccc", "dddd"])
    assert np.array_equal(rows, Cached(Counting(), RowFile(tmp_path, "small")).embed(["a", "bb", "ccc", "dddd"]))


def test_rows_of_another_width_are_another_models_and_are_not_mixed(tmp_path: Path) -> None:
    Cached(Counting(), RowFile(tmp_path, "small")).embed(["a"])
    RowFile(tmp_path, "small").put({"00" * 32: np.ones(3, dtype=np.float32)})
    wider = Counting(width=3)
    assert Cached(wider, RowFile(tmp_path, "small")).embed(["a"]).shape == (1, 3)
    assert wider.asked == ["a"]


def test_several_that_add_at_once_lose_nothing(tmp_path: Path) -> None:
    def add(number: int) -> None:
        cached = Cached(Counting(), RowFile(tmp_path, "small"), at_once=1)
        cached.embed([f"{number} {each}" for each in range(20)])

    threads = [threading.Thread(target=add, args=(each,)) for each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    after = Counting()
    Cached(after, RowFile(tmp_path, "small")).embed([f"{each} {n}" for each in range(4) for n in range(20)])
    assert after.asked == []


def test_each_way_of_embedding_is_measured_by_what_it_finds_nearest() -> None:
    embedders = [Cached(Counting("one")), Cached(Counting("two"))]
    evaluation = evaluate(labelled(releases(3)), beside=Beside(embedders=embedders))
    assert {"nearest one", "nearest two"} <= set(evaluation.all)
    assert evaluation.all["nearest one"] == evaluation.all["nearest two"]


@pytest.mark.parametrize("content", [b"", b"\x05\0\0\0\0\0\0\0hello", b"\xff" * 40, b"\x02\0\0\0\0\0\0\0{}"])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "table").write_bytes(content)
    with pytest.raises(Unembedded, match="no table"):
        read_table(tmp_path / "table")
