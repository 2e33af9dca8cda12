"""Incidents that the operator imported, the whole list of one repository at a time."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from bot.store.audit import Audited
from bot.store.tables import incidents
from scoring.incidents import Incident


class Incidents(Audited):
    def save(self, repository_id: int, known: Sequence[Incident], *, at: datetime) -> bool:
        """Keep these and no others, with one audit record. The same again changes nothing and returns False."""
        ordered = sorted(known, key=lambda each: (each.known_at, each.key()))
        body = json.dumps([asdict(each) for each in ordered], separators=(",", ":"))
        with self.write() as connection:
            here = sa.select(incidents.c.body).where(incidents.c.repository_id == repository_id)
            if (connection.scalar(here) or "[]") == body:
                return False
            self._put(connection, incidents, {"repository_id": repository_id}, {"at": at, "body": body})
            self._audit.add("incidents", at=at, repository_id=repository_id, connection=connection, incidents=ordered)
            return True

    def of(self, repository_id: int) -> tuple[Incident, ...]:
        """Those imported last, by when they were known."""
        with self.read() as connection:
            body = connection.scalar(sa.select(incidents.c.body).where(incidents.c.repository_id == repository_id))
        return tuple(Incident(**each) for each in json.loads(body or "[]"))
