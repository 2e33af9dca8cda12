"""What pipelines hand in of two builds' differences: received in parts, read by a job, taken out again as a whole."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.plain import from_text, to_text
from bot.store.audit import Audited
from bot.store.tables import (
    difference_answers,
    difference_groups,
    difference_measures,
    difference_parts,
    difference_predictions,
    difference_templates,
    difference_uploads,
    difference_weighings,
    differences,
)
from scoring.difftest.record import Origin

State = Literal["receiving", "waiting", "done", "failed", "erased"]
Whole = Callable[["Upload", sa.Connection], None]
MOST = 20  # of one repository that are not read yet
OF_UPLOAD = (difference_parts, difference_groups, differences, difference_measures)
OF_REPOSITORY = (difference_answers, difference_predictions, difference_templates, difference_weighings)


class TooMany(ValueError):
    """One sentence for whoever wants to hand in one more."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of reading it. `problems` has the words of the first few pieces that could not be read."""

    exchanges: int = 0
    new: int = 0
    again: int = 0
    incomplete: int = 0
    unreadable: int = 0
    unlabelled: int = 0  # came with a label that does not count here
    problems: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to hand in: `size` bytes with that SHA-256, of a format that `READERS` names."""

    origin: Origin
    kind: str
    size: int
    sha256: str

    def name(self, repository_id: int) -> str:
        """The same for the same content of the same builds."""
        home = self.origin
        parts = (repository_id, home.team, home.build, home.baseline, home.snapshot, self.kind, self.sha256)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Upload:
    """`words`: why it could not be read. `by`: whose key signed it. Of one that was erased nothing is left but that it
    was there: its build is not tested as a whole any more."""

    id: int
    repository_id: int
    name: str
    wanted: Wanted
    state: State
    received: int
    by: str
    at: datetime
    ended_at: datetime | None = None
    words: str = ""
    report: Report = field(default_factory=Report)

    @property
    def origin(self) -> Origin:
        return self.wanted.origin

    @property
    def release(self) -> str:
        return self.origin.build or self.origin.snapshot


@dataclass(frozen=True, slots=True)
class _Rest:
    """What no query asks for."""

    wanted: Wanted
    by: str
    ended_at: datetime | None = None
    words: str = ""
    report: Report = field(default_factory=Report)


class DifferenceUploads(Audited):
    def begin(self, repository_id: int, wanted: Wanted, *, by: str, at: datetime) -> Upload:
        """The upload of that content, new or as far as it came before; one that could not be read begins anew.

        Raises TooMany while MOST of the repository are neither read nor given up.
        """
        name = wanted.name(repository_id)
        row = {
            "repository_id": repository_id, "name": name, "team": wanted.origin.team, "build": wanted.origin.build,
            "state": "receiving", "at": at, "received": 0, "body": to_text(_Rest(wanted, by)),
        }  # fmt: skip
        table = difference_uploads
        open_ = sa.and_(table.c.repository_id == repository_id, table.c.state.in_(("receiving", "waiting")))
        with self.write() as connection:
            new = self._once(connection, table, row)
            if new and (connection.scalar(sa.select(sa.func.count()).where(open_)) or 0) > MOST:
                raise TooMany(f"{MOST} uploads of this repository are not read yet: finish or erase some of them")
            upload = upload_of(connection.execute(_named(repository_id, name)).one())
            if upload.state != "failed":
                return upload
            return save(connection, replace(upload, state="receiving", received=0, by=by, ended_at=None, words=""))

    def part(self, upload: Upload, place: int, content: bytes, whole: Whole) -> Upload:
        """Keep bytes from `place` on, if that is where it stands. When it is whole it waits to be read, and `whole` is
        called within the same transaction.

        Answers with the upload as it stands then: whoever is elsewhere goes on from its `received`.
        """
        with self.write() as connection:
            here = upload_of(connection.execute(locked(upload.id)).one())
            end = place + len(content)
            if here.state != "receiving" or place != here.received or end > here.wanted.size or not content:
                return here
            connection.execute(sa.insert(difference_parts), {"upload_id": here.id, "place": place, "content": content})
            if end < here.wanted.size:
                return save(connection, replace(here, received=end))
            whole(here, connection)
            return save(connection, replace(here, received=end, state="waiting"))

    def content(self, upload: Upload) -> Iterator[bytes]:
        """Its parts in order, one in memory at a time."""
        place = 0
        mine = difference_parts.c.upload_id == upload.id
        while place < upload.received:
            query = sa.select(difference_parts.c.content).where(mine, difference_parts.c.place == place)
            with self.read() as connection:
                content: bytes | None = connection.scalar(query)
            if not content:
                return
            yield content
            place += len(content)

    def ended(self, upload: Upload, *, at: datetime, report: Report | None = None, words: str = "") -> Upload | None:
        """It was read; `words` where it could not be, or not all of it. What came is not needed any more.

        Without a report that of its last batch stays. None: it was erased meanwhile.
        """
        with self.write() as connection:
            row = connection.execute(locked(upload.id)).one_or_none()
            if row is None:
                return None
            state: State = "failed" if words else "done"
            here = upload_of(row)
            done = replace(here, state=state, ended_at=at, words=words, report=report or here.report)
            connection.execute(sa.delete(difference_parts).where(difference_parts.c.upload_id == upload.id))
            self._note("differences", done, done.by, at, connection, new=done.report.new, state=done.state)
            return save(connection, done)

    def get(self, upload_id: int) -> Upload | None:
        with self.read() as connection:
            row = connection.execute(_numbered(upload_id)).one_or_none()
        return None if row is None else upload_of(row)

    def named(self, repository_id: int, name: str) -> Upload | None:
        with self.read() as connection:
            row = connection.execute(_named(repository_id, name)).one_or_none()
        return None if row is None else upload_of(row)

    def of(self, repository_id: int, *, team: str | None = None, build: str | None = None) -> tuple[Upload, ...]:
        """Oldest first. `build` is a pull request's head, where its pipeline handed something in."""
        table = difference_uploads
        query = sa.select(table).where(table.c.repository_id == repository_id).order_by(table.c.id)
        if team is not None:
            query = query.where(table.c.team == team)
        if build is not None:
            query = query.where(table.c.build == build)
        with self.read() as connection:
            return tuple(upload_of(row) for row in connection.execute(query))

    def erase(self, upload: Upload, *, by: str, at: datetime) -> None:
        """All that it brought, and what was said of groups that nothing else brought.

        That something was read and is gone stays known: who may erase could hide a regression. The same content again
        fills the gap.
        """
        with self.write() as connection:
            row = connection.execute(locked(upload.id)).one_or_none()
            if row is None:
                return
            here = upload_of(row)
            self._remove(connection, here.repository_id, [here.id])
            if here.state == "done" or here.report.new:
                gone = {"repository_id": here.repository_id, "name": f"{here.name}-{here.id}", "state": "erased"}
                home, body = here.origin, to_text(_Rest(here.wanted, by, at))
                more = {"team": home.team, "build": home.build, "at": here.at, "received": 0, "body": body}
                self._once(connection, difference_uploads, gone | more)
            self._note("differences erased", here, by, at, connection)

    def prune(self, repository_id: int, before: datetime, *, given_up: datetime) -> int:
        """Of one repository what began earlier, and what nobody finished since `given_up`; how many uploads."""
        table = difference_uploads
        half = sa.and_(table.c.state == "receiving", table.c.at < given_up)
        old = sa.select(table.c.id).where(table.c.repository_id == repository_id, sa.or_(table.c.at < before, half))
        with self.write() as connection:
            ids = list(connection.scalars(old))
            if ids:
                self._remove(connection, repository_id, ids)
        return len(ids)

    def forget(self, repository_id: int) -> None:
        """All of a repository that may not be seen any more."""
        here = difference_uploads.c.repository_id == repository_id
        with self.write() as connection:
            self._remove(
                connection, repository_id, list(connection.scalars(sa.select(difference_uploads.c.id).where(here)))
            )
            for table in OF_REPOSITORY:
                connection.execute(sa.delete(table).where(table.c.repository_id == repository_id))

    def _remove(self, connection: sa.Connection, repository_id: int, ids: list[int]) -> None:
        for table in OF_UPLOAD:
            connection.execute(sa.delete(table).where(table.c.upload_id.in_(ids)))
        connection.execute(sa.delete(difference_uploads).where(difference_uploads.c.id.in_(ids)))
        there = sa.select(difference_groups.c.id).where(difference_groups.c.repository_id == repository_id)
        for said in (difference_answers, difference_predictions):
            gone = sa.and_(said.c.repository_id == repository_id, said.c.group_id.not_in(there))
            connection.execute(sa.delete(said).where(gone))

    def _note(self, kind: str, upload: Upload, by: str, at: datetime, connection: sa.Connection, **more: Any) -> None:
        home = upload.origin
        self._audit.add(
            kind, at=at, repository_id=upload.repository_id, connection=connection, by=by, upload=upload.name,
            team=home.team, build=home.build, **more,
        )  # fmt: skip


def _numbered(upload_id: int) -> sa.Select[Any]:
    return sa.select(difference_uploads).where(difference_uploads.c.id == upload_id)


def locked(upload_id: int) -> sa.Select[Any]:
    """Two who send at once take turns."""
    return _numbered(upload_id).with_for_update()


def save(connection: sa.Connection, upload: Upload) -> Upload:
    """As its row is from now on."""
    rest = _Rest(upload.wanted, upload.by, upload.ended_at, upload.words, upload.report)
    values = {"state": upload.state, "received": upload.received, "body": to_text(rest)}
    here = difference_uploads.c.id == upload.id
    connection.execute(sa.update(difference_uploads).where(here).values(**values))
    return upload


def _named(repository_id: int, name: str) -> sa.Select[Any]:
    table = difference_uploads
    return sa.select(table).where(table.c.repository_id == repository_id, table.c.name == name)


def upload_of(row: sa.Row[Any]) -> Upload:
    rest = from_text(_Rest, row.body)
    where = (row.id, row.repository_id, row.name, rest.wanted)
    return Upload(*where, row.state, row.received, rest.by, row.at, rest.ended_at, rest.words, rest.report)
