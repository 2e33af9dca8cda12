"""What every part of the store stands on: one engine, and two kinds of transaction."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.engine import reading, writing


class Database:
    """Base of the store's parts. A method given a `connection` joins that transaction."""

    engine: sa.Engine

    def read(self) -> AbstractContextManager[sa.Connection]:
        return reading(self.engine)

    def write(self, connection: sa.Connection | None = None) -> AbstractContextManager[sa.Connection]:
        return writing(self.engine, connection)

    def _insert(self, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
        return postgresql.insert(table) if self.engine.dialect.name == "postgresql" else sqlite.insert(table)

    def _put(
        self, connection: sa.Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]
    ) -> None:
        """Insert a row, or give the row of that key these values."""
        row = self._insert(table).values(**key, **values)
        connection.execute(row.on_conflict_do_update(index_elements=list(key), set_=dict(values)))

    def _once(self, connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> bool:
        """Insert a row unless its key is there; says whether it was inserted."""
        return connection.execute(self._insert(table).values(**row).on_conflict_do_nothing()).rowcount == 1


def of_pull(table: sa.Table, repository_id: int, number: int) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.repository_id == repository_id, table.c.number == number)
