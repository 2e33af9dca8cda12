"""Which repositories there are, as far as deliveries told, and which of them can be reached."""

from dataclasses import asdict, dataclass
from functools import cache

import sqlalchemy as sa

from bot.store.database import Database, Insert, insert
from bot.store.tables import repositories

_INSTALLATION = "installation: "


@dataclass(frozen=True, slots=True)
class KnownRepository:
    id: int
    installation_id: int
    full_name: str
    gone: str = ""  # why it may not be reached any more


class Repositories(Database):
    def saw(self, *seen: KnownRepository, connection: sa.Connection | None = None) -> None:
        """Deliveries told of them: they can be reached. The installation 0 means: not named, keep the known one."""
        # in one order, or two writers could wait for each other
        rows = [asdict(one) for one in sorted(seen, key=lambda one: one.id)]
        if rows:
            with self.write(connection) as transaction:
                transaction.execute(_saw(transaction.dialect.name), rows)

    def get(self, repository_id: int) -> KnownRepository | None:
        with self.read() as connection:
            row = connection.execute(sa.select(repositories).where(repositories.c.id == repository_id)).one_or_none()
            return None if row is None else KnownRepository(**row._mapping)

    def named(self, full_name: str) -> KnownRepository | None:
        """One that can be reached, by its present name in any case."""
        return next((one for one in self.all() if one.full_name.lower() == full_name.lower()), None)

    def all(self, installation_id: int | None = None, *, gone: bool = False) -> tuple[KnownRepository, ...]:
        """Those that can be reached, with `gone` the others too; of one installation, or of all."""
        query = sa.select(repositories).order_by(repositories.c.id)
        if not gone:
            query = query.where(repositories.c.gone == "")
        if installation_id is not None:
            query = query.where(repositories.c.installation_id == installation_id)
        with self.read() as connection:
            return tuple(KnownRepository(**row._mapping) for row in connection.execute(query))

    def mark_gone(self, repository_id: int, why: str) -> None:
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
        with self.write(connection) as transaction:
            transaction.execute(sa.update(repositories).where(here).values(gone=""))


@cache
def _saw(dialect: str) -> Insert:
    row = insert(dialect, repositories)
    installation = row.excluded.installation_id
    values = {
        "full_name": row.excluded.full_name,
        "gone": row.excluded.gone,
        "installation_id": sa.case((installation != 0, installation), else_=repositories.c.installation_id),
    }
    return row.on_conflict_do_update(index_elements=["id"], set_=values)
