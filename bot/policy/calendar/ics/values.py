"""Values of RFC 5545: moments, lengths of time, words. What cannot be read is Odd."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from bot.policy.calendar.ics.lines import Line, Odd

_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?", re.ASCII | re.IGNORECASE)
_LENGTH = re.compile(
    r"([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?",
    re.ASCII | re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Kind(Enum):
    DAY = "a whole day"
    FLOATING = "wall time of wherever one is"
    UTC = "an instant"
    ZONED = "wall time of a zone"


@dataclass(frozen=True, slots=True)
class Moment:
    """`wall` is naive; a day is its midnight."""

    wall: datetime
    kind: Kind
    zone: str = ""

    @property
    def day(self) -> date:
        return self.wall.date()


def moment(line: Line, text: str | None = None) -> Moment:
    """Raises Odd."""
    written = (line.value if text is None else text).strip()
    match = _MOMENT.fullmatch(written)
    if match is None:
        raise Odd(f"gives {written[:24] or 'nothing'} as a time")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        wall = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 - a wall time
    except ValueError:
        raise Odd(f"gives {written[:24]} as a time") from None
    if match[4] is None:
        return Moment(wall, Kind.DAY)
    if match[7]:
        return Moment(wall, Kind.UTC)
    zone = line.parameters.get("TZID", "").strip()
    return Moment(wall, Kind.ZONED, zone) if zone else Moment(wall, Kind.FLOATING)


def moments(line: Line) -> list[Moment]:
    """Several, with commas between; of a period its start. Raises Odd."""
    return [moment(line, part.partition("/")[0]) for part in line.value.split(",") if part.strip()]


def periods(line: Line) -> list[tuple[Moment, Moment | timedelta]]:
    """Those of a list that say themselves when or after how long they end. Raises Odd."""
    pairs = [part.partition("/") for part in line.value.split(",") if "/" in part]
    return [(moment(line, start), _end(line, start, end.strip())) for start, _, end in pairs]


def _end(line: Line, start: str, end: str) -> Moment | timedelta:
    ends = length(end) if end[:1] in "Pp+-" else moment(line, end)
    backwards = ends < timedelta() if isinstance(ends, timedelta) else ends.wall < moment(line, start).wall
    if backwards:
        raise Odd("ends before it begins")
    return ends


def length(text: str) -> timedelta:
    """Raises Odd. Days are those of the wall clock."""
    match = _LENGTH.fullmatch(text.strip())
    if match is None or text.strip().upper().endswith(("P", "T")):
        raise Odd(f"gives {text.strip()[:24] or 'nothing'} as its length")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    lasts = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -lasts if match[1] == "-" else lasts


def words(text: str) -> str:
    """One short printable line."""
    plain = _ESCAPED.sub(lambda escape: " " if escape[1] in "nN" else escape[1], text)
    printable = "".join(char if char.isprintable() else " " for char in plain)
    return " ".join(printable.split())[:80]
