"""The facts that automatic review decided on last, of each pull request: a changed policy is replayed on them."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from bot.plain import from_text, to_text
from bot.policy.state import State
from bot.store.database import Database, of_pull
from bot.store.tables import exhibits


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Frozen: nobody is asked anything again."""

    number: int
    at: datetime
    state: State


class Exhibits(Database):
    def save(self, repository_id: int, state: State, *, at: datetime) -> None:
        """In place of those before; the description and what is said around it decide nothing and are left out."""
        bare = replace(state, pull=replace(state.pull, body="", comment=None, check=None, other_checks=()), problems=())
        bare = replace(bare, escalations=(), proposal="", proposed=(), changes=(), warnings=(), claims=(), questions=())
        key = {"repository_id": repository_id, "number": state.pull.number}
        values = {"head_sha": state.pull.head_sha, "at": at, "body": to_text(bare)}
        with self.write() as connection:
            self._put(connection, exhibits, key, values)

    def of(self, repository_id: int, since: datetime) -> tuple[Exhibit, ...]:
        """By number."""
        here = sa.and_(exhibits.c.repository_id == repository_id, exhibits.c.at >= since)
        with self.read() as connection:
            rows = connection.execute(sa.select(exhibits).where(here).order_by(exhibits.c.number)).all()
        return tuple(Exhibit(row.number, row.at, from_text(State, row.body)) for row in rows)

    def get(self, repository_id: int, number: int, head_sha: str) -> Exhibit | None:
        """Of one pull request, while its facts are those of that head."""
        here = sa.and_(of_pull(exhibits, repository_id, number), exhibits.c.head_sha == head_sha)
        with self.read() as connection:
            row = connection.execute(sa.select(exhibits).where(here)).one_or_none()
        return None if row is None else Exhibit(row.number, row.at, from_text(State, row.body))

    def forget(self, repository_id: int) -> None:
        """Of a repository that may not be seen any more."""
        with self.write() as connection:
            connection.execute(sa.delete(exhibits).where(exhibits.c.repository_id == repository_id))

    def prune(self, before: datetime) -> None:
        """Nobody judges a policy of today by what was longer ago."""
        with self.write() as connection:
            connection.execute(sa.delete(exhibits).where(exhibits.c.at < before))
