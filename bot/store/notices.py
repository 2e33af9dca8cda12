"""What people were told outside of the forge: which notice, over which channel, and how that went."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import notices


@dataclass(frozen=True, slots=True)
class KnownNotice:
    """`next_at` None: it is not tried again. `error` is of the last try, "" where that went well."""

    key: str
    channel: str
    repository_id: int  # 0: none
    first_at: datetime
    tries: int
    next_at: datetime | None = None
    sent_at: datetime | None = None
    error: str = ""


class Notices(Database):
    def save(self, notice: KnownNotice) -> None:
        """In place of what was known of it before."""
        values = asdict(notice)
        key = {name: values.pop(name) for name in ("key", "channel")}
        with self.write() as connection:
            self._put(connection, notices, key, values)

    def of(self, keys: Collection[str]) -> dict[tuple[str, str], KnownNotice]:
        """By key and channel."""
        with self.read() as connection:
            rows = connection.execute(sa.select(notices).where(notices.c.key.in_(keys))).all()
        return {(row.key, row.channel): KnownNotice(**row._mapping) for row in rows}

    def since(self, moment: datetime) -> dict[tuple[str, int], int]:
        """How many were tried first after that, by channel and repository."""
        columns = notices.c.channel, notices.c.repository_id
        query = sa.select(*columns, sa.func.count()).where(notices.c.first_at > moment).group_by(*columns)
        with self.read() as connection:
            return {(channel, repository_id): n for channel, repository_id, n in connection.execute(query)}

    def newest(self, most: int) -> tuple[KnownNotice, ...]:
        query = sa.select(notices).order_by(notices.c.first_at.desc(), notices.c.key, notices.c.channel).limit(most)
        with self.read() as connection:
            return tuple(KnownNotice(**row._mapping) for row in connection.execute(query))

    def prune(self, before: datetime) -> None:
        with self.write() as connection:
            connection.execute(sa.delete(notices).where(notices.c.first_at < before))
