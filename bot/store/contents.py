"""What was read of a change, by the commits that it lies between: the same for as long as there is git."""

import hashlib
import json
from datetime import datetime

import sqlalchemy as sa

from bot.policy.content import Content
from bot.store.database import Database
from bot.store.tables import contents

_NOTHING = hashlib.sha256().hexdigest()  # what changes no file; an older version kept it as ""


class Contents(Database):
    def get(self, repository_id: int, base: str, head: str) -> Content | None:
        with self.read() as connection:
            row = connection.execute(
                sa.select(contents.c.name, contents.c.paths).where(_between(repository_id, base, head))
            ).one_or_none()
        return None if row is None else Content(row.name or _NOTHING, tuple(json.loads(row.paths)))

    def first(self, repository_id: int, name: str) -> datetime | None:
        """When a content of that name was seen first, as far as it is kept; None: never."""
        here = sa.and_(contents.c.repository_id == repository_id, contents.c.name == name)
        with self.read() as connection:
            moment: datetime | None = connection.scalar(sa.select(sa.func.min(contents.c.at)).where(here))
        return moment

    def save(self, repository_id: int, base: str, head: str, content: Content, *, at: datetime) -> None:
        key = {"repository_id": repository_id, "base": base, "head": head}
        # escaped, so that names of files that are no text survive
        values = {"name": content.name, "paths": json.dumps(content.paths), "at": at}
        with self.write() as connection:
            self._put(connection, contents, key, values)

    def forget(self, repository_id: int) -> None:
        """Of a repository that may not be seen any more."""
        with self.write() as connection:
            connection.execute(sa.delete(contents).where(contents.c.repository_id == repository_id))

    def prune(self, before: datetime) -> None:
        """What is looked at again is read again."""
        with self.write() as connection:
            connection.execute(sa.delete(contents).where(contents.c.at < before))


def _between(repository_id: int, base: str, head: str) -> sa.ColumnElement[bool]:
    here = contents.c.repository_id == repository_id
    return sa.and_(here, contents.c.base == base, contents.c.head == head)
