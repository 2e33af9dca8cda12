"""Real git repositories with a chosen past, written by one `git fast-import`."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

DAY = 86400
START = 1_700_000_000


@dataclass(frozen=True)
class Step:
    """One commit: files map a path to its new content, None deletes it, ("from", old) renames."""

    message: str
    files: dict[str, bytes | None] = field(default_factory=dict)
    author: str = "ann@x.org"  # an address, or a name and an address in angle brackets
    at: int = START
    parents: tuple[int, ...] | None = None  # places of earlier steps, also of earlier calls; default: the one before
    renames: tuple[tuple[str, str], ...] = ()
    modes: dict[str, str] = field(default_factory=dict)


def build(path: Path, steps: list[Step]) -> list[str]:
    """Make a bare repository at `path` and return the ids of its commits, in order; main is the last one."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
    return extend(path, steps, first=0)


def extend(path: Path, steps: list[Step], *, first: int, onto: str = "") -> list[str]:
    """Add commits on top of `onto`; marks are numbered from `first`."""
    stream = b"".join(_commit(place + first, step, place == 0, onto) for place, step in enumerate(steps))
    marks = path.parent / f"{path.name}.marks"
    subprocess.run(
        [
            "git",
            "-C",
            str(path),
            "fast-import",
            "--quiet",
            "--force",
            f"--import-marks-if-exists={marks}",
            f"--export-marks={marks}",
        ],
        input=stream,
        check=True,
    )
    named = dict(line.split() for line in marks.read_text().splitlines())
    return [named[f":{place + first + 1}"] for place in range(len(steps))]


def _commit(place: int, step: Step, is_first: bool, onto: str) -> bytes:
    named = step.author if "<" in step.author else f"{step.author.split('@')[0]} <{step.author}>"
    who = f"{named} {step.at} +0000".encode()
    text = step.message.encode()
    parts = [
        f"commit refs/heads/main\nmark :{place + 1}\n".encode(),
        b"author " + who + b"\ncommitter " + who + b"\n",
        f"data {len(text)}\n".encode() + text + b"\n",
    ]
    parents = [f":{parent + 1}" for parent in step.parents] if step.parents is not None else []
    if step.parents is None and is_first and onto:
        parents = [onto]
    if step.parents is None and not is_first:
        parents = [f":{place}"]
    for index, parent in enumerate(parents):
        parts.append(f"{'merge' if index else 'from'} {parent}\n".encode())
    parts += [b'R "' + _quote(old) + b'" "' + _quote(new) + b'"\n' for old, new in step.renames]
    for name, content in step.files.items():
        quoted = b'"' + _quote(name) + b'"'
        if content is None:
            parts.append(b"D " + quoted + b"\n")
        else:
            mode = step.modes.get(name, "100644").encode()
            parts.append(b"M " + mode + b" inline " + quoted + f"\ndata {len(content)}\n".encode() + content + b"\n")
    return b"".join(parts) + b"\n"


def _quote(name: str) -> bytes:
    raw = name.encode("utf-8", "surrogateescape")
    return b"".join(bytes([b]) if 32 <= b < 127 and b not in b'"\\' else b"\\%03o" % b for b in raw)


def lines(count: int, word: str = "x") -> bytes:
    """Return that many different lines without any decision word."""
    return b"".join(f"{word}{number} = {number}\n".encode() for number in range(count))
