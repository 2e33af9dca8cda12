"""Run a formatter on the base: when its output is the head, byte for byte, the change is that formatter's work.

No configuration of the repository is read, and no file of it is written: the tools get text and give text.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MAX_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Tool:
    """A formatter that reads standard input; `widths` are the line lengths people use with it, 0 for its own."""

    name: str
    suffixes: tuple[str, ...]
    arguments: tuple[str, ...]
    width: tuple[str, ...] = ()
    widths: tuple[int, ...] = (0,)


TOOLS = (
    Tool(
        "ruff",
        (".py", ".pyi"),
        ("format", "--isolated", "--no-cache", "--stdin-filename", "compared{suffix}", "-"),
        ("--config", "line-length={width}"),
        (88, 79, 100, 120),
    ),
    Tool(
        "black",
        (".py", ".pyi"),
        ("--quiet", "--config", os.devnull, "-"),
        ("--line-length", "{width}"),
        (88, 79, 100, 120),
    ),
    Tool("gofmt", (".go",), ()),
)


def reproduces(old: bytes, new: bytes, path: str) -> str | None:
    """The tool, with its version and line length, that turns `old` into `new`; None when none at hand does."""
    suffix = os.path.splitext(path)[1]
    for tool in TOOLS:
        program = _program(tool.name) if suffix in tool.suffixes else None
        for width in tool.widths if program else ():
            if _run(_command(tool, program or "", suffix, width), old) == new:
                return f"{_version(tool.name, program or '')}{f', line length {width}' if width else ''}"
    return None


def _command(tool: Tool, program: str, suffix: str, width: int) -> list[str]:
    width_arguments = [part.format(width=width) for part in tool.width] if width else []
    return [
        program,
        *(part.format(suffix=suffix) for part in tool.arguments[:-1]),
        *width_arguments,
        *tool.arguments[-1:],
    ]


def _run(command: list[str], source: bytes) -> bytes | None:
    """What the tool answers in an empty folder without the environment of the server; None when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "LC_ALL": "C.UTF-8"}
        try:
            done = subprocess.run(
                command,
                input=source,
                capture_output=True,
                timeout=MAX_SECONDS,
                cwd=folder,
                env=environment,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    return done.stdout if done.returncode == 0 else None


@cache
def _program(name: str) -> str | None:
    """Where the tool is: beside this Python, or on the search path."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.is_file() else shutil.which(name)


@cache
def _version(name: str, program: str) -> str:
    words = (_run([program, "--version"], b"") or b"").decode("utf-8", "replace").split()
    return " ".join([name, *(word for word in words[1:2])])
