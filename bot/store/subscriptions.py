"""Addresses at which people subscribe to a repository's calendar: whoever has one reads it, until it is taken back.

Kept are digests only: who reads the database learns no address.
"""

import hashlib
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.policy.pull import Person
from bot.store.audit import Audited
from bot.store.tables import subscriptions


@dataclass(frozen=True, slots=True)
class Subscription:
    """One person's address for one branch's calendar."""

    digest: str
    repository_id: int
    ref: str
    user_id: int
    login: str
    at: datetime


class Subscriptions(Audited):
    def begin(self, repository_id: int, ref: str, person: Person, *, at: datetime) -> str:
        """A new name that nobody can guess; the one that this person had for that branch is good no longer."""
        name = secrets.token_urlsafe(32)
        made = Subscription(digest(name), repository_id, ref, person.id, person.login, at.astimezone(UTC))
        with self.write() as connection:
            self._end(connection, repository_id, person, ref, at=at)
            connection.execute(sa.insert(subscriptions).values(**asdict(made)))
            self._audit.add(
                "subscription", at=at, repository_id=repository_id, connection=connection,
                subscription=replace(made, digest=""),
            )  # fmt: skip
        return name

    def end(self, repository_id: int, person: Person, ref: str, *, at: datetime) -> bool:
        """Take back what this person has for that branch. False: there is nothing."""
        with self.write() as connection:
            return self._end(connection, repository_id, person, ref, at=at)

    def _end(self, connection: sa.Connection, repository_id: int, person: Person, ref: str, *, at: datetime) -> bool:
        mine = sa.and_(
            subscriptions.c.repository_id == repository_id,
            subscriptions.c.user_id == person.id,
            subscriptions.c.ref == ref,
        )
        ended = connection.execute(sa.select(subscriptions).where(mine)).all()
        connection.execute(sa.delete(subscriptions).where(mine))
        if ended:
            self._audit.add(
                "subscription ended", at=at, repository_id=repository_id, connection=connection, by=person, ref=ref
            )
        return bool(ended)

    def of(self, repository_id: int, user_id: int) -> tuple[Subscription, ...]:
        """This person's, by branch."""
        mine = sa.and_(subscriptions.c.repository_id == repository_id, subscriptions.c.user_id == user_id)
        with self.read() as connection:
            rows = connection.execute(sa.select(subscriptions).where(mine).order_by(subscriptions.c.ref)).all()
        return tuple(Subscription(**row._mapping) for row in rows)

    def named(self, name: str) -> Subscription | None:
        """What that name gives access to; None: nothing, or nothing any more."""
        with self.read() as connection:
            row = connection.execute(
                sa.select(subscriptions).where(subscriptions.c.digest == digest(name))
            ).one_or_none()
        return None if row is None else Subscription(**row._mapping)


def digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
