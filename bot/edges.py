"""Where windows open and close, from the configurations in force: what the clock has to wake up for."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache

from bot.policy.config import Config, ConfigError, parse
from bot.policy.freezes import joined
from bot.policy.ticks import ticks
from bot.schedule import Edge
from bot.store import Store

Known = Callable[[int, str, str], Config | None]  # repository id, branch, last good text


def _nothing(repository_id: int, ref: str, text: str) -> Config | None:
    return None


class KnownEdges:
    """Reads the configurations that decisions left behind, and freezes started by hand.

    `known` gives the one in force with its organisation's default and calendars; before a branch was looked at, after
    a restart, its last good text must do.
    """

    def __init__(self, store: Store, known: Known = _nothing) -> None:
        self._store, self._known = store, known

    def __call__(self, after: datetime, until: datetime) -> Iterator[Edge]:
        for repository_id, ref, text in self._store.configurations():
            config = self._known(repository_id, ref, text) or _parsed(text)
            if config is not None and not ref.startswith("//"):
                config = joined(config, self._store.freezes(repository_id, after))
                yield from (Edge(repository_id, ref, at) for at in ticks(config, after, until))


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Config | None:
    try:
        return parse(text)
    except ConfigError:
        return None  # it was valid for the version of codechill that stored it: the next look at its branch says why
