"""What the database is, and which form of ours it has."""

import sqlalchemy as sa

from bot.store.database import Database


class Versions(Database):
    def database(self) -> str:
        """sqlite 3.40.1"""
        with self.read() as connection:
            dialect = connection.dialect
            return f"{dialect.name} {'.'.join(map(str, dialect.server_version_info or ()))}"

    def schema(self) -> str:
        """The newest migration that was applied."""
        with self.read() as connection:
            return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")))
