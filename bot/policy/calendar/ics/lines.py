"""From text to components: unfolded lines with name, parameters and value, grouped by BEGIN and END."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MAX_CHARS = 1024 * 1024
_ENDS = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[:;]")
_HEAD = re.compile(r'((?:[^":]|"[^"]*")*+):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([^=;:"]+)=((?:[^";]|"[^"]*")*+)')
_KEPT = {"VEVENT", "VTIMEZONE"}
_SAID = {
    *("METHOD", "X-WR-TIMEZONE", "UID", "SEQUENCE", "SUMMARY", "STATUS", "TRANSP", "DTSTART", "DTEND", "DURATION"),
    *("RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "TZID", "X-LIC-LOCATION", "TZOFFSETFROM", "TZOFFSETTO"),
}
_DEEP = 50  # components in one another; a real calendar has three


class Unreadable(ValueError):
    """The text is no calendar as a whole; in words."""


class Odd(ValueError):
    """One event cannot be used; the words say it of that event."""


class TooMuch(ValueError):
    """More work than a calendar may ask for."""


class Steps:
    """What may still be done: a number that is the same for the same text, not a clock."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, number: int = 1) -> None:
        """Raises TooMuch."""
        self.left -= number
        if self.left < 0:
            raise TooMuch


@dataclass(frozen=True, slots=True)
class Line:
    """`parameters` have names in upper case, values without quotes."""

    parameters: Mapping[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """An event, or a zone with its observances inside. `cut`: its END never came."""

    name: str
    number: int  # of the line that it begins on
    lines: dict[str, list[Line]] = field(default_factory=dict)
    inside: list["Component"] = field(default_factory=list)
    cut: bool = False

    def first(self, name: str) -> Line | None:
        lines = self.lines.get(name)
        return lines[0] if lines else None

    def text(self, name: str) -> str:
        line = self.first(name)
        return "" if line is None else line.value.strip()


@dataclass(slots=True)
class Sheet:
    """One VCALENDAR."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    events: list[Component] = field(default_factory=list)
    zones: list[Component] = field(default_factory=list)

    def text(self, name: str) -> str:
        lines = self.lines.get(name)
        return lines[0].value.strip() if lines else ""


def sheets(text: str) -> list[Sheet]:
    """Every calendar of a text; other components than events and zones are passed over. Raises Unreadable."""
    text = text.lstrip("\ufeff")
    if len(text) > MAX_CHARS:
        raise Unreadable(f"it is larger than {MAX_CHARS // 1024} KiB")
    if not text.strip():
        raise Unreadable("it cannot be read as iCalendar: it is empty")
    if text.lstrip().startswith("<"):
        raise Unreadable("it cannot be read as iCalendar: it is a web page, perhaps one to sign in")
    reader = _Reader()
    for number, line in _unfolded(text):
        reader.read(number, line)
    if not reader.done:
        raise Unreadable("it cannot be read as iCalendar: it does not begin with BEGIN:VCALENDAR")
    if reader.sheet is not None:
        raise Unreadable("it cannot be read as iCalendar: it ends early, without END:VCALENDAR")
    return reader.done


class _Reader:
    """Where we are: in a calendar, in an event or a zone, and how deep in what is passed over."""

    def __init__(self) -> None:
        self.done: list[Sheet] = []
        self.sheet: Sheet | None = None
        self.inner: list[Component] = []
        self.passed: list[str] = []

    def read(self, number: int, line: str) -> None:
        mark, _, name = line.partition(":")
        match mark.strip().upper():
            case "BEGIN":
                self._begin(number, name.strip().upper())
            case "END":
                self._end(name.strip().upper())
            case _ if self.sheet is not None and not self.passed:
                _add(self.inner[-1].lines if self.inner else self.sheet.lines, line)
            case _:
                pass

    def _begin(self, number: int, name: str) -> None:
        if name == "VCALENDAR":
            self._close()
            self.sheet = Sheet()
            self.done.append(self.sheet)
        elif self.sheet is None:
            return
        elif name == "VEVENT" or (name in _KEPT and not self.inner and not self.passed):
            self._cut()  # an event never stands in another one: the END of what is open was lost
            self.inner.append(Component(name, number))
            (self.sheet.events if name == "VEVENT" else self.sheet.zones).append(self.inner[-1])
        elif name in ("STANDARD", "DAYLIGHT") and self.inner and self.inner[-1].name == "VTIMEZONE":
            self.inner.append(Component(name, number))
            self.inner[-2].inside.append(self.inner[-1])
        elif len(self.passed) >= _DEEP:
            raise Unreadable("it cannot be read as iCalendar: its parts stand too deep in one another")
        else:
            self.passed.append(name)

    def _end(self, name: str) -> None:
        if name == "VCALENDAR":
            self._close()
        elif name in self.passed:
            del self.passed[self.passed.index(name) :]
        elif self.inner and self.inner[-1].name == name:
            self.inner.pop()

    def _cut(self) -> None:
        for open_ in self.inner:
            open_.cut = True
        self.inner, self.passed = [], []

    def _close(self) -> None:
        self._cut()
        self.sheet = None


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Each logical line with the number of its first one."""
    parts: list[str] = []
    begun = 1
    for number, line in enumerate(_ENDS.split(text), 1):
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield begun, "".join(parts)
        parts, begun = ([line], number) if line else ([], number)
    if parts:
        yield begun, "".join(parts)


def _add(lines: dict[str, list[Line]], text: str) -> None:
    """What nobody asks for is not kept; a line without a colon says nothing."""
    head = _HEAD.fullmatch(text) if _NAME.split(text, 1)[0].strip().upper() in _SAID else None
    if head is None:
        return
    name = head[1].partition(";")[0]
    parameters = {key.strip().upper(): value.strip('"') for key, value in _PARAMETER.findall(head[1][len(name) :])}
    lines.setdefault(name.strip().upper(), []).append(Line(parameters, head[2]))
