"""RRULE: on which wall times an event repeats, between two of them, in a number of steps that is known beforehand.

A rule that never happens costs the days in between and no more; a rule is never searched to the end of time.
The days are those of RFC 5545, section 3.3.10; where that is silent they are those of dateutil.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product

from bot.policy.calendar.ics.lines import Line, Odd, Steps
from bot.policy.calendar.ics.values import Moment, moment

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY = re.compile(rf"([+-]?\d{{1,2}})?({'|'.join(_DAYS)})", re.ASCII)
_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
_NUMBERS = {  # least and most; whether it may count from the end
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYSETPOS": (1, 366, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 60, False),
}
_KNOWN = {*_NUMBERS, "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY"}
MOST_A_DAY = 24
_LAST = date.max.toordinal()
Numbers = frozenset[int]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`by` holds the numbers of each BY part that is given. `weekdays`: 0 is Monday; `nth`: of a month or year."""

    freq: str
    interval: int
    count: int | None
    until: Moment | None
    week_start: int
    by: dict[str, Numbers]
    weekdays: Numbers
    nth: frozenset[tuple[int, int]]

    def walls(self, start: datetime, low: datetime, high: datetime, steps: Steps) -> Iterator[datetime]:
        """Those after `start`, which is always the first of all and counted as such. Raises TooMuch, Odd."""
        rule = self._anchored(start.date())
        times, counted = _times(rule.by, start), 1
        at = 0 if self.count else rule._near(start.date(), low.date())
        while True:
            first, days = rule._period(start.date(), at)
            if first > high.toordinal():
                return
            steps.take(1 + len(days))
            fits = [datetime.combine(day, of) for day in days if rule._fits(day) for of in times]
            steps.take(len(fits))
            for wall in rule._picked(fits):
                if wall > start:
                    counted += 1
                    if wall > high or (self.count and counted > self.count):
                        return
                    yield wall
            at += 1

    def names(self, start: datetime) -> bool:
        """Whether the first time of all is one that the rule gives by itself, too."""
        rule = self._anchored(start.date())
        times, (_, days) = _times(rule.by, start), rule._period(start.date(), 0)
        return start in rule._picked([datetime.combine(day, of) for day in days if rule._fits(day) for of in times])

    def _anchored(self, start: date) -> "Repeat":
        """What the rule leaves open is that of the first day."""
        by, weekdays = dict(self.by), self.weekdays
        if not (by.keys() & {"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY"} or weekdays or self.nth):
            if self.freq == "YEARLY":
                by.setdefault("BYMONTH", frozenset({start.month}))
            if self.freq in ("YEARLY", "MONTHLY"):
                by["BYMONTHDAY"] = frozenset({start.day})
            if self.freq == "WEEKLY":
                weekdays = frozenset({start.weekday()})
        return Repeat(self.freq, self.interval, self.count, self.until, self.week_start, by, weekdays, self.nth)

    def _near(self, start: date, low: date) -> int:
        """A period before `low`, so that what lies between is not gone through."""
        passed = {
            "DAILY": (low - start).days,
            "WEEKLY": (low - start).days // 7,
            "MONTHLY": (low.year - start.year) * 12 + low.month - start.month,
            "YEARLY": low.year - start.year,
        }[self.freq]
        return max(0, passed // self.interval - 1)

    def _period(self, start: date, at: int) -> tuple[int, list[date]]:
        """The ordinal of the first day of a period, and the days of it that may fit. Beyond all years: none."""
        step = at * self.interval
        match self.freq:
            case "DAILY":
                first = start.toordinal() + step
                return first, [date.fromordinal(first)] if first <= _LAST else []
            case "WEEKLY":
                first = start.toordinal() - (start.weekday() - self.week_start) % 7 + 7 * step
                wanted = sorted((day - self.week_start) % 7 for day in self.weekdays)
                return first, [date.fromordinal(first + day) for day in wanted if 1 <= first + day <= _LAST]
            case "MONTHLY":
                year, month = divmod(start.year * 12 + start.month - 1 + step, 12)
                return self._within(year, [month + 1])
            case _:
                return self._within(start.year + step, sorted(self.by.get("BYMONTH", range(1, 13))))

    def _within(self, year: int, months: list[int]) -> tuple[int, list[date]]:
        if year > date.max.year:
            return _LAST + 1, []
        days = self.by.get("BYMONTHDAY", frozenset())
        some = sorted(days) if days and min(days) > 0 else range(1, 32)
        long = {month: calendar.monthrange(year, month)[1] for month in months}
        return date(year, min(months), 1).toordinal(), [
            date(year, month, day) for month in months for day in some if day <= long[month]
        ]

    def _fits(self, day: date) -> bool:
        by = self.by
        return (
            (not by.keys() & {"BYMONTH"} or day.month in by["BYMONTH"])
            and (not (self.weekdays or self.nth) or day.weekday() in self.weekdays or self._is_nth(day))
            and ("BYMONTHDAY" not in by or _in(by["BYMONTHDAY"], day.day, calendar.monthrange(day.year, day.month)[1]))
            and ("BYYEARDAY" not in by or _in(by["BYYEARDAY"], *_of_year(day)))
            and ("BYWEEKNO" not in by or _in(by["BYWEEKNO"], *_of_weeks(day, self.week_start)))
        )

    def _is_nth(self, day: date) -> bool:
        """Of the month; in a yearly rule without months of the year."""
        whole_year = self.freq == "YEARLY" and "BYMONTH" not in self.by
        at, last = _of_year(day) if whole_year else (day.day, calendar.monthrange(day.year, day.month)[1])
        weekday = day.weekday()
        return ((at - 1) // 7 + 1, weekday) in self.nth or (-((last - at) // 7 + 1), weekday) in self.nth

    def _picked(self, fits: list[datetime]) -> list[datetime]:
        places = self.by.get("BYSETPOS")
        if places is None:
            return fits
        return sorted({fits[at - 1 if at > 0 else at] for at in places if -len(fits) <= at <= len(fits)})


def repeat(line: Line) -> Repeat:
    """Raises Odd."""
    parts = dict(_parts(line.value))
    freq = parts.get("FREQ", "")
    if freq in _OFTEN:
        raise Odd("repeats more than once a day")
    if freq not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise Odd("repeats by a rule without a usable FREQ")
    by = {key: _numbers(key, parts[key]) for key in _NUMBERS if key in parts}
    weekdays, nth = _weekdays(parts.get("BYDAY", ""), freq)
    if parts.get("WKST", "MO") not in _DAYS:
        raise Odd(f"repeats by a rule with WKST={parts['WKST'][:20]}")
    return Repeat(
        freq=freq,
        interval=_number("INTERVAL", parts.get("INTERVAL", "1")),
        count=_number("COUNT", parts["COUNT"]) if "COUNT" in parts else None,
        until=moment(line, parts["UNTIL"]) if "UNTIL" in parts else None,
        week_start=_DAYS.index(parts.get("WKST", "MO")),
        by=by,
        weekdays=weekdays,
        nth=nth,
    )


def _parts(text: str) -> Iterator[tuple[str, str]]:
    for part in text.upper().split(";"):
        key, _, value = (piece.strip() for piece in part.partition("="))
        if key and key not in _KNOWN and not key.startswith("X-"):
            raise Odd(f"repeats by a rule with {key[:20]}")
        yield key, value


def _number(key: str, text: str) -> int:
    if not re.fullmatch(r"\+?0*[1-9]\d{0,8}", text, re.ASCII):
        raise Odd(f"repeats by a rule with {key}={text[:20]}")
    return int(text)


def _numbers(key: str, text: str) -> Numbers:
    least, most, from_end = _NUMBERS[key]
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > most * 2 + 2 or not all(re.fullmatch(r"[+-]?\d{1,3}", part, re.ASCII) for part in parts):
        raise Odd(f"repeats by a rule with {key}={text[:20]}")
    numbers = frozenset(map(int, parts))
    if not all(least <= (abs(number) if from_end else number) <= most for number in numbers):
        raise Odd(f"repeats by a rule with {key}={text[:20]}")
    return numbers


def _weekdays(text: str, freq: str) -> tuple[Numbers, frozenset[tuple[int, int]]]:
    plain: set[int] = set()
    nth: set[tuple[int, int]] = set()
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = _BY_DAY.fullmatch(part)
        if match is None or len(plain) + len(nth) > 7 * 107:
            raise Odd(f"repeats by a rule with BYDAY={part[:20]}")
        day = _DAYS.index(match[2])
        if match[1] and int(match[1]) and freq in ("MONTHLY", "YEARLY"):
            nth.add((int(match[1]), day))
        else:
            plain.add(day)
    return frozenset(plain), frozenset(nth)


def _times(by: dict[str, Numbers], start: datetime) -> list[time]:
    elements: tuple[tuple[str, Callable[[], int]], ...] = (
        ("BYHOUR", lambda: start.hour),
        ("BYMINUTE", lambda: start.minute),
        ("BYSECOND", lambda: start.second),
    )
    hours, minutes, seconds = (sorted(by.get(key, {given()})) for key, given in elements)
    if len(hours) * len(minutes) * len(seconds) > MOST_A_DAY:
        raise Odd(f"repeats more than {MOST_A_DAY} times a day")
    return [time(hour, minute, min(second, 59)) for hour, minute, second in product(hours, minutes, seconds)]


def _in(numbers: Numbers, at: int, last: int) -> bool:
    return at in numbers or at - last - 1 in numbers


def _of_year(day: date) -> tuple[int, int]:
    return day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365


def _of_weeks(day: date, week_start: int) -> tuple[int, int]:
    """The number of its week, and of the last week of the same year of weeks; week 1 has at least four days."""
    middle = day - timedelta(days=(day.weekday() - week_start) % 7 - 3)
    return (_of_year(middle)[0] - 1) // 7 + 1, _weeks(middle.year, week_start)


def _weeks(year: int, week_start: int) -> int:
    """The weeks of a year are those whose fourth day lies in it."""
    last = date(year, 12, 31)
    fourth = last - timedelta(days=(last.weekday() - (week_start + 3)) % 7)
    return (_of_year(fourth)[0] - 1) // 7 + 1
