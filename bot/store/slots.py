"""What landed by itself, and what may: each landing claims a place in the organisation's day before it is tried."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.candidate import PEOPLE, Churn, Dial, SourceKey
from bot.store.database import Database, of_pull
from bot.store.engine import SLOT, take_turns
from bot.store.tables import slots


@dataclass(frozen=True, slots=True)
class Slot:
    """One landing by itself. `day` is the organisation's: 2026-11-28. `lines`: added and deleted."""

    repository_id: int
    number: int
    key: SourceKey
    day: str
    at: datetime
    author_id: int
    step: Dial
    lines: int = 0
    paths: tuple[str, ...] = ()


class Slots(Database):
    def claim(self, slot: Slot, limit: int) -> bool:
        """Whether it may be tried: it has a place already, or fewer than `limit` of that source (or, of what people
        write, of that author) have one that day.

        One transaction at a time looks and claims, so that of more at once exactly `limit` get one.
        """
        with self.write() as connection:
            take_turns(connection, SLOT)
            here = of_pull(slots, slot.repository_id, slot.number)
            if connection.scalar(sa.select(slots.c.day).where(here)) == slot.day:
                return True
            connection.execute(sa.delete(slots).where(here))  # of a day on which it did not land
            author = slot.author_id if slot.key.name == PEOPLE else None
            if self._taken(connection, slot.key, slot.day, author) >= limit:
                return False
            connection.execute(sa.insert(slots).values(**_row(slot)))
            return True

    def release(self, repository_id: int, number: int) -> None:
        """It did not land after all, and the forge said so. Where there is none, nothing is written."""
        here = of_pull(slots, repository_id, number)
        with self.read() as connection:
            taken = connection.execute(sa.select(slots.c.day).where(here)).first()
        if taken is not None:
            with self.write() as connection:
                connection.execute(sa.delete(slots).where(here))

    def taken(self, key: SourceKey, day: str) -> int:
        with self.read() as connection:
            return self._taken(connection, key, day)

    def has(self, repository_id: int, number: int, day: str) -> bool:
        """Whether it has its place that day already."""
        query = sa.select(slots.c.day).where(of_pull(slots, repository_id, number))
        with self.read() as connection:
            return connection.scalar(query) == day

    def of(self, repository_ids: Collection[int], since: datetime) -> tuple[Slot, ...]:
        """Oldest first."""
        here = sa.and_(slots.c.repository_id.in_(repository_ids), slots.c.at >= since)
        with self.read() as connection:
            rows = connection.execute(sa.select(slots).where(here).order_by(slots.c.at, slots.c.number)).all()
        return tuple(map(_slot, rows))

    def churn(
        self, organisation: int, day: str, author_id: int, repository_id: int, number: int, paths: Collection[str]
    ) -> Churn:
        """What landed by itself that day of that author, and how often one of these paths was among it, whoever's. The
        pull request itself, which may have its place already, is not counted."""
        of_day = sa.select(slots).where(slots.c.organisation == organisation, slots.c.day == day)
        of_day = of_day.where(sa.not_(of_pull(slots, repository_id, number)))
        with self.read() as connection:
            today = tuple(map(_slot, connection.execute(of_day)))
        by_author = [each for each in today if each.author_id == author_id]
        touched = [path for each in today if each.repository_id == repository_id for path in each.paths]
        times = {path: touched.count(path) for path in sorted(set(paths) & set(touched))}
        path = max(times, key=lambda one: times[one], default="")
        return Churn(len(by_author), sum(each.lines for each in by_author), times.get(path, 0), path)

    @staticmethod
    def _taken(connection: sa.Connection, key: SourceKey, day: str, author: int | None = None) -> int:
        here = {"organisation": key.organisation, "scope": key.repository, "name": key.name, "day": day}
        where = [slots.c[name] == each for name, each in here.items()]
        where += [] if author is None else [slots.c.author_id == author]
        return int(connection.scalar(sa.select(sa.func.count()).select_from(slots).where(*where)) or 0)


def _row(slot: Slot) -> dict[str, Any]:
    plain = {name: getattr(slot, name) for name in ("repository_id", "number", "day", "at", "author_id", "step")}
    key = {"organisation": slot.key.organisation, "scope": slot.key.repository, "name": slot.key.name}
    return plain | key | {"lines": slot.lines, "paths": json.dumps(slot.paths)}


def _slot(row: sa.Row[Any]) -> Slot:
    key = SourceKey(row.organisation, row.scope, row.name)
    paths = tuple(json.loads(row.paths))
    return Slot(row.repository_id, row.number, key, row.day, row.at, row.author_id, row.step, row.lines, paths)
