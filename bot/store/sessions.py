"""Who is signed in. The name of a session is known to its browser only: here is its digest."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from bot.policy.pull import Person
from bot.store.database import Database
from bot.store.tables import sessions


@dataclass(frozen=True, slots=True)
class Session:
    """`token` is sealed: with the database alone nobody can use it."""

    digest: str
    person: Person
    token: str = field(repr=False)
    until: datetime


class Sessions(Database):
    def begin(self, session: Session) -> None:
        key = {"digest": session.digest}
        person = {"person_id": session.person.id, "login": session.person.login}
        with self.write() as connection:
            self._put(connection, sessions, key, person | {"token": session.token, "until": session.until})

    def get(self, digest: str, now: datetime) -> Session | None:
        """None: there is none, or it is over."""
        here = sa.and_(sessions.c.digest == digest, sessions.c.until > now)
        with self.read() as connection:
            row = connection.execute(sa.select(sessions).where(here)).one_or_none()
        return None if row is None else Session(row.digest, Person(row.person_id, row.login), row.token, row.until)

    def end(self, digest: str) -> None:
        with self.write() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.digest == digest))

    def prune(self, before: datetime) -> None:
        with self.write() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.until < before))
