"""What people say after an incident of a change that landed by itself: would a person have caught it?"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from bot.store.audit import Audited
from bot.store.tables import hindsights

Caught = Literal["yes", "no", "unsure"]


@dataclass(frozen=True, slots=True)
class Hindsight:
    """`claim` is the number of the incident's claim."""

    claim: int
    answer: Caught
    by: str
    because: str
    at: datetime


class Hindsights(Audited):
    def save(self, said: Hindsight) -> None:
        """The newest word stays; each is in the audit log."""
        values = asdict(said)
        claim = values.pop("claim")
        with self.write() as connection:
            self._put(connection, hindsights, {"claim": claim}, values)
            self._audit.add("hindsight", at=said.at, connection=connection, hindsight=said)

    def all(self) -> dict[int, Hindsight]:
        """By claim."""
        with self.read() as connection:
            rows = connection.execute(sa.select(hindsights).order_by(hindsights.c.claim)).all()
        return {row.claim: Hindsight(**row._mapping) for row in rows}
