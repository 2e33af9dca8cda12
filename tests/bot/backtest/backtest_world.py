"""A repository whose landings are believable enough to be replayed: small changes, risky ones, reverts, proofs."""

import random
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from bot.commands.backtest import backtest

HOUR = 3600
START = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
WEEKEND = """\
version: 1
windows:
  - {name: Weekend, level: weekend, weekly: {from: "Fri 17:00", to: "Mon 08:00"}}
"""
HOSTILE = '<script>alert("1")</script> & `x` \u202e'


@dataclass(frozen=True)
class Ran:
    """What one run of the command left behind."""

    repo: Path
    state: Path
    html: str
    report: dict[str, Any]
    csv: list[str]
    text: str


def call(repo: Path, state: Path, *more: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(backtest, ["--repo", str(repo), "--state", str(state), *more])


def grow(repo: Path, changes: int, *, seed: int = 1, blame: tuple[str, ...] = ()) -> list[str]:
    """Make or extend a bare repository; returns its commits, oldest first. `blame` are commits that new ones revert."""
    if not repo.exists():
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(repo)], check=True)
    before = shas(repo)
    stream = b"".join(_commits(len(before), changes, seed, before[-1] if before else "", blame))
    subprocess.run(["git", "-C", str(repo), "fast-import", "--quiet", "--force"], input=stream, check=True)
    return shas(repo)


def shas(repo: Path) -> list[str]:
    """All commits, oldest first."""
    revisions = subprocess.run(
        ["git", "-C", str(repo), "rev-list", "--reverse", "--all"], capture_output=True, check=True, text=True
    )
    return revisions.stdout.split()


def _commits(first: int, changes: int, seed: int, onto: str, blame: tuple[str, ...]) -> list[bytes]:
    rng = random.Random(seed)
    marks = []
    for place in range(first, first + changes):
        title, files = _change(place, rng)
        if place - first < len(blame):
            title = f"Take back a change\n\nThis reverts commit {blame[place - first]}."
        marks.append(_commit(place, title, files, rng.choice(("ann", "bob", "cat")), onto if place == first else ""))
    return marks


def _change(place: int, rng: random.Random) -> tuple[str, dict[str, str]]:
    if place % 40 == 39:
        # three landings after a large one: taken back by title
        return f'Revert "Rework {place - 3}"', {"core/engine.py": _code(place, 30)}
    if place % 20 == 16:
        return f"Rework {place}", {f"core/{name}.py": _code(place, 150) for name in ("engine", "state", "wire")}
    if place % 50 == 45:
        # one file, comments only: large and harmless
        said = ("because the shop asked for it", "so that people can find it", "as it was before we moved")
        comments = "".join(f"# We keep this here {said[int(rng.random() * len(said))]}.\n" for _ in range(400))
        return f"Explain {place}", {"core/notes.py": f"{comments}x = 1\n"}
    if place % 60 == 7:
        return HOSTILE, {"docs/readme.md": f"{place}\n"}
    return f"Adjust {place}", {f"lib/part{rng.randrange(9)}.py": _code(place, rng.randrange(1, 9))}


def _code(place: int, lines: int) -> str:
    return "".join(f"def f{n}(a):\n    if a > {place + n}:\n        return {n}\n" for n in range(lines))


def _commit(place: int, message: str, files: dict[str, str], who: str, onto: str) -> bytes:
    text, at = message.encode(), START + place * 7 * HOUR
    person = f"{who} <{who}@x.example> {at} +0000".encode()
    parts = [b"commit refs/heads/main\nauthor " + person + b"\ncommitter " + person + b"\n"]
    parts.append(f"data {len(text)}\n".encode() + text + b"\n")
    if onto:
        parts.append(f"from {onto}\n".encode())
    for path, content in files.items():
        blob = content.encode()
        parts.append(f"M 100644 inline {path}\ndata {len(blob)}\n".encode() + blob + b"\n")
    return b"".join(parts) + b"\n"
