"""What the forge said last is left of its limits, and on PostgreSQL what all processes of the server sent to it."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.forge.github.pace import HOUR, MINUTE, Allowance, Pace, Spent, cost_of
from bot.forge.limits import ASKED, Alone, Limit
from bot.forge.port import Busy
from bot.store.database import Database
from bot.store.tables import limits, spent

SECONDARY = "secondary"  # under this name it is kept until when the forge asked to wait
ROOM = Allowance()


class RateLimits(Database):
    """On SQLite one process talks to the forge, and counts by itself what it sent."""

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__(engine)
        self._alone = Alone() if engine.dialect.name == "sqlite" else None

    def saw(self, limit: Limit) -> None:
        """In place of what was said before."""
        row = asdict(limit)
        key = {name: row.pop(name) for name in ("installation_id", "resource")}
        with self.write() as connection:
            self._put(connection, limits, key, row)

    def all(self) -> tuple[Limit, ...]:
        query = sa.select(limits).order_by(limits.c.installation_id, limits.c.resource)
        with self.read() as connection:
            return tuple(Limit(**row._mapping) for row in connection.execute(query))

    def spend(self, installation_id: int, verb: str, path: str, now: datetime, talk: tuple[str, ...]) -> None:
        if self._alone is not None:
            self._alone.spend(installation_id, verb, path, now, talk)
            return
        one = cost_of(verb, path, now, talk)
        with self.write() as connection:
            connection.execute(_TURN, {"name": f"spent {installation_id}"})
            until: datetime | None = connection.scalar(_until(installation_id))
            if until is not None and now < until:
                raise Busy(ASKED, until)
            connection.execute(_old(installation_id, now))
            if talk or not self._roomy(connection, installation_id, now, one):
                Pace(spent=self._spent(connection, installation_id)).spend(verb, path, now, talk)
            row = {"installation_id": installation_id} | asdict(one) | {"talk": json.dumps(talk)}
            connection.execute(sa.insert(spent), row)

    def refused(self, installation_id: int, until: datetime, now: datetime) -> None:
        if self._alone is not None:
            self._alone.refused(installation_id, until, now)
        else:
            self.saw(Limit(installation_id, SECONDARY, 1, 0, until, now))

    def _roomy(self, connection: sa.Connection, installation_id: int, now: datetime, one: Spent) -> bool:
        """Whether it is far from every limit, which most requests are: then nothing has to be read row by row."""
        lately, made = spent.c.at > now - MINUTE, sa.func.sum(sa.case((spent.c.makes, 1), else_=0))
        points = sa.func.sum(spent.c.points).filter(lately)
        query = sa.select(points, made.filter(lately), made).where(spent.c.installation_id == installation_id)
        sent, minute, hour = (int(number or 0) for number in connection.execute(query).one())
        fits = sent + one.points <= ROOM.points
        return fits and (not one.makes or (minute < ROOM.made and hour < ROOM.made_hourly))

    def _spent(self, connection: sa.Connection, installation_id: int) -> Iterable[Spent]:
        query = sa.select(spent).where(spent.c.installation_id == installation_id).order_by(spent.c.at, spent.c.id)
        return [Spent(row.at, row.points, row.makes, tuple(json.loads(row.talk))) for row in connection.execute(query)]


_TURN = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def _until(installation_id: int) -> sa.Select[Any]:
    here = sa.and_(limits.c.installation_id == installation_id, limits.c.resource == SECONDARY)
    return sa.select(limits.c.resets_at).where(here)


def _old(installation_id: int, now: datetime) -> sa.Delete:
    mere = sa.and_(spent.c.at <= now - MINUTE, ~spent.c.makes, spent.c.talk == "[]")
    return sa.delete(spent).where(spent.c.installation_id == installation_id, sa.or_(mere, spent.c.at <= now - HOUR))
