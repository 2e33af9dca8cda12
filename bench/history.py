"""How fast history is read, beside git alone and PyDriller: `python bench/history.py REPOSITORY...`."""

import argparse
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
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def git_alone(git: Git, span: str) -> None:
    """Let git do what it must: list files, count lines, find renames."""
    arguments = ("log", "--raw", "--numstat", "-M", "-z", "--no-merges", "--format=%H", span)
    command = ["git", "-C", str(git.path), *arguments]
    subprocess.run(command, stdout=subprocess.DEVNULL, env=environment(), check=True)


def pydriller(git: Git, first: str, last: str) -> int:
    """Let PyDriller visit the same commits and their added lines; returns how many there were."""
    from pydriller import Repository

    commits = Repository(str(git.path), from_commit=first, to_commit=last, only_no_merge=True).traverse_commits()
    return sum(1 for commit in commits for _ in [sum(file.added_lines for file in commit.modified_files)])


def measure(path: Path, limit: int, peer: int) -> list[str]:
    """Return one line of the table for a repository."""
    git = Git(path)
    tip = git.resolve("HEAD")
    span = git.run("rev-list", f"--max-count={limit}", "--no-merges", tip).decode().split() if limit else []
    start = f"{span[-1]}..{tip}" if limit else tip
    with tempfile.TemporaryDirectory() as folder:
        history = History(path, Path(folder) / "a", absent_as_empty=True)
        now = int(datetime.now(UTC).timestamp())
        before = git.run("rev-parse", f"{tip}~1").decode().strip()
        ours = seconds(lambda: history.refresh(before, now=now))
        pushed = seconds(lambda: history.refresh(tip, now=now))
        rows = len(history)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        reader = Scorer(path, Path(folder) / "a", absent_as_empty=True)
        change = commit_change(path, tip)
        reader.assess(change)
        facts = seconds(lambda: history.vector(history.facts(change, change.lines, now)))
        score = seconds(lambda: reader.assess(change))
    alone = seconds(lambda: git_alone(git, start))
    cells = [path.parent.name if path.name == "repo" else path.name, f"{rows:,}", f"{ours:.1f}", f"{rows / ours:,.0f}"]
    cells += [
        f"{alone:.1f}",
        f"{ours / alone:.2f}",
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
    parser.add_argument("repositories", nargs="*", type=Path, default=[Path()])
    parser.add_argument("--peer", type=int, default=0, help="commits that PyDriller visits, 0 = not measured")
    parser.add_argument("--limit", type=int, default=0, help="commits that git alone reads, 0 = all")
    options = parser.parse_args()
    heads = [
        "repository",
        "changes",
        "s",
        "changes/s",
        "git alone s",
        "x git",
        "push ms",
        "features ms",
        "score ms",
        "MB",
    ]
    heads += ["x PyDriller"] if options.peer else []
    print(f"| {' | '.join(heads)} |\n|---{'|--:' * (len(heads) - 1)}|")  # noqa: T201 (its output is its purpose)
    for path in options.repositories:
        print(f"| {' | '.join(measure(path, options.limit, options.peer))} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
