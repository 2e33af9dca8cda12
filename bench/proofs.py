"""How many changes of a repository's history are proved, how fast, and which of those were later reverted or fixed.

    python bench/proofs.py REPO [--limit N] [--skip N] [--json OUT] [--list]

Every commit without merges is compared with its parent. "Later faulted" are the commits that a later commit
reverts or names in a Fixes: trailer; every such commit with level P or S is printed, to be looked at.
Seconds are of processor time, without that of git.
"""

import argparse
import json
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from scoring.change import Change, FileChange
from scoring.semantics import ChangeVerdict, prove_change
from scoring.semantics.git import ENVIRONMENT, GIT, blobs, read_raw, run

FAULTED = re.compile(r"This reverts commit ([0-9a-f]{7,40})|^Fixes: ([0-9a-f]{7,40})\b", re.MULTILINE)


def messages(repo: Path, limit: int, skip: int) -> dict[str, str]:
    """The message of every commit without merges, newest first."""
    bound = [f"--skip={skip}", *([f"--max-count={limit}"] if limit else [])]
    out = run(repo, "log", "-z", "--no-merges", "--format=%H%n%B", *bound, "HEAD")
    records = (record.decode("utf-8", "replace").partition("\n") for record in out.split(b"\0") if record.strip())
    return {sha: message for sha, _, message in records}


def faulted(texts: dict[str, str]) -> dict[str, list[str]]:
    """Which commits a later commit reverts or fixes, and by which."""
    found: dict[str, list[str]] = {}
    short = {sha[:12]: sha for sha in texts}
    for by, text in texts.items():
        for match in FAULTED.finditer(text):
            name = (match.group(1) or match.group(2))[:12]
            sha = short.get(name) or next((full for full in texts if full.startswith(name)), "")
            found.setdefault(sha, []).append(by)
    found.pop("", None)
    return found


def changes(repo: Path, shas: list[str]) -> Iterator[Change]:
    """The files of each commit against its parent, from one running git."""
    command = [*GIT, "-C", str(repo), "diff-tree", "--stdin", "--root", "-r", "-z", "--raw", "-M100%", "--no-abbrev"]
    names = "".join(f"{sha}\n" for sha in shas).encode()
    out = subprocess.run(command, input=names, capture_output=True, check=True, env=os.environ | ENVIRONMENT).stdout
    at = datetime.fromtimestamp(0, UTC)
    for block in re.split(rb"(?:\A|(?<=\0))(?=[0-9a-f]{40}\0)", out):
        sha, _, raw = block.partition(b"\0")
        if sha:
            files: tuple[FileChange, ...] = tuple(read_raw(raw))
            yield Change(sha.decode(), "", "", at, "", "", files)


def suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower() or "(none)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="only the newest N commits")
    parser.add_argument("--skip", type=int, default=0, help="leave out the newest N commits")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--list", action="store_true", help="print every change with level P")
    asked = parser.parse_args()
    texts = messages(asked.repo, asked.limit, asked.skip)
    later = faulted(texts)
    levels: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    files: Counter[tuple[str, str]] = Counter()
    slowest: list[tuple[float, str]] = []
    suspects: list[tuple[str, ChangeVerdict]] = []
    started = time.process_time()
    with blobs(asked.repo) as reader:
        for change in changes(asked.repo, list(texts)):
            began = time.process_time()
            verdict = prove_change(change, reader.read)
            slowest.append((round(time.process_time() - began, 2), change.sha))
            levels[verdict.level or "none"] += 1
            if verdict.level:
                kinds[f"{verdict.level} {verdict.kind}"] += 1
            for file in verdict.files:
                files[(suffix(file.path), file.level or "none")] += 1
            if verdict.level == "P" and asked.list:
                print(change.sha, verdict.kind, texts[change.sha].split("\n")[0], flush=True)  # noqa: T201
            if verdict.level in ("P", "S") and change.sha in later:
                suspects.append((change.sha, verdict))
    seconds = time.process_time() - started
    count = sum(levels.values())
    table: dict[str, dict[str, int]] = {}
    for (ending, level), number in files.items():
        table.setdefault(ending, {})[level] = number
    top = dict(sorted(table.items(), key=lambda row: -sum(row[1].values()))[:16])
    result = {
        "repo": asked.repo.parent.name, "changes": count, "seconds": round(seconds, 1),
        "seconds_per_1000": round(1000 * seconds / max(count, 1), 1), "levels": dict(levels),
        "kinds": dict(kinds.most_common()), "files": top, "faulted_in_history": len(later),
        "slowest": sorted(slowest, reverse=True)[:3],
        "proved_and_faulted": [
            {"sha": sha, "level": verdict.level, "kind": verdict.kind, "by": later[sha],
             "title": texts[sha].split("\n")[0]}
            for sha, verdict in suspects
        ],
    }  # fmt: skip
    print(json.dumps(result, indent=1))  # noqa: T201
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
