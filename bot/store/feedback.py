"""What people said of a score."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.policy.pull import Person
from bot.store.assessments import assessment_of
from bot.store.database import Database, of_pull
from bot.store.tables import assessments, feedback
from scoring.assessment import Assessment

Source = Literal["command", "button", "reaction"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody thought of a score, with the assessment that they saw (None: there was none)."""

    repository_id: int
    number: int
    head_sha: str
    by: Person
    source: Source
    useful: bool
    text: str
    at: datetime
    assessment: Assessment | None


class FeedbackLog(Database):
    def save(
        self,
        repository_id: int,
        number: int,
        head_sha: str,
        by: Person,
        useful: bool,
        text: str = "",
        *,
        at: datetime,
        source: Source = "command",
    ) -> None:
        """Keep it beside the score it is about. The newest of one person, head and source counts."""
        key = {"repository_id": repository_id, "number": number, "head_sha": head_sha, "by_id": by.id, "source": source}
        shown = sa.and_(of_pull(assessments, repository_id, number), assessments.c.head_sha == head_sha)
        with self.write() as connection:
            body = connection.scalar(sa.select(assessments.c.body).where(shown))
            values = {
                "by_login": by.login,
                "useful": useful,
                "text": text.replace("\0", "\ufffd"),
                "at": at,
                "assessment": body,
            }
            self._put(connection, feedback, key, values)

    def of(self, repository_id: int, number: int) -> tuple[Feedback, ...]:
        """Of one pull request, oldest first."""
        here = of_pull(feedback, repository_id, number)
        with self.read() as connection:
            rows = connection.execute(sa.select(feedback).where(here).order_by(feedback.c.at, feedback.c.by_id)).all()
        return tuple(_feedback(row) for row in rows)

    def useful(self, repository_ids: Collection[int]) -> tuple[int, int]:
        """Of these repositories: how many opinions found a score useful, and how many there are."""
        good = sa.func.coalesce(sa.func.sum(sa.case((feedback.c.useful, 1), else_=0)), 0)
        query = sa.select(good, sa.func.count()).where(feedback.c.repository_id.in_(repository_ids))
        with self.read() as connection:
            useful, number = connection.execute(query).one()
        return int(useful), number

    def all(self, repository_id: int | None = None, since: datetime | None = None) -> tuple[Feedback, ...]:
        """Oldest first, for evaluation."""
        query = sa.select(feedback).order_by(feedback.c.at, feedback.c.by_id)
        if since is not None:
            query = query.where(feedback.c.at >= since)
        if repository_id is not None:
            query = query.where(feedback.c.repository_id == repository_id)
        with self.read() as connection:
            return tuple(_feedback(row) for row in connection.execute(query))


def _feedback(row: sa.Row[Any]) -> Feedback:
    seen = None if row.assessment is None else assessment_of(row.assessment)
    where, by = (row.repository_id, row.number, row.head_sha), Person(row.by_id, row.by_login)
    return Feedback(*where, by, row.source, row.useful, row.text, row.at, seen)
