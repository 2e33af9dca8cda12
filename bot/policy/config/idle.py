"""Windows that will not open again, or not as they were meant to: said to those who check a configuration."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.policy.calendar import Window
from bot.policy.calendar.feed import AHEAD, BACK, Feed
from bot.policy.calendar.instants import NEVER
from bot.policy.calendar.recurring import Rule
from bot.policy.calendar.spans import Span
from bot.policy.calendar.times import Dated, Weekly
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


def doubtful(config: Config, now: datetime) -> Iterator[ConfigProblem]:
    """One note for each window that repeats in a way that nobody writes on purpose, in the order of the file."""
    for window in config.calendar.windows:
        said = _repeats(window, now)
        if said:
            yield ConfigProblem(window.file, window.line, None, f"the window {window.name} {said}")


_LATE = re.compile(r"(?:^|;)BYMONTHDAY=(?:[^;]*,)?(29|30|31)(?:[,;]|$)")
_FIFTH = re.compile(r"(?:^|;)BYDAY=(?:[^;]*,)?\+?5([A-Z]{2})")
_MONTHS = re.compile(r"(?:^|;)BYMONTH=")


def _repeats(window: Window, now: datetime) -> str:
    """What is odd about it, after its name; "" when nothing is."""
    times = window.times
    if isinstance(times, Rule | Weekly) and _without_break(window, now):
        return "has no break: each time it opens before it has closed; make it shorter, or write from and to"
    if not isinstance(times, Rule) or _MONTHS.search(times.rule):
        return ""
    if day := _LATE.search(times.rule):
        return f"leaves out every month that has no day {day[1]}; for the last day of each month write BYMONTHDAY=-1"
    if fifth := _FIFTH.search(times.rule):
        return (
            f"leaves out every month that has no fifth {fifth[1]}; for the last of each month write BYDAY=-1{fifth[1]}"
        )
    return ""


def _without_break(window: Window, now: datetime) -> bool:
    """Open from now for as long as it can be seen, in one piece."""
    spans = window.open_spans(now, now.year - BACK, now.year + AHEAD)
    return any(span.end == NEVER for span in spans)
