"""Copies of calendars: of files in a repository as they last were, of addresses the last good one."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import configurations, feeds, repositories


@dataclass(frozen=True, slots=True)
class KnownFeed:
    """`repository_id` 0 and `ref` empty: an address. `error` is why the last try gave nothing, in words."""

    path: str
    text: str | None
    good_at: datetime | None
    tried_at: datetime
    error: str = ""
    tag: str = ""
    repository_id: int = 0
    ref: str = ""


@dataclass(frozen=True, slots=True)
class KnownConfiguration:
    """What decides for one branch, as texts: the repository's file (empty: none), its organisation's, its calendars."""

    repository_id: int
    ref: str
    text: str
    organisation: str
    feeds: tuple[KnownFeed, ...]


class Feeds(Database):
    def save_feed(self, feed: KnownFeed) -> None:
        key = {"repository_id": feed.repository_id, "ref": feed.ref, "path": feed.path}
        values = {name: getattr(feed, name) for name in ("text", "good_at", "tried_at", "error", "tag")}
        with self.write() as connection:
            self._put(connection, feeds, key, values)

    def feed(self, path: str, repository_id: int = 0, ref: str = "") -> KnownFeed | None:
        here = sa.and_(feeds.c.repository_id == repository_id, feeds.c.ref == ref, feeds.c.path == path)
        with self.read() as connection:
            row = connection.execute(sa.select(feeds).where(here)).one_or_none()
            return None if row is None else _feed(row)

    def forget_feed(self, path: str) -> None:
        """An address that nobody names any more."""
        with self.write() as connection:
            connection.execute(sa.delete(feeds).where(feeds.c.repository_id == 0, feeds.c.path == path))

    def addresses(self) -> tuple[KnownFeed, ...]:
        """Every address that was ever read."""
        with self.read() as connection:
            rows = connection.execute(sa.select(feeds).where(feeds.c.repository_id == 0).order_by(feeds.c.path))
            return tuple(_feed(row) for row in rows)

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
            copies = [_feed(row) for row in connection.execute(sa.select(feeds).order_by(feeds.c.path))]
        above = {repository: text for repository, ref, text in rows if ref == organisation}
        return tuple(
            KnownConfiguration(repository, ref, text, above.get(repository, ""), _of(repository, ref, copies))
            for repository, ref, text in rows
            if ref != organisation
        )


def _of(repository_id: int, ref: str, copies: list[KnownFeed]) -> tuple[KnownFeed, ...]:
    return tuple(one for one in copies if (one.repository_id, one.ref) in ((0, ""), (repository_id, ref)))


def _feed(row: sa.Row[tuple[object, ...]]) -> KnownFeed:
    return KnownFeed(row.path, row.text, row.good_at, row.tried_at, row.error, row.tag, row.repository_id, row.ref)
