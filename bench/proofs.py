"""How many landings of a history are proved harmless, how fast, and which of those were later at fault.

    python -m bench.proofs look REPO NOTES [--seconds 280]   # again and again, until it says that all are looked at
    python -m bench.proofs tell REPO NOTES [--markdown NAME]

A landing is what reached the branch: a commit, or a whole merged branch, compared with what was there before. Every
one of the history is looked at; each gets one line of JSON in the file NOTES, so that work can be stopped and taken up
at any time. Later at fault are those that a later message reverts or names in a Fixes: trailer, whatever the time
between. Seconds are of the processor, formatters included, git's own not.
"""

import argparse
import json
import os
import re
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.faults import faults
from scoring.change import Change
from scoring.git import Git
from scoring.semantics import prove_change
from scoring.semantics.git import read_raw
from scoring.semantics.guards import MAX_BYTES
from scoring.semantics.languages import LANGUAGES
from scoring.semantics.paths import classify
from scoring.semantics.verdict import FileVerdict

Note = dict[str, Any]
LEVELS = ("P", "S", "H", "-")
CHUNK = 200
TITLES = {ending: language.title for language in LANGUAGES for ending in language.suffixes} | {
    ".py": "Python", ".pyi": "Python", ".json": "JSON", ".toml": "TOML", ".yaml": "YAML", ".yml": "YAML",
}  # fmt: skip


def landings(repo: Path) -> dict[str, str]:
    """Everything that reached the branch, oldest first, with its title."""
    git = Git(repo)
    log = git.run("log", "-z", "--first-parent", "--reverse", "--format=%H %s", git.resolve("HEAD"))
    return dict(line.split(" ", 1) for line in log.decode("utf-8", "replace").split("\0") if line.strip())


def changes(repo: Path, shas: Sequence[str]) -> Iterator[Change]:
    """The files of each landing against its first parent; one that moved and changed as the two that are judged."""
    git = Git(repo)
    parents = dict(
        line.split()[:2] if " " in line else (line, "")
        for line in git.run("rev-list", "--first-parent", "--parents", git.resolve("HEAD")).decode().splitlines()
    )
    for start in range(0, len(shas), CHUNK):
        lines = "".join(f"{sha} {parents[sha]}".rstrip() + "\n" for sha in shas[start : start + CHUNK])
        options = ["--stdin", "--root", "-r", "-z", "--raw", "-M100%", "--no-abbrev"]
        out = git.run("diff-tree", *options, stdin=lines.encode())
        blocks = (block.partition(b"\0") for block in re.split(rb"(?:\A|(?<=\0))(?=[0-9a-f]{40}\0)", out))
        raw_of = {sha.decode(): raw for sha, _, raw in blocks if sha}
        for sha in shas[start : start + CHUNK]:  # of one that changed nothing git says nothing
            files = tuple(read_raw(raw_of.get(sha, b"")))
            yield Change(sha, "", "", datetime.fromtimestamp(0, UTC), "", "", files)


def processor() -> float:
    """Seconds that this process and the formatters it waited for have used."""
    used, waited = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return used.ru_utime + used.ru_stime + waited.ru_utime + waited.ru_stime


def kind_of(file: FileVerdict) -> str:
    """The language of a file, or its class when no language is known."""
    ending = os.path.splitext(file.path)[1].lower()
    kind = classify(file.path)
    return kind if kind in ("docs", "lockfile", "resource") else TITLES.get(ending, "other")


def look(repo: Path, notes: Path, seconds: float) -> tuple[int, int]:
    """Note what is certain about landings not yet looked at. Returns how many are done and how many there are."""
    known = {note["sha"] for note in read(notes)} if notes.exists() else set()
    everything = landings(repo)
    missing = [sha for sha in everything if sha not in known]
    ends = time.monotonic() + seconds
    done = len(known)
    with notes.open("a", encoding="utf-8") as out, Git(repo).blobs(MAX_BYTES) as reader:
        for change in changes(repo, missing):
            began = processor()
            verdict = prove_change(change, reader.read)
            files = Counter(f"{kind_of(file)} {file.level or '-'}" for file in verdict.files)
            note = {"sha": change.sha, "level": verdict.level or "-", "kind": verdict.kind, "files": dict(files),
                    "seconds": round(processor() - began, 4)}  # fmt: skip
            out.write(json.dumps(note) + "\n")
            done += 1
            if time.monotonic() > ends:
                break
    return done, len(everything)


def read(notes: Path) -> list[Note]:
    return [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]


def tell(repo: Path, notes: Path) -> dict[str, Any]:
    """Counts by level, kind and language, and every landing proved or strongly evidenced that was later at fault."""
    noted = {note["sha"]: note for note in read(notes)}
    everything = landings(repo)
    rows = [noted[sha] for sha in everything if sha in noted]
    at_fault = faults(repo, list(everything))
    seconds = sum(note["seconds"] for note in rows)
    return {
        "landings": len(everything), "looked_at": len(rows), "seconds": round(seconds, 1),
        "seconds_per_1000": round(1000 * seconds / max(1, len(rows)), 1),
        "levels": {level: sum(note["level"] == level for note in rows) for level in LEVELS},
        "kinds": dict(Counter(f"{n['level']} {n['kind']}" for n in rows if n["level"] != "-").most_common()),
        "at_fault": {
            "all": len(at_fault),
            **{level: sum(note["level"] == level for note in rows if note["sha"] in at_fault) for level in LEVELS},
        },
        "languages": languages(rows),
        "slowest": [(note["sha"], note["seconds"]) for note in sorted(rows, key=lambda note: -note["seconds"])[:3]],
        "suspects": [
            {"sha": note["sha"], "level": note["level"], "kind": note["kind"], "title": everything[note["sha"]],
             "by": at_fault[note["sha"]]}
            for note in rows
            if note["sha"] in at_fault and note["level"] in ("P", "S")
        ],
    }  # fmt: skip


def languages(rows: Sequence[Note]) -> dict[str, dict[str, int]]:
    """By language: landings that touch it, files of it by level, and landings of nothing but it by level."""
    counts: dict[str, Counter[str]] = {}
    for note in rows:
        touched = {name.rpartition(" ")[0] for name in note["files"]}
        for name, count in note["files"].items():
            language, _, level = name.rpartition(" ")
            counts.setdefault(language, Counter())[f"files {level}"] += count
        for language in touched:
            counts[language]["landings"] += 1
            if len(touched) == 1:
                counts[language][f"alone {note['level']}"] += 1
    return {name: dict(count) for name, count in sorted(counts.items(), key=lambda item: -item[1]["landings"])}


def markdown(name: str, counts: dict[str, Any]) -> str:
    """The rows that docs/proofs.md shows."""
    levels, fault = counts["levels"], counts["at_fault"]
    lines = [
        f"| {name} | {counts['looked_at']:,} | {levels['P']} | {levels['S']:,} | {levels['H']} | "
        f"{counts['seconds_per_1000']:.0f} | {fault['all']:,} | {fault['P']} | {fault['S']} |",
        "",
    ]
    for language, count in counts["languages"].items():
        of = [count.get(f"files {level}", 0) for level in LEVELS]
        alone = [count.get(f"alone {level}", 0) for level in LEVELS]
        lines.append(
            f"| {name} | {language} | {count['landings']:,} | {sum(of):,} | {of[0]:,} | {of[1]:,} | {of[2]:,} | "
            f"{sum(alone):,} | {alone[0]} | {alone[1]} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("look", "tell"))
    parser.add_argument("repo", type=Path)
    parser.add_argument("notes", type=Path)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop looking after this time")
    parser.add_argument("--markdown", metavar="NAME", help="tell in the rows of docs/proofs.md")
    asked = parser.parse_args()
    if asked.task == "look":
        done, of = look(asked.repo, asked.notes, asked.seconds)
        print(f"{done} of {of} looked at")  # noqa: T201
    else:
        counts = tell(asked.repo, asked.notes)
        print(markdown(asked.markdown, counts) if asked.markdown else json.dumps(counts, indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
