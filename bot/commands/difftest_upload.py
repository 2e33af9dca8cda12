"""`codechill difftest upload`: what was recorded is compared and masked here, and handed in to a server."""

import gzip
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO
from urllib.parse import quote

import click
import requests

from bot.commands.operator import Unusable
from bot.config.keys import signed
from bot.policy.text.whole import visible
from scoring.difftest.changes import Tolerance
from scoring.difftest.parcel import Packed
from scoring.difftest.readers import Problem

KEY = "CODECHILL_UPLOAD_KEY"
PART = 2 << 20  # bytes of one request
PATIENCE_S = 60.0
TRIES = 6
EVERY_S = 1.0  # between two looks at what became of it
AGAIN = "run the same command again: it goes on from there"


class Declined(click.ClickException):
    """The server said no, or could not read it: exit status 1."""

    exit_code = 1


class _Busy(Exception):
    """It may be otherwise in a moment."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server's signed door, for one repository."""

    address: str
    repository: str
    secret: str
    sleep: Callable[[float], None] = time.sleep

    def ask(self, method: str, path: str, body: bytes = b"") -> dict[str, Any]:
        """Raises Declined and Unusable. What fails on the way is tried again, TRIES times with longer pauses."""
        for attempt in range(TRIES):
            try:
                return self._once(method, path, body)
            except _Busy as busy:
                if attempt == TRIES - 1:
                    raise Unusable(f"{self.address}: {busy}; {AGAIN}") from None
                self.sleep(2.0**attempt)
        raise AssertionError

    def _once(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        headers = signed(self.repository, self.secret, datetime.now(UTC), method, path, body)
        headers["Content-Type"] = "application/octet-stream" if method == "PUT" else "application/json"
        address = f"{self.address}{path}"
        try:
            answer = requests.request(
                method, address, data=body, headers=headers, timeout=PATIENCE_S, allow_redirects=False
            )
            answered: dict[str, Any] = answer.json()
        except requests.JSONDecodeError:
            if answer.status_code >= 500:
                raise _Busy(f"it answered {answer.status_code}") from None
            raise Unusable(
                f"{self.address} answered {answer.status_code}, but not as codechill does: does it take differences "
                "(CODECHILL_UPLOAD_KEYS of the server)?"
            ) from None
        except requests.RequestException as error:
            raise _Busy(f"it could not be reached ({type(error).__name__})") from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise _Busy(str(answered.get("error", f"it answered {answer.status_code}")))
        if not answer.ok:
            raise Declined(visible(str(answered.get("error", f"the server answered {answer.status_code}"))))
        return answered


def server(address: str | None, repository: str | None) -> Server:
    """Where to hand in, with the key of the environment. Raises Unusable."""
    if not address:
        raise Unusable("name a server with --server or CODECHILL_SERVER")
    if not address.startswith(("https://", "http://")):
        raise Unusable(f"--server {visible(address)[:100]}: begin with https://, like https://chill.example.org")
    if not repository:
        raise Unusable("name the repository, owner/name, with --repository or GITHUB_REPOSITORY")
    secret = os.environ.get(KEY, "").strip()
    if not secret:
        raise Unusable(f"{KEY} is not set: in a pipeline it is a secret of the repository (and is not handed to forks)")
    return Server(address.rstrip("/"), repository, secret)


def tolerance(to: Server, team: str) -> Tolerance:
    """What the repository's configuration lets differ. Raises as `Server.ask`."""
    said = to.ask("GET", f"/api/differences/settings?team={quote(team, safe='')}")
    return Tolerance(frozenset(said["unordered"]), dict(said["numbers"]))


@dataclass(frozen=True, slots=True)
class Parcel:
    """A packed file with what the server is told of it first."""

    file: BinaryIO
    size: int
    sha256: str


def packed(lines: Iterable[bytes]) -> Parcel:
    """Lines in one packed file, gone with the process; the same lines give the same bytes."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is read later, and gone with the process
    with gzip.GzipFile("", "wb", 6, file, mtime=0) as pack:
        for line in lines:
            pack.write(line)
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while block := file.read(1 << 20):
        digest.update(block)
        size += len(block)
    file.seek(0)
    return Parcel(file, size, digest.hexdigest())


def hand_in(
    to: Server, parcel: Parcel, of: dict[str, Any], progress: Callable[[int, int], None] = lambda done, all_: None
) -> dict[str, Any]:
    """The upload as the server has it once all bytes are there; begun before, it goes on. Raises as `Server.ask`."""
    wanted = of | {"repository": to.repository, "size": parcel.size, "sha256": parcel.sha256}
    state = to.ask("POST", "/api/differences", json.dumps(wanted).encode())
    while state["state"] == "receiving":
        place = int(state["received"])
        parcel.file.seek(place)
        state = to.ask("PUT", f"/api/differences/{quote(state['upload'])}?place={place}", parcel.file.read(PART))
        progress(int(state["received"]), parcel.size)
    return state


def awaited(to: Server, state: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The same once it was read, or as it is after `seconds`."""
    until = time.monotonic() + seconds
    while state["state"] == "waiting" and time.monotonic() < until:
        to.sleep(EVERY_S)
        state = to.ask("GET", f"/api/differences/{quote(state['upload'])}")
    return state


def told(counted: Packed, state: dict[str, Any], style: str) -> str:
    """What was sent and what became of it."""
    if style == "json":
        sent = {"exchanges": counted.exchanges, "differences": counted.differences, "unreadable": counted.problems}
        return json.dumps(state | {"sent": sent}, indent=2, ensure_ascii=True)
    report, where = state["report"], f"{state['build']} of team {state['team']}"
    lines = (
        [f"{counted.differences:,} differences of {counted.exchanges:,} requests were handed in."]
        if (counted.exchanges)
        else [f"{counted.differences:,} differences were handed in."]
    )
    if counted.problems:
        lines += [f"{counted.problems:,} pieces could not be read:", *map(_problem, counted.shown)]
    if state["state"] == "waiting":
        lines.append(f"They wait to be read: {where}, upload {state['upload']}.")
    else:
        lines.append(f"{report['new']:,} are new, {report['again']:,} were there already: {where}.")
    if report["unlabelled"]:
        lines.append(f"{report['unlabelled']:,} came with a label, which does not count here (`difftest.labels`).")
    if report["strange"]:
        lines.append(f"categories that this team does not know: {', '.join(report['strange'])}")
    lines += [f"  {each}" for each in report["problems"]]
    return "\n".join(visible(each) for each in lines)


def _problem(one: Problem) -> str:
    return f"  {one.place}: {one.words}"


def listed(to: Server, style: str) -> str:
    """Every upload of the repository, oldest first. Raises as `Server.ask`."""
    rows = to.ask("GET", "/api/differences")["uploads"]
    if style == "json":
        return json.dumps(rows, indent=2, ensure_ascii=True)
    return "\n".join(visible(_row(each)) for each in rows) or "Nothing was handed in yet."


def erased(to: Server, name: str, style: str) -> str:
    """Take one out. Raises as `Server.ask`."""
    gone = to.ask("DELETE", f"/api/differences/{quote(name, safe='')}")
    if style == "json":
        return json.dumps(gone, indent=2, ensure_ascii=True)
    return visible(f"erased: {_row(gone)}")


def _row(state: dict[str, Any]) -> str:
    new, why = state["report"]["new"], f"  {state['words']}" if state["words"] else ""
    return (
        f"{state['upload']}  {state['at'][:16]}  {state['state']:<9} {new:>8,}  {state['team']}  {state['build']}{why}"
    )
