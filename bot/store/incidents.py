"""Incidents that the operator imported: a row each, the list of one repository replaced as a whole."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.store.audit import Audited
from bot.store.tables import incidents
from scoring.incidents import Incident


class Incidents(Audited):
    def save(self, repository_id: int, known: Sequence[Incident], *, at: datetime) -> bool:
        """Keep these and no others, with one audit record. The same again changes nothing and returns False."""
        wanted = {_digest(each): each for each in sorted(known, key=lambda each: (each.known_at, each.key()))}
        mine = incidents.c.repository_id == repository_id
        with self.write() as connection:
            before = set(connection.scalars(sa.select(incidents.c.digest).where(mine)))
            if before == wanted.keys():
                return False
            for digest in before - wanted.keys():
                connection.execute(sa.delete(incidents).where(mine, incidents.c.digest == digest))
            rows = [_row(repository_id, each, at) for digest, each in wanted.items() if digest not in before]
            if rows:
                connection.execute(sa.insert(incidents), rows)
            recorded = list(wanted.values())
            self._audit.add("incidents", at=at, repository_id=repository_id, connection=connection, incidents=recorded)
            return True

    def of(self, repository_id: int) -> tuple[Incident, ...]:
        """Those imported last, by when they were known."""
        columns = (incidents.c[name] for name in ("name", "known_at", "sha", "number", "severe"))
        with self.read() as connection:
            rows = connection.execute(sa.select(*columns).where(incidents.c.repository_id == repository_id)).all()
        recorded = (Incident(json.loads(row.name), row.known_at, row.sha, row.number, row.severe) for row in rows)
        return tuple(sorted(recorded, key=lambda each: (each.known_at, each.key())))


def _digest(incident: Incident) -> str:
    return hashlib.sha256(incident.key().encode("utf-8", "surrogatepass")).hexdigest()


def _row(repository_id: int, incident: Incident, at: datetime) -> dict[str, object]:
    return {
        "repository_id": repository_id,
        "digest": _digest(incident),
        "at": at,
        "known_at": incident.known_at,
        "sha": incident.sha,
        "number": incident.number,
        "severe": incident.severe,
        "name": json.dumps(incident.name),
    }
