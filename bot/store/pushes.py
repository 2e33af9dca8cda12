"""Who pushed what, as far as deliveries told."""

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database, insert_once
from bot.store.tables import pushers


@dataclass(frozen=True, slots=True)
class SeenPush:
    """Who moved a branch, and to which commit."""

    repository_id: int
    sha: str
    person_id: int
    at: datetime


class Pushes(Database):
    def saw(self, *seen: SeenPush, connection: sa.Connection | None = None) -> None:
        """Deliveries told who pushed."""
        rows = [asdict(one) for one in sorted(seen, key=lambda one: (one.repository_id, one.sha, one.person_id))]
        if rows:
            with self.write(connection) as transaction:
                transaction.execute(insert_once(transaction.dialect.name, pushers), rows)

    def pushers(self, repository_id: int, commits: frozenset[str]) -> frozenset[int]:
        """Accounts that some branch was pushed to one of these commits by, as far as deliveries told."""
        here = sa.and_(pushers.c.repository_id == repository_id, pushers.c.sha.in_(sorted(commits)))
        with self.read() as connection:
            return frozenset(connection.scalars(sa.select(pushers.c.person_id).where(here)))

    def prune(self, before: datetime) -> None:
        with self.write() as connection:
            connection.execute(sa.delete(pushers).where(pushers.c.at < before))
