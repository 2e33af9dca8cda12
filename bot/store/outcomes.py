"""What became of everything that was assessed: a row for each head of a pull request that has a score."""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store.audit import Audited
from bot.store.tables import assessments, landings, outcomes, pulls


@dataclass(frozen=True, slots=True)
class Outcome:
    """One assessment and its outcome, as far as it is known."""

    repository_id: int
    number: int
    head_sha: str
    assessed_at: datetime
    model: str
    percentile: float  # 0 to 1
    probability: float
    fate: str  # one of bot.learning.fates
    published_at: datetime | None = None
    ended_at: datetime | None = None
    held_at: datetime | None = None
    exception: str = ""
    commits: tuple[str, ...] = ()
    reverted_at: datetime | None = None
    repaired_at: datetime | None = None
    incident_at: datetime | None = None
    evidence: str = ""  # the commit or incident that said so first; from outside
    looked_again_at: datetime | None = None

    @property
    def key(self) -> tuple[int, str]:
        return self.number, self.head_sha

    @property
    def fault_at(self) -> datetime | None:
        """When it was first known to have been at fault."""
        known = [at for at in (self.reverted_at, self.repaired_at, self.incident_at) if at is not None]
        return min(known, default=None)


@dataclass(frozen=True, slots=True)
class Followed:
    """An assessment beside what is known of its pull request."""

    number: int
    head_sha: str
    base_sha: str
    assessed_at: datetime
    model: str
    percentile: float
    probability: float
    newest_head: str  # "": nobody has looked at it again
    open: bool
    published_at: datetime | None
    closed_at: datetime | None
    landed_at: datetime | None
    landed_as: str


class Outcomes(Audited):
    def of(self, repository_id: int) -> tuple[Outcome, ...]:
        """By number, each in the order of its assessments."""
        query = _OUTCOMES.where(outcomes.c.repository_id == repository_id).order_by(*_ORDER)
        with self.read() as connection:
            return tuple(map(_outcome, connection.execute(query)))

    def between(self, repository_id: int, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """Those of which something became known from `since` on and before `until`: held, ended, named at fault."""
        moments = (outcomes.c[name] for name in ("held_at", "ended_at", "reverted_at", "repaired_at", "incident_at"))
        within = sa.or_(*(sa.and_(moment >= since, moment < until) for moment in moments))
        query = _OUTCOMES.where(outcomes.c.repository_id == repository_id, within).order_by(*_ORDER)
        with self.read() as connection:
            return tuple(map(_outcome, connection.execute(query)))

    def newest(self, repository_ids: Collection[int], most: int) -> tuple[Outcome, ...]:
        """Those that ended last, of these repositories together; the newest first."""
        here = sa.and_(outcomes.c.repository_id.in_(repository_ids), outcomes.c.ended_at.is_not(None))
        query = _OUTCOMES.where(here).order_by(outcomes.c.ended_at.desc()).limit(most)
        with self.read() as connection:
            return tuple(map(_outcome, connection.execute(query)))

    def followed(self, repository_id: int) -> tuple[Followed, ...]:
        """Every assessment of a repository, oldest first."""
        query = (
            sa.select(
                assessments,
                *(pulls.c[name].label(f"pull_{name}") for name in _OF_PULL),
                landings.c.at.label("landed_at"),
                landings.c.sha.label("landed_as"),
            )
            .join(pulls, _same_pull(pulls))
            .outerjoin(landings, _same_pull(landings))
            .where(assessments.c.repository_id == repository_id)
            .order_by(assessments.c.number, assessments.c.at, assessments.c.head_sha)
        )
        with self.read() as connection:
            return tuple(_followed(row) for row in connection.execute(query))

    def save(self, rows: Iterable[Outcome], connection: sa.Connection | None = None) -> int:
        """Keep those that are new or changed; returns how many there were."""
        count = 0
        with self.write(connection) as joined:
            for row in rows:
                values = _plain(row)
                key = {name: values.pop(name) for name in ("repository_id", "number", "head_sha")}
                self._put(joined, outcomes, key, values)
                count += 1
        return count

    def look_again(self, row: Outcome, *, at: datetime, words: str) -> None:
        """A landed exception was looked at again: noted on its row and in the audit log, in one transaction."""
        here = sa.and_(
            outcomes.c.repository_id == row.repository_id,
            outcomes.c.number == row.number,
            outcomes.c.head_sha == row.head_sha,
        )
        with self.write() as connection:
            connection.execute(sa.update(outcomes).where(here).values(looked_again_at=at))
            self._audit.add(
                "exception looked at again", at=at, repository_id=row.repository_id, number=row.number,
                connection=connection, exception=row.exception, head_sha=row.head_sha, landed_at=row.ended_at,
                words=words,
            )  # fmt: skip


_OF_PULL = ("head_sha", "open", "published_at", "closed_at")
_OUTCOMES = sa.select(*(outcomes.c[field.name] for field in fields(Outcome)))  # a row is the arguments of one
_ORDER = (outcomes.c.number, outcomes.c.assessed_at, outcomes.c.head_sha)


def _same_pull(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.repository_id == assessments.c.repository_id, table.c.number == assessments.c.number)


def _followed(row: sa.Row[Any]) -> Followed:
    score = json.loads(row.body)
    return Followed(
        row.number, row.head_sha, score["base"], row.at, row.model, score["percentile"], score["probability"],
        row.pull_head_sha, row.pull_open, row.pull_published_at, row.pull_closed_at, row.landed_at,
        row.landed_as or "",
    )  # fmt: skip


def _outcome(row: Any) -> Outcome:
    return replace(Outcome(*row), commits=tuple(row.commits.split()), evidence=json.loads(row.evidence or '""'))


def _plain(row: Outcome) -> dict[str, Any]:
    return asdict(row) | {"commits": " ".join(row.commits), "evidence": json.dumps(row.evidence)}
