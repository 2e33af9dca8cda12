"""How fast history is read, beside git alone and PyDriller: `python -m bench.history --repo PATH`."""

import argparse
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from scoring.git import Git
from scoring.git.environment import environment
from scoring.history.index import History
from scoring.history.partial import with_empty_blobs
from scoring.history.read import commit_change
from scoring.scorer import Scorer

HEADS = (
    "repository", "changes", "s", "changes/s", "git alone s", "x git", "x git cpu", "push ms", "features ms",
    "score ms", "MB", "git's MB", "x PyDriller",
)  # fmt: skip
BLOCKS = 5  # places of the history, evenly apart, that PyDriller visits


def seconds(work: Callable[[], object]) -> float:
    return both(work)[0]


def both(work: Callable[[], object]) -> tuple[float, float]:
    """The wall time of `work`, and the processor time it and its children took."""
    start, before = time.perf_counter(), os.times()
    work()
    took, after = time.perf_counter() - start, os.times()
    return took, sum(after[:4]) - sum(before[:4])


def processes(root: int) -> Iterator[tuple[str, int]]:
    """Yield (program, KiB) of a process and all under it: its own memory and its share of what is shared.

    Git maps the repository's packs; those pages belong to the kernel's cache, so of git only the rest is counted.
    """
    try:
        program = Path(f"/proc/{root}/comm").read_text().strip()
        memory = dict(line.split(":", 1) for line in Path(f"/proc/{root}/smaps_rollup").read_text().splitlines()[1:])
        yield program, int(memory["Pss_Anon" if program == "git" else "Pss"].split()[0])
        children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    except (OSError, KeyError):
        # it ended meanwhile
        return
    for child in children:
        yield from processes(int(child))


class Peak:
    """The most memory in MiB seen at one moment, of git and of all else."""

    def __init__(self) -> None:
        self.git = self.ours = 0.0

    def look(self) -> None:
        """Measure once."""
        running = list(processes(os.getpid()))
        self.git = max(self.git, sum(size for program, size in running if program == "git") / 1024)
        self.ours = max(self.ours, sum(size for program, size in running if program != "git") / 1024)


@contextmanager
def watched() -> Iterator[Peak]:
    """Measure memory once a second: looking at a large process costs time of its own."""
    peak, done = Peak(), threading.Event()

    def watch() -> None:
        while not done.wait(1.0):
            peak.look()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()
        peak.look()


def git_alone(git: Git, tip: str) -> None:
    """Let git do what it must: list files, count lines, find renames."""
    arguments = ("log", "--raw", "--numstat", "-M", "-z", "--no-merges", "--format=%H", tip)
    command = ["git", "-c", "safe.directory=*", "-C", str(git.path), *arguments]
    subprocess.run(command, stdout=subprocess.DEVNULL, env=environment(), check=True)


def pydriller(clone: Path, first: str, last: str) -> int:
    """Let PyDriller visit commits and their added lines; returns how many there were."""
    from pydriller import Repository

    commits = Repository(str(clone), from_commit=first, to_commit=last, only_no_merge=True).traverse_commits()
    return sum(1 for commit in commits for _ in [sum(file.added_lines for file in commit.modified_files)])


def peer_speed(git: Git, tip: str, commits: int) -> float:
    """How many changes PyDriller reads in a second, on blocks taken evenly from the main line of history."""
    shas = git.run("rev-list", "--first-parent", tip).decode().split()[:-1]
    size = max(1, min(commits, len(shas)) // BLOCKS)
    starts = [(len(shas) - size) * block // (BLOCKS - 1) for block in range(BLOCKS)]
    with tempfile.TemporaryDirectory() as folder:
        # it wants a clone with a work tree, owned by whoever runs it
        clone = ["git", "-c", "safe.directory=*", "clone", "-q", "--shared", "--no-checkout", str(git.directory)]
        subprocess.run([*clone, f"{folder}/clone"], check=True)
        began = time.perf_counter()
        visited = sum(pydriller(Path(folder) / "clone", shas[at + size - 1], shas[at]) for at in starts)
        return visited / (time.perf_counter() - began)


def measure(path: Path, peer: int) -> list[str]:
    name = path.resolve().parent.name if path.resolve().name == "repo" else path.resolve().name
    now = int(datetime.now(UTC).timestamp())
    with tempfile.TemporaryDirectory() as folder:
        tip = Git(path).resolve("HEAD")
        # git alone, too, would die of an absent file
        git, _ = with_empty_blobs(Git(path), Path(folder) / "view.git", tip)
        path = git.path
        history = History(path, Path(folder) / "a")
        before = git.resolve(f"{tip}~1")
        with watched() as peak:
            ours, our_cpu = both(lambda: history.refresh(before, now=now))
        pushed = seconds(lambda: history.refresh(tip, now=now))
        rows = len(history)
        reader = Scorer(path, Path(folder) / "a")
        change = commit_change(path, tip)
        reader.assess(change)
        facts = seconds(lambda: history.vector(history.facts(change, change.lines, now)))
        score = seconds(lambda: reader.assess(change))
        alone, git_cpu = both(lambda: git_alone(git, tip))
        peers = peer_speed(git, tip, peer) if peer else 0.0
    cells = [name, f"{rows:,}", f"{ours:.1f}", f"{rows / ours:,.0f}", f"{alone:.1f}", f"{ours / alone:.2f}"]
    cells += [f"{our_cpu / git_cpu:.2f}", *(f"{1000 * each:.{places}f}" for each, places in ((pushed, 0), (facts, 1)))]
    cells += [f"{1000 * score:.0f}", f"{peak.ours:.0f}", f"{peak.git:.0f}"]
    return [*cells, f"{rows / ours / peers:.0f}"] if peer else cells


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--repo", dest="repositories", type=Path, action="append", help="repeat for more; default: here"
    )
    parser.add_argument("--peer", type=int, default=0, help="commits that PyDriller visits, 0 = not measured")
    options = parser.parse_args()
    heads = HEADS if options.peer else HEADS[:-1]
    print(f"| {' | '.join(heads)} |\n|---{'|--:' * (len(heads) - 1)}|")  # noqa: T201 (its output is its purpose)
    for path in options.repositories or [Path()]:
        print(f"| {' | '.join(measure(path, options.peer))} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
