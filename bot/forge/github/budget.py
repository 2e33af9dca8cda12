"""How much of GitHub's primary limits is left: every answer says so, and once a minute it is noted."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.forge.limits import Limit, Limits

EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Budget:
    """Safe to share between threads."""

    limits: Limits
    clock: Callable[[], datetime]
    _noted: dict[tuple[int, str], datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def told(self, installation_id: int, headers: Mapping[str, str]) -> None:
        """`headers` of an answer, names in lower case. A server without limits says nothing."""
        limit = limit_in(installation_id, headers, self.clock())
        if limit is not None and self._due(limit):
            self.limits.saw(limit)

    def _due(self, limit: Limit) -> bool:
        key = (limit.installation_id, limit.resource)
        with self._lock:
            before = self._noted.get(key)
            if before is not None and before <= limit.at < before + EVERY:
                return False
            self._noted[key] = limit.at
            return True


def limit_in(installation_id: int, headers: Mapping[str, str], now: datetime) -> Limit | None:
    most, remaining, reset = (headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining", "reset"))
    if not all(number.isascii() and number.isdecimal() and len(number) < 16 for number in (most, remaining, reset)):
        return None
    resource = headers.get("x-ratelimit-resource", "core")[:64]
    try:
        resets_at = datetime.fromtimestamp(int(reset), UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return Limit(installation_id, resource, int(most), int(remaining), resets_at, now)
