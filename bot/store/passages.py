"""The ledger of automatic review: one row for each decision about a change that was another one than the last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.plain import from_text, to_text
from bot.policy.radar.record import Decided
from bot.store.database import Database, of_pull
from bot.store.tables import passages


@dataclass(frozen=True, slots=True)
class KnownPassage:
    id: int
    repository_id: int
    number: int
    at: datetime
    decided: Decided


class Passages(Database):
    def save(self, repository_id: int, number: int, decided: Decided, *, at: datetime) -> None:
        row = {
            "repository_id": repository_id,
            "number": number,
            "at": at,
            "digest": decided.digest,
            "head_sha": decided.head_sha,
            "source": decided.source,
            "mode": decided.mode,
            "pipeline": decided.pipeline,
            "stage": decided.stage,
            "outcome": decided.outcome,
            "rule": decided.rule,
            "body": to_text(decided),
        }
        with self.write() as connection:
            connection.execute(sa.insert(passages).values(row))

    def last(self, repository_id: int, number: int) -> str:
        """The digest of the newest, "" where there is none."""
        query = sa.select(passages.c.digest).where(of_pull(passages, repository_id, number))
        with self.read() as connection:
            return connection.scalar(query.order_by(passages.c.id.desc()).limit(1)) or ""

    def of(
        self, repository_id: int, number: int | None = None, since: datetime | None = None
    ) -> tuple[KnownPassage, ...]:
        """Oldest first."""
        here = passages.c.repository_id == repository_id
        if number is not None:
            here &= passages.c.number == number
        if since is not None:
            here &= passages.c.at >= since
        with self.read() as connection:
            return tuple(map(_known, connection.execute(sa.select(passages).where(here).order_by(passages.c.id))))


def _known(row: Any) -> KnownPassage:
    return KnownPassage(row.id, row.repository_id, row.number, row.at, from_text(Decided, row.body))
