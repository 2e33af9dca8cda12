"""Which webhooks the forge should send again. GitHub does not do so by itself, and forgets them after three days."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.forge.deliveries import Attempt, Deliveries
from bot.forge.github.webhook import EVENTS
from bot.forge.port import Gone
from bot.store import Inbox


@dataclass(frozen=True, slots=True)
class Patience:
    reach: timedelta = timedelta(days=3)  # GitHub sends nothing older again
    settling: timedelta = timedelta(minutes=2)  # a delivery this young may still be on its way through our door
    longest: timedelta = timedelta(hours=6)  # the wait doubles with each attempt, up to this
    at_once: int = 100  # in one sweep: the rest comes with the next

    def wait(self, attempts: int) -> timedelta:
        """How old the newest of so many attempts has to be."""
        return min(self.settling * (1 << min(attempts - 1, 20)), self.longest)


def lost(
    attempts: Iterable[Attempt], processed: frozenset[str], now: datetime, patience: Patience = Patience()
) -> tuple[int, ...]:
    """Ids to ask for, oldest webhook first: those of known events that no attempt brought through to our inbox."""
    by_guid: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        if attempt.event in EVENTS and attempt.event != "ping" and attempt.guid not in processed:
            by_guid[attempt.guid].append(attempt)
    due = [_newest(group) for group in by_guid.values() if _is_due(group, now, patience)]
    return tuple(one.id for one in sorted(due, key=lambda one: (one.at, one.id))[: patience.at_once])


def _is_due(group: list[Attempt], now: datetime, patience: Patience) -> bool:
    first = min(attempt.at for attempt in group)
    return now - patience.reach < first and _newest(group).at < now - patience.wait(len(group))


def _newest(group: list[Attempt]) -> Attempt:
    return max(group, key=lambda attempt: (attempt.at, attempt.id))


class Redelivery:
    """Looks back over everything that GitHub could still send again: what our inbox has costs one query."""

    def __init__(
        self, deliveries: Deliveries, inbox: Inbox, clock: Callable[[], datetime], patience: Patience | None = None
    ) -> None:
        self._deliveries, self._inbox, self._clock = deliveries, inbox, clock
        self._patience = patience or Patience()

    def sweep(self, since: datetime | None = None) -> int:
        """Ask again for what was lost since then (None: all that is kept); returns how many were asked for."""
        now = self._clock()
        attempts = tuple(self._deliveries.since(since or now - self._patience.reach))
        processed = self._inbox.processed(frozenset(attempt.guid for attempt in attempts))
        wanted = lost(attempts, processed, now, self._patience)
        return sum(self._again(attempt_id) for attempt_id in wanted)

    def _again(self, attempt_id: int) -> bool:
        try:
            self._deliveries.again(attempt_id)
        except Gone:
            return False  # forgotten since it was listed: the sweep of open pull requests makes up for it
        return True
