"""What is suggested of each group of a build, worked out by a job: nobody who only looks fits a labeller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from bot.plain import from_text, to_text
from bot.store.database import Database
from bot.store.tables import difference_weighings
from scoring.difftest.labels import Label
from scoring.difftest.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class Cause:
    """A change between the two builds that a group may be of: evidence, and no proof. `number`: of its pull request, 0
    where none is known; `title`, `common` and `files` are from outside."""

    sha: str
    number: int
    title: str
    common: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"#{self.number} {self.title}" if self.number else f"{self.sha} {self.title}"


@dataclass(frozen=True, slots=True)
class Weighed:
    """One group. `label` "": nobody suggests one; `causes` the likeliest first."""

    label: str
    confidence: float | None
    by: str
    causes: tuple[Cause, ...] = ()

    def suggestion(self) -> Suggestion:
        return Suggestion(Label(self.label) if self.label else None, self.confidence, self.by)


@dataclass(frozen=True, slots=True)
class Weighing:
    """`temperature` of the labeller holds while `calibrated_on` labelled groups of earlier builds are the same."""

    at: datetime
    groups: Mapping[str, Weighed] = field(default_factory=dict)
    temperature: float | None = None
    calibrated_on: str = ""

    def suggestions(self) -> dict[str, Suggestion]:
        return {name: each.suggestion() for name, each in self.groups.items()}


class DifferenceWeighings(Database):
    def save(self, repository_id: int, team: str, release: str, weighing: Weighing) -> None:
        key = {"repository_id": repository_id, "team": team, "release": release}
        with self.write() as connection:
            self._put(connection, difference_weighings, key, {"at": weighing.at, "body": to_text(weighing)})

    def get(self, repository_id: int, team: str, release: str) -> Weighing | None:
        table = difference_weighings
        here = sa.and_(table.c.repository_id == repository_id, table.c.team == team, table.c.release == release)
        with self.read() as connection:
            body = connection.scalar(sa.select(table.c.body).where(here))
        return None if body is None else from_text(Weighing, body)
