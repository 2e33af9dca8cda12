"""Which changes wait to land by themselves, and what people said of that. Every change of it is in the audit log."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.plain import from_text, to_text
from bot.policy.candidate import NOTHING_SAID, Consent, Stop, Waiting, Wishes
from bot.policy.pull import Person
from bot.store.audit import Audited
from bot.store.database import of_pull
from bot.store.tables import landing_queue


@dataclass(frozen=True, slots=True)
class Place:
    """Where a change stands. Without `waiting` it does not wait; its people may have said something all the same."""

    waiting: Waiting | None = None
    wishes: Wishes = NOTHING_SAID


class LandingQueue(Audited):
    def of(self, repository_id: int, number: int) -> Place:
        with self.read() as connection:
            return _read(connection, repository_id, number)

    def waits(self, repository_id: int, number: int, connection: sa.Connection) -> bool:
        return _read(connection, repository_id, number).waiting is not None

    def waiting(self, repository_ids: Collection[int]) -> tuple[tuple[int, int, Waiting], ...]:
        """Repository, number and place of what waits to land in these repositories, the soonest first."""
        query = sa.select(landing_queue.c.repository_id, landing_queue.c.number, landing_queue.c.waiting)
        query = query.where(landing_queue.c.repository_id.in_(repository_ids), landing_queue.c.waiting.is_not(None))
        query = query.order_by(landing_queue.c.land_after, landing_queue.c.repository_id, landing_queue.c.number)
        with self.read() as connection:
            rows = connection.execute(query).all()
        return tuple((row.repository_id, row.number, from_text(Waiting, row.waiting)) for row in rows)

    def due(self, now: datetime) -> tuple[tuple[int, int], ...]:
        """Repository and number of those whose delay is over, the longest first."""
        query = sa.select(landing_queue.c.repository_id, landing_queue.c.number)
        query = query.where(landing_queue.c.land_after <= now).order_by(landing_queue.c.land_after)
        with self.read() as connection:
            return tuple((row.repository_id, row.number) for row in connection.execute(query))

    def put(self, repository_id: int, number: int, waiting: Waiting, *, at: datetime) -> None:
        there = replace(waiting, since=waiting.since.astimezone(UTC), land_after=waiting.land_after.astimezone(UTC))
        self._change(repository_id, number, lambda place: replace(place, waiting=there), "queued", at, waiting=there)

    def cancel(self, repository_id: int, number: int, rule: str, *, at: datetime) -> None:
        self._change(repository_id, number, lambda place: replace(place, waiting=None), "cancelled", at, rule=rule)

    def stop(self, repository_id: int, number: int, stop: Stop, *, at: datetime) -> None:
        """What is kept already and counts for more stays."""
        stop = replace(stop, at=stop.at.astimezone(UTC))

        def stopped(place: Place) -> Place:
            present = place.wishes.stop
            if present is not None and not stop.outranks(present):
                return place
            return replace(place, wishes=replace(place.wishes, stop=stop))

        self._change(repository_id, number, stopped, "stopped", at, stop=stop)

    def release(
        self,
        repository_id: int,
        number: int,
        heard: frozenset[str],
        consent: Consent | None,
        by: Person | None,
        *,
        at: datetime,
    ) -> None:
        def released(place: Place) -> Place:
            given = place.wishes.consent if consent is None else replace(consent, at=consent.at.astimezone(UTC))
            return replace(place, wishes=Wishes(None, given, place.wishes.heard | heard))

        self._change(repository_id, number, released, "released", at, by=by, consent=consent)

    def _change(
        self,
        repository_id: int,
        number: int,
        change: Callable[[Place], Place],
        what: str,
        at: datetime,
        **facts: object,
    ) -> None:
        """The same again changes nothing, and is no record."""
        with self.write() as connection:
            before = _read(connection, repository_id, number)
            after = change(before)
            if after == before:
                return
            values = {
                "land_after": None if after.waiting is None else after.waiting.land_after,
                "waiting": None if after.waiting is None else to_text(after.waiting),
                "wishes": to_text(after.wishes),
            }
            key = {"repository_id": repository_id, "number": number}
            self._put(connection, landing_queue, key, values)
            self._audit.add("landing", at=at, connection=connection, **key, what=what, **facts)  # type: ignore[arg-type]


def _read(connection: sa.Connection, repository_id: int, number: int) -> Place:
    here = of_pull(landing_queue, repository_id, number)
    row = connection.execute(sa.select(landing_queue).where(here)).one_or_none()
    if row is None:
        return Place()
    return Place(None if row.waiting is None else from_text(Waiting, row.waiting), from_text(Wishes, row.wishes))
