"""Whether the wall clock was moved: it is compared with the steady one, which only ever runs forward."""

from collections.abc import Callable
from datetime import datetime, timedelta

LEAST = timedelta(seconds=2)  # what a clock that is only being corrected gently never moves between two questions
NONE = timedelta()
PAUSE_S = 0.5  # between the readings of the two clocks: this process stood still, and they cannot be compared


class Steps:
    """`steady` counts seconds from anywhere, as `time.monotonic` does."""

    def __init__(self, wall: Callable[[], datetime], steady: Callable[[], float]) -> None:
        self._wall, self._steady = wall, steady
        self._last: tuple[datetime, float] | None = None
        self.taken()

    def taken(self) -> timedelta:
        """By how much the wall clock was moved since the last question, forward or back; nothing when it was not."""
        before, now, after = self._steady(), self._wall(), self._steady()
        if after - before > PAUSE_S:
            return NONE
        last, self._last = self._last, (now, after)
        if last is None:
            return NONE
        by = now - last[0] - timedelta(seconds=after - last[1])
        return by if abs(by) >= LEAST else NONE
