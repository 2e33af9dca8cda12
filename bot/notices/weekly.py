"""The weekly report: due on Monday morning by the clocks of the repository, read when it is sent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.learning import week, weekly
from bot.notices.notice import Notice, key, title
from bot.notices.readings import Here, Readings
from bot.policy.text.whole import whole
from bot.store import KnownRepository

HOUR = 9  # of Monday


def reports(readings: Readings, now: datetime) -> Iterator[Notice]:
    """Of the week before, from Monday's nine o'clock until Wednesday begins."""
    for here in readings.repositories:
        local = now.astimezone(ZoneInfo(here.config.timezone))
        if (local.weekday() == 0 and local.hour >= HOUR) or local.weekday() == 1:
            name = _span(here, now).name
            words = title(f"{here.name}: week {name}")
            yield Notice("week", key("week", here.id, name), here.id, here.name, here.private, words)


def with_report(notice: Notice, here: Here, parts: weekly.Parts, forge: str, now: datetime) -> Notice:
    """`forge` is the address that people open."""
    home = KnownRepository(here.id, 0, here.name)
    text = weekly.markdown(home, weekly.read(parts, here.id, _span(here, now), now), forge)
    return replace(notice, report=whole(text))


def _span(here: Here, now: datetime) -> week.Span:
    zone = here.config.timezone
    return week.span_of(now.astimezone(ZoneInfo(zone)).date(), zone).beside(-1)
