"""Where windows open and close, from the configurations in force: what the clock has to wake up for."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from bot.policy.config import Config, ConfigError, parse
from bot.policy.freezes import joined
from bot.schedule import Edge
from bot.store import Store


class KnownEdges:
    """Reads the last good configurations that decisions left in the store, and freezes started by hand."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, after: datetime, until: datetime) -> Iterator[Edge]:
        for repository_id, ref, text in self._store.configurations():
            config = _parsed(text)
            if config is not None:
                calendar = joined(config, self._store.freezes(repository_id, after)).calendar
                yield from (Edge(repository_id, ref, at) for at in calendar.edges(after, until))


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Config | None:
    try:
        return parse(text)
    except ConfigError:
        return None  # it was valid for the version of codechill that stored it: the next look at its branch says why
