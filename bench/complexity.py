"""What exact complexity would cost and bring: lizard beside the running count of decision words.

`python -m bench.complexity --repo PATH`: lines a second over whole files, milliseconds for the files of a real change,
and how well the two agree on the order of files and of changes.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import lizard
import numpy as np
from numpy.typing import NDArray

from scoring.change import FileChange
from scoring.facts.entry import Entry
from scoring.facts.languages import of_path
from scoring.facts.lines import count
from scoring.git import Git
from scoring.history.index import History
from scoring.history.stream import commits

HEADS = (
    "repository", "files", "lines", "lizard lines/s", "count lines/s", "lizard ms a change: half, 19 in 20, most",
    "over 50 ms", "files' order", "changes' order", "history read s", "lizard on every version s",
)  # fmt: skip


def blobs(git: Git, ids: Sequence[str]) -> Iterator[bytes]:
    """Yield the contents of blobs, by one git cat-file."""
    answers = git.run("cat-file", "--batch", stdin="".join(f"{name}\n" for name in ids).encode())
    at = 0
    for _ in ids:
        end = answers.index(b"\n", at)
        size = int(answers[at:end].split()[2])
        yield answers[end + 1 : end + 1 + size]
        at = end + 2 + size


def read_by_both(path: str) -> bool:
    """Say whether lizard has a reader for the file and the count reads it as code."""
    return lizard.get_reader_for(path) is not None and of_path(path) is not None


def cyclomatic(path: str, content: bytes) -> int:
    """The sum of the cyclomatic complexities of the functions of a file, less one each: its decisions."""
    analysed = lizard.analyze_file.analyze_source_code(path, content.decode(errors="replace"))
    return sum(function.cyclomatic_complexity - 1 for function in analysed.function_list)


def words(path: str, content: bytes) -> int:
    """The decision words of a file, counted as the history engine does when it is added."""
    added = b"\n@@ -0,0 +1 @@\n+" + content.replace(b"\n", b"\n+")
    return count(added, path).branches_added


def agreement(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's rank correlation, ties sharing their mean rank."""
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    _, place, size = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(size) - (size - 1) / 2)[place])


class Files:
    """The files at a commit that both can read, at most `most` of them, evenly from the sorted list."""

    def __init__(self, git: Git, tip: str, most: int) -> None:
        listed = git.run("ls-tree", "-r", "-z", tip).split(b"\0")[:-1]
        named = [(line.split(b"\t", 1)[1], line.split()[2].decode()) for line in listed if line.startswith(b"100")]
        sample = [(path, name) for path, name in named if read_by_both(path.decode(errors="replace"))]
        sample = sample[:: max(1, len(sample) // most)]
        self.paths = [path for path, _ in sample]
        self.contents = list(blobs(git, [name for _, name in sample]))
        self.lines = sum(content.count(b"\n") for content in self.contents)
        self.names = [path.decode(errors="replace") for path in self.paths]

    def timed(self, of: Callable[[str, bytes], int]) -> tuple[list[int], float]:
        """A measure of every file and how many lines a second it took."""
        start = time.process_time()
        measures = [of(*each) for each in zip(self.names, self.contents, strict=True)]
        return measures, self.lines / (time.process_time() - start)


def changed(git: Git, tip: str, most: int) -> tuple[list[float], list[float], list[float], int]:
    """Of recent changes: seconds of lizard, its difference in decisions, ours, and the lines it had to read."""
    shas = git.run("rev-list", "--no-merges", f"--max-count={most}", tip).decode().split()
    took, exact, counted, lines = [], [], [], 0
    for commit in commits(git, shas):
        pairs = [(f, c) for f, c in zip(commit.files, commit.lines, strict=True) if _countable(f)]
        if not pairs:
            continue
        sides = [(f.path, name, sign) for f, _ in pairs for name, sign in ((f.old_blob, -1), (f.new_blob, 1)) if name]
        contents = list(blobs(git, [name for _, name, _ in sides]))
        start = time.process_time()
        exact.append(
            sum(sign * cyclomatic(path, content) for (path, _, sign), content in zip(sides, contents, strict=True))
        )
        took.append(time.process_time() - start)
        counted.append(sum(c.branches_added - c.branches_deleted for _, c in pairs))
        lines += sum(content.count(b"\n") for (_, _, sign), content in zip(sides, contents, strict=True) if sign > 0)
    return took, exact, counted, lines


def _countable(file: FileChange) -> bool:
    return not file.binary and "160000" not in (file.old_mode, file.new_mode) and read_by_both(file.path)


def measure(path: Path, files: int, changes: int) -> list[str]:
    git = Git(path)
    tip = git.resolve("HEAD")
    with tempfile.TemporaryDirectory() as folder:
        history = History(path, Path(folder))
        start = time.perf_counter()
        history.refresh(tip, now=int(datetime.now(UTC).timestamp()))
        read, rows = time.perf_counter() - start, len(history)
        sample = Files(git, tip, files)
        branches = [Entry.load(history.store.entry(b"p" + each) or Entry().dump()).branches for each in sample.paths]
    exact, speed = sample.timed(cyclomatic)
    _, ours = sample.timed(words)
    took, difference, counted, lines = changed(git, tip, changes)
    ordered = np.sort(took) * 1000
    per_change = lines / len(took) / speed
    name = path.resolve().parent.name if path.resolve().name == "repo" else path.resolve().name
    spread = f"{np.median(ordered):.0f}, {np.quantile(ordered, 0.95):.0f}, {ordered[-1]:.0f}"
    return [
        name, f"{len(exact):,}", f"{sample.lines:,}", f"{speed:,.0f}", f"{ours:,.0f}", spread,
        f"{100 * np.mean(ordered > 50):.0f} %", f"{agreement(exact, branches):.2f}",
        f"{agreement(difference, counted):.2f}", f"{read:.0f}", f"{rows * per_change:.0f}",
    ]  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repo", dest="repositories", type=Path, action="append", help="repeat for more")
    parser.add_argument("--files", type=int, default=400, help="files at HEAD that are compared, at most")
    parser.add_argument("--changes", type=int, default=200, help="latest changes that are compared")
    options = parser.parse_args()
    print(f"| {' | '.join(HEADS)} |\n|---{'|--:' * (len(HEADS) - 1)}|")  # noqa: T201 (its output is its purpose)
    for path in options.repositories or [Path()]:
        print(f"| {' | '.join(measure(path, options.files, options.changes))} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
