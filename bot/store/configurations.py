"""The configuration of each branch that was last valid, and all that decides for a branch."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.policy.config.yaml_positions import MAX_CHARS
from bot.store.database import Database
from bot.store.feeds import KnownFeed, feed_of
from bot.store.tables import configurations, feeds, proposals, repositories

MOST_PROPOSED = 100  # of one repository


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

    def propose(self, repository_id: int, head_sha: str, text: str, *, at: datetime) -> None:
        """Keep what a pull request would put in its place, of the newest few. The same again changes nothing.

        What is too large to be read as a configuration is not kept.
        """
        if len(text) > MAX_CHARS or self.proposed(repository_id, head_sha) is not None:
            return
        here = proposals.c.repository_id == repository_id
        newest = sa.select(proposals.c.at).where(here).order_by(proposals.c.at.desc()).offset(MOST_PROPOSED).limit(1)
        with self.write() as connection:
            row = {"repository_id": repository_id, "head_sha": head_sha, "text": text, "at": at.astimezone(UTC)}
            self._once(connection, proposals, row)
            oldest = connection.scalar(newest)
            if oldest is not None:
                connection.execute(sa.delete(proposals).where(here, proposals.c.at <= oldest))

    def proposed(self, repository_id: int, head_sha: str) -> str | None:
        """The text at that head; None: it proposes none, or nobody has looked at it yet."""
        here = sa.and_(proposals.c.repository_id == repository_id, proposals.c.head_sha == head_sha)
        with self.read() as connection:
            return connection.scalar(sa.select(proposals.c.text).where(here))

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

    def in_force(
        self, organisation: str, repository_ids: Collection[int] | None = None
    ) -> tuple[KnownConfiguration, ...]:
        """One for each branch that was looked at, of those of the repositories (or of all) that can be reached.

        `organisation` is the name under which the text of an organisation is kept beside the branches.
        """
        query = (
            sa.select(configurations.c.repository_id, configurations.c.ref, configurations.c.text)
            .join(repositories, repositories.c.id == configurations.c.repository_id)
            .where(repositories.c.gone == "")
            .order_by(configurations.c.repository_id, configurations.c.ref)
        )
        of_feeds = sa.select(feeds).order_by(feeds.c.path)
        if repository_ids is not None:
            query = query.where(configurations.c.repository_id.in_(repository_ids))
            of_feeds = of_feeds.where(feeds.c.repository_id.in_((0, *repository_ids)))
        with self.read() as connection:
            rows = [(row.repository_id, row.ref, row.text) for row in connection.execute(query)]
            copies = [feed_of(row) for row in connection.execute(of_feeds)]
        above = {repository: text for repository, ref, text in rows if ref == organisation}
        return tuple(
            KnownConfiguration(repository, ref, text, above.get(repository, ""), _of(repository, ref, copies))
            for repository, ref, text in rows
            if ref != organisation
        )


def _of(repository_id: int, ref: str, copies: list[KnownFeed]) -> tuple[KnownFeed, ...]:
    return tuple(one for one in copies if (one.repository_id, one.ref) in ((0, ""), (repository_id, ref)))
