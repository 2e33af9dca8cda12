"""How fast history is read, beside git alone and PyDriller: `python -m bench.history --repo PATH`."""

import argparse
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from scoring.history.git import Git, environment
from scoring.history.index import History
from scoring.history.read import commit_change
from scoring.scorer import Scorer


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes by the wall clock."""
    return both(work)[0]


def both(work: Callable[[], object]) -> tuple[float, float]:
    """Return the wall time of `work`, and the processor time it and its children took."""
    start, before = time.perf_counter(), os.times()
    work()
    took, after = time.perf_counter() - start, os.times()
    return took, sum(after[:4]) - sum(before[:4])


def git_alone(git: Git, span: str) -> None:
    """Let git do what it must: list files, count lines, find renames."""
    arguments = ("log", "--raw", "--numstat", "-M", "-z", "--no-merges", "--format=%H", span)
    command = ["git", "-C", str(git.path), *arguments]
    subprocess.run(command, stdout=subprocess.DEVNULL, env=environment(), check=True)


def pydriller(git: Git, first: str, last: str) -> int:
    """Let PyDriller visit the same commits and their added lines; returns how many there were."""
    from pydriller import Repository

    with tempfile.TemporaryDirectory() as folder:
        # it wants a clone with a work tree, owned by whoever runs it
        clone = ["git", "-c", "safe.directory=*", "clone", "-q", "--shared", "--no-checkout", str(git.directory)]
        subprocess.run([*clone, f"{folder}/clone"], check=True)
        commits = Repository(
            f"{folder}/clone", from_commit=first, to_commit=last, only_no_merge=True
        ).traverse_commits()
        return sum(1 for commit in commits for _ in [sum(file.added_lines for file in commit.modified_files)])


def measure(path: Path, peer: int) -> list[str]:
    """Return one line of the table for a repository."""
    git = Git(path)
    tip = git.resolve("HEAD")
    with tempfile.TemporaryDirectory() as folder:
        history = History(path, Path(folder) / "a")
        now = int(datetime.now(UTC).timestamp())
        before = git.run("rev-parse", f"{tip}~1").decode().strip()
        ours, our_cpu = both(lambda: history.refresh(before, now=now))
        pushed = seconds(lambda: history.refresh(tip, now=now))
        rows = len(history)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        reader = Scorer(path, Path(folder) / "a")
        change = commit_change(path, tip)
        reader.assess(change)
        facts = seconds(lambda: history.vector(history.facts(change, change.lines, now)))
        score = seconds(lambda: reader.assess(change))
    alone, git_cpu = both(lambda: git_alone(git, tip))
    cells = [path.parent.name if path.name == "repo" else path.name, f"{rows:,}", f"{ours:.1f}", f"{rows / ours:,.0f}"]
    cells += [
        f"{alone:.1f}",
        f"{ours / alone:.2f}",
        f"{our_cpu / git_cpu:.2f}",
        f"{1000 * pushed:.0f}",
        f"{1000 * facts:.1f}",
        f"{1000 * score:.0f}",
    ]
    cells.append(f"{memory:.0f}")
    if peer:
        shas = git.run("rev-list", "--no-merges", f"--max-count={peer}", tip).decode().split()
        visited = 0

        def visit() -> None:
            nonlocal visited
            visited = pydriller(git, shas[-1], shas[0])

        took = seconds(visit)
        cells.append(f"{(rows / ours) / (visited / took):.0f}")
    return cells


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--repo", dest="repositories", type=Path, action="append", help="repeat for more; default: here"
    )
    parser.add_argument("--peer", type=int, default=0, help="commits that PyDriller visits, 0 = not measured")
    options = parser.parse_args()
    heads = [
        "repository",
        "changes",
        "s",
        "changes/s",
        "git alone s",
        "x git",
        "x git cpu",
        "push ms",
        "features ms",
        "score ms",
        "MB",
    ]
    heads += ["x PyDriller"] if options.peer else []
    print(f"| {' | '.join(heads)} |\n|---{'|--:' * (len(heads) - 1)}|")  # noqa: T201 (its output is its purpose)
    for path in options.repositories or [Path()]:
        print(f"| {' | '.join(measure(path, options.peer))} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
