"""Every pair of the corpus gets its right answer, and nothing is ever proved that is not."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from scoring.semantics import prove_file

RANK = {"P": 3, "S": 2, "H": 1, "-": 0}


@dataclass(frozen=True)
class Example:
    name: str
    path: str
    level: str
    old: bytes | None
    new: bytes | None
    old_path: str | None
    modes: tuple[str, str]


def read(file: Path) -> list[Example]:
    return [
        Example(
            row["name"], row["path"], row["level"], content(row, "old"), content(row, "new"), row.get("old_path"),
            (row.get("old_mode", "100644"), row.get("new_mode", "100644")),
        )
        for row in tomllib.loads(file.read_text(encoding="utf-8"))["pair"]
    ]  # fmt: skip


def content(row: dict[str, str], side: str) -> bytes | None:
    if f"{side}_hex" in row:
        return bytes.fromhex(row[f"{side}_hex"])
    return row[side].encode() if side in row else None


CORPUS = [example for file in sorted((Path(__file__).parent / "corpus").glob("*.toml")) for example in read(file)]


def level(example: Example) -> str:
    verdict = prove_file(
        example.old,
        example.new,
        example.path,
        old_path=example.old_path,
        old_mode=example.modes[0],
        new_mode=example.modes[1],
    )
    return verdict.level or "-"


@pytest.mark.parametrize("example", CORPUS, ids=lambda example: f"{example.path}: {example.name}")
def test_a_pair_gets_its_right_answer(example: Example) -> None:
    assert level(example) == example.level


def test_nothing_is_proved_that_is_not_and_no_evidence_is_overstated() -> None:
    assert [example.name for example in CORPUS if RANK[level(example)] > RANK[example.level]] == []


def test_the_corpus_is_large_and_knows_every_answer() -> None:
    assert len(CORPUS) >= 150
    assert {example.level for example in CORPUS} == {"P", "S", "H", "-"}
    assert len({(example.path, example.name) for example in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("example", [e for e in CORPUS if e.level == "P"], ids=lambda e: f"{e.path}: {e.name}")
def test_what_is_proved_forwards_is_proved_backwards(example: Example) -> None:
    if "silence" not in example.name and "one way" not in example.name:  # a formatter, too, runs one way only
        assert prove_file(example.new, example.old, example.path).level == "P"
