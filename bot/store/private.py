"""Reasons told in confidence. They never become part of a decision, so nothing that is shown can hold them.

The audit log keeps a salted hash only: it proves later what was told, and the text itself can be forgotten.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.audit import Audited
from bot.store.tables import private_reasons


@dataclass(frozen=True, slots=True)
class PrivateReason:
    """Why an exception was asked for, as nobody on the forge is told. `digest` is what the audit log holds."""

    digest: str
    repository_id: int
    number: int
    escalation_id: str
    by: str  # who told, as the operator says
    at: datetime
    salt: str
    text: str

    def fits(self) -> bool:
        """Whether the text is the one that the digest was made of."""
        return digest(self.salt, self.text) == self.digest


def digest(salt: str, text: str) -> str:
    """SHA-256 in hex; the salt keeps a short text from being guessed."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


class PrivateReasons(Audited):
    def tell(
        self, repository_id: int, number: int, escalation_id: str, text: str, *, by: str, at: datetime
    ) -> PrivateReason:
        """Keep it, with one audit record that holds its digest and not its text."""
        salt, text = secrets.token_hex(32), text.replace("\0", "\ufffd")
        reason = PrivateReason(digest(salt, text), repository_id, number, escalation_id, by, at, salt, text)
        with self.write() as connection:
            row = {name: getattr(reason, name) for name in PrivateReason.__slots__}
            connection.execute(sa.insert(private_reasons).values(**row))
            self._note("private reason", reason, by, at, connection)
        return reason

    def forget(self, digest_: str, *, by: str, at: datetime) -> bool:
        """Remove the text for good; the audit log says that and by whom. False: there is none."""
        here = private_reasons.c.digest == digest_
        with self.write() as connection:
            row = connection.execute(sa.select(private_reasons).where(here)).one_or_none()
            if row is None:
                return False
            connection.execute(sa.delete(private_reasons).where(here))
            self._note("private reason forgotten", PrivateReason(**row._mapping), by, at, connection)
        return True

    def all(self, repository_id: int | None = None, number: int | None = None) -> tuple[PrivateReason, ...]:
        """Oldest first."""
        query = sa.select(private_reasons).order_by(private_reasons.c.at, private_reasons.c.digest)
        if repository_id is not None:
            query = query.where(private_reasons.c.repository_id == repository_id)
        if number is not None:
            query = query.where(private_reasons.c.number == number)
        with self.read() as connection:
            return tuple(PrivateReason(**row._mapping) for row in connection.execute(query))

    def _note(self, kind: str, reason: PrivateReason, by: str, at: datetime, connection: sa.Connection) -> None:
        self._audit.add(
            kind,
            at=at,
            repository_id=reason.repository_id,
            number=reason.number,
            connection=connection,
            escalation=reason.escalation_id,
            digest=reason.digest,
            by=by,
        )
