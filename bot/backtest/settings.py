"""The configurations a backtest compares: the one given, other levels on its windows, other calendars."""

from dataclasses import dataclass, replace

from bot.policy.calendar import Level
from bot.policy.config import Config, parse

SHARES = (0.02, 0.05, 0.10, 0.20, 0.50)
BUILT_IN = "built in: weekends hold back the riskiest 5 %, 20 December to 4 January the riskiest 10 %"

_HEAD = "version: 1\ntimezone: {zone}\nwindows:\n"
_WEEKEND = '  - {name: Weekend, level: weekend, weekly: {from: "Fri 17:00", to: "Mon 08:00"}}\n'
_HOLIDAYS = '  - {name: Holiday season, level: yellow, rrule: "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20", for: 16d}\n'
_NIGHTS = '  - {name: Night, level: weekend, weekly: {days: [Mon, Tue, Wed, Thu], from: "18:00", to: "08:00"}}\n'
_FRIDAY = '  - {name: Friday afternoon, level: weekend, weekly: {from: "Fri 12:00", to: "Mon 08:00"}}\n'
_ALWAYS = '  - {name: Always, level: LEVEL, weekly: {from: "Mon 00:00", to: "Sun 24:00"}}\n'


@dataclass(frozen=True, slots=True)
class Named:
    """A configuration and what to call it."""

    name: str
    config: Config


def built_in(zone: str) -> Config:
    """What is replayed when no file is given. Raises ConfigError for an unknown zone."""
    return _made(zone, _WEEKEND, _HOLIDAYS)


def calendars(zone: str) -> tuple[Named, ...]:
    """What other calendars would have done."""
    return (
        Named("Weekends, 5\u00a0%", _made(zone, _WEEKEND)),
        Named("From Friday noon, 5\u00a0%", _made(zone, _FRIDAY)),
        Named("Nights and weekends, 5\u00a0%", _made(zone, _WEEKEND, _NIGHTS)),
        Named("Holiday season, 10\u00a0%", _made(zone, _HOLIDAYS)),
        Named("Every day, 5\u00a0%", _made(zone, _ALWAYS.replace("LEVEL", "weekend"))),
        Named("Every day, 10\u00a0%", _made(zone, _ALWAYS.replace("LEVEL", "yellow"))),
    )


def at_share(config: Config, share: float) -> Config:
    """The same windows, each holding back `share` of changes."""
    level = Level(f"{share:.0%}", share)
    windows = tuple(replace(window, level=level) for window in config.calendar.windows)
    levels = {**config.levels, level.name: share}
    return replace(config, levels=levels, calendar=replace(config.calendar, windows=windows))


def hard(config: Config) -> Config:
    """The same windows as a freeze of everything."""
    return at_share(config, 1.0)


def _made(zone: str, *windows: str) -> Config:
    return parse(_HEAD.format(zone=zone) + "".join(windows), "the built-in calendar")
