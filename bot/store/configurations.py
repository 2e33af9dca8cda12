"""The configuration of each branch that was last valid, and all that decides for a branch."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.feeds import KnownFeed, feed_of
from bot.store.tables import configurations, feeds, repositories


@dataclass(frozen=True, slots=True)
class LastGood:
    """The newest valid configuration of one branch."""

    text: str
    sha: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KnownConfiguration:
    """What decides for one branch, as texts: the repository's file (empty: none), its organisation's, its calendars."""

    repository_id: int
    ref: str
    text: str
    organisation: str
    feeds: tuple[KnownFeed, ...]


class Configurations(Database):
    def save(self, repository_id: int, ref: str, *, text: str, sha: str, at: datetime) -> None:
        """Keep a valid configuration: it stays in force while a newer one is broken."""
        key = {"repository_id": repository_id, "ref": ref}
        with self.write() as connection:
            self._put(connection, configurations, key, {"text": text, "sha": sha, "at": at})

    def last_good(self, repository_id: int, ref: str) -> LastGood | None:
        here = sa.and_(configurations.c.repository_id == repository_id, configurations.c.ref == ref)
        query = sa.select(configurations.c.text, configurations.c.sha, configurations.c.at).where(here)
        with self.read() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else LastGood(row.text, row.sha, row.at)

    def all(self) -> tuple[tuple[int, str, str], ...]:
        """Repository id, branch and text of every last good configuration, of repositories that can be reached."""
        query = (
            sa.select(configurations.c.repository_id, configurations.c.ref, configurations.c.text)
            .join(repositories, repositories.c.id == configurations.c.repository_id)
            .where(repositories.c.gone == "")
            .order_by(configurations.c.repository_id, configurations.c.ref)
        )
        with self.read() as connection:
            return tuple((row.repository_id, row.ref, row.text) for row in connection.execute(query))

    def in_force(self, organisation: str) -> tuple[KnownConfiguration, ...]:
        """One for each branch that was looked at, of repositories that can be reached.

        `organisation` is the name under which the text of an organisation is kept beside the branches.
        """
        query = (
            sa.select(configurations.c.repository_id, configurations.c.ref, configurations.c.text)
            .join(repositories, repositories.c.id == configurations.c.repository_id)
            .where(repositories.c.gone == "")
            .order_by(configurations.c.repository_id, configurations.c.ref)
        )
        with self.read() as connection:
            rows = [(row.repository_id, row.ref, row.text) for row in connection.execute(query)]
            copies = [feed_of(row) for row in connection.execute(sa.select(feeds).order_by(feeds.c.path))]
        above = {repository: text for repository, ref, text in rows if ref == organisation}
        return tuple(
            KnownConfiguration(repository, ref, text, above.get(repository, ""), _of(repository, ref, copies))
            for repository, ref, text in rows
            if ref != organisation
        )


def _of(repository_id: int, ref: str, copies: list[KnownFeed]) -> tuple[KnownFeed, ...]:
    return tuple(one for one in copies if (one.repository_id, one.ref) in ((0, ""), (repository_id, ref)))
