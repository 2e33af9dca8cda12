"""Things that go wrong on purpose: each is armed for so many requests or deliveries, then gone."""

import re
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.errors import Refusal
from bot.sandbox.hooks import Delivery
from bot.sandbox.limits import secondary


@dataclass
class Fault:
    """One armed fault of the REST interface, GraphQL or git. `left` counts down."""

    method: str
    path: str
    left: int
    after: bool = False  # the request is carried out first, and only the answer fails
    refusal: Refusal | None = None
    drop: bool = False
    wait: float = 0.0
    held: threading.Event | None = None  # it is not carried out before this is set

    def meets(self, method: str, path: str) -> bool:
        """Whether it is for this request."""
        fits = re.fullmatch(self.method, method) and re.search(self.path, path)
        return self.left > 0 and bool(fits)


@dataclass
class Staleness:
    """So many reads of some paths that show what was there before."""

    path: str
    left: int


@dataclass
class Trouble:
    """One armed fault of webhook deliveries."""

    kind: str  # lose, double, reorder, delay
    events: Collection[str]
    left: int
    seconds: float = 0.0
    held: list[Delivery] = field(default_factory=list)


@dataclass
class Faults:
    """The switches. `method` and `path` are regular expressions; `times` says how often.

    - `answer(status)`: GitHub answers 500, 502, 503, 429, ...
    - `answer(502, after=True)`: it does so after the write happened
    - `slow(seconds)`: the answer comes late (after the write, unless `after=False`)
    - `hold()`: the request is worked on until the event that it returns is set, then carried out, whoever still waits
    - `drop()`: the connection closes without an answer
    - `primary_limit(resets_at)`, `secondary_limit(retry_after, status)`
    - `stale_reads()`: a pull request reads as it was before its last change; with `path`, a list of comments or check
      runs lacks its newest entry
    - `lose()`, `double()`, `reorder()`, `delay(seconds)`: webhook deliveries, of some events or all
    - `clear()`: everything works again
    """

    armed: list[Fault] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    stale: list[Staleness] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(
        self, status: int, times: int = 1, method: str = ".*", path: str = ".*", after: bool = False, message: str = ""
    ) -> None:
        """Answer with an error instead of, or after, doing what was asked."""
        refusal = Refusal(status, message or WORDS.get(status, "Server Error"))
        self.armed.append(Fault(method, path, times, after, refusal))

    def slow(self, seconds: float, times: int = 1, method: str = ".*", path: str = ".*", after: bool = True) -> None:
        """Let the caller wait for the answer."""
        self.armed.append(Fault(method, path, times, after, wait=seconds))

    def hold(self, times: int = 1, method: str = ".*", path: str = ".*") -> threading.Event:
        """Work on a request until the event that is returned is set, then carry it out; whoever asked may be gone."""
        event = threading.Event()
        self.armed.append(Fault(method, path, times, held=event))
        return event

    def drop(self, times: int = 1, method: str = ".*", path: str = ".*", after: bool = False) -> None:
        """Close the connection without an answer."""
        self.armed.append(Fault(method, path, times, after, drop=True))

    def primary_limit(self, resets_at: datetime, times: int = 1, method: str = ".*", path: str = ".*") -> None:
        """The hourly limit is used up until a moment."""
        stamp = str(int(resets_at.timestamp()))
        said = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": stamp}
        refusal = Refusal(403, "API rate limit exceeded for installation.", headers=said)
        self.armed.append(Fault(method, path, times, refusal=refusal))

    def secondary_limit(
        self, retry_after: int | None, status: int = 403, times: int = 1, method: str = ".*", path: str = ".*"
    ) -> None:
        """Too fast: 403 or 429, with or without Retry-After (seconds)."""
        self.armed.append(Fault(method, path, times, refusal=secondary(retry_after, status)))

    def stale_reads(self, times: int = 1, path: str = r"/pulls/\d+$") -> None:
        """The next reads of pull requests, or of the lists that `path` finds, show what was there before."""
        self.stale.append(Staleness(path, times))

    def lose(self, times: int = 1, events: Collection[str] = ()) -> None:
        """Deliveries never arrive; the list of deliveries shows them as failed."""
        self.troubles.append(Trouble("lose", events, times))

    def double(self, times: int = 1, events: Collection[str] = ()) -> None:
        """Deliveries arrive twice, with the same GUID."""
        self.troubles.append(Trouble("double", events, times))

    def reorder(self, times: int = 2, events: Collection[str] = ()) -> None:
        """So many deliveries are held back, then arrive last first."""
        self.troubles.append(Trouble("reorder", events, times))

    def delay(self, seconds: float, times: int = 1, events: Collection[str] = ()) -> None:
        """Deliveries arrive late."""
        self.troubles.append(Trouble("delay", events, times, seconds))

    def clear(self) -> None:
        """Everything works again."""
        with self.lock:
            for fault in self.armed:
                if fault.held:
                    fault.held.set()
            self.armed, self.troubles, self.stale = [], [], []

    def met(self, method: str, path: str) -> Fault | None:
        """The fault for this request, used up by one."""
        with self.lock:
            fault = next((each for each in self.armed if each.meets(method, path)), None)
            if fault:
                fault.left -= 1
            return fault

    def stale_now(self, path: str) -> bool:
        """Whether this read is stale, used up by one."""
        with self.lock:
            fault = next((each for each in self.stale if each.left > 0 and re.search(each.path, path)), None)
            if fault:
                fault.left -= 1
            return fault is not None

    def route(self, delivery: Delivery) -> list[tuple[float, Delivery]]:
        """What becomes of a delivery: (seconds to wait, delivery) each; empty when it is lost."""
        with self.lock:
            for trouble in self.troubles:
                if trouble.left > 0 and (not trouble.events or delivery.event in trouble.events):
                    trouble.left -= 1
                    return troubled(trouble, delivery)
        return [(0.0, delivery)]


WORDS = {
    404: "Not Found",
    500: "Server Error",
    502: "Server Error",
    503: "Service Unavailable",
    429: "Too Many Requests",
}


def troubled(trouble: Trouble, delivery: Delivery) -> list[tuple[float, Delivery]]:
    """What one fault does to one delivery."""
    match trouble.kind:
        case "lose":
            return []
        case "double":
            return [(0.0, delivery), (0.0, delivery)]
        case "delay":
            return [(trouble.seconds, delivery)]
        case _:
            trouble.held.append(delivery)
            return [(0.0, each) for each in reversed(trouble.held)] if trouble.left == 0 else [(-1.0, delivery)]
