"""Which pull requests a cause stands for, among those that a source made and those that landed by themselves."""

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from bot.policy.candidate import SourceKey
from bot.store.tables import landings, outcomes, slots, sourced


def sourced_keys(
    connection: sa.Connection, repository_id: int, numbers: Collection[int], commits: Collection[str]
) -> dict[int, SourceKey]:
    """By number: whose each of them is. `commits` may be the beginnings of ids."""
    return _keys(connection, sourced, repository_id, {*numbers, *landed_as(connection, repository_id, commits)})


def slot_keys(
    connection: sa.Connection, repository_id: int, numbers: Collection[int], commits: Collection[str]
) -> dict[int, SourceKey]:
    """The same of those that landed by themselves."""
    return _keys(connection, slots, repository_id, {*numbers, *landed_as(connection, repository_id, commits)})


def landed_as(connection: sa.Connection, repository_id: int, commits: Iterable[str]) -> set[int]:
    """Numbers of the pull requests that landed as one of these commits, or brought it."""
    numbers: set[int] = set()
    for sha in filter(None, commits):
        here = sa.and_(landings.c.repository_id == repository_id, landings.c.sha.startswith(sha, autoescape=True))
        brought = sa.and_(outcomes.c.repository_id == repository_id, outcomes.c.commits.contains(sha, autoescape=True))
        numbers |= set(connection.scalars(sa.select(landings.c.number).where(here)))
        numbers |= set(connection.scalars(sa.select(outcomes.c.number).where(brought)))
    return numbers


def _keys(
    connection: sa.Connection, table: sa.Table, repository_id: int, numbers: Collection[int]
) -> dict[int, SourceKey]:
    columns = (table.c.number, table.c.organisation, table.c.scope, table.c.name)
    query = sa.select(*columns).where(table.c.repository_id == repository_id, table.c.number.in_(numbers))
    return {row.number: SourceKey(row.organisation, row.scope, row.name) for row in connection.execute(query)}
