"""Incidents that count: those that the operator imported, one list replaced as a whole, and those that claims make."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.incidents.claim import Claim
from bot.store.audit import Audited, AuditLog
from bot.store.sources import Sources
from bot.store.tables import incidents
from scoring.incidents import Incident


class Incidents(Audited):
    def __init__(self, engine: sa.Engine, audit: AuditLog, sources: Sources) -> None:
        super().__init__(engine, audit)
        self._sources = sources

    def save(self, repository_id: int, known: Sequence[Incident], *, at: datetime) -> bool:
        """Keep these and no others of those imported, with one audit record. The same again changes nothing and returns
        False. What claims make is left alone."""
        wanted = {_digest(each): each for each in sorted(known, key=lambda each: (each.known_at, each.key()))}
        mine = sa.and_(incidents.c.repository_id == repository_id, incidents.c.claim == 0)
        with self.write() as connection:
            before = set(connection.scalars(sa.select(incidents.c.digest).where(mine)))
            if before == wanted.keys():
                return False
            for digest in before - wanted.keys():
                connection.execute(sa.delete(incidents).where(mine, incidents.c.digest == digest))
            rows = [_row(repository_id, each, at) for digest, each in wanted.items() if digest not in before]
            if rows:
                connection.execute(sa.insert(incidents), rows)
            imported = [each for digest, each in wanted.items() if digest not in before]
            self._sources.answer_for_imported(repository_id, imported, connection, at=at)
            recorded = list(wanted.values())
            self._audit.add("incidents", at=at, repository_id=repository_id, connection=connection, incidents=recorded)
            return True

    def hand_over(self, claim: Claim, connection: sa.Connection) -> None:
        """What a claim makes counts from now on, and nothing else of it: an incident for each commit of its cause while
        it is confirmed, none otherwise. The transaction and its audit record are the caller's."""
        wanted = {_digest(each, claim.id): each for each in _made_by(claim)}
        mine = sa.and_(incidents.c.repository_id == claim.repository_id, incidents.c.claim == claim.id)
        before = set(connection.scalars(sa.select(incidents.c.digest).where(mine)))
        for digest in before - wanted.keys():
            connection.execute(sa.delete(incidents).where(mine, incidents.c.digest == digest))
        for digest, each in wanted.items():
            if digest not in before and claim.known_at is not None:
                row = _row(claim.repository_id, each, claim.known_at) | {"digest": digest, "claim": claim.id}
                connection.execute(sa.insert(incidents).values(**row))

    def of(self, repository_id: int) -> tuple[Incident, ...]:
        """All that count, by when they were known. A change that several claims, or a claim and the imported list, name
        is named once: imported, or else as it was known first."""
        columns = (incidents.c[name] for name in ("name", "known_at", "sha", "number", "severe", "claim"))
        with self.read() as connection:
            rows = connection.execute(sa.select(*columns).where(incidents.c.repository_id == repository_id)).all()
        imported = [_incident(row) for row in rows if not row.claim]
        claimed = sorted((_incident(row) for row in rows if row.claim), key=_order)
        return tuple(sorted((*imported, *_once(claimed, imported)), key=_order))


def _once(claimed: Sequence[Incident], imported: Sequence[Incident]) -> Iterator[Incident]:
    """Each commit once, the first time that it is named."""
    known = tuple(each.sha for each in imported if each.sha)
    for each in claimed:
        if not known or not each.sha.startswith(known):
            known = (*known, each.sha)
            yield each


def _made_by(claim: Claim) -> tuple[Incident, ...]:
    """A revert is read from the history itself, so its claim adds nothing to it."""
    if not claim.is_label or claim.kind != "incident" or claim.known_at is None:
        return ()
    known = int(claim.known_at.timestamp())
    return tuple(Incident(claim.incident, known, sha=sha, severe=claim.severe) for sha in claim.commits)


def _order(incident: Incident) -> tuple[int, str]:
    return incident.known_at, incident.key()


def _incident(row: sa.Row[Any]) -> Incident:
    return Incident(json.loads(row.name), row.known_at, row.sha, row.number, row.severe)


def _digest(incident: Incident, claim: int = 0) -> str:
    key = f"claim {claim} {incident.key()}" if claim else incident.key()
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


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
