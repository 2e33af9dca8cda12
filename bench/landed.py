"""Does landing integrity find what landed wrongly, and nothing else? On real merges of real histories.

    python -m bench.landed --repo PATH [--repo PATH ...] [--merges 2000] [--corrupted 500]

Right landings: merges that GitHub made itself (committer noreply@github.com, two parents), and of them a squash and a
rebase, as GitHub would have made them. Corrupted landings: the same merges with another tree, in each of the ways of
WAYS in turn. Exit status 0: all corrupted ones were found and none falsely, 1 otherwise.
"""

import argparse
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scoring.git import Git
from scoring.git.merging import difference, merged, scratch

WHO = {f"GIT_{role}_{what}": "bench" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
FORGE = "noreply@github.com"
SUBJECT = "^Merge pull request #"  # a branch that people update on its page may have conflicts that they resolved
OTHERWISE = 5  # each so many merges is squashed and rebased as well


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge of GitHub's: what it landed on, and the head."""

    sha: str
    base: str
    head: str


class Place:
    """A copy that borrows a repository's objects, to make commits in."""

    def __init__(self, repo: Path, folder: Path) -> None:
        self.folder = folder / repo.parent.name
        self.run("init", "--quiet", "--bare", str(self.folder), at=folder)
        (self.folder / "objects" / "info" / "alternates").write_text(f"{repo.resolve() / 'objects'}\n")
        tips = subprocess.run(
            ["git", "-C", str(repo), "for-each-ref", "--format=%(objectname)", "refs/heads"],
            capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
        self.tips = tips[:50]
        for at, tip in enumerate(self.tips):
            (self.folder / "refs" / "heads").mkdir(parents=True, exist_ok=True)
            (self.folder / "refs" / "heads" / f"tip-{at}").write_text(f"{tip}\n")

    def run(self, *arguments: str, at: Path | None = None, stdin: bytes = b"", index: str = "") -> str:
        env = os.environ | WHO | ({"GIT_INDEX_FILE": index} if index else {}) | {"GIT_CONFIG_GLOBAL": os.devnull}
        command = ["git", "-C", str(at or self.folder), *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, check=True, env=env).stdout.decode().strip()

    def merges(self) -> Iterator[Merge]:
        """Those that GitHub made, newest first."""
        asked = ("log", "--merges", f"--committer={FORGE}", f"--grep={SUBJECT}", "--format=%H %P", *self.tips)
        for line in self.run(*asked).splitlines():
            sha, *parents = line.split()
            if len(parents) == 2:
                yield Merge(sha, *parents)

    def commit(self, tree: str, *parents: str) -> str:
        return self.run("commit-tree", tree, *(word for parent in parents for word in ("-p", parent)), "-m", "landed")

    def tree(self, commit: str) -> str:
        return self.run("rev-parse", f"{commit}^{{tree}}")

    def edited(self, tree: str, *entries: str) -> str:
        """A tree with these entries of `update-index --index-info`."""
        with tempfile.NamedTemporaryFile(prefix="index") as file:
            Path(file.name).unlink()
            self.run("read-tree", tree, index=file.name)
            self.run(
                "update-index", "--index-info", stdin="".join(f"{one}\n" for one in entries).encode(), index=file.name
            )
            made = self.run("write-tree", index=file.name)
            Path(file.name).touch()
            return made

    def changed(self, before: str, after: str) -> list[list[str]]:
        """Of each changed file: modes and blobs before and after, its status, its path."""
        rows = self.run("diff-tree", "-r", "--no-renames", before, after).splitlines()
        return [[*row[1:].split("\t")[0].split(), row.split("\t")[1]] for row in rows if '"' not in row]


def _stale(place: Place, merge: Merge, right: str, chance: random.Random) -> str:
    """The head's own tree: everything that landed since it was branched off is gone."""
    return place.tree(merge.head)


def _lost(place: Place, merge: Merge, right: str, chance: random.Random) -> str:
    """One file of the head did not arrive."""
    old_mode, _, old, _, _, path = chance.choice(place.changed(place.tree(merge.base), right))
    return place.edited(right, f"{'0' if old_mode == '000000' else old_mode} {old}\t{path}")


def _undone(place: Place, merge: Merge, right: str, chance: random.Random) -> str:
    """A file of the base goes back to what it was before the last change of the base."""
    before = place.run("rev-parse", f"{merge.base}~1")
    touched = {row[-1] for row in place.changed(place.tree(merge.base), right)}
    rows = [row for row in place.changed(place.tree(before), place.tree(merge.base)) if row[-1] not in touched]
    old_mode, _, old, _, _, path = chance.choice(rows)
    return place.edited(right, f"{'0' if old_mode == '000000' else old_mode} {old}\t{path}")


def _added(place: Place, merge: Merge, right: str, chance: random.Random) -> str:
    """A file that nobody reviewed."""
    blob = place.run("hash-object", "-w", "--stdin", stdin=b"nobody reviewed this\n")
    return place.edited(right, f"100644 {blob}\t.github/workflows/more-{chance.randrange(10**6)}.yml")


def _byte(place: Place, merge: Merge, right: str, chance: random.Random) -> str:
    """One byte more in a file of the head."""
    _, mode, _, new, _, path = chance.choice([r for r in place.changed(place.tree(merge.base), right) if r[4] != "D"])
    data = subprocess.run(
        ["git", "-C", str(place.folder), "cat-file", "blob", new], capture_output=True, check=True
    ).stdout
    blob = place.run("hash-object", "-w", "--stdin", stdin=data + b" ")
    return place.edited(right, f"{mode} {blob}\t{path}")


def _mode(place: Place, merge: Merge, right: str, chance: random.Random) -> str:
    """A file of the head may be run as a program now, or no more."""
    rows = [row for row in place.changed(place.tree(merge.base), right) if row[1] in ("100644", "100755")]
    _, mode, _, new, _, path = chance.choice(rows)
    return place.edited(right, f"{'100755' if mode == '100644' else '100644'} {new}\t{path}")


def _nothing(place: Place, merge: Merge, right: str, chance: random.Random) -> str:
    """It was closed as landed, and nothing of it landed."""
    return place.tree(merge.base)


WAYS: dict[str, Callable[[Place, Merge, str, random.Random], str]] = {
    "stale tree": _stale, "file lost": _lost, "work of others undone": _undone, "file added": _added,
    "one byte": _byte, "mode": _mode, "nothing landed": _nothing,
}  # fmt: skip


def squashed(place: Place, merge: Merge, tree: str) -> str:
    return place.commit(tree, merge.base)


def rebased(place: Place, merge: Merge) -> str | None:
    """The commits of the head put on the base one by one; None where that does not go, or there is one only."""
    commits = place.run("rev-list", "--reverse", "--topo-order", merge.head, f"^{merge.base}").split()
    if not 1 < len(commits) <= 20:
        return None
    tip = merge.base
    with scratch(Git(place.folder)) as work:
        for commit in commits:
            parents = place.run("rev-list", "--parents", "--max-count=1", commit).split()[1:]
            if len(parents) != 1:
                return None
            ours = place.commit(place.tree(tip), parents[0])
            tree = merged(work, ours, commit)
            if tree is None:
                return None
            # what a scratch made is gone afterwards: make it again where it stays
            tree = place.run("merge-tree", "--write-tree", ours, commit).splitlines()[0]
            tip = place.commit(tree, tip)
    return tip


def right(place: Place, merge: Merge, at: int) -> tuple[dict[str, bool], float]:
    """By how it landed: whether it is found falsely. And the seconds of the first."""
    git, began = Git(place.folder), time.perf_counter()
    found = {"merge": difference(git, merge.sha, merge.head, merge.base) is not None}
    taken = time.perf_counter() - began
    if at % OTHERWISE == 0:
        squash = squashed(place, merge, place.tree(merge.sha))
        found["squash"] = difference(git, squash, merge.head, merge.base) is not None
        again = rebased(place, merge)
        if again is not None:
            found["rebase"] = difference(git, again, merge.head, merge.base) is not None
    return found, taken


def corrupted(place: Place, merge: Merge, way: str, chance: random.Random) -> bool | None:
    """Whether it is found; None where this merge cannot be corrupted in that way."""
    tree = place.tree(merge.sha)
    try:
        wrong = WAYS[way](place, merge, tree, chance)
    except (IndexError, subprocess.CalledProcessError):
        return None
    if wrong == tree:
        return None
    parents = chance.choice([(merge.base,), (merge.base, merge.head)])
    return difference(Git(place.folder), place.commit(wrong, *parents), merge.head, merge.base) is not None


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--repo", type=Path, action="append", required=True)
    asked.add_argument("--merges", type=int, default=2000)
    asked.add_argument("--corrupted", type=int, default=500)
    given, chance = asked.parse_args(), random.Random(1)  # noqa: S311
    falsely: Counter[str] = Counter()
    looked: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    seconds: list[float] = []
    ways = itertools.cycle(WAYS)
    with tempfile.TemporaryDirectory() as folder:
        for at, repo in enumerate(given.repo):
            place = Place(repo, Path(folder))
            left = len(given.repo) - at
            merges = itertools.islice(place.merges(), (given.merges - looked["merge"] + left - 1) // left)
            most = (given.corrupted - sum(tried.values()) + left - 1) // left
            done = 0
            for merge in merges:
                found, taken = right(place, merge, looked["merge"])
                looked.update(found.keys())
                seconds.append(taken)
                for how, false in found.items():
                    if false:
                        falsely[how] += 1
                        print(f"{place.folder.name} {how} {merge.sha}: found falsely", file=sys.stderr)  # noqa: T201
                if done < most and not found["merge"]:
                    way = next(ways)
                    seen = corrupted(place, merge, way, chance)
                    if seen is not None:
                        done, tried[way] = done + 1, tried[way] + 1
                        missed[way] += not seen
            print(f"{place.folder.name}: {dict(looked)}, {sum(tried.values())} corrupted", file=sys.stderr, flush=True)  # noqa: T201
    seconds.sort()
    spread = {
        name: round(seconds[int(len(seconds) * share)] * 1000) for name, share in {"p50": 0.5, "p95": 0.95}.items()
    }
    print(  # noqa: T201
        json.dumps(
            {
                "right": dict(looked),
                "found falsely": dict(falsely),
                "corrupted": dict(tried),
                "missed": {way: count for way, count in missed.items() if count},
                "milliseconds": spread,
            },
            indent=2,
        )
    )
    return 0 if not falsely.total() and not missed.total() and sum(tried.values()) >= given.corrupted else 1


if __name__ == "__main__":
    sys.exit(main())
