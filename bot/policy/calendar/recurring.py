"""Windows that begin on the days of an RFC 5545 rule, or on public holidays."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from dateutil.rrule import rrule, rrulestr

from bot.policy.calendar.instants import DAY, at_minute, instant
from bot.policy.calendar.spans import Span
from bot.policy.text.suggest import did_you_mean

_WEEKDAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
_PARTS = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"[1-9]\d{0,2}",
    "COUNT": r"[1-9]\d{0,3}",
    "UNTIL": r"\d{8}",
    "WKST": _WEEKDAY,
    "BYMONTH": r"(?:[1-9]|1[0-2])(?:,(?:[1-9]|1[0-2])){0,11}",
    "BYMONTHDAY": r"-?(?:[1-9]|[12]\d|3[01])(?:,-?(?:[1-9]|[12]\d|3[01])){0,61}",
    "BYDAY": rf"(?:[+-]?[1-9]\d?)?{_WEEKDAY}(?:,(?:[+-]?[1-9]\d?)?{_WEEKDAY}){{0,30}}",
    "BYYEARDAY": r"-?[1-9]\d{0,2}(?:,-?[1-9]\d{0,2}){0,30}",
    "BYWEEKNO": r"-?[1-9]\d?(?:,-?[1-9]\d?){0,52}",
    "BYSETPOS": r"-?[1-9]\d{0,2}(?:,-?[1-9]\d{0,2}){0,30}",
}
_ONLY_WITH = {  # RFC 5545, section 3.3.10
    "BYWEEKNO": ("YEARLY",),
    "BYYEARDAY": ("YEARLY",),
    "BYMONTHDAY": ("DAILY", "MONTHLY", "YEARLY"),
}
_DAY_FIXED_BY = {
    "DAILY": ("FREQ",),
    "WEEKLY": ("BYDAY",),
    "MONTHLY": ("BYDAY", "BYMONTHDAY"),
    "YEARLY": ("BYDAY", "BYMONTHDAY", "BYYEARDAY"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Opens at a time of day on the local days of a rule, for an elapsed time."""

    rule: str
    start: date | None
    at: int  # minutes after midnight
    length: timedelta

    def spans(self, first: date, last: date, zone: ZoneInfo) -> Iterator[Span]:
        for day in self._days(first - self.length - timedelta(days=2), last):
            begin = instant(at_minute(day, self.at), zone)
            yield Span(begin, begin + self.length)

    def _days(self, first: date, last: date) -> Iterator[date]:
        # without a first day the rule fixes its days by itself: any earlier New Year serves as anchor
        rule = _compiled(self.rule, self.start or date(first.year - 1, 1, 1))
        for moment in rule.between(_midnight(first), _midnight(last), inc=True):
            yield moment.date()


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """Whole local days, observed days included, and the afternoon before when asked."""

    country: str
    subdivision: str | None
    day_before_from: int | None
    categories: tuple[str, ...] = ()  # none: public ones

    def spans(self, first: date, last: date, zone: ZoneInfo) -> Iterator[Span]:
        for day in _holidays(self.country, self.subdivision, self.categories, first.year, last.year + 1):
            begin = at_minute(day, 0)
            if self.day_before_from is not None:
                begin = at_minute(day - timedelta(days=1), self.day_before_from)
            yield Span(instant(begin, zone), instant(at_minute(day, DAY), zone, second=True))


def check_rule(text: str, start: date | None) -> str:
    """The rule in canonical form. Raises ValueError with words."""
    parts: dict[str, str] = {}
    for piece in text.upper().removeprefix("RRULE:").rstrip(";").split(";"):
        key, _, value = (part.strip() for part in piece.partition("="))
        if key not in _PARTS:
            hint = did_you_mean(key, _PARTS)
            raise ValueError(f"{key[:20] or 'an empty part'} cannot be used here, a window starts on whole days{hint}")
        if key in parts:
            raise ValueError(f"{key} is given twice")
        if not re.fullmatch(_PARTS[key], value):
            raise ValueError(f"{key}={value[:40]} cannot be used{_HINTS.get(key, '')}")
        parts[key] = value
    _check_parts(parts, start)
    rule = ";".join(f"{key}={value}" for key, value in parts.items())
    _check_until(parts.get("UNTIL"), start)
    if not happens(parts, start):
        raise ValueError("this rule never happens")
    return rule


_HINTS = {
    "FREQ": "; write DAILY, WEEKLY, MONTHLY or YEARLY",
    "UNTIL": "; UNTIL is a date like 20261231",
    "BYDAY": "; write for example MO,TU or -1FR",
}


def _check_parts(parts: dict[str, str], start: date | None) -> None:
    freq = parts.get("FREQ")
    if freq is None:
        raise ValueError("FREQ is missing; write for example FREQ=WEEKLY;BYDAY=FR")
    for key, allowed in _ONLY_WITH.items():
        if key in parts and freq not in allowed:
            raise ValueError(f"{key} does not go with FREQ={freq}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("COUNT and UNTIL exclude each other")
    ordinal = re.search(r"\d", parts.get("BYDAY", ""))
    if ordinal and (freq in ("DAILY", "WEEKLY") or "BYWEEKNO" in parts):
        raise ValueError("numbers in BYDAY go with MONTHLY and YEARLY only, and not with BYWEEKNO")
    if start is None and ("COUNT" in parts or "INTERVAL" in parts):
        raise ValueError("COUNT and INTERVAL need start, the first possible day")
    if start is None and not any(key in parts for key in _DAY_FIXED_BY[freq]):
        raise ValueError(f"this rule names no day; add {' or '.join(_DAY_FIXED_BY[freq])}, or start")


def _check_until(text: str | None, start: date | None) -> None:
    if text is None:
        return
    try:
        until = datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        raise ValueError(f"UNTIL={text} is not in the calendar") from None
    if start is not None and until < start:
        raise ValueError("UNTIL is before start")


def happens(parts: Mapping[str, str], start: date | None) -> bool:
    """Whether the days of a rule, given by its parts, ever come.

    Looked for in the last years that dates reach: a rule that never happens is searched to the end of them.
    """
    rule = ";".join(f"{key}={value}" for key, value in parts.items() if key not in ("COUNT", "UNTIL"))
    day = start or date(2000, 1, 1)
    # days and weekdays repeat every 400 years; without INTERVAL any leap year does for a first
    year = day.year + 400 * ((9999 - day.year) // 400) if "INTERVAL" in parts else 9960
    return next(iter(rrulestr(rule, dtstart=_midnight(day.replace(year=year)))), None) is not None


@lru_cache(maxsize=256)
def _compiled(rule: str, start: date) -> rrule:
    return rrulestr(rule, dtstart=_midnight(start), cache=True)


@lru_cache(maxsize=256)
def _holidays(
    country: str, subdivision: str | None, categories: tuple[str, ...], first_year: int, last_year: int
) -> tuple[date, ...]:
    years = range(first_year, last_year + 1)
    days = holidays.country_holidays(country, subdiv=subdivision, years=years, categories=categories or None)
    return tuple(sorted(days))


@lru_cache(maxsize=64)
def feasts(
    country: str, subdivision: str | None, categories: tuple[str, ...], first_year: int, last_year: int
) -> tuple[tuple[date, str], ...]:
    """Each holiday between two years, both included, with its name, in English where the library has it."""
    days = holidays.country_holidays(
        country,
        subdiv=subdivision,
        years=range(first_year, last_year + 1),
        categories=categories or None,
        language="en_US",
    )
    return tuple(sorted(days.items()))


def check_holidays(country: str, subdivision: str | None, categories: tuple[str, ...] = ()) -> tuple[str, str] | None:
    """The key that is wrong (country, subdivision or categories) and words, or None."""
    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        return "country", f"no holidays are known for {country[:20]}{did_you_mean(country, known)}"
    parts = [*known[country], *holidays.country_holidays(country).subdivisions_aliases]
    if subdivision is not None and subdivision not in parts:
        return "subdivision", f"{country} has no subdivision {subdivision[:20]}{did_you_mean(subdivision, parts)}"
    kinds = holidays.country_holidays(country).supported_categories
    for category in categories:
        if category not in kinds:
            listed = f"; known are {', '.join(sorted(kinds))}"
            return "categories", f"{country} has no holidays of category {category[:20]}{listed}"
    return None


def _midnight(day: date) -> datetime:
    return at_minute(day, 0)
