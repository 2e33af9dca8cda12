"""procrastinate on a connection of ours: what it writes is part of our transaction, and no event loop is needed.

Its manager is asynchronous where a worker of its own calls it. On a connection that blocks nothing in it ever waits, so
each call runs to its end at once.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar

import sqlalchemy as sa
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.manager import JobManager
from psycopg.types.json import Jsonb

T = TypeVar("T")


class Joined(BaseConnector):
    """A connector for as long as one transaction. What goes wrong raises sqlalchemy.exc.SQLAlchemyError, but a name
    that is taken, of which procrastinate makes AlreadyEnqueued."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get_sync_connector(self) -> BaseConnector:
        return self

    def execute_query(self, query: str, **arguments: Any) -> None:
        self._run(query, arguments)

    def execute_query_one(self, query: str, **arguments: Any) -> dict[str, Any]:
        return dict(self._run(query, arguments).mappings().one())

    def execute_query_all(self, query: str, **arguments: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self._run(query, arguments).mappings()]

    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        self.execute_query(query, **arguments)

    async def execute_query_one_async(self, query: str, **arguments: Any) -> dict[str, Any]:
        return self.execute_query_one(query, **arguments)

    async def execute_query_all_async(self, query: str, **arguments: Any) -> list[dict[str, Any]]:
        return self.execute_query_all(query, **arguments)

    def _run(self, query: str, arguments: dict[str, Any]) -> sa.CursorResult[Any]:
        given = {name: _adapted(value) for name, value in arguments.items()}
        try:
            return self._connection.exec_driver_sql(query, given)
        except sa.exc.IntegrityError as error:
            told = getattr(error.orig, "diag", None)
            raise UniqueViolation(constraint_name=getattr(told, "constraint_name", None), queueing_lock=None) from error


def manager(connection: sa.Connection) -> JobManager:
    """procrastinate's own way to jobs and workers, inside the transaction of `connection`."""
    return JobManager(Joined(connection))


def at_once(call: Coroutine[Any, Any, T]) -> T:
    """The value of a call that never waits."""
    try:
        call.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    call.close()
    raise RuntimeError("procrastinate waits for something: it is to be asked on a connection that blocks")


def _adapted(value: Any) -> Any:
    if isinstance(value, dict):
        return Jsonb(value)
    if isinstance(value, list):
        return [_adapted(one) for one in value]
    return tuple(_adapted(one) for one in value) if isinstance(value, tuple) else value
