"""Exceptions from a freeze that were asked for and answered, and what authors attested."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.plain import from_text, to_text
from bot.policy.escalation import Escalation
from bot.policy.pull import Person
from bot.store.audit import Audited
from bot.store.database import of_pull
from bot.store.tables import attestations, escalations


class Exceptions(Audited):
    def save(self, repository_id: int, number: int, escalation: Escalation, *, at: datetime) -> None:
        """Keep it in its new state, with one audit record when the state is new. The same again changes nothing."""
        key = {"repository_id": repository_id, "number": number, "id": escalation.id}
        body = to_text(_in_utc(escalation))
        here = sa.and_(of_pull(escalations, repository_id, number), escalations.c.id == escalation.id)
        with self.write() as connection:
            before = connection.execute(sa.select(escalations.c.state, escalations.c.body).where(here)).one_or_none()
            if before is not None and before.body == body:
                return
            self._put(connection, escalations, key, {"at": escalation.at, "state": escalation.state, "body": body})
            if before is None or before.state != escalation.state or _escalation(before.body).first != escalation.first:
                was = None if before is None else before.state
                where = {"repository_id": repository_id, "number": number}
                self._audit.add("escalation", at=at, connection=connection, **where, was=was, escalation=escalation)

    def of(self, repository_id: int, number: int) -> tuple[Escalation, ...]:
        """Oldest first."""
        here = of_pull(escalations, repository_id, number)
        query = sa.select(escalations.c.body).where(here).order_by(escalations.c.at, escalations.c.id)
        with self.read() as connection:
            return tuple(_escalation(body) for body in connection.scalars(query))

    def asked(self, repository_ids: Collection[int]) -> dict[tuple[int, int], Escalation]:
        """By repository and number: the newest request of each pull request that waits for an answer."""
        here = escalations.c.repository_id.in_(repository_ids) & (escalations.c.state == "asked")
        query = sa.select(escalations).where(here).order_by(escalations.c.at, escalations.c.id)
        with self.read() as connection:
            rows = connection.execute(query).all()
        return {(row.repository_id, row.number): _escalation(row.body) for row in rows}

    def all(self, repository_id: int | None = None) -> tuple[tuple[int, int, Escalation], ...]:
        """Repository id, number and request, oldest first."""
        query = sa.select(escalations).order_by(escalations.c.at, escalations.c.id)
        if repository_id is not None:
            query = query.where(escalations.c.repository_id == repository_id)
        with self.read() as connection:
            rows = connection.execute(query).all()
        return tuple((row.repository_id, row.number, _escalation(row.body)) for row in rows)

    def attest(self, repository_id: int, number: int, head_sha: str, by: Person, *, at: datetime) -> None:
        row = {"repository_id": repository_id, "number": number, "head_sha": head_sha}
        with self.write() as connection:
            if self._once(connection, attestations, row | {"by_id": by.id, "by_login": by.login, "at": at}):
                self._audit.add(
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


def _in_utc(escalation: Escalation) -> Escalation:
    # the same instant in another zone must give the same text, and be equal when read back
    times = {name: getattr(escalation, name) for name in ("at", "expires", "answered_at", "ended_at")}
    return replace(escalation, **{name: at and at.astimezone(UTC) for name, at in times.items()})


def _escalation(text: str) -> Escalation:
    escalation = from_text(Escalation, text)
    # an older version kept what nobody knew as ""
    return escalation if escalation.content else replace(escalation, content=None)
