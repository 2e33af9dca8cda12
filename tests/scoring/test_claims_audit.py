"""The claims audit on a made history: what a card says plain git says too, and a number off by one is found."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from histories import DAY, START, Step, build

from bench.plain import Where, judge
from bot.line.render import reason
from scoring.assessment import Reason
from scoring.claims.known import Witness
from scoring.claims.table import CLAIMS
from scoring.claims.tell import reasons
from scoring.history.index import History
from scoring.history.read import commit_change, lines_of

ROOT = Path(__file__).resolve().parents[2]
NAMES = tuple(claim.name for claim in CLAIMS)
PAGE = "https://github.example/acme/shop"
PEOPLE = [f"p{n}@x.org" for n in range(8)]


def body(number: int, decisions: int = 2) -> bytes:
    return b"".join(b"def f%d_%d(a):\n    if a:\n        return %d\n" % (number, n, n) for n in range(decisions))


def history() -> list[Step]:
    odd = "src/a b/ledger.py"
    steps = [Step("Start", {odd: body(0), "src/other.py": body(0), "tests/test_a.py": b"1\n", "README.md": b"x\n"})]
    for n in range(1, 45):
        at, who = START + n * DAY // 2, PEOPLE[n % len(PEOPLE)]
        if n % 5 == 0:
            steps.append(Step(f"Rework {n}", {odd: body(n, 3)}, who, at))
        elif n % 5 == 1:
            steps.append(Step(f'Revert "Rework {n - 1}"', {odd: body(n - 2)}, who, at))
        else:
            steps.append(Step(f"Tidy {n}", {"src/calm.py": body(n), "tests/test_a.py": b"%d\n" % n}, who, at))
    new = body(90, 30) + b'"""\nfor prose: if\n"""\n# if for\n'
    files = {odd: new, "src/new.py": body(91, 9), "src/c.py": body(92), "src/d.py": body(93), "src/other.py": b""}
    return [*steps, Step("Do much at once", {**files, "README.md": b"y\n" * 40}, PEOPLE[0], START + 23 * DAY)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Where]:
    folder = tmp_path_factory.mktemp("audited")
    shas = build(folder / "repo", history())
    index = History(folder / "repo", folder / "state")
    index.refresh(shas[-2], now=START + 999 * DAY)
    change = commit_change(folder / "repo", shas[-1])
    known = Witness(index).known(change, lines_of(folder / "repo", change), tip=shas[-2])
    found: list[Reason] = []
    for claim in CLAIMS:
        found += reasons(known, dict.fromkeys(NAMES, 0.0) | {claim.name: 1.0})
    where = Where(folder / "repo", change.base, change.sha, shas[-2], int(change.at.timestamp()))
    return [str(reason(each, PAGE)) for each in found], where


def test_every_claim_on_a_card_is_found_again_by_plain_git(told: tuple[list[str], Where]) -> None:
    lines, where = told
    judged = [judge(line, where) for line in lines]
    assert [(each.kind, each.false) for each in judged if each.false] == []
    assert {each.kind for each in judged} >= {
        "repaired",
        "branches",
        "size",
        "files",
        "untested",
        "new files",
        "activity",
    }


def test_a_number_that_is_off_by_one_is_found(told: tuple[list[str], Where]) -> None:
    lines, where = told
    off = [re.sub(r"\d+", lambda number: str(int(number[0]) + 1), line, count=1) for line in lines]
    assert [
        line for line, wrong in zip(lines, off, strict=True) if line != wrong and not judge(wrong, where).false
    ] == []


def test_a_sentence_of_no_known_kind_is_false(told: tuple[list[str], Where]) -> None:
    assert judge("Changes few lines: 4", told[1]).false


def test_the_audit_ends_with_0_when_nothing_is_false(tmp_path: Path) -> None:
    build(tmp_path / "repo", history())
    command = [
        sys.executable,
        "-m",
        "bench.claims",
        str(tmp_path / "repo"),
        "--changes",
        "3",
        "--cards",
        str(tmp_path / "c.md"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\| all, on 3 changes \| \d+ \| 0 \|", done.stdout)
    assert (tmp_path / "c.md").read_text().count("\n### ") == 3
