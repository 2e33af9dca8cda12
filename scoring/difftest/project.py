"""A folder of differences, answers and frozen predictions: lines that are only ever added to.

What is cut off in the middle of a line by a crash is taken away, and written again by the same import.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from scoring.difftest.answers import Answer
from scoring.difftest.desk import Desk
from scoring.difftest.groups import Group, Groups
from scoring.difftest.intake import Imported, Intake
from scoring.difftest.labeller import Labelled, Labeller
from scoring.difftest.labels import Label, NoiseReason
from scoring.difftest.noise import Measured
from scoring.difftest.readers import Piece, Problem
from scoring.difftest.readers.source import objects
from scoring.difftest.record import Difference, Origin, name_of
from scoring.difftest.schema import plain, read_difference, when
from scoring.difftest.settings import TeamSettings, read_settings
from scoring.difftest.shelf import lent_to
from scoring.difftest.templates import Templates
from scoring.difftest.trimmed import as_it_is
from scoring.errors import ScoringError

EVERY = 500  # differences between two reports of progress
Progress = Callable[[int], None]
_NAMES = re.compile(rb'^\{"id": "([^"\\]{1,300})", "team": "([^"\\]{0,300})"')


class Project:
    """One folder; several people may add to it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._differences, self._answers = folder / "differences.jsonl", folder / "answers.jsonl"
        self._measured, self._predictions = folder / "measured.jsonl", folder / "predictions.jsonl"

    @classmethod
    def open(cls, folder: Path, *, make: bool = False) -> "Project":
        """Raises ScoringError where there is none and none is to be made."""
        if make:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif not (folder / "differences.jsonl").is_file():
            raise ScoringError(f"{folder} holds no differences: codechill difftest import puts some there")
        return cls(folder)

    def settings(self, team: str) -> TeamSettings:
        return self._teams.get(team, TeamSettings())

    def lent(self, team: str) -> list[Labelled]:
        return lent_to(team, self._teams, lambda lender: Desk.of(self.groups(lender), self.answers()))

    @cached_property
    def _teams(self) -> dict[str, TeamSettings]:
        path = self.folder / "settings.json"
        return read_settings(path.read_text("utf-8")) if path.is_file() else {}

    def add(self, pieces: Iterable[Piece], origin: Origin, progress: Progress = lambda _: None) -> Imported:
        """Keep every difference that is not there yet, one at a time; what was read before an error stays."""
        path = self.folder / "templates.json"
        with _appending(self._differences) as differences, _appending(self._measured) as measured:
            intake = Intake(self._known(), _templates(path), self.settings)
            try:
                for piece in intake.take(pieces, origin):
                    match piece:
                        case (_, one):
                            differences.write(_line({"id": one.id, "team": one.origin.team, **plain(one)}))
                        case Measured():
                            release = origin.build or origin.snapshot
                            measured.write(_line({"team": origin.team, "release": release, "measured": asdict(piece)}))
                    if intake.report.seen % EVERY == 0:
                        progress(intake.report.seen)
            finally:
                _replace(path, json.dumps({team: each.plain() for team, each in intake.templates.items()}))
        progress(intake.report.seen)
        return intake.report

    def differences(self) -> Iterator[Difference]:
        for _, value in objects(self._differences) if self._differences.is_file() else ():
            if not isinstance(value, Problem):
                yield read_difference(value, Origin(), as_it_is)

    def groups(self, team: str | None = None) -> list[Group]:
        """All groups, of one team or of each."""
        groups = Groups()
        for each in self.differences():
            if team is None or each.origin.team == team:
                groups.add(each)
        for value in _values(self._measured):
            if team in (None, value["team"]):
                groups.measure(value["team"], value["release"], Measured(**value["measured"]))
        return groups.all()

    def answer(self, answers: Iterable[Answer]) -> None:
        with _appending(self._answers) as file:
            for each in answers:
                file.write(_line({**asdict(each), "at": each.at.isoformat()}))

    def answers(self) -> list[Answer]:
        """In the order in which they were given."""
        return [
            Answer(
                value["group"],
                Label(value["label"]) if value["label"] else None,
                value["by"],
                _at(value),
                value.get("why", ""),
                NoiseReason(value["noise_reason"]) if value.get("noise_reason") else None,
            )
            for value in _values(self._answers)
        ]

    def freeze(self, predictions: Iterable[dict[str, Any]]) -> int:
        """Keep predictions that nobody can change; of a group that has one by the same labeller the first stays."""
        there = {(value["group"], value["by"]) for value in self.predictions()}
        new = [each for each in predictions if (each["group"], each["by"]) not in there]
        with _appending(self._predictions) as file:
            for each in new:
                file.write(_line(each))
        return len(new)

    def predictions(self) -> list[dict[str, Any]]:
        return list(_values(self._predictions))

    def labeller(self, team: str) -> Labeller | None:
        """What was let serve; None where each answer teaches at once. Raises ScoringError."""
        path = self._labeller(team)
        return Labeller.from_json(path.read_text("utf-8")) if path.is_file() else None

    def let_serve(self, team: str, labeller: Labeller) -> None:
        self._labeller(team).parent.mkdir(exist_ok=True)
        _replace(self._labeller(team), labeller.to_json())

    def _labeller(self, team: str) -> Path:
        return self.folder / "labellers" / f"{hashlib.sha256(team.encode()).hexdigest()[:16]}.json"

    def _known(self) -> set[str]:
        if not self._differences.is_file():
            return set()
        with self._differences.open("rb") as file:
            return {_name(line) for line in file}


def _name(line: bytes) -> str:
    """By its first characters where it is written as we do now; older lines are read as a whole."""
    if match := _NAMES.match(line):
        return name_of(match[2].decode(), match[1].decode())
    value = json.loads(line)
    return name_of(str(value.get("team", Origin().team)), str(value["id"]))


def _templates(path: Path) -> dict[str, Templates]:
    """team -> templates: what one team's logs say names no group of another's."""
    if not path.is_file():
        return {}
    try:
        return {str(team): Templates.read(each) for team, each in json.loads(path.read_text("utf-8")).items()}
    except (ValueError, AttributeError):
        raise ScoringError(f"{path} cannot be read: remove it, and import again") from None


def _at(value: dict[str, Any]) -> datetime:
    at = when(value["at"])
    assert at is not None  # noqa: S101 - written by `answer`
    return at


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode() + b"\n"


def _values(path: Path) -> Iterator[dict[str, Any]]:
    for _, value in objects(path) if path.is_file() else ():
        if not isinstance(value, Problem):
            yield value


@contextmanager
def _appending(path: Path) -> Iterator[BinaryIO]:
    """A file that this process alone adds to; half a line at its end, of a process that was killed, is taken away.

    Were it left and ended, the name at its beginning would pass for a difference that is there.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(_whole(file))
        yield file
        file.flush()
        os.fsync(file.fileno())


def _whole(file: BinaryIO, block: int = 65_536) -> int:
    """Bytes up to the end of the last whole line."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - block)
        file.seek(start)
        if (found := file.read(end - start).rfind(b"\n")) >= 0:
            return start + found + 1
        end = start
    return 0


def _replace(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(path)
