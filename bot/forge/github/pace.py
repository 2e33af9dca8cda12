"""Stay below GitHub's secondary limits: an App that runs into them is refused for longer than one that waits.

In any minute 900 points (a read costs 1, a write 5) and 80 things made that people are told about; in any hour 500 of
those. A little is left for requests that are not ours to count, and for a clock that differs.
"""

import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.forge.port import Busy, Refused

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_MAKES = re.compile(r"/repos/[^/]+/[^/]+/(issues|pulls|check-runs|statuses)\b")


@dataclass(frozen=True, slots=True)
class Allowance:
    points: int = 850  # a minute
    made: int = 75  # a minute
    made_hourly: int = 480
    talk: int = 45  # a minute, of those made: answers to people; the rest is for verdicts
    talk_hourly: int = 360
    of_one: int = 100  # answers an hour to one person, and the same on one pull request


@dataclass(frozen=True, slots=True)
class Spent:
    """One request that was sent: what it counts, whether people are told of it, and whose share an answer took from."""

    at: datetime
    points: int
    makes: bool
    talk: tuple[str, ...] = ()


def cost_of(verb: str, path: str, now: datetime, talk: tuple[str, ...] = ()) -> Spent:
    return Spent(now, 1 if verb == "GET" else 5, verb == "POST" and _MAKES.match(path) is not None, talk)


class Pace:
    """For one installation; safe to share between threads. `spent`: what was sent lately, oldest first."""

    def __init__(self, allowance: Allowance | None = None, spent: Iterable[Spent] = ()) -> None:
        self._allowance = allowance or Allowance()
        self._lock = threading.Lock()
        self._points: deque[tuple[datetime, int]] = deque()
        self._made: deque[datetime] = deque()
        self._talked: deque[tuple[datetime, tuple[str, ...]]] = deque()
        for one in spent:
            self._count(one)

    def spend(self, verb: str, path: str, now: datetime, talk: tuple[str, ...] = ()) -> None:
        """Count one request that is about to be sent. Raises Busy when it has to wait.

        `talk`: it only answers somebody; whose share it takes from. Raises Refused where that is used up: an answer
        that waited would hold up what matters.
        """
        one = cost_of(verb, path, now, talk)
        with self._lock:
            self._forget(now)
            if talk and self._said_enough(talk, now):
                raise Refused("not said: as much was answered as one person, or everybody, may have in this time")
            until = self._until(one.points, one.makes, now)
            if until is not None:
                raise Busy("as much was sent as GitHub allows in this time", until)
            self._count(one)

    def _count(self, one: Spent) -> None:
        self._points.append((one.at, one.points))
        if one.makes:
            self._made.append(one.at)
        if one.talk:
            self._talked.append((one.at, one.talk))

    def _said_enough(self, talk: tuple[str, ...], now: datetime) -> bool:
        lately = sum(moment > now - MINUTE for moment, _ in self._talked)
        if lately >= self._allowance.talk or len(self._talked) >= self._allowance.talk_hourly:
            return True
        return any(sum(one in shares for _, shares in self._talked) >= self._allowance.of_one for one in talk)

    def _forget(self, now: datetime) -> None:
        while self._points and self._points[0][0] <= now - MINUTE:
            self._points.popleft()
        while self._talked and self._talked[0][0] <= now - HOUR:
            self._talked.popleft()
        while self._made and self._made[0] <= now - HOUR:
            self._made.popleft()

    def _until(self, cost: int, makes: bool, now: datetime) -> datetime | None:
        """When every limit lets it through: one that is free again may have another behind it."""
        return max(self._waits(cost, makes, now), default=None)

    def _waits(self, cost: int, makes: bool, now: datetime) -> Iterator[datetime]:
        if sum(points for _, points in self._points) + cost > self._allowance.points:
            yield self._half_free()
        lately = [moment for moment in self._made if moment > now - MINUTE] if makes else []
        if len(lately) >= self._allowance.made:
            yield lately[len(lately) // 2] + MINUTE
        if makes and len(self._made) >= self._allowance.made_hourly:
            yield self._made[0] + HOUR

    def _half_free(self) -> datetime:
        """One look at a pull request is a dozen reads: begun with a single point left, it would only be begun again."""
        left = sum(points for _, points in self._points)
        for moment, points in self._points:
            left -= points
            if left <= self._allowance.points // 2:
                return moment + MINUTE
        raise AssertionError("an allowance is more than one request costs")
