"""Every kind of notice, once: what it says, and when it is due. Pure: what is true now, whether it was told or not.

What is due no longer (an exception that was answered meanwhile) is not sent any more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.notices.notice import Notice, key, line, title
from bot.notices.readings import Here, Readings
from bot.policy.calendar import OpenWindow, Scope
from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.text import words
from bot.store import Sight

OPENED = timedelta(days=1)  # a window that has been open for longer is no news


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A row of the table. `derive` gives what is due now."""

    name: str
    words: str
    derive: Callable[[Readings, datetime], Iterator[Notice]]


def due(readings: Readings, now: datetime) -> tuple[Notice, ...]:
    """Everything that is true now and worth telling, each once."""
    return tuple({one.key: one for kind in KINDS for one in kind.derive(readings, now)}.values())


# --- a window opens


def _windows(readings: Readings, now: datetime) -> Iterator[Notice]:
    for here in readings.repositories:
        opened: dict[tuple[str, datetime], list[tuple[str, OpenWindow, Config]]] = {}
        for ref, config in here.branches:
            for window in config.calendar.open_at(now, Scope(ref)):
                if window.share > 0 and window.since is not None and now - OPENED < window.since:
                    opened.setdefault((window.name, window.since.astimezone(UTC)), []).append((ref, window, config))
        for (name, since), some in opened.items():
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


# --- exceptions


def _exceptions(readings: Readings, now: datetime) -> Iterator[Notice]:
    for here in readings.repositories:
        for number, request in here.requests:
            sight = here.sight(number)
            if sight is not None and request.state == "asked" and sight.pull.asks:
                yield _waits(readings, here, sight, request, now)


def _waits(readings: Readings, here: Here, sight: Sight, request: Escalation, now: datetime) -> Notice:
    again = " a second" if request.first else ""
    reason = here.config.escalation.reasons.get(request.reason, request.reason)
    lines = [f"{_about(sight)}", f"{request.by.login} asks: {reason}", *_who(here.config, sight, now)]
    lines += [f"{request.first.login} approved it already; it takes somebody else too."] if request.first else []
    return Notice(
        "exception",
        key("exception", here.id, request.id, request.first is not None),
        here.id,
        here.name,
        sight.pull.private,
        title(f"{here.name}#{sight.number}: an exception waits for{again or ' an'} answer"),
        tuple(line(each) for each in lines),
        _page(readings, here, sight.number),
        answering(here.config, sight, now),
    )


def answering(config: Config, sight: Sight, now: datetime) -> tuple[str, ...]:
    """Who is told of an exception: who may answer it, with who stands in for those who are away."""
    away = config.notices.away(now)
    return tuple(dict.fromkeys(away[who].who if who in away else who for who in sight.pull.may_answer))


def _who(config: Config, sight: Sight, now: datetime) -> Iterator[str]:
    names = [who.removeprefix("@") for who in sight.pull.may_answer]
    yield f"May answer: {words.listed(names) or 'administrators of the repository'}"
    for one in config.notices.away(now).values():
        if one.manager in sight.pull.may_answer:
            yield f"{one.manager} is away until {words.when(one.until)}; {one.who} stands in"


def _about(sight: Sight) -> str:
    return f"“{sight.pull.title}” by {sight.pull.author.login} into {sight.pull.base_ref}"


def _page(readings: Readings, here: Here, number: int) -> str:
    return f"{readings.base}/r/{here.name}/pulls/{number}" if readings.base else ""


KINDS: tuple[NoticeKind, ...] = (
    NoticeKind("window", "A window opens", _windows),
    NoticeKind("exception", "An exception waits for an answer", _exceptions),
)
