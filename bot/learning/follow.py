"""Follow every assessment to its outcome: a job once a day, from the store and the index alone.

Done again with nothing new it changes nothing; done on an empty table it makes the same rows.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.jobs.kinds import FOLLOW_ONE, Nothing, OfRepository
from bot.jobs.port import JobQueue
from bot.learning.fates import EXCEPTED, LANDINGS, OPEN, REPLACED, Decided, fate
from bot.learning.faults import Faults
from bot.store import AuditLog, Exceptions, Followed, Outcome, Outcomes, Repositories
from scoring.history.dataset import MATURITY

_log = structlog.get_logger(__name__)
AGAIN = timedelta(days=14)  # what landed by an exception is looked at again after so long
RIPE = timedelta(seconds=MATURITY)  # a younger landing without a fault is not yet clean


class Source(Protocol):
    """As `evidence.Evidence`."""

    def commits(self, repository_id: int, each: Followed) -> tuple[str, ...]: ...

    def faults(self, repository_id: int) -> Faults | None: ...


@dataclass(frozen=True, slots=True)
class Follow:
    """Its methods are handlers of jobs."""

    repositories: Repositories
    outcomes: Outcomes
    exceptions: Exceptions
    audit: AuditLog
    queue: JobQueue
    evidence: Source
    clock: Callable[[], datetime]

    def everything(self, _: Nothing) -> None:
        """One job for each repository."""
        for one in self.repositories.all():
            self.queue.add(FOLLOW_ONE.new(OfRepository(one.id), self.clock()))

    def repository(self, job: OfRepository) -> None:
        """Bring the outcomes of one repository up to date, and look again at exceptions that landed long enough ago."""
        now = self.clock()
        before = {row.key: row for row in self.outcomes.of(job.repository_id)}
        after = [self._outcome(job.repository_id, each, before) for each in self.outcomes.followed(job.repository_id)]
        faults = self.evidence.faults(job.repository_id)
        if faults is not None:
            after = judged(after, faults, now)
        changed = self.outcomes.save(row for row in after if before.get(row.key) != row)
        for row in due_again(after, now):
            self.outcomes.look_again(row, at=now, words=verdict_of(row))
        _log.info("learning.followed", repository=job.repository_id, outcomes=len(after), changed=changed)

    def _outcome(self, repository_id: int, each: Followed, before: dict[tuple[int, str], Outcome]) -> Outcome:
        """What is known without the index; the faults of the row as it was stay on it."""
        was = before.get((each.number, each.head_sha))
        row = was or Outcome(
            repository_id,
            each.number,
            each.head_sha,
            each.assessed_at,
            each.model,
            each.percentile,
            each.probability,
            OPEN,
        )
        row = replace(
            row, assessed_at=each.assessed_at, model=each.model, percentile=each.percentile,
            probability=each.probability, published_at=each.published_at,
        )  # fmt: skip
        if each.newest_head not in ("", each.head_sha):
            return replace(row, fate=REPLACED, ended_at=None, held_at=None, exception="", commits=())
        if was is None or was.fate in (OPEN, REPLACED) or was.ended_at != ended_at(each):
            row = self._ended(repository_id, each, row)
        if row.fate in LANDINGS and not row.commits:
            row = replace(row, commits=self.evidence.commits(repository_id, each))
        return row

    def _ended(self, repository_id: int, each: Followed, row: Outcome) -> Outcome:
        decisions = tuple(self._decisions(repository_id, each.number))
        exceptions = self.exceptions.of(repository_id, each.number)
        became = fate(
            open=each.open or ended_at(each) is None,
            closed_at=each.closed_at, landed_at=each.landed_at, decisions=decisions, exceptions=exceptions,
        )  # fmt: skip
        return replace(
            row, fate=became.name, ended_at=became.ended_at, held_at=became.held_at, exception=became.exception
        )

    def _decisions(self, repository_id: int, number: int) -> Iterator[Decided]:
        for record in self.audit.records(repository_id, number):
            if record.kind == "decision":
                yield Decided(record.at, json.loads(record.body)["verdict"] != "pass")


def ended_at(each: Followed) -> datetime | None:
    return each.landed_at or each.closed_at


def judged(rows: list[Outcome], faults: Faults, now: datetime) -> list[Outcome]:
    """The rows with the faults that were known at `now`; what did not land has none."""
    return [_judged(row, faults, now) for row in rows]


def _judged(row: Outcome, faults: Faults, now: datetime) -> Outcome:
    if row.fate not in LANDINGS or row.ended_at is None:
        return replace(row, reverted_at=None, repaired_at=None, incident_at=None, evidence="")
    known = faults.of(row.number, row.commits, row.ended_at, now)
    first = {
        kind: next((fault.at for fault in known if fault.kind == kind), None)
        for kind in ("revert", "fixes", "incident")
    }
    return replace(
        row, reverted_at=first["revert"], repaired_at=first["fixes"], incident_at=first["incident"],
        evidence=known[0].evidence if known else "",
    )  # fmt: skip


def due_again(rows: list[Outcome], now: datetime) -> Iterator[Outcome]:
    """Landed exceptions that nobody has looked at again, though it is time."""
    for row in rows:
        ripe = row.fate == EXCEPTED and row.ended_at is not None and row.ended_at <= now - AGAIN
        if ripe and row.looked_again_at is None:
            yield row


def verdict_of(row: Outcome) -> str:
    """What is to be said of a landed exception."""
    if row.incident_at is not None:
        return "an incident names it"
    if row.reverted_at is not None:
        return "it was reverted"
    if row.repaired_at is not None:
        return "a later change says that it repairs it"
    return "nothing is known against it"
