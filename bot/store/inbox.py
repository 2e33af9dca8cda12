"""Deliveries as they came: stored before they are answered, done once, kept until somebody has dealt with them."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa

from bot.store.database import Database, Insert, insert
from bot.store.engine import RECEIVE, take_turns
from bot.store.tables import inbox


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook request whose signature was right."""

    guid: str
    event: str
    body: bytes
    received_at: datetime


class NotStored(Exception):
    """The database could not take the delivery: it is full, locked or away. The forge may send it again."""


# makes the job of a delivery in the same transaction; False: there is nothing to do
Enqueue = Callable[[Delivery, sa.Connection], bool]


class Inbox(Database):
    # a delivery whose work has not ended after this long lost its job somehow: the forge may send it again
    forgotten = timedelta(hours=6)

    def receive(self, delivery: Delivery, enqueue: Enqueue) -> bool:
        """Store a delivery together with its job. False: it is done or being done, nothing was stored.

        A GUID that failed may come again. Whatever `enqueue` raises undoes the whole. Raises NotStored.
        """
        try:
            with self.write() as connection:
                return self._receive(connection, delivery, enqueue)
        except sa.exc.SQLAlchemyError as error:
            raise NotStored(f"{type(error).__name__}: {getattr(error, 'orig', None) or error}") from error

    def _receive(self, connection: sa.Connection, delivery: Delivery, enqueue: Enqueue) -> bool:
        take_turns(connection, RECEIVE, delivery.guid)
        if not self._is_new(connection, delivery):
            return False
        queued = enqueue(delivery, connection)
        self._store(connection, delivery, "received" if queued else "done", "")
        return True

    def refuse(self, delivery: Delivery, error: str) -> None:
        """Keep a delivery that could not be read, so that a person can look and the forge may send it again."""
        with self.write() as connection:
            self._store(connection, delivery, "failed", error)

    def settle(self, guid: str | None) -> None:
        """The work of a delivery is done; its body is no longer needed."""
        self._set(guid, "done", "")

    def give_up(self, guid: str | None, error: str) -> None:
        self._set(guid, "failed", error)

    def delivery_state(self, guid: str) -> str | None:
        """ "received", "done", "failed", or None when it never came."""
        with self.read() as connection:
            state: str | None = connection.scalar(sa.select(inbox.c.state).where(inbox.c.guid == guid))
            return state

    def processed(self, guids: frozenset[str]) -> frozenset[str]:
        """Those of some deliveries that came and did not fail."""
        found: set[str] = set()
        with self.read() as connection:
            for part in _parts(sorted(guids)):
                query = sa.select(inbox.c.guid).where(inbox.c.guid.in_(part), inbox.c.state != "failed")
                found.update(connection.scalars(query))
        return frozenset(found)

    def failed_deliveries(self, limit: int = 100) -> tuple[tuple[str, str, str], ...]:
        """GUID, event and error of those that failed, newest first."""
        query = sa.select(inbox.c.guid, inbox.c.event, inbox.c.error).where(inbox.c.state == "failed")
        with self.read() as connection:
            rows = connection.execute(query.order_by(inbox.c.received_at.desc()).limit(limit))
            return tuple((row.guid, row.event, row.error) for row in rows)

    def delivery_body(self, guid: str) -> bytes | None:
        """The raw body while it is kept."""
        with self.read() as connection:
            packed: bytes | None = connection.scalar(sa.select(inbox.c.body).where(inbox.c.guid == guid))
            return None if packed is None else zlib.decompress(packed)

    def prune_inbox(self, before: datetime) -> int:
        """Forget deliveries older than the forge can send again; returns how many."""
        with self.write() as connection:
            return connection.execute(sa.delete(inbox).where(inbox.c.received_at < before)).rowcount

    def _is_new(self, connection: sa.Connection, delivery: Delivery) -> bool:
        row = connection.execute(_BEFORE, {"guid": delivery.guid}).one_or_none()
        if row is None or row.state == "failed":
            return True
        return bool(row.state == "received" and row.received_at < delivery.received_at - self.forgotten)

    def _store(self, connection: sa.Connection, delivery: Delivery, state: str, error: str) -> None:
        values = {
            "event": delivery.event,
            "received_at": delivery.received_at,
            "state": state,
            "body": None if state == "done" else zlib.compress(delivery.body, 1),
            "error": error,
        }
        connection.execute(_kept(connection.dialect.name), {"guid": delivery.guid, "times": 1, **values})

    def _set(self, guid: str | None, state: str, error: str) -> None:
        if guid is None:
            return
        values = {"state": state, "error": error} | ({"body": None} if state == "done" else {})
        with self.write() as connection:
            connection.execute(sa.update(inbox).where(inbox.c.guid == guid).values(**values))


_BEFORE = sa.select(inbox.c.state, inbox.c.received_at).where(inbox.c.guid == sa.bindparam("guid"))


@cache
def _kept(dialect: str) -> Insert:
    row = insert(dialect, inbox)
    values = {name: row.excluded[name] for name in ("event", "received_at", "state", "body", "error")}
    return row.on_conflict_do_update(index_elements=["guid"], set_=values | {"times": inbox.c.times + 1})


def _parts(guids: list[str], size: int = 500) -> list[list[str]]:
    return [guids[start : start + size] for start in range(0, len(guids), size)]
