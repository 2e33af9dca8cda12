"""Differences of one upload into their rows, a batch in a transaction: an import that is killed goes on where it was.

With each batch the log templates are kept as they were at its end, so that what is read again after a kill is placed
in the groups in which it would have been.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from bot.store.database import Database, insert_once
from bot.store.difference_uploads import Report, Upload, locked, save, upload_of
from bot.store.differences import packed, unpacked
from bot.store.tables import (
    difference_groups,
    difference_measures,
    difference_templates,
    difference_uploads,
    differences,
)
from scoring.difftest.groups import Group, Groups, Key, Signature
from scoring.difftest.intake import Intake
from scoring.difftest.kept import group_plain, read_group
from scoring.difftest.noise import Measured
from scoring.difftest.readers import Piece, Problem
from scoring.difftest.record import Difference, content_of
from scoring.difftest.schema import plain
from scoring.difftest.settings import TeamSettings
from scoring.difftest.templates import Templates
from scoring.errors import ScoringError

BATCH = 2_000  # differences of one transaction
WHOLE = 100  # differences of a group that one upload keeps whole
MOST = 1_000_000  # differences of a repository
MOST_GROUPS = 20_000  # of one upload: more are no groups, and nobody answers them


class Erased(ScoringError):
    """Somebody took the upload out while it was read."""


@dataclass(slots=True)
class _Reading:
    """An upload while it is read: what its rows say, and what was not written yet."""

    upload: Upload
    intake: Intake
    groups: Groups
    places: dict[str, int]
    there: int  # differences of the repository
    written: Report = field(default_factory=Report)  # of an earlier beginning that was killed
    unlabelled: int = 0
    touched: dict[str, Group] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    measured: list[dict[str, Any]] = field(default_factory=list)


class DifferenceIntake(Database):
    """What is read of uploads, as rows."""

    def add(self, upload: Upload, pieces: Iterable[Piece], settings: TeamSettings, *, labels: bool = False) -> Report:
        """Keep every difference that is not there yet. `labels`: whether a label, and a time, that come with it count.

        Raises ScoringError where the rest cannot be read; what was read before is kept.
        """
        reading = self._begun(upload, settings)
        try:
            for piece in reading.intake.take(_own(reading, pieces, labels), upload.origin):
                match piece:
                    case (name, one):
                        _take(reading, name, one, labels)
                    case Measured():
                        reading.measured.append(_measure(upload, piece))
                if len(reading.rows) >= BATCH:
                    self._write(reading)
        except Erased:
            raise
        except ScoringError:
            self._write(reading)
            raise
        self._write(reading)
        return _report(reading)

    def _begun(self, upload: Upload, settings: TeamSettings) -> _Reading:
        """As its rows are at one moment, between two batches of whoever else may be at it."""
        groups, home = difference_groups, upload.origin
        with self.write() as connection:
            written = self._locked(connection, upload).report
            mine = sa.select(groups).where(groups.c.upload_id == upload.id).order_by(groups.c.place)
            rows = connection.execute(mine).all()
            known = self._known(connection, upload)
            here = differences.c.repository_id == upload.repository_id
            there = connection.scalar(sa.select(sa.func.count()).select_from(differences).where(here)) or 0
            tree = self._templates(connection, upload)
        kept = Groups.of(
            read_group(Key(row.release, Signature(row.team, row.endpoint, row.field, row.kind)), unpacked(row.body))
            for row in rows
        )
        intake = Intake(known, {home.team: tree}, lambda _: settings, name=content_of)
        return _Reading(upload, intake, kept, {row.id: row.place for row in rows}, there, written)

    def _locked(self, connection: sa.Connection, upload: Upload) -> Upload:
        """Nobody else writes of this upload until the transaction ends. Raises Erased."""
        row = connection.execute(locked(upload.id)).one_or_none()
        if row is None:
            raise Erased("it was erased while it was read")
        return upload_of(row)

    def _known(self, connection: sa.Connection, upload: Upload) -> set[str]:
        table = difference_uploads
        of_team = sa.select(table.c.id).where(
            table.c.repository_id == upload.repository_id, table.c.team == upload.origin.team
        )
        return set(connection.scalars(sa.select(differences.c.name).where(differences.c.upload_id.in_(of_team))))

    def _templates(self, connection: sa.Connection, upload: Upload) -> Templates:
        table = difference_templates
        here = sa.and_(table.c.repository_id == upload.repository_id, table.c.team == upload.origin.team)
        body = connection.scalar(sa.select(table.c.body).where(here))
        return Templates() if body is None else Templates.read(unpacked(body))

    def _write(self, reading: _Reading) -> None:
        upload = reading.upload
        with self.write() as connection:
            now = self._locked(connection, upload)
            if reading.rows:
                connection.execute(insert_once(connection.dialect.name, differences), reading.rows)
            for name, group in reading.touched.items():
                key = {"upload_id": upload.id, "id": name}
                self._put(connection, difference_groups, key, _columns(reading, name, group))
            if reading.measured:
                connection.execute(sa.insert(difference_measures), reading.measured)
            tree = packed(reading.intake.templates[upload.origin.team].plain())
            key = {"repository_id": upload.repository_id, "team": upload.origin.team}
            self._put(connection, difference_templates, key, {"body": tree})
            save(connection, replace(now, report=_report(reading)))
        reading.rows.clear()
        reading.touched.clear()
        reading.measured.clear()


def _own(reading: _Reading, pieces: Iterable[Piece], labels: bool) -> Iterator[Piece]:
    """What the upload says it is of; a label that does not count is left off."""
    home = reading.upload.origin
    for piece in pieces:
        if not isinstance(piece, Difference):
            yield piece
            continue
        other = piece.origin
        if (other.team, other.build) != (home.team, home.build):
            words = f"it is of team {other.team[:40]} and build {other.build[:60]}: an upload is of one team and build"
            yield Problem(f"difference {piece.id[:60]}", words)
            continue
        if home.baseline:
            piece = replace(piece, origin=replace(other, baseline=home.baseline))
        if not labels and piece.label is not None:
            reading.unlabelled += 1
            piece = replace(piece, label=None, labelled_at=None, labelled_by="", noise_reason=None)
        yield piece


def _take(reading: _Reading, named: str, piece: Difference, labels: bool) -> None:
    reading.there += 1
    if reading.there > MOST:
        raise ScoringError(f"the repository holds {MOST:,} differences, and no more are kept: erase older uploads")
    group = reading.groups.add(piece)
    if not labels:
        group.first_at = reading.upload.at  # a recording may say any time; by ours releases are put in order
    name = group.id
    if reading.places.setdefault(name, len(reading.places)) >= MOST_GROUPS:
        raise ScoringError(f"it makes more than {MOST_GROUPS:,} groups: what differs in every request has to be named "
                           "once (`unordered`, `numbers`), or left out of the recording")  # fmt: skip
    reading.touched[name] = group
    row = {
        "repository_id": reading.upload.repository_id, "name": named,
        "upload_id": reading.upload.id, "group_id": name,
        "body": packed(plain(piece)) if group.count <= WHOLE else None,
    }  # fmt: skip
    reading.rows.append(row)


def _columns(reading: _Reading, name: str, group: Group) -> dict[str, Any]:
    return {
        "repository_id": reading.upload.repository_id, "place": reading.places[name], **group.key.signature._asdict(),
        "release": group.key.release, "count": group.count, "body": packed(group_plain(group)),
    }  # fmt: skip


def _measure(upload: Upload, piece: Measured) -> dict[str, Any]:
    return {
        "upload_id": upload.id, "repository_id": upload.repository_id, "team": upload.origin.team,
        "release": upload.release, "body": json.dumps(asdict(piece)),
    }  # fmt: skip


def _report(reading: _Reading) -> Report:
    """What was new before a kill is known now, and would be counted as there again."""
    now, before = reading.intake.report, reading.written
    return Report(
        now.exchanges,
        before.new + now.new,
        max(0, now.again - before.new),
        before.incomplete + now.incomplete,
        now.problems,
        reading.unlabelled,
        tuple(f"{each.place}: {each.words}"[:300] for each in now.shown),
        tuple(sorted({*before.strange, *(each[:60] for each in now.strange)})[:20]),
    )
