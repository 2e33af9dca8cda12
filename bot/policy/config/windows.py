"""From a window as written to a window of the calendar; what does not add up is said at the key that is wrong."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TypeVar, assert_never
from zoneinfo import ZoneInfo

from bot.policy.calendar.feed import Feed
from bot.policy.calendar.instants import DAY, instant
from bot.policy.calendar.recurring import PublicHolidays, Rule, check_holidays, check_rule
from bot.policy.calendar.times import WEEK, Carved, Dated, Times, Weekly
from bot.policy.calendar.window import Level, Window
from bot.policy.config import walltime
from bot.policy.config.window_shape import ExceptShape, HolidaysShape, WeeklyShape, WindowShape
from bot.policy.config.yaml_positions import Path
from bot.policy.text.suggest import did_you_mean

T = TypeVar("T")
KINDS = ("weekly", "from", "to", "rrule", "holidays", "ics")


class Wrong(ValueError):
    """`path` is relative to the window."""

    def __init__(self, path: Path, words: str) -> None:
        super().__init__(words)
        self.path = path
        self.words = words


@dataclass(frozen=True, slots=True)
class Setting:
    """What a window takes from the file around it."""

    levels: Mapping[str, float]
    zone: str
    file: str


def window(shape: WindowShape, setting: Setting, line: int | None) -> Window:
    """Raises Wrong."""
    if shape.level not in setting.levels:
        meant = did_you_mean(shape.level, setting.levels) or f"; known are {', '.join(setting.levels)}"
        raise Wrong(("level",), f"unknown level {shape.level}{meant}")
    zone = shape.timezone or setting.zone
    return Window(
        name=shape.name,
        level=Level(shape.level, setting.levels[shape.level]),
        times=_times(shape, zone),
        zone=zone,
        branches=None if shape.branches is None else tuple(shape.branches),
        paths=None if shape.paths is None else tuple(shape.paths),
        authors=None if shape.authors is None else tuple(name.lower() for name in shape.authors),
        carved=tuple(_carved(at, hole, zone) for at, hole in enumerate(shape.except_)),
        reason=shape.reason,
        file=setting.file,
        line=line,
    )


def _times(shape: WindowShape, zone: str) -> Times:
    given = {kind for kind in KINDS if getattr(shape, f"{kind}_" if kind == "from" else kind) is not None}
    kinds = {"from and to" if kind in ("from", "to") else kind for kind in given}
    if len(kinds) != 1:
        had = f"it has {' and also '.join(sorted(kinds))}" if kinds else "it has none"
        raise Wrong((), f"a window needs one kind of time (weekly, from and to, rrule, holidays or ics); {had}")
    _only_with_rrule(shape)
    if shape.weekly is not None:
        return Weekly(_weekly(shape.weekly))
    if shape.rrule is not None:
        return _rule(shape.rrule, shape)
    if shape.holidays is not None:
        return _holidays(shape.holidays)
    if shape.ics is not None:
        return replace(_feed(shape.ics), fixed=shape.timezone is not None)
    _ordered(shape.from_, shape.to, zone, ("to",))
    return Dated(shape.from_, shape.to)


def _only_with_rrule(shape: WindowShape) -> None:
    for key, value in (("start", shape.start), ("at", shape.at), ("for", shape.for_)):
        if value is not None and shape.rrule is None:
            raise Wrong((key,), f"{key} goes with rrule only")


def _rule(text: str, shape: WindowShape) -> Rule:
    if shape.for_ is None:
        raise Wrong(("rrule",), "rrule needs for, how long the window lasts, like 20h")
    start = shape.start
    if start is not None and (start.tzinfo is not None or start.time() != time()):
        raise Wrong(("start",), "start is a day; write the time of day as at")
    first = None if start is None else start.date()
    return Rule(_try(("rrule",), lambda: check_rule(text, first)), first, shape.at or 0, shape.for_)


def _holidays(shape: HolidaysShape) -> PublicHolidays:
    categories = tuple(dict.fromkeys(shape.categories or ()))
    wrong = check_holidays(shape.country, shape.subdivision, categories)
    if wrong is not None:
        raise Wrong(("holidays", wrong[0]), wrong[1])
    return PublicHolidays(shape.country, shape.subdivision, shape.day_before_from, categories)


def _feed(path: str) -> Feed:
    parts = path.split("/")
    if path.startswith("https://"):
        return Feed(path)
    if "://" in path:
        raise Wrong(("ics",), "a calendar on the network needs an https address")
    if path.startswith("/") or ".." in parts or "" in parts or not path.endswith(".ics"):
        raise Wrong(("ics",), "name a file that ends in .ics, from the repository's root, like .github/on-call.ics")
    return Feed(path)


def _weekly(shape: WeeklyShape) -> tuple[tuple[int, int], ...]:
    if shape.days is None:
        return (_from_day_to_day(shape),)
    start = _try(("weekly", "from"), lambda: walltime.clock(shape.from_ or "00:00"))
    end = _try(("weekly", "to"), lambda: walltime.clock(shape.to or "24:00", end=True))
    if start == end:
        raise Wrong(("weekly", "to"), "from and to are the same time; write 00:00 and 24:00 for the whole day")
    length = end - start if end > start else end - start + DAY
    return tuple((day * DAY + start, day * DAY + start + length) for day in sorted(set(shape.days)))


def _from_day_to_day(shape: WeeklyShape) -> tuple[int, int]:
    if shape.from_ is None or shape.to is None:
        missing = "from" if shape.from_ is None else "to"
        raise Wrong(("weekly",), f"weekly needs {missing}; write from: Fri 17:00 and to: Mon 08:00, or days")
    start = _try(("weekly", "from"), lambda: walltime.week_time(shape.from_ or ""))
    end = _try(("weekly", "to"), lambda: walltime.week_time(shape.to or "", end=True))
    if start == end:
        raise Wrong(("weekly", "to"), "from and to are the same time; for the whole week write Mon 00:00 to Sun 24:00")
    return start, end if end > start else end + WEEK


def _carved(at: int, shape: ExceptShape, zone: str) -> Carved:
    if shape.from_ is None and shape.to is None:
        raise Wrong(("except", at), "an exception needs from or to")
    _ordered(shape.from_, shape.to, zone, ("except", at, "to"))
    return Carved(shape.from_, shape.to, shape.reason)


def _ordered(start: datetime | None, end: datetime | None, zone: str, path: Path) -> None:
    """Wall times are compared as written; with an offset the instants count."""
    if start is None or end is None:
        return
    if (start.tzinfo is None) != (end.tzinfo is None):
        start, end = instant(start, ZoneInfo(zone)), instant(end, ZoneInfo(zone), second=True)
    if start == end:
        raise Wrong(path, "from and to are the same moment")
    if start > end:
        raise Wrong(path, "to is before from")


def _try(path: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except ValueError as error:
        raise Wrong(path, str(error)) from None


def describe(window: Window) -> str:
    """When it is open, in a few words."""
    times = window.times
    match times:
        case Weekly(pairs):
            return f"every week {', '.join(f'{_day_time(start)} to {_day_time(end)}' for start, end in pairs)}"
        case Dated(start, end):
            return f"{_moment(start) or 'since ever'} to {_moment(end) or 'without end'}"
        case Rule(rule, _, at, length):
            return f"{rule} at {_clock(at)} for {length_of(length)}"
        case PublicHolidays(country, subdivision, before, categories):
            eve = "" if before is None else f", from {_clock(before)} of the day before"
            kinds = ", ".join(categories) or "public"
            return f"{kinds} holidays of {country}{' ' + subdivision if subdivision else ''}{eve}"
        case Feed(path):
            return f"events of {path}"
        case _:
            assert_never(times)


def details(window: Window) -> Iterator[tuple[str, str]]:
    """Its zone, and what narrows it or belongs to it, by the key that says so."""
    yield "timezone", window.zone
    for key, names in (("branches", window.branches), ("paths", window.paths), ("authors", window.authors)):
        if names is not None:
            yield key, ", ".join(names)
    for at, hole in enumerate(window.carved):
        reason = f" ({hole.reason})" if hole.reason else ""
        yield f"except[{at}]", f"{_moment(hole.start) or 'since ever'} to {_moment(hole.end) or 'without end'}{reason}"
    if window.reason:
        yield "reason", window.reason


def _moment(moment: datetime | None) -> str:
    """As it is written: to the minute when that is all there is."""
    return "" if moment is None else moment.isoformat(" ", "seconds" if moment.second else "minutes")


def length_of(length: timedelta) -> str:
    minutes = round(length / timedelta(minutes=1))
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def _day_time(minute: int) -> str:
    day, of_day = divmod(minute, DAY)
    return f"{walltime.DAYS[day % 7][:3].capitalize()} {_clock(of_day)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
