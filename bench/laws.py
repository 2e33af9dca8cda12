"""Laws over real changes: nothing typed moves a rank, nobody unknown gains, and nothing beside code lowers it.

Changes are scored as the server would if they were opened today: by the account of whoever landed them, told by
landed commits, under other titles, descriptions and author lines (those of the history's most active people among
them), and with up to ten files of documentation, tests or data from other changes of the same history beside them.
Nor is anybody below the rank of somebody new: that is the third law, of whom no forge knows. The last columns hold the
rank that automatic review goes by, the highest of what gates and of each file alone, against the same pairs.
"""

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.change import Change
from scoring.claims.parts import Files
from scoring.facts.kinds import kinds
from scoring.facts.parts import BESIDE
from scoring.git import Git
from scoring.history.read import ReadChange
from scoring.history.stream import Commit, commits
from scoring.scorer import Scorer

TYPED = 1.0  # points of rank that words may lower a change by
BESIDE_CODE = 2.0  # points that files may
MOST = 40  # files of a change that is taken
READ = 1500  # changes of a history that pairs are drawn from
LISTED = 100  # landed commits that a forge lists of an account
SAID = (
    ("x", ""), ('Revert "x"', "This reverts commit 0123456789abcdef0123456789abcdef01234567."), ('Reland "x"', ""),
    ("docs: fix a typo", ""), ("Fix overflow", "Fixes: 0123456789ab"), ("Bump version", "Signed-off-by: a <a@b.c>"),
    ("Remove unused code", "No functional change. " * 50), ("test: more", "Reviewed-by: a <a@b.c>"),
)  # fmt: skip
HEADS = (
    "history", "changes", "wordings and authors", "fall by more than 1", "worst", "new here, fall", "pairs",
    "fall by more than 2", "worst", "rise, mean", "automatic review: fall by more than 2", "worst", "above what gates",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """A history that is ready to score against, and changes read from its later half."""

    reader: Scorer
    read: Sequence[Commit]
    listed: Mapping[str, tuple[str, ...]]  # the newest commits of each author, as a forge would list them
    now: datetime

    def changes(self) -> list[Commit]:
        """Those that are not too large to be tried often."""
        return [each for each in self.read if 0 < len(each.files) <= MOST]


def paths(commit: Commit) -> list[str]:
    return [file.path for file in commit.files]


def is_beside(path: str) -> bool:
    """Say whether a path names documentation, a test or data and nothing else."""
    return kinds(path) <= BESIDE


def past(repository: Path, state: Path, draw: random.Random) -> Past:
    """A history read to its tip."""
    git, reader = Git(repository), Scorer(repository, state)
    tip = git.resolve("HEAD")
    reader.refresh(tip)
    reader.fit()
    shas = [row.sha for row in reader.history.changes()]
    late = shas[len(shas) // 2 :]
    listed: dict[str, list[str]] = {}
    for line in git.run("log", "--format=%H %aE", tip, "--").decode("utf-8", "replace").splitlines():
        sha, _, author = line.partition(" ")
        listed.setdefault(author.lower(), []).append(sha)
    newest = {author: tuple(shas[:LISTED]) for author, shas in listed.items()}
    return Past(reader, list(commits(git, draw.sample(late, min(READ, len(late))))), newest, datetime.now(UTC))


def words(history: Past, count: int, draw: random.Random) -> tuple[list[float], list[float]]:
    """By how many points each wording or author line lowers a change against the highest of them.

    The second list tells the same of being new here, against the account that landed it.
    """
    active = [author for author, _ in Counter(each.author for each in history.read).most_common(3)]
    lowered, unknown = [], []
    for commit in draw.sample(history.changes(), min(count, len(history.changes()))):
        files = list(zip(commit.files, commit.lines, strict=True))
        signed = [(*SAID[0], author) for author in (*active, "nobody@new.example")]
        signed += [(*said, commit.author) for said in SAID]
        account = history.listed.get(commit.author, ())
        made = [Change("0" * 40, "", who, history.now, *said, commit.files, attested=account) for *said, who in signed]
        ranks = [_rank(history, change, [files])[0] for change in made]
        lowered += [max(ranks) - each for each in ranks]
        unknown.append(max(ranks) - _rank(history, replace(made[0], attested=()), [files])[0])
    return lowered, unknown


def pairs(history: Past, count: int, draw: random.Random) -> list[tuple[Commit, Files]]:
    """Changes with code in them, and what is added to each."""
    changes = history.changes()
    beside = [
        pair for each in history.read for pair in zip(each.files, each.lines, strict=True) if is_beside(pair[0].path)
    ]
    chosen: list[tuple[Commit, Files]] = []
    while changes and beside and len(chosen) < count:
        change = draw.choice(changes)
        added = {pair[0].path: pair for pair in draw.choices(beside, k=draw.choice((1, 1, 2, 3, 5, 10)))}
        rest = [pair for path, pair in added.items() if path not in paths(change)]
        chosen += [(change, rest)] if rest else []
    return chosen


def falls(history: Past, count: int, draw: random.Random) -> list[float]:
    """By how many points the rank of each pair's change falls; negative where it rises."""
    fallen = []
    for commit, added in pairs(history, count, draw):
        files = list(zip(commit.files, commit.lines, strict=True))
        opened = Change("0" * 40, "", "", history.now, "", "", commit.files, attested=())
        before, after = _rank(history, opened, [files, [*files, *added]])
        fallen.append(before - after)
    return fallen


def falls_of_highest(history: Past, count: int, draw: random.Random) -> tuple[list[float], int]:
    """The same of the rank that automatic review goes by, and how many changes rank higher there than at the gate."""
    fallen, higher = [], 0
    for commit, added in pairs(history, count, draw):
        files = list(zip(commit.files, commit.lines, strict=True))
        before, after = (100 * history.reader.highest(_opened(history, each)) for each in (files, [*files, *added]))
        fallen.append(before - after)
        higher += before > _rank(history, _opened(history, files), [files])[0] + 0.05
    return fallen, higher


def _opened(history: Past, files: Files) -> ReadChange:
    """A change of these files that nobody has landed, by somebody new."""
    named, lines = tuple(file for file, _ in files), tuple(counts for _, counts in files)
    return ReadChange("0" * 40, "", "", history.now, "", "", named, lines, patch=b"", attested=())


def _rank(history: Past, change: Change, versions: Sequence[Files]) -> list[float]:
    return [100 * each for each in history.reader.ranks(change, versions)]


def _cells(measured: Sequence[float], allowed: float) -> tuple[list[str], NDArray[np.float64]]:
    points = np.array(measured)
    return [f"{(points > allowed).sum()}", f"{points.max(initial=0):.1f}"], points


def main() -> None:
    """Print the table; ends with status 1 when a rank falls further than a law allows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--repo", dest="repositories", type=Path, action="append", required=True, help="repeat for more"
    )
    parser.add_argument("--pairs", type=int, default=1000, help="of each history")
    parser.add_argument("--changes", type=int, default=50, help="of each history that are retitled and signed anew")
    options = parser.parse_args()
    print(f"| {' | '.join(HEADS)} |\n|---{'|--:' * (len(HEADS) - 1)}|")  # noqa: T201 (its output is its purpose)
    broken = False
    for path in options.repositories:
        draw = random.Random(7)  # noqa: S311 (the same pairs each time)
        with tempfile.TemporaryDirectory() as folder:
            history = past(path, Path(folder), draw)
            moved, unknown = words(history, options.changes, draw)
            typed, said = _cells(moved, TYPED)
            new = sum(each > 0 for each in unknown)
            added, fell = _cells(falls(history, options.pairs, draw), BESIDE_CODE)
            each_way, higher = falls_of_highest(history, options.pairs, draw)
            automatic, automatically = _cells(each_way, BESIDE_CODE)
        broken = broken or bool((said > TYPED).any() or new or (fell > BESIDE_CODE).any())
        broken = broken or bool((automatically > BESIDE_CODE).any())
        name = path.resolve().parent.name if path.name == "repo" else path.resolve().name
        cells = [name, f"{options.changes}", f"{len(said):,}", *typed, f"{new}", f"{len(fell):,}", *added]
        cells += [f"{np.maximum(-fell, 0).mean():.1f}", *automatic, f"{higher}"]
        print(f"| {' | '.join(cells)} |", flush=True)  # noqa: T201
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
