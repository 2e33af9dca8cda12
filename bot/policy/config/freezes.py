"""Freezes that an authorised person starts by hand: data with an end, joined to the calendar like any other window."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from bot.policy.calendar import Level, Window
from bot.policy.calendar.times import Dated
from bot.policy.config import Config
from bot.policy.pull import Person
from bot.policy.text import words


@dataclass(frozen=True, slots=True)
class Freeze:
    """From `start` until `end` (None: until somebody thaws it), for branches by glob (None: every protected one)."""

    id: str
    name: str
    level: str
    start: datetime
    end: datetime | None
    reason: str  # from outside, escape when shown
    by: Person
    branches: tuple[str, ...] | None = None
    paths: tuple[str, ...] | None = None


def name_for(start: datetime, taken: Iterable[str]) -> str:
    """What nobody else is called: an exception is bound to the name of the window that it is asked for."""
    return apart(f"Freeze of {words.when(start, seconds=True)}", taken)


def apart(name: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it where it is taken."""
    known = frozenset(taken)
    if name not in known:
        return name
    return next(other for at in count(2) if (other := f"{name} ({at})") not in known)


def too_long(lasts: timedelta, longest: timedelta) -> str:
    """Words for whoever starts one, empty when it is not."""
    hours = f"{longest.total_seconds() / 3600:g} h"
    return "" if lasts <= longest else f"a freeze by hand lasts at most {hours} here, as `freezes.longest` says"


def joined(config: Config, freezes: Iterable[Freeze]) -> Config:
    """The configuration with these freezes in its calendar, after its own windows.

    A level that the file no longer knows counts as a full freeze: nobody meant it to vanish.
    """
    windows = tuple(_window(freeze, config) for freeze in freezes if freeze.end is None or freeze.start < freeze.end)
    return replace(config, calendar=replace(config.calendar, windows=(*config.calendar.windows, *windows)))


def _window(freeze: Freeze, config: Config) -> Window:
    return Window(
        name=freeze.name,
        level=Level(freeze.level, config.levels.get(freeze.level, 1.0)),
        times=Dated(freeze.start, freeze.end),
        zone=config.timezone,
        branches=freeze.branches,
        paths=freeze.paths,
        reason=freeze.reason,
        hand=freeze.id,
    )
