"""Which repositories and pull requests there are, as far as deliveries and decisions told: what sweeps walk over."""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from bot.store.database import Database, Insert, insert, insert_once, of_pull
from bot.store.tables import configurations, pulls, pushers, repositories

_INSTALLATION = "installation: "


@dataclass(frozen=True, slots=True)
class KnownRepository:
    id: int
    installation_id: int
    full_name: str
    gone: str = ""  # why it may not be reached any more


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
class SeenPush:
    """Who moved a branch, and to which commit."""

    repository_id: int
    sha: str
    person_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LastGood:
    """The newest valid configuration of one branch."""

    text: str
    sha: str
    at: datetime


class Pulls(Database):
    def saw_repository(self, *seen: KnownRepository, connection: sa.Connection | None = None) -> None:
        """Deliveries told of them: they can be reached. The installation 0 means: not named, keep the known one."""
        # in one order, or two writers could wait for each other
        rows = [asdict(one) for one in sorted(seen, key=lambda one: one.id)]
        if rows:
            with self.write(connection) as own:
                own.execute(_saw_repository(own.dialect.name), rows)

    def repository(self, repository_id: int) -> KnownRepository | None:
        with self.read() as connection:
            row = connection.execute(sa.select(repositories).where(repositories.c.id == repository_id)).one_or_none()
            return None if row is None else KnownRepository(**row._mapping)

    def repositories(self, installation_id: int | None = None, *, gone: bool = False) -> tuple[KnownRepository, ...]:
        """Those that can be reached, with `gone` the others too; of one installation, or of all."""
        query = sa.select(repositories).order_by(repositories.c.id)
        if not gone:
            query = query.where(repositories.c.gone == "")
        if installation_id is not None:
            query = query.where(repositories.c.installation_id == installation_id)
        with self.read() as connection:
            return tuple(KnownRepository(**row._mapping) for row in connection.execute(query))

    def repository_gone(self, repository_id: int, why: str) -> None:
        with self.write() as connection:
            here = repositories.c.id == repository_id
            connection.execute(sa.update(repositories).where(here).values(gone=why))

    def installation_gone(self, installation_id: int, why: str) -> None:
        """None of its repositories can be reached; those gone for a reason of their own keep it."""
        here = sa.and_(repositories.c.installation_id == installation_id, repositories.c.gone == "")
        with self.write() as connection:
            connection.execute(sa.update(repositories).where(here).values(gone=f"{_INSTALLATION}{why}"[:64]))

    def installation_back(self, installation_id: int, connection: sa.Connection | None = None) -> None:
        """What went with the installation comes back with it."""
        here = sa.and_(repositories.c.installation_id == installation_id, repositories.c.gone.startswith(_INSTALLATION))
        with self.write(connection) as own:
            own.execute(sa.update(repositories).where(here).values(gone=""))

    def saw_pull(self, *seen: SeenPull, connection: sa.Connection | None = None) -> None:
        """Deliveries told of pull requests. The newest `as_of` of each stays, with its head."""
        rows = [asdict(one) for one in sorted(seen, key=lambda one: (one.repository_id, one.number))]
        if rows:
            with self.write(connection) as own:
                own.execute(_saw_pull(own.dialect.name), rows)

    def saw_push(self, *seen: SeenPush, connection: sa.Connection | None = None) -> None:
        """Deliveries told who pushed."""
        rows = [asdict(one) for one in sorted(seen, key=lambda one: (one.repository_id, one.sha, one.person_id))]
        if rows:
            with self.write(connection) as own:
                own.execute(insert_once(own.dialect.name, pushers), rows)

    def pushers(self, repository_id: int, commits: frozenset[str]) -> frozenset[int]:
        """Accounts that some branch was pushed to one of these commits by, as far as deliveries told."""
        here = sa.and_(pushers.c.repository_id == repository_id, pushers.c.sha.in_(sorted(commits)))
        with self.read() as connection:
            return frozenset(connection.scalars(sa.select(pushers.c.person_id).where(here)))

    def prune_pushers(self, before: datetime) -> None:
        with self.write() as connection:
            connection.execute(sa.delete(pushers).where(pushers.c.at < before))

    def newest(self, repository_id: int, number: int) -> datetime | None:
        """The newest change any delivery told of: facts older than this are stale."""
        with self.read() as connection:
            as_of: datetime | None = connection.scalar(
                sa.select(pulls.c.as_of).where(of_pull(pulls, repository_id, number))
            )
            return as_of

    def save_pull(
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
    ) -> None:
        """What was fetched and decided last."""
        key = {"repository_id": repository_id, "number": number}
        values = {"head_sha": head_sha, "base_ref": base_ref, "open": open, "ready": ready}
        values |= {"verdict": verdict, "percentile": percentile, "decided_at": decided_at, "mark": mark}
        with self.write() as connection:
            self._put(connection, pulls, key, values)

    def close_pull(self, repository_id: int, number: int) -> None:
        with self.write() as connection:
            connection.execute(sa.update(pulls).where(of_pull(pulls, repository_id, number)).values(open=False))

    def open_pulls(self, repository_id: int | None = None, base_ref: str | None = None) -> tuple[KnownPull, ...]:
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

    def pulls_at(self, repository_id: int, head_sha: str) -> tuple[int, ...]:
        """Numbers of the open pull requests with that head; the forge leaves them out for forks."""
        here = sa.and_(pulls.c.repository_id == repository_id, pulls.c.head_sha == head_sha, pulls.c.open)
        with self.read() as connection:
            return tuple(connection.scalars(sa.select(pulls.c.number).where(here).order_by(pulls.c.number)))

    def held_at(self, repository_id: int, head_sha: str) -> frozenset[int]:
        """Numbers of the open pull requests with that head that are held by themselves."""
        here = sa.and_(pulls.c.repository_id == repository_id, pulls.c.head_sha == head_sha, pulls.c.open)
        with self.read() as connection:
            return frozenset(connection.scalars(sa.select(pulls.c.number).where(here, pulls.c.verdict > 0)))

    def save_configuration(self, repository_id: int, ref: str, *, text: str, sha: str, at: datetime) -> None:
        """Keep a valid configuration: it stays in force while a newer one is broken."""
        key = {"repository_id": repository_id, "ref": ref}
        with self.write() as connection:
            self._put(connection, configurations, key, {"text": text, "sha": sha, "at": at})

    def last_good(self, repository_id: int, ref: str) -> LastGood | None:
        here = sa.and_(configurations.c.repository_id == repository_id, configurations.c.ref == ref)
        query = sa.select(configurations.c.text, configurations.c.sha, configurations.c.at).where(here)
        with self.read() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else LastGood(row.text, row.sha, row.at)

    def configurations(self) -> tuple[tuple[int, str, str], ...]:
        """Repository id, branch and text of every last good configuration, of repositories that can be reached."""
        query = (
            sa.select(configurations.c.repository_id, configurations.c.ref, configurations.c.text)
            .join(repositories, repositories.c.id == configurations.c.repository_id)
            .where(repositories.c.gone == "")
            .order_by(configurations.c.repository_id, configurations.c.ref)
        )
        with self.read() as connection:
            return tuple((row.repository_id, row.ref, row.text) for row in connection.execute(query))


@cache
def _saw_repository(dialect: str) -> Insert:
    row = insert(dialect, repositories)
    told = row.excluded.installation_id
    values = {
        "full_name": row.excluded.full_name,
        "gone": row.excluded.gone,
        "installation_id": sa.case((told != 0, told), else_=repositories.c.installation_id),
    }
    return row.on_conflict_do_update(index_elements=["id"], set_=values)


@cache
def _saw_pull(dialect: str) -> Insert:
    row = insert(dialect, pulls)
    newer = row.excluded.as_of.is_not(None) & (pulls.c.as_of.is_(None) | (row.excluded.as_of >= pulls.c.as_of))
    head = sa.case((newer & (row.excluded.head_sha != ""), row.excluded.head_sha), else_=pulls.c.head_sha)
    values = {"as_of": sa.case((newer, row.excluded.as_of), else_=pulls.c.as_of), "head_sha": head}
    return row.on_conflict_do_update(index_elements=["repository_id", "number"], set_=values)


def _known(row: sa.Row[tuple[object, ...]]) -> KnownPull:
    repository = KnownRepository(row.repository_id, row.installation_id, row.full_name)
    decided = (row.verdict, row.percentile, row.decided_at, row.mark)
    return KnownPull(repository, row.number, row.head_sha, row.base_ref, row.ready, row.as_of, *decided)
