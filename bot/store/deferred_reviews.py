"""Reviews that were put off until after a landing: who owes one, by when, and what came of it. All of it is audited."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.plain import from_text, to_text
from bot.policy.candidate import DeferredReview
from bot.store.audit import Audited
from bot.store.database import of_pull
from bot.store.tables import deferred_reviews


@dataclass(frozen=True, slots=True)
class KnownReview:
    """`issue`: its number; None: none was opened yet. `settled`: it was reviewed, and its issue closed."""

    repository_id: int
    number: int
    review: DeferredReview
    issue: int | None
    settled: bool


class DeferredReviews(Audited):
    def open(self, repository_id: int, number: int, review: DeferredReview, *, at: datetime) -> bool:
        """Once; says whether it was news."""
        review = _in_utc(review)
        key = {"repository_id": repository_id, "number": number}
        row = {
            "author_id": review.author.id,
            "due": review.due,
            "reviewed_at": None,
            "issue": None,
            "settled": False,
            "body": to_text(review),
        }
        with self.write() as connection:
            new = self._once(connection, deferred_reviews, key | row)
            if new:
                self._audit.add("deferred_review", at=at, connection=connection, **key, what="opened", review=review)
            return new

    def close(self, repository_id: int, number: int, review: DeferredReview, *, at: datetime) -> None:
        """It was reviewed. The first word stays."""
        here = sa.and_(of_pull(deferred_reviews, repository_id, number), deferred_reviews.c.reviewed_at.is_(None))
        review = _in_utc(review)
        values = {"reviewed_at": review.reviewed_at, "body": to_text(review)}
        with self.write() as connection:
            if connection.execute(sa.update(deferred_reviews).where(here).values(**values)).rowcount:
                key = {"repository_id": repository_id, "number": number}
                self._audit.add("deferred_review", at=at, connection=connection, **key, what="closed", review=review)

    def of(self, repository_id: int, number: int) -> DeferredReview | None:
        query = sa.select(deferred_reviews.c.body).where(of_pull(deferred_reviews, repository_id, number))
        with self.read() as connection:
            body = connection.scalar(query)
        return None if body is None else from_text(DeferredReview, body)

    def to_follow(self) -> tuple[KnownReview, ...]:
        """Those of which an issue is to be opened or closed, the oldest due first."""
        table = deferred_reviews.c
        missing = table.issue.is_(None) & table.reviewed_at.is_(None)
        done = table.issue.is_not(None) & table.reviewed_at.is_not(None)
        return self._known(sa.not_(table.settled) & (missing | done))

    def overdue(self, repository_id: int, now: datetime) -> tuple[KnownReview, ...]:
        """Those of a repository that nobody did in time, the oldest due first."""
        table = deferred_reviews.c
        return self._known((table.repository_id == repository_id) & table.reviewed_at.is_(None) & (table.due < now))

    def owed(self, repository_id: int) -> tuple[KnownReview, ...]:
        """Those of a repository that nobody did yet, the oldest due first: what is overdue comes first."""
        table = deferred_reviews.c
        return self._known((table.repository_id == repository_id) & table.reviewed_at.is_(None))

    def overdue_for(self, repository_id: int, author_id: int, owners: Collection[str], now: datetime) -> int:
        """How many are overdue of what this person wrote, or of what these people and teams were asked to review."""
        late = self.overdue(repository_id, now)
        return sum(
            each.review.author.id == author_id or not set(owners).isdisjoint(each.review.owners) for each in late
        )

    def opened_as(self, repository_id: int, number: int, issue: int) -> None:
        self._set(repository_id, number, issue=issue)

    def settle(self, repository_id: int, number: int) -> None:
        """Nothing is left to be done about it."""
        self._set(repository_id, number, settled=True)

    def _set(self, repository_id: int, number: int, **values: object) -> None:
        here = of_pull(deferred_reviews, repository_id, number)
        with self.write() as connection:
            connection.execute(sa.update(deferred_reviews).where(here).values(**values))

    def _known(self, where: sa.ColumnElement[bool]) -> tuple[KnownReview, ...]:
        query = sa.select(deferred_reviews).where(where).order_by(deferred_reviews.c.due, deferred_reviews.c.number)
        with self.read() as connection:
            rows = connection.execute(query).all()
        reviews = (from_text(DeferredReview, row.body) for row in rows)
        return tuple(
            KnownReview(row.repository_id, row.number, review, row.issue, row.settled)
            for row, review in zip(rows, reviews, strict=True)
        )


def _in_utc(review: DeferredReview) -> DeferredReview:
    times = {name: getattr(review, name) for name in ("landed_at", "due", "reviewed_at")}
    return replace(review, **{name: at and at.astimezone(UTC) for name, at in times.items()})
