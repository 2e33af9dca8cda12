"""What every component of the store stands on: one engine, and two kinds of transaction."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.engine import reading, writing

Row = Mapping[str, Any]


class Database:
    """Base of the store's components. A method given a `connection` joins that transaction."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def read(self) -> AbstractContextManager[sa.Connection]:
        return reading(self.engine)

    def write(self, connection: sa.Connection | None = None) -> AbstractContextManager[sa.Connection]:
        return writing(self.engine, connection)

    def _put(
        self, connection: sa.Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]
    ) -> None:
        """Insert a row, or give the row of that key these values."""
        connection.execute(_upsert(connection.dialect.name, table, tuple(key), tuple(values)), {**key, **values})

    def _once(self, connection: sa.Connection, table: sa.Table, row: Row) -> bool:
        """Insert a row unless its key is there; says whether it was inserted."""
        return inserted(connection, insert_once(connection.dialect.name, table), row)


Insert = postgresql.Insert | sqlite.Insert


def insert(dialect: str, table: sa.Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def inserted(connection: sa.Connection, statement: Insert, row: Row) -> bool:
    """Run an insert that may do nothing; says whether it did something."""
    return connection.execute(statement, dict(row), execution_options={"preserve_rowcount": True}).rowcount == 1


# statements are made once: making one costs more than running it


@cache
def _upsert(dialect: str, table: sa.Table, key: tuple[str, ...], values: tuple[str, ...]) -> Insert:
    row = insert(dialect, table)
    return row.on_conflict_do_update(index_elements=list(key), set_={name: row.excluded[name] for name in values})


@cache
def insert_once(dialect: str, table: sa.Table) -> Insert:
    return insert(dialect, table).on_conflict_do_nothing()


def of_pull(table: sa.Table, repository_id: int, number: int) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.repository_id == repository_id, table.c.number == number)
