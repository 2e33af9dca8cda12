"""What was found out and answered about pull requests: assessments, escalations, attestations, feedback, notes."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.policy.escalation import Escalation
from bot.policy.pull import Person
from bot.store import plain
from bot.store.audit import AuditLog
from bot.store.database import of_pull
from bot.store.tables import assessments, attestations, escalations, feedback, notes
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


class Decisions(AuditLog):
    def save_assessment(self, repository_id: int, number: int, head_sha: str, assessment: Assessment) -> None:
        key = {"repository_id": repository_id, "number": number, "head_sha": head_sha}
        values = {"at": assessment.at, "model": assessment.model, "body": plain.to_text(assessment)}
        with self.write() as connection:
            self._put(connection, assessments, key, values)

    def assessment(self, repository_id: int, number: int, head_sha: str) -> Assessment | None:
        here = sa.and_(of_pull(assessments, repository_id, number), assessments.c.head_sha == head_sha)
        with self.read() as connection:
            body = connection.scalar(sa.select(assessments.c.body).where(here))
            return None if body is None else plain.assessment(body)

    def forget_assessment(self, repository_id: int, number: int, head_sha: str) -> None:
        here = sa.and_(of_pull(assessments, repository_id, number), assessments.c.head_sha == head_sha)
        with self.write() as connection:
            connection.execute(sa.delete(assessments).where(here))

    def save_escalation(self, repository_id: int, number: int, escalation: Escalation, *, at: datetime) -> None:
        """Keep it in its new state, with one audit record when the state is new. The same again changes nothing."""
        key = {"repository_id": repository_id, "number": number, "id": escalation.id}
        body = plain.to_text(_in_utc(escalation))
        here = sa.and_(of_pull(escalations, repository_id, number), escalations.c.id == escalation.id)
        with self.write() as connection:
            before = connection.execute(sa.select(escalations.c.state, escalations.c.body).where(here)).one_or_none()
            if before is not None and before.body == body:
                return
            self._put(connection, escalations, key, {"at": escalation.at, "state": escalation.state, "body": body})
            if (
                before is None
                or before.state != escalation.state
                or plain.escalation(before.body).first != escalation.first
            ):
                was = None if before is None else before.state
                where = {"repository_id": repository_id, "number": number}
                self.audit("escalation", at=at, connection=connection, **where, was=was, escalation=escalation)

    def escalations(self, repository_id: int, number: int) -> tuple[Escalation, ...]:
        """Oldest first."""
        here = of_pull(escalations, repository_id, number)
        query = sa.select(escalations.c.body).where(here).order_by(escalations.c.at, escalations.c.id)
        with self.read() as connection:
            return tuple(plain.escalation(body) for body in connection.scalars(query))

    def all_escalations(self, repository_id: int | None = None) -> tuple[tuple[int, int, Escalation], ...]:
        """Repository id, number and request, oldest first."""
        query = sa.select(escalations).order_by(escalations.c.at, escalations.c.id)
        if repository_id is not None:
            query = query.where(escalations.c.repository_id == repository_id)
        with self.read() as connection:
            rows = connection.execute(query).all()
        return tuple((row.repository_id, row.number, plain.escalation(row.body)) for row in rows)

    def save_attestation(self, repository_id: int, number: int, head_sha: str, by: Person, *, at: datetime) -> None:
        row = {"repository_id": repository_id, "number": number, "head_sha": head_sha}
        with self.write() as connection:
            if self._once(connection, attestations, row | {"by_id": by.id, "by_login": by.login, "at": at}):
                self.audit(
                    "attestation",
                    at=at,
                    repository_id=repository_id,
                    number=number,
                    connection=connection,
                    head_sha=head_sha,
                    by=by,
                )

    def attested(self, repository_id: int, number: int) -> frozenset[str]:
        """Heads whose author attested that the review was adequate."""
        query = sa.select(attestations.c.head_sha).where(of_pull(attestations, repository_id, number))
        with self.read() as connection:
            return frozenset(connection.scalars(query))

    def save_feedback(
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

    def all_feedback(self, repository_id: int | None = None) -> tuple[Feedback, ...]:
        """Oldest first, for evaluation."""
        query = sa.select(feedback).order_by(feedback.c.at, feedback.c.by_id)
        if repository_id is not None:
            query = query.where(feedback.c.repository_id == repository_id)
        with self.read() as connection:
            return tuple(_feedback(row) for row in connection.execute(query))

    def note(self, repository_id: int, number: int, key: str, *, at: datetime) -> None:
        """Remember that the note of that key was written."""
        with self.write() as connection:
            row = {"repository_id": repository_id, "number": number, "key": key, "at": at}
            self._once(connection, notes, row)

    def notes(self, repository_id: int, number: int) -> frozenset[str]:
        query = sa.select(notes.c.key).where(of_pull(notes, repository_id, number))
        with self.read() as connection:
            return frozenset(connection.scalars(query))


def _feedback(row: sa.Row[Any]) -> Feedback:
    seen = None if row.assessment is None else plain.assessment(row.assessment)
    where, by = (row.repository_id, row.number, row.head_sha), Person(row.by_id, row.by_login)
    return Feedback(*where, by, row.source, row.useful, row.text, row.at, seen)


def _in_utc(escalation: Escalation) -> Escalation:
    # the same instant in another zone must give the same text, and be equal when read back
    times = {name: getattr(escalation, name) for name in ("at", "expires", "answered_at", "ended_at")}
    return replace(escalation, **{name: at and at.astimezone(UTC) for name, at in times.items()})
