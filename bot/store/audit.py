"""The audit log: only ever added to, each record bound to the one before by its hash."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.plain import to_text
from bot.store.database import Database
from bot.store.engine import AUDIT, take_turns
from bot.store.tables import audit

GENESIS = "0" * 64
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the log. `body` is canonical JSON text."""

    seq: int
    at: datetime
    kind: str
    repository_id: int | None
    number: int | None
    body: str
    previous: str
    hash: str

    def expected_hash(self) -> str:
        """SHA-256 over every other field and the hash of the record before."""
        where = [self.seq, self.at.isoformat(), self.kind, self.repository_id, self.number]
        return hashlib.sha256(json.dumps([*where, self.body, self.previous]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Broken:
    """The first record that does not fit, and why."""

    seq: int
    words: str


class AuditLog(Database):
    def add(
        self,
        kind: str,
        *,
        at: datetime,
        repository_id: int | None = None,
        number: int | None = None,
        connection: sa.Connection | None = None,
        **facts: object,
    ) -> Record:
        """Add one record; `facts` may be any of our values (event, opinions, verdict, actions, outcomes, ...)."""
        with self.write(connection) as transaction:
            take_turns(transaction, AUDIT)
            record = self._next(transaction, kind, at, repository_id, number, to_text(facts))
            transaction.execute(sa.insert(audit).values(**_columns(record)))
            return record

    def head(self) -> tuple[int, str]:
        """Number and hash of the last record; keep them elsewhere to notice a log cut short. (0, zeros) when empty."""
        with self.read() as connection:
            return _head(connection)

    def records(
        self, repository_id: int | None = None, number: int | None = None, since: int = 0, *, kind: str = ""
    ) -> Iterator[Record]:
        """Records after `since`, of one kind or of all, oldest first, read page by page."""
        while True:
            page = self._page(repository_id, number, since, kind)
            yield from page
            if len(page) < _PAGE:
                return
            since = page[-1].seq

    def verify(self, anchor: tuple[int, str] | None = None) -> Broken | None:
        """None when every record fits the one before and the log still holds the record `anchor` (number, hash)."""
        previous, last = GENESIS, 0
        for record in self.records():
            broken = _check(record, last, previous, anchor)
            if broken is not None:
                return broken
            previous, last = record.hash, record.seq
        if anchor is not None and last < anchor[0]:
            return Broken(last + 1, f"the log ends at {last}, it once reached {anchor[0]}")
        return None

    def _next(
        self,
        connection: sa.Connection,
        kind: str,
        at: datetime,
        repository_id: int | None,
        number: int | None,
        body: str,
    ) -> Record:
        seq, previous = _head(connection)
        at = at.astimezone(UTC)
        bare = Record(seq + 1, at, kind, repository_id, number, body, previous, "")
        return Record(seq + 1, at, kind, repository_id, number, body, previous, bare.expected_hash())

    def _page(self, repository_id: int | None, number: int | None, since: int, kind: str) -> list[Record]:
        query = sa.select(audit).where(audit.c.seq > since).order_by(audit.c.seq).limit(_PAGE)
        if repository_id is not None:
            query = query.where(audit.c.repository_id == repository_id)
        if number is not None:
            query = query.where(audit.c.number == number)
        if kind:
            query = query.where(audit.c.kind == kind)
        with self.read() as connection:
            return [Record(**row._mapping) for row in connection.execute(query)]


class Audited(Database):
    """A component whose changes are records of the audit log, in the same transaction."""

    def __init__(self, engine: sa.Engine, audit: AuditLog) -> None:
        super().__init__(engine)
        self._audit = audit


def _head(connection: sa.Connection) -> tuple[int, str]:
    row = connection.execute(sa.select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).one_or_none()
    return (0, GENESIS) if row is None else (row.seq, row.hash)


def _columns(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in audit.c.keys()}  # noqa: SIM118


def _check(record: Record, last: int, previous: str, anchor: tuple[int, str] | None) -> Broken | None:
    if record.seq != last + 1:
        return Broken(last + 1, f"record {last + 1} is missing")
    if record.previous != previous:
        return Broken(record.seq, f"record {record.seq} does not follow record {last}")
    if record.hash != record.expected_hash():
        return Broken(record.seq, f"record {record.seq} was changed")
    if anchor is not None and anchor[0] == record.seq and anchor[1] != record.hash:
        return Broken(record.seq, f"record {record.seq} is not the one noted elsewhere")
    return None
