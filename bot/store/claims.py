"""What is claimed of incidents and their causes: a row each, every change of which is a record of the audit log."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.policy.incidents.claim import Claim, ClaimState, Landed, again, claimed, nearest_match
from bot.policy.incidents.report import Cause, Level, Report
from bot.store.audit import Audited, AuditLog
from bot.store.incidents import Incidents
from bot.store.sources import Sources
from bot.store.tables import claims

A_DAY = timedelta(days=1)
MOST_A_DAY = 200  # new claims of one repository; more are a flood, and wait for nobody


class Claims(Audited):
    """A claim that is confirmed is handed over to `incidents` in the transaction that confirms it, and there a source
    of automatic changes answers for it."""

    def __init__(self, engine: sa.Engine, audit: AuditLog, incidents: Incidents, sources: Sources) -> None:
        super().__init__(engine, audit)
        self._incidents, self._sources = incidents, sources

    def report(self, repository_id: int, report: Report, landed: Landed, *, at: datetime) -> Claim | None:
        """Keep what somebody said: with the claim that it is of, or as a new one. None: too many came this day."""
        report = report.trimmed()
        with self.write() as connection:
            known = nearest_match(self._of(connection, repository_id), report, landed)
            if known is not None:
                return self._put_claim(connection, known, again(known, report, landed, at), at)
            if self._came_since(connection, repository_id, at - A_DAY) >= MOST_A_DAY:
                return None
            return self._put_claim(connection, None, claimed(report, repository_id, landed, at), at)

    def rule(self, claim_id: int, become: Callable[[Claim], Claim], *, at: datetime) -> Claim:
        """A person's word on a claim. Raises LookupError where there is none, and what `become` raises."""
        with self.write() as connection:
            known = self._one(connection, claim_id, update=True)
            return self._put_claim(connection, known, become(known), at)

    def get(self, claim_id: int) -> Claim:
        """Raises LookupError."""
        with self.read() as connection:
            return self._one(connection, claim_id)

    def of(self, repository_id: int, state: ClaimState | None = None) -> tuple[Claim, ...]:
        """Oldest first."""
        with self.read() as connection:
            every = self._of(connection, repository_id)
        return tuple(claim for claim in every if state in (None, claim.state))

    def forget(self, repository_id: int) -> None:
        """What was told of incidents of a repository that may not be seen any more; which changes they were stays."""
        bare = {"title": "", "text": "", "links": ""}
        with self.write() as connection:
            connection.execute(sa.update(claims).where(claims.c.repository_id == repository_id).values(**bare))

    def since(self, repository_id: int, moment: datetime) -> tuple[Claim, ...]:
        """Those that came into their present state after that, oldest first."""
        here = sa.and_(claims.c.repository_id == repository_id, claims.c.state_at > moment)
        with self.read() as connection:
            rows = connection.execute(sa.select(claims).where(here).order_by(claims.c.id)).all()
        return tuple(_claim(row) for row in rows)

    def _of(self, connection: sa.Connection, repository_id: int) -> tuple[Claim, ...]:
        query = sa.select(claims).where(claims.c.repository_id == repository_id).order_by(claims.c.id)
        return tuple(_claim(row) for row in connection.execute(query))

    def _one(self, connection: sa.Connection, claim_id: int, *, update: bool = False) -> Claim:
        query = sa.select(claims).where(claims.c.id == claim_id)
        row = connection.execute(query.with_for_update() if update else query).one_or_none()
        if row is None:
            raise LookupError(f"there is no claim {claim_id}")
        return _claim(row)

    def _came_since(self, connection: sa.Connection, repository_id: int, since: datetime) -> int:
        counted = sa.select(sa.func.count()).select_from(claims)
        counted = counted.where(claims.c.repository_id == repository_id, claims.c.came_at > since)
        return int(connection.scalar(counted) or 0)

    def _put_claim(self, connection: sa.Connection, before: Claim | None, claim: Claim, at: datetime) -> Claim:
        if before is None:
            row = {**_row(claim), "came_at": at}
            number = connection.execute(sa.insert(claims).values(**row)).inserted_primary_key
            claim = replace(claim, id=int(number[0])) if number else claim
        elif before != claim:
            connection.execute(sa.update(claims).where(claims.c.id == claim.id).values(**_row(claim)))
        if before is None or replace(before, reports=claim.reports) != claim:  # said once more is no news
            self._incidents.hand_over(claim, connection)
            if before is None or (before.state, before.known_at, before.commits) != (
                claim.state,
                claim.known_at,
                claim.commits,
            ):  # what else is said of an incident that a source has answered for is no reason to deny it again
                self._sources.answer_for(claim, connection, at=at)
            # its text is kept once, beside it
            said = replace(claim, text=f"{len(claim.text)} characters" if claim.text else "")
            was = None if before is None else before.state
            where = {"repository_id": claim.repository_id, "number": claim.cause.number if claim.cause else None}
            self._audit.add("claim", at=at, connection=connection, **where, was=was, claim=said)
        return claim


_PLAIN = (
    *("repository_id", "incident", "by", "said_at", "state", "reason", "state_by", "state_at", "known_at"),
    *("evidence", "title", "severity", "text", "severe", "fault", "reports"),
)


def _row(claim: Claim) -> dict[str, Any]:
    cause = claim.cause or Cause()
    return {
        **{name: getattr(claim, name) for name in _PLAIN},
        "cause_repository": cause.repository,
        "cause_number": cause.number,
        "cause_sha": cause.sha,
        "commits": " ".join(claim.commits),
        "level": int(claim.level),
        "sources": " ".join(claim.sources),
        "links": "\n".join(claim.links),
    }


def _claim(row: sa.Row[Any]) -> Claim:
    values = dict(row._mapping)
    cause = Cause(values.pop("cause_repository"), values.pop("cause_number"), values.pop("cause_sha"))
    values.pop("came_at")
    values |= {name: tuple(values[name].split()) for name in ("commits", "sources")}
    values |= {"links": tuple(values["links"].splitlines()), "level": Level(values["level"])}
    return Claim(cause=cause if cause.number or cause.sha else None, **values)
