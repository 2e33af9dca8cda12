"""A source of automatic changes was denied, all that lands by itself was stopped, or a record speaks for more."""

from collections.abc import Iterator
from datetime import datetime

from bot.learning.dials import Earned
from bot.notices.notice import Notice, key, line, title
from bot.notices.readings import HEARD, Here, Readings
from bot.policy.candidate import EVERYTHING, PEOPLE


def moved(readings: Readings, now: datetime) -> Iterator[Notice]:
    for here in readings.repositories:
        for each in here.trust:
            standing = each.standing
            if standing.denied_at is not None and standing.denied and now - HEARD < standing.denied_at:
                yield _denied(here, each)
            elif each.move is not None and each.move.direction == "up" and _has_record(each):
                yield _proposed(here, each)


def _has_record(each: Earned) -> bool:
    """What people write has none before any of it lands by itself."""
    return each.standing.key.name != PEOPLE or each.standing.dial != "shadow"


def _denied(here: Here, each: Earned) -> Notice:
    standing, name = each.standing, each.standing.key.name
    what = "nothing lands by itself any more" if name == EVERYTHING else f"nothing of {name} lands any more"
    lines = (f"{standing.denied} ({standing.denied_by})", "A person who has looked into it lifts that, and says why:")
    words = (*lines, _command("lift", here, each))
    return _notice(here, ("denied", *_of(each), standing.denied_at), f"{here.name}: {what}", words)


def _proposed(here: Here, each: Earned) -> Notice:
    assert each.move is not None  # noqa: S101 - said by the caller
    said = f"{here.name}: the record of {each.standing.key.name} speaks for {each.move.dial}"
    words = (each.move.why, "Nothing changes until a person accepts that:", _command("dial", here, each))
    return _notice(here, ("proposed", *_of(each), each.move.dial, each.standing.since), said, words)


def _of(each: Earned) -> tuple[object, ...]:
    return each.standing.key.repository, each.standing.key.name


def _command(verb: str, here: Here, each: Earned) -> str:
    step = f" {each.move.dial}" if verb == "dial" and each.move is not None else ""
    return f"codechill sources {verb} '{each.standing.key.name}'{step} --repository {here.name} --by NAME --because WHY"


def _notice(here: Here, parts: tuple[object, ...], said: str, words: tuple[str, ...]) -> Notice:
    lines = tuple(map(line, words))
    return Notice("trust", key("trust", here.id, *parts), here.id, here.name, here.private, title(said), lines)
