"""Freezes that a person started by hand. Ending one early is saving it again with an earlier end."""

from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.policy.freezes import Freeze
from bot.store import plain
from bot.store.audit import AuditLog
from bot.store.tables import freezes


class Freezes(AuditLog):
    def save_freeze(self, repository_id: int, freeze: Freeze, *, at: datetime) -> None:
        """Keep it, with one audit record. The same again changes nothing."""
        moments = {name: getattr(freeze, name) for name in ("start", "end")}
        freeze = replace(freeze, **{name: moment and moment.astimezone(UTC) for name, moment in moments.items()})
        body, here = plain.to_text(freeze), (freezes.c.repository_id == repository_id) & (freezes.c.id == freeze.id)
        with self.write() as connection:
            if connection.scalar(sa.select(freezes.c.body).where(here)) == body:
                return
            values = {"start": freeze.start, "end": freeze.end, "body": body}
            self._put(connection, freezes, {"repository_id": repository_id, "id": freeze.id}, values)
            self.audit("freeze", at=at, repository_id=repository_id, connection=connection, freeze=freeze)

    def freezes(self, repository_id: int, since: datetime) -> tuple[Freeze, ...]:
        """Those that had not ended at `since`, by their start."""
        lasting = freezes.c.end.is_(None) | (freezes.c.end >= since)
        query = sa.select(freezes.c.body).where(freezes.c.repository_id == repository_id, lasting)
        with self.read() as connection:
            return tuple(
                plain.freeze(body) for body in connection.scalars(query.order_by(freezes.c.start, freezes.c.id))
            )
