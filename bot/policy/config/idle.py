"""Windows that will not open again as far as anybody can see: said to those who check a configuration."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.policy.calendar import Window
from bot.policy.calendar.feed import AHEAD, BACK, Feed
from bot.policy.calendar.spans import Span
from bot.policy.calendar.times import Dated
from bot.policy.config import Config
from bot.policy.state import ConfigProblem


def idle(config: Config, now: datetime) -> Iterator[ConfigProblem]:
    """One note for each, in the order of the file. Freezes by hand end and are forgotten by themselves."""
    for window in config.calendar.windows:
        if window.hand or (isinstance(window.times, Feed) and window.times.text is None):
            continue
        spans = window.spans(now.year - BACK, now.year + AHEAD)
        if not any(span.end > now for span in spans):
            yield ConfigProblem(window.file, window.line, None, _said(window, spans, now))


def _said(window: Window, spans: tuple[Span, ...], now: datetime) -> str:
    if isinstance(window.times, Feed):
        return f"the calendar of {window.name} has no event from now to the end of {now.year + AHEAD}"
    if not spans:
        return f"the window {window.name} does not open before the end of {now.year + AHEAD}"
    last = max(span.end for span in spans).astimezone(ZoneInfo(window.zone))
    return (
        f"the window {window.name} is over: it ended on {last:%Y-%m-%d %H:%M} and does not open again{_yearly(window)}"
    )


def _yearly(window: Window) -> str:
    """How to write one that comes every year."""
    times = window.times
    if not isinstance(times, Dated) or times.start is None or times.end is None:
        return ""
    start, minutes = times.start, round((times.end - times.start) / timedelta(minutes=1))
    parts = zip((minutes // 1440, minutes % 1440 // 60, minutes % 60), "dhm", strict=True)
    lasts = "".join(f"{number}{unit}" for number, unit in parts if number)
    rule = f"FREQ=YEARLY;BYMONTH={start.month};BYMONTHDAY={start.day}"
    return f'; for every year write rrule: "{rule}", at: "{start:%H:%M}", for: {lasts}'
