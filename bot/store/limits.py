"""What the forge said last is left of its limits: what the operator's page shows."""

from dataclasses import asdict

import sqlalchemy as sa

from bot.forge.limits import Limit
from bot.store.database import Database
from bot.store.tables import limits


class RateLimits(Database):
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
