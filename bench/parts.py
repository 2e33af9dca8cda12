"""The part law over real changes: files of documentation, tests or data added to a change must not lower its rank.

Each pair is a real change with code in it, scored as if it were opened today, and the same change with up to ten files
of documentation, tests or data from other changes of the same history beside it.
"""

import argparse
import random
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.claims.parts import Files
from scoring.facts.kinds import kinds
from scoring.git import Git
from scoring.history.parts import BESIDE
from scoring.history.read import ReadChange
from scoring.history.stream import Commit, commits
from scoring.scorer import Scorer

ALLOWED = 2.0  # points of rank that a change may fall
MOST = 40  # files of a change that is taken
READ = 1500  # changes of a history that pairs are drawn from
HEADS = ("history", "pairs", "fall by more than 2", "worst fall", "rise, mean")


def is_beside(path: str) -> bool:
    """Say whether a path names documentation, a test or data and nothing else."""
    return kinds(path) <= BESIDE


def pairs(read: Sequence[Commit], count: int, draw: random.Random) -> list[tuple[Commit, Files]]:
    """Return changes with code in them, and what is added to each."""
    changes = [each for each in read if 0 < len(each.files) <= MOST and not all(is_beside(f.path) for f in each.files)]
    beside = [pair for each in read for pair in zip(each.files, each.lines, strict=True) if is_beside(pair[0].path)]
    found: list[tuple[Commit, Files]] = []
    while changes and beside and len(found) < count:
        change = draw.choice(changes)
        taken = {file.path for file in change.files}
        added = {pair[0].path: pair for pair in draw.choices(beside, k=draw.choice((1, 1, 2, 3, 5, 10)))}
        rest = [pair for path, pair in added.items() if path not in taken]
        found += [(change, rest)] if rest else []
    return found


def falls(repository: Path, state: Path, count: int) -> NDArray[np.float64]:
    """Return by how many points the rank of each pair's change falls; negative where it rises."""
    draw, git, reader = random.Random(7), Git(repository), Scorer(repository, state)  # noqa: S311 (the same pairs each time)
    reader.refresh(git.resolve("HEAD"))
    shas = [row.sha for row in reader.history.changes()]
    late = shas[len(shas) // 2 :]
    read = list(commits(git, draw.sample(late, min(READ, len(late)))))
    now = datetime.now(UTC)

    def rank(files: Files) -> float:
        change = ReadChange("0" * 40, "", "", now, "", "", tuple(file for file, _ in files), tuple(c for _, c in files))
        return 100 * reader.assess(change).percentile

    told = []
    for change, added in pairs(read, count, draw):
        files = list(zip(change.files, change.lines, strict=True))
        told.append(rank(files) - rank([*files, *added]))
    return np.array(told)


def main() -> None:
    """Print the table; ends with status 1 when a change falls further than the law allows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--repo", dest="repositories", type=Path, action="append", required=True, help="repeat for more"
    )
    parser.add_argument("--pairs", type=int, default=1000, help="of each history")
    options = parser.parse_args()
    print(f"| {' | '.join(HEADS)} |\n|---{'|--:' * (len(HEADS) - 1)}|")  # noqa: T201 (its output is its purpose)
    broken = 0
    for path in options.repositories:
        with tempfile.TemporaryDirectory() as folder:
            found = falls(path, Path(folder), options.pairs)
        broken += int((found > ALLOWED).sum())
        cells = [path.resolve().parent.name if path.name == "repo" else path.resolve().name, f"{len(found):,}"]
        cells += [f"{(found > ALLOWED).sum()}", f"{found.max(initial=0):.1f}", f"{np.maximum(-found, 0).mean():.1f}"]
        print(f"| {' | '.join(cells)} |", flush=True)  # noqa: T201
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
