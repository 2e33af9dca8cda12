"""How models do on a repository's own past, as a job measured it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import measurements


@dataclass(frozen=True, slots=True)
class Measurement:
    """`figures` is plain data, as `bot.learning.measure` makes it."""

    repository_id: int
    at: datetime
    figures: Mapping[str, Any]


class Measurements(Database):
    def save(self, measurement: Measurement) -> None:
        """In the place of the one before."""
        here = measurements.c.repository_id == measurement.repository_id
        values = {"repository_id": measurement.repository_id, "at": measurement.at}
        with self.write() as connection:
            connection.execute(sa.delete(measurements).where(here))
            connection.execute(sa.insert(measurements).values(**values, body=json.dumps(measurement.figures)))

    def newest(self, repository_id: int) -> Measurement | None:
        here = measurements.c.repository_id == repository_id
        query = sa.select(measurements).where(here).order_by(measurements.c.at.desc()).limit(1)
        with self.read() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else Measurement(row.repository_id, row.at, json.loads(row.body))
