"""Who leads."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.store.database import Database, insert, inserted
from bot.store.tables import leases


class Leases(Database):
    def take(self, name: str, holder: str, now: datetime, lasting: timedelta) -> bool:
        """Take or keep the lease of that name; False while somebody else holds it."""
        row = insert(self.engine.dialect.name, leases).values(name=name, holder=holder, until=now + lasting)
        # a lease that lasts longer than any may was taken by a clock that was ahead
        free = sa.or_(leases.c.holder == holder, leases.c.until <= now, leases.c.until > now + 2 * lasting)
        values = {"holder": holder, "until": now + lasting}
        with self.write() as connection:
            taken = row.on_conflict_do_update(index_elements=["name"], set_=values, where=free)
            return inserted(connection, taken, {})

    def release(self, name: str, holder: str) -> None:
        with self.write() as connection:
            connection.execute(sa.delete(leases).where(leases.c.name == name, leases.c.holder == holder))
