"""Deliveries as they came: stored before they are answered, done once, kept until somebody has dealt with them."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property

import sqlalchemy as sa

from bot.forge.envelope import Envelope
from bot.store.database import Database, Insert, insert
from bot.store.tables import inbox


@dataclass(frozen=True)
class Delivery:
    """One webhook request whose signature was right, and what was read from it."""

    guid: str
    event: str
    body: bytes
    received_at: datetime
    envelopes: tuple[Envelope, ...] = ()

    @cached_property
    def packed(self) -> bytes:
        return zlib.compress(self.body, 1)


@dataclass(frozen=True, slots=True)
class Arrived:
    """How many deliveries there are of one state, and when the oldest of them came. `again` came more than once."""

    state: str
    number: int
    again: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """A delivery that could not be read, or whose work was given up."""

    guid: str
    event: str
    at: datetime
    error: str


class NotStored(Exception):
    """The database could not take the delivery. The forge may send it again."""


class Away(NotStored):
    """Not because of the delivery: the database is full, locked or away, and would take no other one either."""


# makes the jobs of deliveries in the same transaction; False: there is nothing to do
Enqueue = Callable[[Sequence[Delivery], sa.Connection], Sequence[bool]]


class Inbox(Database):
    # a delivery whose work has not ended after this long lost its job somehow: the forge may send it again
    forgotten = timedelta(hours=6)

    def receive(self, deliveries: Sequence[Delivery], enqueue: Enqueue) -> tuple[bool, ...]:
        """Store deliveries together with their jobs, all or none. False: it is done or being done, nothing was stored.

        A GUID that failed may come again. Whatever `enqueue` raises undoes the whole. Raises NotStored, or Away when
        the database itself is the reason.
        """
        first = {delivery.guid: delivery for delivery in reversed(deliveries)}  # one GUID twice: the first counts
        rows = [self._row(first[guid], "received", "") for guid in sorted(first)]
        try:
            with self.write() as connection:
                taken = set(connection.scalars(_take(connection.dialect.name), rows))
                new = [one for one in deliveries if one.guid in taken and first[one.guid] is one]
                idle = [{"of": one.guid} for one, job in zip(new, enqueue(new, connection), strict=True) if not job]
                if idle:
                    connection.execute(_DONE, idle)
        except sa.exc.SQLAlchemyError as error:
            raise _not_stored(error) from error
        return tuple(one.guid in taken and first[one.guid] is one for one in deliveries)

    def refuse(self, delivery: Delivery, error: str) -> None:
        """Keep a delivery that could not be read, so that a person can look and the forge may send it again.

        Raises NotStored.
        """
        try:
            with self.write() as connection:
                connection.execute(_keep(connection.dialect.name), self._row(delivery, "failed", error))
        except sa.exc.SQLAlchemyError as problem:
            raise _not_stored(problem) from problem

    def settle(self, guid: str | None) -> None:
        """The work of a delivery is done; its body is no longer needed."""
        self._set(guid, "done", "")

    def give_up(self, guid: str | None, error: str) -> None:
        self._set(guid, "failed", error)

    def state(self, guid: str) -> str | None:
        """ "received", "done", "failed", or None when it never came."""
        with self.read() as connection:
            state: str | None = connection.scalar(sa.select(inbox.c.state).where(inbox.c.guid == guid))
            return state

    def processed(self, guids: frozenset[str]) -> frozenset[str]:
        """Those of some deliveries that came and did not fail."""
        done: set[str] = set()
        with self.read() as connection:
            for part in _parts(sorted(guids)):
                query = sa.select(inbox.c.guid).where(inbox.c.guid.in_(part), inbox.c.state != "failed")
                done.update(connection.scalars(query))
        return frozenset(done)

    def tally(self, since: datetime) -> tuple[Arrived, ...]:
        """Those that came since then, by state."""
        again = sa.func.sum(sa.case((inbox.c.times > 1, 1), else_=0))
        first = sa.func.min(inbox.c.received_at).label("oldest")
        query = sa.select(inbox.c.state, sa.func.count().label("number"), again.label("again"), first)
        with self.read() as connection:
            rows = connection.execute(query.where(inbox.c.received_at >= since).group_by(inbox.c.state)).all()
        return tuple(Arrived(row.state, row.number, int(row.again), row.oldest) for row in sorted(rows))

    def newest_failed(self, limit: int) -> tuple[Failed, ...]:
        columns = (inbox.c.guid, inbox.c.event, inbox.c.received_at.label("at"), inbox.c.error)
        query = sa.select(*columns).where(inbox.c.state == "failed").order_by(inbox.c.received_at.desc()).limit(limit)
        with self.read() as connection:
            return tuple(Failed(**row._mapping) for row in connection.execute(query))

    def failed(self, limit: int = 100) -> tuple[tuple[str, str, str], ...]:
        """GUID, event and error of those that failed, newest first."""
        query = sa.select(inbox.c.guid, inbox.c.event, inbox.c.error).where(inbox.c.state == "failed")
        with self.read() as connection:
            rows = connection.execute(query.order_by(inbox.c.received_at.desc()).limit(limit))
            return tuple((row.guid, row.event, row.error) for row in rows)

    def body(self, guid: str) -> bytes | None:
        """The raw body while it is kept."""
        with self.read() as connection:
            packed: bytes | None = connection.scalar(sa.select(inbox.c.body).where(inbox.c.guid == guid))
            return None if packed is None else zlib.decompress(packed)

    def prune(self, before: datetime) -> int:
        """Forget deliveries older than the forge can send again; returns how many."""
        with self.write() as connection:
            return connection.execute(sa.delete(inbox).where(inbox.c.received_at < before)).rowcount

    def _row(self, delivery: Delivery, state: str, error: str) -> dict[str, object]:
        return {
            "guid": delivery.guid,
            "event": delivery.event,
            "received_at": delivery.received_at,
            "forgotten_at": delivery.received_at + self.forgotten,
            "state": state,
            "body": delivery.packed,
            "error": error,
            "times": 1,
        }

    def _set(self, guid: str | None, state: str, error: str) -> None:
        if guid is None:
            return
        values = {"state": state, "error": error} | ({"body": None} if state == "done" else {})
        with self.write() as connection:
            connection.execute(sa.update(inbox).where(inbox.c.guid == guid).values(**values))


_DONE = sa.update(inbox).where(inbox.c.guid == sa.bindparam("of")).values(state="done", body=None)
_TOLD = ("event", "received_at", "forgotten_at", "state", "body", "error")


@cache
def _keep(dialect: str) -> Insert:
    row = insert(dialect, inbox)
    values = {name: row.excluded[name] for name in _TOLD} | {"times": inbox.c.times + 1}
    return row.on_conflict_do_update(index_elements=["guid"], set_=values)


@cache
def _take(dialect: str) -> sa.UpdateBase:
    """The same, but only when the delivery is new, failed before, or was forgotten: one statement, so no two can."""
    row = insert(dialect, inbox)
    values = {name: row.excluded[name] for name in _TOLD} | {"times": inbox.c.times + 1}
    forgotten = (inbox.c.state == "received") & (inbox.c.forgotten_at < row.excluded.received_at)
    again = (inbox.c.state == "failed") | forgotten
    return row.on_conflict_do_update(index_elements=["guid"], set_=values, where=again).returning(inbox.c.guid)


def _not_stored(error: sa.exc.SQLAlchemyError) -> NotStored:
    away = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError)
    kind = Away if away else NotStored
    return kind(f"{type(error).__name__}: {getattr(error, 'orig', None) or error}")


def _parts(guids: list[str], size: int = 500) -> list[list[str]]:
    return [guids[start : start + size] for start in range(0, len(guids), size)]
