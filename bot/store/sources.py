"""Where each source of automatic changes stands: its dial, and whether it is denied. Every change is audited.

A denial stays until a person lifts it, with a reason. What was denied or frozen begins in shadow again.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.candidate import EVERYTHING, PEOPLE, Dial, SourceKey
from bot.policy.incidents.claim import Claim
from bot.store.audit import Audited
from bot.store.changes import slot_keys, sourced_keys
from bot.store.tables import sources
from scoring.incidents import Incident

KIND = "source"  # of its records in the audit log
OURS = "codechill"  # who did what no person did


@dataclass(frozen=True, slots=True)
class Standing:
    """`since`: at that dial; None: it never moved. `denied` "": it is not; `lifted`: why the last denial was."""

    key: SourceKey
    dial: Dial = "shadow"
    since: datetime | None = None
    denied: str = ""
    denied_by: str = ""
    denied_at: datetime | None = None
    lifted: str = ""
    lifted_by: str = ""
    lifted_at: datetime | None = None


class Sources(Audited):
    def get(self, key: SourceKey, connection: sa.Connection | None = None) -> Standing:
        """Of one that nobody said anything of: in shadow, not denied."""
        if connection is not None:
            return self._get(connection, key)
        with self.read() as reading:
            return self._get(reading, key)

    def of(self, organisation: int | None = None) -> tuple[Standing, ...]:
        """All that ever moved, by organisation, scope and name."""
        query = _STANDINGS.order_by(sources.c.organisation, sources.c.scope, sources.c.name)
        if organisation is not None:
            query = query.where(sources.c.organisation == organisation)
        with self.read() as connection:
            return tuple(map(_standing, connection.execute(query)))

    def turn(self, key: SourceKey, dial: Dial, *, by: str, because: str, at: datetime) -> Standing:
        """Move the dial. Raises ValueError, with a sentence, for what may not move up."""

        def moved(standing: Standing) -> Standing:
            if standing.denied and dial != "shadow":
                raise ValueError(f"{key.name} is denied ({standing.denied}): lift that first")
            return standing if standing.dial == dial else replace(standing, dial=dial, since=at)

        return self._change(key, moved, by=by, because=because, at=at)

    def deny(
        self, key: SourceKey, *, by: str, because: str, at: datetime, connection: sa.Connection | None = None
    ) -> Standing:
        """Nothing of it lands any more. One that is denied already keeps its first reason."""

        def denied(standing: Standing) -> Standing:
            if standing.denied:
                return standing
            known = replace(standing, denied=because, denied_by=by, denied_at=at)
            return known if standing.dial == "shadow" else replace(known, dial="shadow", since=at)

        return self._change(key, denied, by=by, because=because, at=at, connection=connection)

    def lift(self, key: SourceKey, *, by: str, because: str, at: datetime) -> Standing:
        """A person takes the denial back. Raises ValueError, with a sentence, without a reason or a denial."""
        if not because.strip():
            raise ValueError("say why, so that the next person can judge it")

        def lifted(standing: Standing) -> Standing:
            if not standing.denied:
                raise ValueError(f"{key.name} is not denied")
            bare = replace(standing, denied="", denied_by="", denied_at=None)
            return replace(bare, lifted=because, lifted_by=by, lifted_at=at)

        return self._change(key, lifted, by=by, because=because, at=at)

    def freeze(self, organisation: int, *, by: str, because: str, at: datetime) -> tuple[Standing, ...]:
        """Nothing lands by itself in the organisation: every dial goes to shadow, until a person lifts it."""
        with self.write() as connection:
            everything = SourceKey(organisation, 0, EVERYTHING)
            self.deny(everything, by=by, because=because, at=at, connection=connection)
            query = _STANDINGS.where(sources.c.organisation == organisation, sources.c.dial != "shadow")
            moving = tuple(map(_standing, connection.execute(query)))
            return tuple(
                self._change(
                    each.key, lambda one: replace(one, dial="shadow", since=at),
                    by=by, because=because, at=at, connection=connection,
                ) for each in moving
            )  # fmt: skip

    def answer_for(self, claim: Claim, connection: sa.Connection, *, at: datetime) -> None:
        """A confirmed incident denies the source of the change that caused it, in the transaction that confirms it."""
        if claim.is_label and claim.kind == "incident":
            numbers = (claim.cause.number,) if claim.cause is not None and claim.cause.number else ()
            self._deny_behind(connection, claim.repository_id, numbers, claim.commits, claim.incident, at)

    def answer_for_imported(
        self, repository_id: int, incidents: Collection[Incident], connection: sa.Connection, *, at: datetime
    ) -> None:
        """The same for what the operator imports: it is confirmed by that."""
        for each in incidents:
            numbers = (each.number,) if each.number else ()
            self._deny_behind(connection, repository_id, numbers, (each.sha,) if each.sha else (), each.name, at)

    def _deny_behind(
        self, connection: sa.Connection, repository_id: int, numbers: Collection[int], commits: Collection[str],
        incident: str, at: datetime,
    ) -> None:  # fmt: skip
        keys = sourced_keys(connection, repository_id, numbers, commits)
        alone = slot_keys(connection, repository_id, numbers, commits)
        keys |= {number: key for number, key in alone.items() if key.name == PEOPLE}
        for number, key in sorted(keys.items()):
            because = f"incident {incident} was confirmed of its change #{number}"
            self.deny(key, by=OURS, because=because, at=at, connection=connection)

    def _change(
        self, key: SourceKey, become: Callable[[Standing], Standing], *, by: str, because: str, at: datetime,
        connection: sa.Connection | None = None,
    ) -> Standing:  # fmt: skip
        """One audit record for what really changes."""
        with self.write(connection) as joined:
            before = self._get(joined, key, update=True)
            after = become(before)
            if after == before:
                return before
            values = {each.name: getattr(after, each.name) for each in fields(Standing) if each.name != "key"}
            self._put(joined, sources, _key(key), values | {"since": after.since or at})
            about = key.repository or None
            self._audit.add(
                KIND, at=at, repository_id=about, connection=joined, by=by, because=because, was=before, standing=after
            )
            return after

    @staticmethod
    def _get(connection: sa.Connection, key: SourceKey, *, update: bool = False) -> Standing:
        here = [sources.c[name] == value for name, value in _key(key).items()]
        query = _STANDINGS.where(*here)
        row = connection.execute(query.with_for_update() if update else query).one_or_none()
        return Standing(key) if row is None else _standing(row)


_STANDINGS = sa.select(sources)


def _key(key: SourceKey) -> dict[str, Any]:
    return {"organisation": key.organisation, "scope": key.repository, "name": key.name}


def _standing(row: sa.Row[Any]) -> Standing:
    values = dict(row._mapping)
    key = SourceKey(values.pop("organisation"), values.pop("scope"), values.pop("name"))
    return Standing(key, **values)
