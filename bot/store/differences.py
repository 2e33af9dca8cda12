"""Differences between two builds as a shelf of one repository, of what its pipelines handed in.

Groups stand as rows with their counts and first examples, so that a desk opens without reading every difference.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store.audit import Audited
from bot.store.database import insert_once, inserted
from bot.store.tables import (
    difference_answers,
    difference_groups,
    difference_measures,
    difference_predictions,
    differences,
)
from scoring.difftest.answers import Answer
from scoring.difftest.desk import Desk
from scoring.difftest.groups import Group, Key, Signature, measured
from scoring.difftest.kept import read_group, together
from scoring.difftest.labeller import Labelled
from scoring.difftest.labels import Label, NoiseReason
from scoring.difftest.noise import Measured
from scoring.difftest.record import Difference, Origin
from scoring.difftest.schema import read_difference
from scoring.difftest.settings import TeamSettings
from scoring.difftest.shelf import lent_to
from scoring.difftest.trimmed import as_it_is


class Differences(Audited):
    """Of all repositories. Who looks at one is handed its `shelf`."""

    def shelf(self, repository_id: int, teams: Mapping[str, TeamSettings]) -> "DatabaseShelf":
        """`teams`: what the repository's configuration says of each."""
        return DatabaseShelf(self, repository_id, teams)

    def teams(self, repository_id: int) -> tuple[str, ...]:
        """That have differences, by name."""
        table = difference_groups
        query = sa.select(table.c.team).where(table.c.repository_id == repository_id).distinct().order_by(table.c.team)
        with self.read() as connection:
            return tuple(connection.scalars(query))

    def mark(self, repository_id: int, team: str) -> str:
        """Another text whenever the team's desk may look otherwise: by it whoever keeps a desk knows it is old."""
        answers = difference_answers
        said = sa.select(sa.func.count(), sa.func.max(answers.c.id)).where(answers.c.repository_id == repository_id)
        with self.read() as connection:
            return "-".join(
                (self.grown(repository_id, team), *(str(each or 0) for each in connection.execute(said).one()))
            )

    def grown(self, repository_id: int, team: str) -> str:
        """Another text whenever the team's groups may be others, whatever is said of them."""
        groups, measures = difference_groups, difference_measures
        of_team = sa.and_(groups.c.repository_id == repository_id, groups.c.team == team)
        counted = sa.select(sa.func.count(), sa.func.sum(groups.c.count), sa.func.max(groups.c.upload_id)).where(
            of_team
        )
        seen = sa.select(sa.func.count()).where(measures.c.repository_id == repository_id, measures.c.team == team)
        with self.read() as connection:
            rows = [connection.execute(query).one() for query in (counted, seen)]
            return "-".join(str(each or 0) for row in rows for each in row)

    def groups(self, repository_id: int, team: str | None, release: str | None = None) -> list[Group]:
        """In the order in which they were first seen."""
        table = difference_groups
        query = (
            sa.select(table).where(table.c.repository_id == repository_id).order_by(table.c.upload_id, table.c.place)
        )
        if team is not None:
            query = query.where(table.c.team == team)
        if release is not None:
            query = query.where(table.c.release == release)
        with self.read() as connection:
            groups = together(_group(row) for row in connection.execute(query))
            return measured(groups, self._measures(connection, repository_id, team))

    def records(self, repository_id: int, group_id: str, *, after: int = 0, most: int = 20) -> list[Difference]:
        """Of one group those that are kept whole, a page of them."""
        table = differences
        here = sa.and_(table.c.repository_id == repository_id, table.c.group_id == group_id, table.c.body.is_not(None))
        query = sa.select(table.c.body).where(here).order_by(table.c.upload_id, table.c.name).offset(after).limit(most)
        with self.read() as connection:
            return [read_difference(unpacked(body), Origin(), as_it_is) for body in connection.scalars(query)]

    def answer(self, repository_id: int, answers: Iterable[Answer]) -> None:
        """Added to what was said; the audit log has who called what what, and not why."""
        with self.write() as connection:
            for each in answers:
                row = {
                    "repository_id": repository_id, "group_id": each.group, "label": each.label, "by": clean(each.by),
                    "at": each.at, "why": clean(each.why), "noise_reason": each.noise_reason,
                }  # fmt: skip
                connection.execute(sa.insert(difference_answers), row)
                self._audit.add(
                    "difference answered", at=each.at, repository_id=repository_id, connection=connection,
                    group=each.group, label=each.label, by=clean(each.by),
                )  # fmt: skip

    def answers(self, repository_id: int) -> list[Answer]:
        """In the order in which they were given."""
        table = difference_answers
        query = sa.select(table).where(table.c.repository_id == repository_id).order_by(table.c.id)
        with self.read() as connection:
            return [_answer(row) for row in connection.execute(query)]

    def freeze(self, repository_id: int, predictions: Iterable[Mapping[str, Any]]) -> int:
        with self.write() as connection:
            once = insert_once(connection.dialect.name, difference_predictions)
            rows = [
                {"repository_id": repository_id, "group_id": each["group"], "by": each["by"], "body": json.dumps(each)}
                for each in predictions
            ]
            return sum(inserted(connection, once, row) for row in rows)

    def predictions(self, repository_id: int) -> list[dict[str, Any]]:
        table = difference_predictions
        query = sa.select(table.c.body).where(table.c.repository_id == repository_id).order_by(table.c.id)
        with self.read() as connection:
            return [json.loads(body) for body in connection.scalars(query)]

    def _measures(
        self, connection: sa.Connection, repository_id: int, team: str | None
    ) -> list[tuple[str, str, Measured]]:
        table = difference_measures
        query = sa.select(table).where(table.c.repository_id == repository_id).order_by(table.c.id)
        if team is not None:
            query = query.where(table.c.team == team)
        return [(row.team, row.release, Measured(**json.loads(row.body))) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class DatabaseShelf:
    """A `Shelf` of one repository: whoever holds it sees no other."""

    kept: Differences
    repository_id: int
    teams: Mapping[str, TeamSettings]

    def settings(self, team: str) -> TeamSettings:
        return self.teams.get(team, TeamSettings())

    def lent(self, team: str) -> list[Labelled]:
        return lent_to(team, self.teams, lambda lender: Desk.of(self.groups(lender), self.answers()))

    def groups(self, team: str | None = None) -> list[Group]:
        return self.kept.groups(self.repository_id, team)

    def answer(self, answers: Iterable[Answer]) -> None:
        self.kept.answer(self.repository_id, answers)

    def answers(self) -> list[Answer]:
        return self.kept.answers(self.repository_id)

    def freeze(self, predictions: Iterable[dict[str, Any]]) -> int:
        return self.kept.freeze(self.repository_id, predictions)

    def predictions(self) -> list[dict[str, Any]]:
        return self.kept.predictions(self.repository_id)

    def mark(self, team: str) -> str:
        return self.kept.mark(self.repository_id, team)


def packed(value: object) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode(), 1)


def unpacked(body: bytes) -> Any:
    return json.loads(zlib.decompress(body))


def clean(text: str) -> str:
    """As every database keeps it."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _group(row: sa.Row[Any]) -> Group:
    key = Key(row.release, Signature(row.team, row.endpoint, row.field, row.kind))
    return read_group(key, unpacked(row.body))


def _answer(row: sa.Row[Any]) -> Answer:
    label = Label(row.label) if row.label else None
    reason = NoiseReason(row.noise_reason) if row.noise_reason else None
    return Answer(row.group_id, label, row.by, row.at, row.why, reason)
