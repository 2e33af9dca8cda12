"""Which landed commits the forge lists as made by an account, as far as it was asked lately."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import accounts


class Accounts(Database):
    def save(self, repository_id: int, person_id: int, commits: Sequence[str], *, at: datetime) -> None:
        """In place of what was listed before."""
        with self.write() as connection:
            key = {"repository_id": repository_id, "person_id": person_id}
            self._put(connection, accounts, key, {"at": at, "commits": " ".join(commits)})

    def commits(self, repository_id: int, person_id: int, *, since: datetime) -> tuple[str, ...] | None:
        """None: it was not asked since then."""
        mine = sa.and_(accounts.c.repository_id == repository_id, accounts.c.person_id == person_id)
        with self.read() as connection:
            row = connection.scalar(sa.select(accounts.c.commits).where(mine, accounts.c.at >= since))
        return None if row is None else tuple(row.split())

    def prune(self, before: datetime) -> None:
        with self.write() as connection:
            connection.execute(sa.delete(accounts).where(accounts.c.at < before))
