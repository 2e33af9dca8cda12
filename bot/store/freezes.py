"""Freezes that a person started by hand. Ending one early is saving it again with an earlier end."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.plain import from_text, to_text
from bot.policy.config.freezes import Freeze, apart
from bot.store.audit import Audited
from bot.store.engine import NAME, take_turns
from bot.store.tables import audit, freezes

KIND = "freeze"  # of its records in the audit log


class Freezes(Audited):
    def save(self, repository_id: int, freeze: Freeze, *, at: datetime) -> None:
        """Keep it, with one audit record. The same again changes nothing.

        Its name is kept from the first time on; with a number where another server gave it away in the same second.
        """
        moments = {name: getattr(freeze, name) for name in ("start", "end")}
        freeze = replace(freeze, **{name: moment and moment.astimezone(UTC) for name, moment in moments.items()})
        with self.write() as connection:
            take_turns(connection, NAME)
            others = {one.id: one for one in self._read(connection, repository_id)}
            before = others.pop(freeze.id, None)
            name = before.name if before else apart(freeze.name, (one.name for one in others.values()))
            freeze = replace(freeze, name=name)
            if freeze == before:
                return
            values = {"start": freeze.start, "end": freeze.end, "body": to_text(freeze)}
            self._put(connection, freezes, {"repository_id": repository_id, "id": freeze.id}, values)
            self._audit.add(KIND, at=at, repository_id=repository_id, connection=connection, freeze=freeze)

    def of(self, repository_id: int, since: datetime) -> tuple[Freeze, ...]:
        """Those that had not ended at `since`, by their start."""
        lasting = freezes.c.end.is_(None) | (freezes.c.end >= since)
        with self.read() as connection:
            return self._read(connection, repository_id, lasting)

    def records(self, repository_id: int) -> dict[str, tuple[int, ...]]:
        """By freeze: the numbers of its records in the audit log, oldest first."""
        about = (audit.c.repository_id == repository_id) & audit.c.number.is_(None) & (audit.c.kind == KIND)
        numbers: dict[str, tuple[int, ...]] = {}
        with self.read() as connection:
            for seq, body in connection.execute(
                sa.select(audit.c.seq, audit.c.body).where(about).order_by(audit.c.seq)
            ):
                freeze = json.loads(body)["freeze"]["id"]
                numbers[freeze] = (*numbers.get(freeze, ()), seq)
        return numbers

    def lasting(self, repository_ids: Collection[int], since: datetime) -> dict[int, tuple[Freeze, ...]]:
        """The same of several repositories at once; those without one are left out."""
        here = freezes.c.repository_id.in_(repository_ids) & (freezes.c.end.is_(None) | (freezes.c.end >= since))
        query = sa.select(freezes.c.repository_id, freezes.c.body).where(here)
        by_repository: dict[int, list[Freeze]] = {}
        with self.read() as connection:
            for row in connection.execute(query.order_by(freezes.c.start, freezes.c.id)):
                by_repository.setdefault(row.repository_id, []).append(from_text(Freeze, row.body))
        return {repository: tuple(some) for repository, some in by_repository.items()}

    @staticmethod
    def _read(connection: sa.Connection, repository_id: int, *which: sa.ColumnElement[bool]) -> tuple[Freeze, ...]:
        query = sa.select(freezes.c.body).where(freezes.c.repository_id == repository_id, *which)
        rows = connection.scalars(query.order_by(freezes.c.start, freezes.c.id))
        return tuple(from_text(Freeze, body) for body in rows)
