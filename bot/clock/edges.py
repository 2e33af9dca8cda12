"""Where windows open and close, from the configurations in force: what the clock has to wake up for."""

from collections.abc import Iterator
from datetime import datetime

from bot.config.repository import ORGANISATION, calendars_of, composed
from bot.jobs.kinds import Edge
from bot.policy.calendar import Scope
from bot.policy.config import Config
from bot.policy.config.freezes import joined
from bot.policy.show.ticks import mark, ticks
from bot.store import Configurations, Freezes


class KnownEdges:
    """Reads what decisions left behind, organisations' defaults and calendars included, and freezes by hand."""

    def __init__(self, configurations: Configurations, freezes: Freezes) -> None:
        self._kept, self._freezes = configurations, freezes

    def __call__(self, after: datetime, until: datetime) -> Iterator[Edge]:
        for repository_id, ref, config in self._configurations(after):
            yield from (Edge(repository_id, ref, at) for at in ticks(config, after, until, Scope(base_ref=ref)))

    def marks(self, now: datetime) -> dict[tuple[int, str], str]:
        """The mark of every repository's branch at that instant."""
        known = self._configurations(now)
        return {(repository_id, ref): mark(config, now, Scope(base_ref=ref)) for repository_id, ref, config in known}

    def _configurations(self, at: datetime) -> Iterator[tuple[int, str, Config]]:
        for known in self._kept.in_force(ORGANISATION):
            config = composed(known, at)
            if config is not None:
                yield known.repository_id, known.ref, joined(config, self._freezes.of(known.repository_id, at))

    def addresses(self) -> dict[str, frozenset[tuple[int, str]]]:
        """Every address that a configuration names, with the repositories and branches that name it."""
        branches: dict[str, set[tuple[int, str]]] = {}
        for known in self._kept.in_force(ORGANISATION):
            for path in calendars_of(known):
                if "://" in path:
                    branches.setdefault(path, set()).add((known.repository_id, known.ref))
        return {path: frozenset(where) for path, where in branches.items()}
