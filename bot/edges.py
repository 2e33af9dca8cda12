"""Where windows open and close, from the configurations in force: what the clock has to wake up for."""

from collections.abc import Iterator
from datetime import datetime

from bot.configuration import ORGANISATION, calendars_of, composed
from bot.policy.calendar import Scope
from bot.policy.freezes import joined
from bot.policy.ticks import ticks
from bot.schedule import Edge
from bot.store import Store


class KnownEdges:
    """Reads what decisions left behind, organisations' defaults and calendars included, and freezes by hand."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, after: datetime, until: datetime) -> Iterator[Edge]:
        for known in self._store.in_force(ORGANISATION):
            config = composed(known)
            if config is not None:
                config = joined(config, self._store.freezes(known.repository_id, after))
                branch = Scope(base_ref=known.ref)
                yield from (Edge(known.repository_id, known.ref, at) for at in ticks(config, after, until, branch))

    def addresses(self) -> dict[str, frozenset[tuple[int, str]]]:
        """Every address that a configuration names, with the repositories and branches that name it."""
        found: dict[str, set[tuple[int, str]]] = {}
        for known in self._store.in_force(ORGANISATION):
            for path in calendars_of(known):
                if "://" in path:
                    found.setdefault(path, set()).add((known.repository_id, known.ref))
        return {path: frozenset(where) for path, where in found.items()}
