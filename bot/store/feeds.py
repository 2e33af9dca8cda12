"""Copies of calendars: of files in a repository as they last were, of addresses the last good one."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import feeds


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


class Feeds(Database):
    def save(self, feed: KnownFeed) -> None:
        key = {"repository_id": feed.repository_id, "ref": feed.ref, "path": feed.path}
        values = {name: getattr(feed, name) for name in ("text", "good_at", "tried_at", "error", "tag")}
        with self.write() as connection:
            self._put(connection, feeds, key, values)

    def get(self, path: str, repository_id: int = 0, ref: str = "") -> KnownFeed | None:
        here = sa.and_(feeds.c.repository_id == repository_id, feeds.c.ref == ref, feeds.c.path == path)
        with self.read() as connection:
            row = connection.execute(sa.select(feeds).where(here)).one_or_none()
            return None if row is None else feed_of(row)

    def forget(self, path: str) -> None:
        """An address that nobody names any more."""
        with self.write() as connection:
            connection.execute(sa.delete(feeds).where(feeds.c.repository_id == 0, feeds.c.path == path))

    def addresses(self) -> tuple[KnownFeed, ...]:
        """Every address that was ever read."""
        with self.read() as connection:
            rows = connection.execute(sa.select(feeds).where(feeds.c.repository_id == 0).order_by(feeds.c.path))
            return tuple(feed_of(row) for row in rows)


def feed_of(row: sa.Row[tuple[object, ...]]) -> KnownFeed:
    return KnownFeed(row.path, row.text, row.good_at, row.tried_at, row.error, row.tag, row.repository_id, row.ref)
