"""An exception waits for an answer, or ends soon."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.notices.notice import Notice, key, line, title
from bot.notices.readings import Here, Readings
from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.text import words
from bot.store import Sight

SOON = timedelta(hours=2)


def waiting(readings: Readings, now: datetime) -> Iterator[Notice]:
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


def ending(readings: Readings, now: datetime) -> Iterator[Notice]:
    """One that nobody answered, or that was approved and has not landed: with its window it ends."""
    for here in readings.repositories:
        for number, request in here.requests:
            sight = here.sight(number)
            live = request.state in ("asked", "approved") and request.expires is not None
            if sight is not None and live and request.expires is not None and now < request.expires <= now + SOON:
                yield _ends(readings, here, sight, request, request.expires, now)


def _ends(readings: Readings, here: Here, sight: Sight, request: Escalation, at: datetime, now: datetime) -> Notice:
    until = words.when(at.astimezone(ZoneInfo(here.config.timezone)))
    asked = request.state == "asked"
    happens = "nobody has answered it" if asked else "it is approved, and the change has not landed"
    return Notice(
        "expiry",
        key("expiry", here.id, request.id, at),
        here.id,
        here.name,
        sight.pull.private,
        title(f"{here.name}#{sight.number}: an exception ends {until}"),
        tuple(line(each) for each in (_about(sight), f"It ends with {request.window or 'its window'}: {happens}.")),
        _page(readings, here, sight.number),
        answering(here.config, sight, now) if asked else (sight.pull.author.login.lower(),),
    )
