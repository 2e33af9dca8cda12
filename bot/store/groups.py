"""Merge groups that were answered for and are not known to be over: an edge decides them again."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import groups, repositories


@dataclass(frozen=True, slots=True)
class KnownGroup:
    repository_id: int
    installation_id: int
    full_name: str
    head_sha: str
    head_ref: str
    base_ref: str  # without refs/heads/
    verdict: int
    asked_at: datetime
    mark: str = ""  # of the calendar that it was decided under


class Groups(Database):
    def save(
        self,
        repository_id: int,
        *,
        head_sha: str,
        head_ref: str,
        base_ref: str,
        verdict: int,
        at: datetime,
        mark: str = "",
    ) -> None:
        """Keep what was answered last; when it was asked first stays."""
        key = {"repository_id": repository_id, "head_sha": head_sha}
        said = {"head_ref": head_ref, "base_ref": base_ref, "verdict": verdict, "mark": mark}
        with self.write() as connection:
            if not self._once(connection, groups, {**key, **said, "asked_at": at}):
                connection.execute(sa.update(groups).where(_of(repository_id, head_sha)).values(said))

    def close(self, repository_id: int, head_sha: str) -> None:
        """The queue merged it, dropped it, or built it anew."""
        with self.write() as connection:
            connection.execute(sa.delete(groups).where(_of(repository_id, head_sha)))

    def prune(self, before: datetime) -> int:
        """Those that nobody said the end of; returns how many."""
        with self.write() as connection:
            return connection.execute(sa.delete(groups).where(groups.c.asked_at < before)).rowcount

    def all_open(self, repository_id: int | None = None, base_ref: str | None = None) -> tuple[KnownGroup, ...]:
        """Oldest first; of one repository and into one branch, or of any."""
        query = (
            sa.select(groups, repositories.c.installation_id, repositories.c.full_name)
            .join(repositories, repositories.c.id == groups.c.repository_id)
            .where(repositories.c.gone == "")
            .order_by(groups.c.asked_at, groups.c.head_sha)
        )
        if repository_id is not None:
            query = query.where(groups.c.repository_id == repository_id)
        if base_ref is not None:
            query = query.where(groups.c.base_ref == base_ref)
        with self.read() as connection:
            return tuple(
                KnownGroup(
                    row.repository_id,
                    row.installation_id,
                    row.full_name,
                    row.head_sha,
                    row.head_ref,
                    row.base_ref,
                    row.verdict,
                    row.asked_at,
                    row.mark,
                )
                for row in connection.execute(query)
            )


def _of(repository_id: int, head_sha: str) -> sa.ColumnElement[bool]:
    return sa.and_(groups.c.repository_id == repository_id, groups.c.head_sha == head_sha)
