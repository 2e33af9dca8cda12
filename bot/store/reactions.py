"""What people say of a score with a thumb. The rows follow the thumbs: one that is taken back is gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.policy.pull import Person, Remark
from bot.store.database import Database, of_pull
from bot.store.repositories import KnownRepository
from bot.store.tables import assessments, feedback, polls, pulls, repositories

CLOSED_FOR = timedelta(days=14)  # people look back at what has landed


@dataclass(frozen=True, slots=True)
class Thumb:
    """👍 or 👎 of one person on our comment."""

    by: Person
    useful: bool
    at: datetime


class Reactions(Database):
    def save(self, repository_id: int, number: int, thumbs: Iterable[Thumb]) -> int:
        """Exactly these, each beside the score that was shown when it was given. Returns how many rows changed."""
        newest = {thumb.by.id: thumb for thumb in sorted(thumbs, key=lambda thumb: thumb.at)}
        mine = sa.and_(of_pull(feedback, repository_id, number), feedback.c.source == "reaction")
        with self.write() as connection:
            before = {
                (row.head_sha, row.by_id): row.useful for row in connection.execute(sa.select(feedback).where(mine))
            }
            shown = self._shown(connection, repository_id, number)
            wanted = {(_head(shown, thumb.at), by): thumb for by, thumb in newest.items()} if shown else {}
            for head, by in before.keys() - wanted.keys():
                gone = sa.and_(mine, feedback.c.head_sha == head, feedback.c.by_id == by)
                connection.execute(sa.delete(feedback).where(gone))
            new = {key: thumb for key, thumb in wanted.items() if before.get(key) != thumb.useful}
            for (head, by), thumb in new.items():
                key = {"repository_id": repository_id, "number": number, "head_sha": head, "by_id": by}
                body = next(body for sha, _, body in shown if sha == head)
                values = {"by_login": thumb.by.login, "useful": thumb.useful, "text": "", "at": thumb.at}
                self._put(connection, feedback, {**key, "source": "reaction"}, {**values, "assessment": body})
            return len(new) + len(before.keys() - wanted.keys())

    def by(self, repository_id: int, number: int) -> frozenset[int]:
        """Ids of the people whose thumbs are kept: they were asked about once."""
        mine = sa.and_(of_pull(feedback, repository_id, number), feedback.c.source == "reaction")
        with self.read() as connection:
            return frozenset(connection.scalars(sa.select(feedback.c.by_id).where(mine)))

    def against(self, repository_id: int, number: int) -> tuple[Remark, ...]:
        """The 👎 of the author and of people who may write, oldest first."""
        mine = sa.and_(of_pull(feedback, repository_id, number), feedback.c.source == "reaction")
        query = sa.select(feedback.c.by_id, feedback.c.by_login, feedback.c.at).where(mine, sa.not_(feedback.c.useful))
        with self.read() as connection:
            rows = connection.execute(query.order_by(feedback.c.at, feedback.c.by_id)).all()
        return tuple(Remark(f"thumb {row.by_id}", Person(row.by_id, row.by_login), row.at) for row in rows)

    def to_poll(self, now: datetime, every: timedelta, most: int) -> tuple[tuple[KnownRepository, int], ...]:
        """Scored pull requests that are open, or were till lately, and were not asked about within `every`.

        Those asked about longest ago first, at most `most`.
        """
        both = sa.and_(polls.c.repository_id == pulls.c.repository_id, polls.c.number == pulls.c.number)
        query = (
            sa.select(pulls.c.number, repositories)
            .join(repositories, repositories.c.id == pulls.c.repository_id)
            .outerjoin(polls, both)
            .where(repositories.c.gone == "", pulls.c.percentile.is_not(None))
            .where(pulls.c.open | (pulls.c.decided_at > now - CLOSED_FOR))
            .where(polls.c.at.is_(None) | (polls.c.at <= now - every))
            .order_by(polls.c.at.is_not(None), polls.c.at, pulls.c.decided_at.desc(), pulls.c.number)
            .limit(most)
        )
        with self.read() as connection:
            rows = connection.execute(query).all()
        return tuple((KnownRepository(row.id, row.installation_id, row.full_name), row.number) for row in rows)

    def polled(self, repository_id: int, number: int, *, at: datetime) -> None:
        with self.write() as connection:
            self._put(connection, polls, {"repository_id": repository_id, "number": number}, {"at": at})

    def _shown(
        self, connection: sa.Connection, repository_id: int, number: int
    ) -> tuple[tuple[str, datetime, str], ...]:
        """Head, time and body of each score, oldest first."""
        query = sa.select(assessments.c.head_sha, assessments.c.at, assessments.c.body)
        here = of_pull(assessments, repository_id, number)
        rows = connection.execute(query.where(here).order_by(assessments.c.at, assessments.c.head_sha))
        return tuple((row.head_sha, row.at, row.body) for row in rows)


def _head(shown: tuple[tuple[str, datetime, str], ...], at: datetime) -> str:
    """Of the score that was there at that time; the first when there was none yet."""
    known = [head for head, since, _ in shown if since <= at]
    return known[-1] if known else shown[0][0]
