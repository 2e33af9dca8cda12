"""Which pull requests there are, as far as deliveries and decisions told: what sweeps walk over."""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from bot.policy.pull import Life
from bot.store.database import Database, Insert, insert, of_pull
from bot.store.repositories import KnownRepository
from bot.store.tables import pulls, repositories


@dataclass(frozen=True, slots=True)
class KnownPull:
    """An open pull request and what was last decided about it; the verdict None: never decided."""

    repository: KnownRepository
    number: int
    head_sha: str
    base_ref: str
    ready: bool
    as_of: datetime | None
    verdict: int | None
    percentile: float | None
    decided_at: datetime | None
    mark: str = ""  # of the calendar that it was decided under


@dataclass(frozen=True, slots=True)
class SeenPull:
    """What a delivery tells of a pull request: when it changed last, and its head ("": not told)."""

    repository_id: int
    number: int
    as_of: datetime | None = None
    head_sha: str = ""


@dataclass(frozen=True, slots=True)
class Lived:
    """How far a pull request that is open has come. `ready_at`: when it was said to be no draft any more, where that
    is news; `seen_at`: when it changed last."""

    opened_at: datetime
    seen_at: datetime
    draft: bool
    ready_at: datetime | None = None


class Pulls(Database):
    def saw(self, *seen: SeenPull, connection: sa.Connection | None = None) -> None:
        """Deliveries told of pull requests. The newest `as_of` of each stays, with its head."""
        rows = [asdict(one) for one in sorted(seen, key=lambda one: (one.repository_id, one.number))]
        if rows:
            with self.write(connection) as transaction:
                transaction.execute(_saw(transaction.dialect.name), rows)

    def newest(self, repository_id: int, number: int) -> datetime | None:
        """The newest change any delivery told of: facts older than this are stale."""
        with self.read() as connection:
            as_of: datetime | None = connection.scalar(
                sa.select(pulls.c.as_of).where(of_pull(pulls, repository_id, number))
            )
            return as_of

    def save(
        self,
        repository_id: int,
        number: int,
        *,
        head_sha: str,
        base_ref: str,
        open: bool,
        ready: bool = False,
        verdict: int | None = None,
        percentile: float | None = None,
        decided_at: datetime | None = None,
        mark: str = "",
        lived: Lived | None = None,
    ) -> None:
        """What was fetched and decided last."""
        key = {"repository_id": repository_id, "number": number}
        values = {"head_sha": head_sha, "base_ref": base_ref, "open": open, "ready": ready}
        values |= {"verdict": verdict, "percentile": percentile, "decided_at": decided_at, "mark": mark}
        with self.write() as connection:
            self._put(connection, pulls, key, values)
            if lived:
                connection.execute(_lived(), _moments(repository_id, number, lived))

    def close(self, repository_id: int, number: int, ended: Life | None = None, head_sha: str = "") -> None:
        """It is not open any more; `ended` tells since when, with the head it then had."""
        values: dict[str, object] = {"open": False}
        if ended is not None:
            values |= {"opened_at": ended.opened_at, "closed_at": ended.closed_at}
            values |= {"head_sha": head_sha} if head_sha else {}
        with self.write() as connection:
            connection.execute(sa.update(pulls).where(of_pull(pulls, repository_id, number)).values(**values))

    def all_open(self, repository_id: int | None = None, base_ref: str | None = None) -> tuple[KnownPull, ...]:
        """Open pull requests of repositories that can be reached: ready ones first, then the latest changed."""
        query = (
            sa.select(pulls, repositories.c.installation_id, repositories.c.full_name)
            .join(repositories, repositories.c.id == pulls.c.repository_id)
            .where(pulls.c.open, repositories.c.gone == "")
            .order_by(pulls.c.ready.desc(), pulls.c.as_of.desc(), pulls.c.repository_id, pulls.c.number)
        )
        if repository_id is not None:
            query = query.where(pulls.c.repository_id == repository_id)
        if base_ref is not None:
            query = query.where(pulls.c.base_ref == base_ref)
        with self.read() as connection:
            return tuple(_known(row) for row in connection.execute(query))

    def at(self, repository_id: int, head_sha: str) -> tuple[int, ...]:
        """Numbers of the open pull requests with that head; the forge leaves them out for forks."""
        here = sa.and_(pulls.c.repository_id == repository_id, pulls.c.head_sha == head_sha, pulls.c.open)
        with self.read() as connection:
            return tuple(connection.scalars(sa.select(pulls.c.number).where(here).order_by(pulls.c.number)))

    def held_at(self, repository_id: int, head_sha: str) -> frozenset[int]:
        """Numbers of the open pull requests with that head that are held by themselves."""
        here = sa.and_(pulls.c.repository_id == repository_id, pulls.c.head_sha == head_sha, pulls.c.open)
        with self.read() as connection:
            return frozenset(connection.scalars(sa.select(pulls.c.number).where(here, pulls.c.verdict > 0)))


@cache
def _saw(dialect: str) -> Insert:
    row = insert(dialect, pulls)
    newer = row.excluded.as_of.is_not(None) & (pulls.c.as_of.is_(None) | (row.excluded.as_of >= pulls.c.as_of))
    head = sa.case((newer & (row.excluded.head_sha != ""), row.excluded.head_sha), else_=pulls.c.head_sha)
    values = {"as_of": sa.case((newer, row.excluded.as_of), else_=pulls.c.as_of), "head_sha": head}
    return row.on_conflict_do_update(index_elements=["repository_id", "number"], set_=values)


@cache
def _lived() -> sa.Update:
    """When it was published is kept from the first time on: opened as no draft, or made ready later."""
    of_row = sa.and_(
        pulls.c.repository_id == sa.bindparam("of_repository"), pulls.c.number == sa.bindparam("of_number")
    )
    ready = sa.bindparam("ready_at", type_=pulls.c.published_at.type)
    first = sa.func.coalesce(ready, sa.bindparam("began_at", type_=pulls.c.opened_at.type))
    later = sa.func.coalesce(ready, sa.bindparam("seen_at", type_=pulls.c.opened_at.type))
    published = sa.case(
        (pulls.c.published_at.is_not(None), pulls.c.published_at),
        (sa.bindparam("as_draft", type_=sa.Boolean), sa.null()),
        (pulls.c.opened_at.is_(None), first),
        else_=later,
    )
    opened = sa.bindparam("began_at", type_=pulls.c.opened_at.type)
    return sa.update(pulls).where(of_row).values(opened_at=opened, published_at=published, closed_at=None)


def _moments(repository_id: int, number: int, lived: Lived) -> dict[str, object]:
    of_row = {"of_repository": repository_id, "of_number": number}
    moments: dict[str, object] = {"began_at": lived.opened_at, "seen_at": lived.seen_at, "ready_at": lived.ready_at}
    return of_row | moments | {"as_draft": lived.draft}


def _known(row: sa.Row[tuple[object, ...]]) -> KnownPull:
    repository = KnownRepository(row.repository_id, row.installation_id, row.full_name)
    decided = (row.verdict, row.percentile, row.decided_at, row.mark)
    return KnownPull(repository, row.number, row.head_sha, row.base_ref, row.ready, row.as_of, *decided)
