"""A freeze window opens."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.notices.notice import Notice, key, line, title
from bot.notices.readings import Here, Readings
from bot.policy.calendar import OpenWindow, Scope
from bot.policy.config import Config
from bot.policy.text import words

OPENED = timedelta(days=1)  # a window that has been open for longer is no news


def opened(readings: Readings, now: datetime) -> Iterator[Notice]:
    for here in readings.repositories:
        news: dict[tuple[str, datetime], list[tuple[str, OpenWindow, Config]]] = {}
        for ref, config in here.branches:
            for window in config.calendar.open_at(now, Scope(ref)):
                if window.share > 0 and window.since is not None and now - OPENED < window.since:
                    news.setdefault((window.name, window.since.astimezone(UTC)), []).append((ref, window, config))
        for (name, since), some in news.items():
            yield _window(readings, here, key("window", here.id, name, since), some)


def _window(readings: Readings, here: Here, name: str, some: list[tuple[str, OpenWindow, Config]]) -> Notice:
    _, window, config = some[0]
    enforced = config.mode == "enforce"
    verb = "holds" if enforced else "would hold"
    lines = [f"Branches: {words.listed([ref for ref, *_ in some], 'and')}"]
    lines += [f"Reason: {window.reason}"] if window.reason else []
    lines += [] if enforced else [f"The repository's mode is {config.mode}: nothing is held back."]
    until = f" until {words.when(window.until)}" if window.until else ""
    return Notice(
        "window",
        name,
        here.id,
        here.name,
        here.private,
        title(f"{here.name}: {window.name} {verb} back the riskiest {words.percent(window.share)} of changes{until}"),
        tuple(line(each) for each in lines),
        f"{readings.base}/now" if readings.base else "",
    )
