"""How risky each head of a pull request was found to be."""

import json
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from bot.plain import read, to_text
from bot.store.database import Database, of_pull
from bot.store.tables import assessments, log_odds
from scoring.assessment import Assessment


class Assessments(Database):
    def save(self, repository_id: int, number: int, head_sha: str, assessment: Assessment) -> None:
        key = {"repository_id": repository_id, "number": number, "head_sha": head_sha}
        values = {"at": assessment.at, "model": assessment.model, "body": to_text(assessment)}
        with self.write() as connection:
            self._put(connection, assessments, key, values)
            for model, value in _said(assessment):
                of_model = {"at": assessment.at, "value": value, "serves": model == assessment.model}
                self._put(connection, log_odds, key | {"model": model}, of_model)

    def get(self, repository_id: int, number: int, head_sha: str) -> Assessment | None:
        here = sa.and_(of_pull(assessments, repository_id, number), assessments.c.head_sha == head_sha)
        with self.read() as connection:
            body = connection.scalar(sa.select(assessments.c.body).where(here))
            return None if body is None else assessment_of(body)

    def of(self, repository_id: int, number: int) -> tuple[tuple[str, Assessment], ...]:
        """Every head that was scored, with its score, oldest first."""
        here = of_pull(assessments, repository_id, number)
        query = sa.select(assessments.c.head_sha, assessments.c.body).where(here).order_by(assessments.c.at)
        with self.read() as connection:
            return tuple((row.head_sha, assessment_of(row.body)) for row in connection.execute(query))

    def models(self, since: datetime) -> tuple[tuple[str, int], ...]:
        """Those that scored since then, and how often; the one that scored most comes first."""
        number = sa.func.count().label("number")
        query = sa.select(assessments.c.model, number).where(assessments.c.at >= since).group_by(assessments.c.model)
        with self.read() as connection:
            rows = connection.execute(query.order_by(number.desc(), assessments.c.model)).all()
        return tuple((row.model, row.number) for row in rows)

    def forget(self, repository_id: int, number: int, head_sha: str) -> None:
        here = sa.and_(of_pull(assessments, repository_id, number), assessments.c.head_sha == head_sha)
        with self.write() as connection:
            connection.execute(sa.delete(assessments).where(here))


def _said(assessment: Assessment) -> Iterator[tuple[str, float]]:
    """What each model that was asked said of the change."""
    if assessment.log_odds is not None:
        yield assessment.model, assessment.log_odds
    yield from assessment.beside.items()


def assessment_of(text: str) -> Assessment:
    """An assessment as it was kept."""
    body = json.loads(text)
    # what was stored before 0.2 names features, not claims, and advises without both ranks: it is not shown again
    body["reasons"] = [one for one in body["reasons"] if "claim" in one]
    body["suggestions"] = [one for one in body["suggestions"] if "moved" in one]
    return read(Assessment, body)
