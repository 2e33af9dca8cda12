"""What was already done in this bucket of time."""

from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import ticks


class Ticks(Database):
    def once(self, key: str, at: datetime, connection: sa.Connection | None = None) -> bool:
        """True for the first who asks with this key, for ever after False."""
        with self.write(connection) as transaction:
            return self._once(transaction, ticks, {"key": key, "at": at})

    def prune(self, before: datetime) -> int:
        with self.write() as connection:
            return connection.execute(sa.delete(ticks).where(ticks.c.at < before)).rowcount

    def forget(self, after: datetime) -> int:
        """What was done while the clock was ahead is to be done again at its true time; returns how many."""
        with self.write() as connection:
            return connection.execute(sa.delete(ticks).where(ticks.c.at > after)).rowcount
