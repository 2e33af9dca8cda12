"""How much a caller may ask: the primary hourly limit always, GitHub's secondary limits when switched on."""

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.sandbox.access import Caller
from bot.sandbox.errors import Refusal

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ALLOWED = {"anonymous": 60, "person": 5000, "app": 5000, "installation": 5000}
POINTS_A_MINUTE = 900  # a read costs 1, a write 5
CREATED_A_MINUTE = 80  # writes that make content people are told about
CREATED_AN_HOUR = 500


@dataclass
class Used:
    """What one caller has used."""

    count: int = 0
    resets_at: datetime | None = None
    points: deque[tuple[datetime, int]] = field(default_factory=deque)
    created: deque[datetime] = field(default_factory=deque)


@dataclass(frozen=True)
class Standing:
    """Where a caller stands with the primary limit."""

    limit: int
    used: int
    resets_at: datetime
    resource: str = "core"

    def headers(self) -> dict[str, str]:
        """As response headers."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Reset": str(int(self.resets_at.timestamp())),
            "X-RateLimit-Resource": self.resource,
        }

    def body(self) -> dict[str, int]:
        """As `GET /rate_limit` tells it."""
        left = max(0, self.limit - self.used)
        return {"limit": self.limit, "used": self.used, "remaining": left, "reset": int(self.resets_at.timestamp())}


class Limits:
    """Counts requests by caller. `secondary` switches the limits a minute and an hour on; `allowed` may be lowered."""

    def __init__(self) -> None:
        self.secondary = False
        self.allowed = dict(ALLOWED)
        self.used: dict[tuple[str, str, str], Used] = defaultdict(Used)
        self.lock = threading.Lock()

    def standing(self, caller: Caller, now: datetime, resource: str = "core") -> Standing:
        """Where a caller stands with REST (core) or GraphQL, without counting."""
        used = self.used[caller.kind, caller.login, resource]
        if used.resets_at is None or used.resets_at <= now:
            used.count, used.resets_at = 0, now + HOUR
        return Standing(self.allowed[caller.kind], used.count, used.resets_at, resource)

    def count(self, caller: Caller, method: str, creates: bool, now: datetime, resource: str = "core") -> Standing:
        """Count one request. Raises Refusal (403 primary or secondary) when it is one too many."""
        with self.lock:
            standing = self.standing(caller, now, resource)
            if standing.used >= standing.limit:
                raise Refusal(403, f"API rate limit exceeded for {caller.login or 'you'}.", headers=standing.headers())
            used = self.used[caller.kind, caller.login, resource]
            if self.secondary:
                self.count_secondary(self.used[caller.kind, caller.login, "core"], method, creates, now)
            used.count += 1
            return self.standing(caller, now, resource)

    def give_back(self, caller: Caller, now: datetime) -> Standing:
        """A request that turned out to cost nothing: the answer was 304."""
        with self.lock:
            used = self.used[caller.kind, caller.login, "core"]
            used.count = max(0, used.count - 1)
            return self.standing(caller, now)

    def count_secondary(self, used: Used, method: str, creates: bool, now: datetime) -> None:
        """The same for points a minute and content created a minute and an hour."""
        while used.points and used.points[0][0] <= now - MINUTE:
            used.points.popleft()
        while used.created and used.created[0] <= now - HOUR:
            used.created.popleft()
        cost = 1 if method in {"GET", "HEAD"} else 5
        if sum(points for _, points in used.points) + cost > POINTS_A_MINUTE:
            raise secondary(60)
        if creates:
            lately = sum(moment > now - MINUTE for moment in used.created)
            if lately >= CREATED_A_MINUTE or len(used.created) >= CREATED_AN_HOUR:
                wait = used.created[0] + HOUR - now if lately < CREATED_A_MINUTE else MINUTE
                raise secondary(int(wait.total_seconds()))
            used.created.append(now)
        used.points.append((now, cost))


def secondary(retry_after: int | None, status: int = 403) -> Refusal:
    """What GitHub says when somebody asks too fast. `retry_after` in seconds, or None for no such header."""
    words = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return Refusal(status, words, headers={} if retry_after is None else {"Retry-After": str(retry_after)})
