"""Times as maintainers write them: `22:00`, `Fri 17:00`, `2026-11-26 00:00`, `20h`. All raise ValueError with words."""

import re
from datetime import datetime, timedelta

from bot.policy.text.suggest import nearest

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{1,2}:\d{2})(?::(\d{2}))?)?(?: ?(Z|[+-]\d{2}:?\d{2}))?")
_DAY_OF_YEAR = re.compile(r"(\d{1,2})-(\d{1,2})(?: |$)", re.ASCII)
_ELAPSED = re.compile(r"(?:(\d{1,6})\s*d)?\s*(?:(\d{1,6})\s*h)?\s*(?:(\d{1,6})\s*m)?")
_LONGEST = 40  # characters of a length of time
FIRST_YEAR, LAST_YEAR = 1970, 2999


def clock(text: str, *, end: bool = False) -> int:
    """Minutes after midnight; 24:00 (1440) only as an end."""
    clock = _CLOCK.fullmatch(text.strip())
    minutes = int(clock[1]) * 60 + int(clock[2]) if clock else -1
    if clock is None or int(clock[2]) > 59 or minutes > 24 * 60:
        raise ValueError(f"{_quote(text)} is no time of day; write it like 17:00")
    if minutes == 24 * 60 and not end:
        raise ValueError("24:00 is an end only; write 00:00 of the next day")
    return minutes


def weekday(text: str) -> int:
    """Monday is 0. English names, three letters or full, any case."""
    name = text.strip().lower()
    for index, day in enumerate(DAYS):
        if name in (day, day[:3]):
            return index
    close = nearest(name, [*DAYS, *(day[:3] for day in DAYS)])
    meant = f"; did you mean {close.capitalize()}?" if close else "; write Mon, Tue, Wed, Thu, Fri, Sat or Sun"
    raise ValueError(f"{_quote(text)} is no day of the week{meant}")


def week_time(text: str, *, end: bool = False) -> int:
    """Minutes after Monday 00:00, of "Fri 17:00"."""
    day, _, rest = text.strip().partition(" ")
    if not rest:
        raise ValueError(f"{_quote(text)} needs a day and a time; write it like Fri 17:00")
    return weekday(day) * 24 * 60 + clock(rest, end=end)


def moment(text: str, *, end: bool = False) -> datetime:
    """A naive wall time, or an aware one when an offset is written. A date alone means 00:00."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{_quote(text)} is no date; write it like 2026-11-26 17:00{_every_year(text)}")
    year, month, day, of_day, second, offset = match.groups()
    if offset and not of_day:
        raise ValueError(f"{_quote(text)} has an offset but no time; write it like 2026-11-26 17:00 +01:00")
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise ValueError(f"the year of {_quote(text)} is not between {FIRST_YEAR} and {LAST_YEAR}")
    try:
        start = datetime.fromisoformat(f"{year}-{month}-{day}T00:00:00{_offset(offset)}")
    except ValueError:
        raise ValueError(f"{_quote(text)} is not in the calendar") from None
    if int(second or 0) > 59:
        raise ValueError(f"{_quote(text)} is no time of day; write it like 17:00")
    return start + timedelta(minutes=clock(of_day or "00:00", end=end), seconds=int(second or 0))


def _every_year(text: str) -> str:
    """What to write where the year was left out."""
    date = _DAY_OF_YEAR.match(text.strip())
    if date is None or not (1 <= int(date[1]) <= 12 and 1 <= int(date[2]) <= 31):
        return ""
    rule = f"FREQ=YEARLY;BYMONTH={int(date[1])};BYMONTHDAY={int(date[2])}"
    return f', or for every year rrule: "{rule}" with at and for'


def elapsed(text: str) -> timedelta:
    """More than nothing, at most 366 days; d is 24 hours. Parts stand from the largest to the smallest: 16d14h."""
    written = text.strip()
    # many blanks would be tried in very many ways
    match = _ELAPSED.fullmatch(written) if 0 < len(written) <= _LONGEST else None
    if match is None:
        raise ValueError(f"{_quote(text)} is no length of time; write it like 90m, 20h, 2d or 16d14h")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes)
    if not timedelta() < length <= timedelta(days=366):
        raise ValueError(f"{_quote(text)} must be more than nothing and at most 366d")
    return length


def _offset(text: str | None) -> str:
    if not text:
        return ""
    return "+00:00" if text == "Z" else text


def _quote(text: str) -> str:
    shown = text if len(text) <= 40 else text[:39] + "…"
    return f'"{shown}"'
