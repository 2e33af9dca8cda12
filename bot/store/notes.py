"""Which notes were written on a pull request."""

from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database, of_pull
from bot.store.tables import notes


class Notes(Database):
    def add(self, repository_id: int, number: int, key: str, *, at: datetime) -> None:
        with self.write() as connection:
            row = {"repository_id": repository_id, "number": number, "key": key, "at": at}
            self._once(connection, notes, row)

    def of(self, repository_id: int, number: int) -> frozenset[str]:
        query = sa.select(notes.c.key).where(of_pull(notes, repository_id, number))
        with self.read() as connection:
            return frozenset(connection.scalars(query))
