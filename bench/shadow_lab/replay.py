"""A release is started, asked everything once in order, and stopped."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.shadow_lab.install import code_of
from bench.shadow_lab.mutants import Mutant
from bench.shadow_lab.services import Asked, Service
from scoring.difftest.exchange import Message, read_body

READY_S = 180.0  # of a busy machine
ANSWER_S = 30.0
SILENT = 3
GONE = ("TimeoutError", "ConnectionRefusedError")


def answers(
    service: Service, home: Path, mutant: Mutant | None = None, trace: Path | None = None
) -> list[Message] | None:
    """One message a request; None where it does not start. With `trace` the lines that run are written there."""
    with tempfile.TemporaryDirectory(prefix="lab") as place:
        folder, environment = Path(place), _environment()
        service.prepare(folder)
        home = _overlaid(service, home, mutant, folder, environment)
        if trace is not None:
            environment["PYTHONPATH"] = str(_tracer(folder, code_of(service, home), trace))
        port = _free()
        with _running(service.command(home, folder, port), environment, folder) as process:
            if not _ready(port, process):
                return None
            places = (str(home), str(home.resolve()), place, f":{port}")
            return list(_asked(port, service, places))


def _asked(port: int, service: Service, places: tuple[str, ...]) -> Iterator[Message]:
    """One that hangs or is gone three times on end is asked nothing more: that would take a quarter of an hour."""
    silent = 0
    for each in service.requests:
        answer = Message(error="gave up") if silent == SILENT else _answer(port, each, places)
        silent = SILENT if silent == SILENT else silent + 1 if answer.error in GONE else 0
        yield answer


def _overlaid(service: Service, home: Path, mutant: Mutant | None, folder: Path, environment: dict[str, str]) -> Path:
    """The release with the change in it, the installed one untouched."""
    if mutant is None:
        return home
    if service.npm:
        modules = folder / "home" / "node_modules"
        modules.mkdir(parents=True)
        for each in (home / "node_modules").iterdir():
            if each.name != service.package:
                (modules / each.name).symlink_to(each)
        shutil.copytree(code_of(service, home), modules / service.package)
        (modules / service.package / mutant.file).write_text(mutant.text, "utf-8")
        return folder / "home"
    shutil.copytree(code_of(service, home), folder / "code" / service.package)
    (folder / "code" / service.package / mutant.file).write_text(mutant.text, "utf-8")
    environment["PYTHONPATH"] = str(folder / "code")
    return home


def _tracer(folder: Path, code: Path, trace: Path) -> Path:
    """A sitecustomize that writes which lines of the code ran, at the end of the process."""
    place = folder / "trace"
    place.mkdir()
    (place / "sitecustomize.py").write_text(
        "import atexit, signal, sys, threading\n"
        f"CODE, OUT, SEEN = {str(code) + os.sep!r}, {str(trace)!r}, set()\n"
        "def lines(frame, event, arg):\n"
        "    SEEN.add((frame.f_code.co_filename, frame.f_lineno))\n"
        "    return lines\n"
        "def calls(frame, event, arg):\n"
        "    return lines if frame.f_code.co_filename.startswith(CODE) else None\n"
        "def write():\n"
        "    sys.settrace(None)\n"
        "    with open(OUT, 'w') as file:\n"
        "        lines = [each for each in sorted(SEEN) if each[0].startswith(CODE)]\n"
        "        file.writelines(f'{name[len(CODE):]}:{line}\\n' for name, line in lines)\n"
        "atexit.register(write)\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit())\n"
        "threading.settrace(calls)\n"
        "sys.settrace(calls)\n"
    )
    return place


def _environment() -> dict[str, str]:
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return plain | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "TZ": "UTC"}


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(port: int, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + READY_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        time.sleep(0.05)
    return False


def _answer(port: int, asked: Asked, places: tuple[str, ...]) -> Message:
    """What it answers, without the folders and the port that are another's at each run."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
    try:
        connection.request(asked.method, asked.target, asked.body.encode() or None, dict(asked.headers))
        response = connection.getresponse()
        headers, raw = tuple(response.getheaders()), response.read(4 << 20)
        for each in places:
            headers = tuple((name, value.replace(each, "")) for name, value in headers)
            raw = raw.replace(each.encode(), b"")
        return Message(response.status, headers, read_body(raw, headers))
    except (OSError, http.client.HTTPException) as error:
        return Message(error=type(error).__name__)
    finally:
        connection.close()


def _free() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def executed(service: Service, home: Path, work: Path) -> dict[str, set[int]]:
    """file -> the lines that the requests run; of a program in another language every line of its code."""
    if service.npm:
        code = code_of(service, home)
        files = [each for each in sorted(code.glob("lib/server/**/*.js")) if "public" not in each.parts]
        return {str(each.relative_to(code)): set(range(10_000)) for each in files}
    trace = work / f"trace-{home.name}.txt"
    answers(service, home, trace=trace)
    lines: dict[str, set[int]] = {}
    for each in trace.read_text().splitlines():
        name, _, number = each.rpartition(":")
        lines.setdefault(name, set()).add(int(number))
    if not lines:
        sys.exit(f"{service.name} left no trace of what it ran")
    return lines
