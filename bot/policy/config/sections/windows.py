"""Freeze windows: the calendar of the file."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import Field

from bot.policy.calendar import Calendar, Level, Window
from bot.policy.config import problems
from bot.policy.config.section import Joining, Reading, Section, Shown, Source
from bot.policy.config.window_shape import WindowShape
from bot.policy.config.windows import Setting, Wrong, describe, details, window
from bot.policy.text import words


def _read(written: list[WindowShape], reading: Reading) -> Calendar:
    """Windows may be of levels and in the zone of an organisation's file; their names differ."""
    setting = Setting(reading.values["levels"], reading.values["timezone"], reading.file)
    lines: dict[str, int | None] = {}
    windows = []
    for at, shape in enumerate(written):
        place = reading.document.place(("windows", at))
        line = place.line if place else None
        if shape.name in lines:
            said = f"windows[{at}].name: {shape.name} is the name of the window on line {lines[shape.name]} already"
            reading.wrong(("windows", at, "name"), said)
        lines[shape.name] = line
        try:
            windows.append(replace(window(shape, setting, line), keys=tuple(_lines(at, reading))))
        except Wrong as error:
            path = ("windows", at, *error.path)
            reading.wrong(path, f"{problems.dotted(path)}: {error.words}")
    return Calendar(tuple(windows), Level("green", 0.0), setting.zone)


def _lines(at: int, reading: Reading) -> Iterator[tuple[str, int]]:
    """Where each key of a window, and each of its exceptions, is written."""
    for path, place in {**reading.document.values, **reading.document.keys}.items():
        if path[:2] == ("windows", at) and len(path) > 2:
            yield problems.dotted(path[2:]), place.line


def _join(joining: Joining, org: Calendar, repo: Calendar) -> Calendar:
    """Both files' windows; a repository's replaces the organisation's of the same name, unless that is floor."""
    levels, named = joining.values["levels"], {each.name for each in repo.windows}
    inherited = [each for each in org.windows if "windows" in joining.floor or each.name not in named]
    return replace(
        repo,
        windows=tuple(_at_level(each, levels) for each in (*inherited, *repo.windows)),
        zone=joining.values["timezone"],
    )


def _at_level(each: Window, levels: Mapping[str, float]) -> Window:
    return replace(each, level=Level(each.level.name, levels[each.level.name]))


def _shown(calendar: Calendar, _: Mapping[str, Any]) -> Iterator[Shown]:
    for at, each in enumerate(calendar.windows):
        said = f"{each.name}: {each.level.name} {words.percent(each.level.share)}, {describe(each)}"
        yield Shown(f"windows[{at}]", said, Source(each.file, each.line))
        for key, value in details(each):
            line = next((line for name, line in each.keys if name == key), each.line)
            yield Shown(f"windows[{at}].{key}", value, Source(each.file, line))


SECTION = Section(
    key="windows",
    kind=list[WindowShape],
    field=Field(default=[], max_length=100, description="Freeze windows; the strictest one open is in force."),
    read=_read,
    join=_join,
    shown=_shown,
    name="calendar",
)
