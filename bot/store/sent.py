"""What was sent to the forge: that it was, before it is sent, and that its answer came."""

from datetime import datetime

import sqlalchemy as sa

from bot.forge.memory import Thing
from bot.store.database import Database
from bot.store.tables import sent


class Sent(Database):
    def sending(self, thing: Thing, at: datetime) -> None:
        with self.write() as connection:
            self._put(connection, sent, _key(thing), {"at": at, "answered": False})

    def answered(self, thing: Thing, made: int | None = None) -> None:
        values = {"answered": True} | ({} if made is None else {"made": made})
        with self.write() as connection:
            connection.execute(sa.update(sent).where(_this(thing)).values(**values))

    def under_way(self, repository_id: int, about: str, now: datetime) -> datetime | None:
        mine = sa.and_(sent.c.repository_id == repository_id, sent.c.about == about, ~sent.c.answered)
        with self.read() as connection:
            at: datetime | None = connection.scalar(sa.select(sa.func.max(sent.c.at)).where(mine))
        if at is None or at <= now:
            return at
        with self.write() as connection:
            connection.execute(sa.update(sent).where(mine, sent.c.at > now).values(at=now))
        return now

    def made(self, thing: Thing) -> int | None:
        with self.read() as connection:
            number: int | None = connection.scalar(sa.select(sent.c.made).where(_this(thing)))
            return number

    def prune(self, before: datetime) -> None:
        with self.write() as connection:
            connection.execute(sa.delete(sent).where(sent.c.at < before))


def _key(thing: Thing) -> dict[str, object]:
    return {"repository_id": thing.repository_id, "about": thing.about, "name": thing.name}


def _this(thing: Thing) -> sa.ColumnElement[bool]:
    return sa.and_(sent.c.repository_id == thing.repository_id, sent.c.about == thing.about, sent.c.name == thing.name)
