"""The past of each source as it was known at a moment: what landed, what of that was known to be at fault by then."""

from bisect import bisect_left
from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.backtest.landings import Landing
from bot.backtest.outcomes import Outcomes
from bot.policy.candidate import Track


class Tracks:
    """Landings have to be noted in the order in which they landed."""

    def __init__(self, outcomes: Outcomes, days: int, zone: ZoneInfo) -> None:
        self._outcomes, self._days, self._zone = outcomes, timedelta(days=days), zone
        self._landed: dict[str, list[tuple[int, int]]] = {}  # by source: when, and the row
        self._today: Counter[tuple[str, str, date]] = Counter()  # by dial, source and day: what landed by itself

    def at(self, source: str, moment: datetime, dial: str) -> Track:
        """What is known of a source right before `moment`. Rejections are not in git: none are counted."""
        now, since = int(moment.timestamp()), int((moment - self._days).timestamp())
        landed = self._landed.get(source, [])
        recent = landed[bisect_left(landed, (since, -1)) :]
        known = [self._outcomes.by_row[row] for _, row in recent if self._outcomes.known_before(row, now)]
        return Track(
            landed=len(recent),
            reverted=len(known),
            judged=len(recent),
            incidents=sum(outcome.kind == "incident" for outcome in known),
            landed_today=self._today[dial, source, self._day(moment)],
        )

    def landed(self, source: str, landing: Landing) -> None:
        """It landed, by whomever."""
        self._landed.setdefault(source, []).append((int(landing.at.timestamp()), landing.row))

    def by_itself(self, source: str, landing: Landing, dial: str) -> None:
        """It would have landed by itself at this dial."""
        self._today[dial, source, self._day(landing.at)] += 1

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()
