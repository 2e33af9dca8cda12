"""How many tokens a language model took: by repository and day, by installation and month, each with a stop."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import model_tokens


class _Over(Exception):
    """A limit would be passed: what was taken in the same transaction is not."""


class ModelTokens(Database):
    def take(self, limits: Mapping[str, int], tokens: int, at: datetime) -> bool:
        """Take them of every scope, or of none where one has not that many left."""
        try:
            with self.write() as connection:
                for scope, most in sorted(limits.items()):
                    self._once(connection, model_tokens, {"scope": scope, "tokens": 0, "at": at})
                    here = sa.and_(model_tokens.c.scope == scope, model_tokens.c.tokens + tokens <= most)
                    taken = sa.update(model_tokens).where(here).values(tokens=model_tokens.c.tokens + tokens, at=at)
                    if connection.execute(taken).rowcount != 1:
                        raise _Over
        except _Over:
            return False
        return True

    def give_back(self, limits: Mapping[str, int], tokens: int) -> None:
        with self.write() as connection:
            for scope in sorted(limits):
                here = model_tokens.c.scope == scope
                left = sa.update(model_tokens).where(here).values(tokens=model_tokens.c.tokens - tokens)
                connection.execute(left)

    def spent(self, scope: str) -> int:
        with self.read() as connection:
            return connection.scalar(sa.select(model_tokens.c.tokens).where(model_tokens.c.scope == scope)) or 0

    def prune(self, before: datetime) -> None:
        with self.write() as connection:
            connection.execute(sa.delete(model_tokens).where(model_tokens.c.at < before))
