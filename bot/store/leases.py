"""Who leads, and what was already done in this bucket of time."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.store.database import Database, insert, inserted
from bot.store.tables import leases, ticks


class Leases(Database):
    def lead(self, name: str, holder: str, now: datetime, lasting: timedelta) -> bool:
        """Take or keep the lease of that name; False while somebody else holds it."""
        row = insert(self.engine.dialect.name, leases).values(name=name, holder=holder, until=now + lasting)
        # a lease that lasts longer than any may was taken by a clock that was ahead
        free = sa.or_(leases.c.holder == holder, leases.c.until <= now, leases.c.until > now + 2 * lasting)
        values = {"holder": holder, "until": now + lasting}
        with self.write() as connection:
            taken = row.on_conflict_do_update(index_elements=["name"], set_=values, where=free)
            return inserted(connection, taken, {})

    def resign(self, name: str, holder: str) -> None:
        with self.write() as connection:
            connection.execute(sa.delete(leases).where(leases.c.name == name, leases.c.holder == holder))

    def once(self, key: str, at: datetime, connection: sa.Connection | None = None) -> bool:
        """True for the first who asks with this key, for ever after False."""
        with self.write(connection) as own:
            return self._once(own, ticks, {"key": key, "at": at})

    def prune_ticks(self, before: datetime) -> int:
        with self.write() as connection:
            return connection.execute(sa.delete(ticks).where(ticks.c.at < before)).rowcount

    def forget_ticks(self, after: datetime) -> int:
        """What was done while the clock was ahead is to be done again at its true time; returns how many."""
        with self.write() as connection:
            return connection.execute(sa.delete(ticks).where(ticks.c.at > after)).rowcount
