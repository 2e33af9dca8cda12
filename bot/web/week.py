"""Week: what was held or would have been, day by day, what landed and how, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from bot.learning import weekly
from bot.learning.week import Week
from bot.web import svg
from bot.web.page import Asked, NotThere, Stored

MOST = 100  # rows of one list; what is left out is counted


@dataclass(frozen=True, slots=True)
class Readings:
    week: Week
    titles: dict[int, str]  # from outside
    modes: frozenset[str]  # of its branches
    markdown: str


def read(store: Stored, asked: Asked, now: datetime) -> Readings:
    home = asked.here
    parts = weekly.Parts(
        store.outcomes, store.landings, store.exceptions, store.feedback, store.drift, store.configurations
    )
    try:
        span = weekly.span(parts, home.id, asked.query.get("week", ""), now)
    except ValueError:
        raise NotThere from None
    week = weekly.read(parts, home.id, span, now)
    numbers = {row.number for row in week.held[:MOST]} | {fault.number for fault in week.faults}
    known = store.shown.of({(home.id, number) for number in numbers})
    return Readings(
        week,
        {number: pull.title for (_, number), pull in known.items()},
        weekly.modes_of(store.configurations, home.id, now),
        weekly.markdown(home, week, asked.forge),
    )


@dataclass(frozen=True, slots=True)
class View:
    """`would`: nothing is really held here, as no branch has a configuration that enforces."""

    repository: str
    week: Week
    titles: dict[int, str]
    would: bool
    days: Markup
    earlier: str  # the name of the week before
    later: str  # of the week after; "": it has not begun
    markdown: str
    more_held: int


def view(readings: Readings, asked: Asked, now: datetime) -> View:
    week = readings.week
    after = week.span.beside(1)
    would = bool(readings.modes) and "enforce" not in readings.modes
    return View(
        repository=asked.here.full_name,
        week=week,
        titles=readings.titles,
        would=would,
        days=_days(week, would),
        earlier=week.span.beside(-1).name,
        later=after.name if after.since <= now else "",
        markdown=readings.markdown,
        more_held=max(0, len(week.held) - MOST),
    )


def _days(week: Week, would: bool) -> Markup:
    """Two drawings over the same days: what landed, and what was held for the first time."""
    held = "would have been held" if would else "held for the first time"
    names = [f"{day.day:%a %-d %b}" for day in week.days]
    below = [f"{day.day:%a %-d}" for day in week.days]  # seven of them have room on a phone
    landed = [
        [_bar(name, "landed, nothing held back", day.landed - day.in_freeze, "free"),
         _bar(name, "landed in a window", day.in_freeze, "good")]
        for name, day in zip(names, week.days, strict=True)
    ]  # fmt: skip
    began = [[_bar(name, held, day.held, "held")] for name, day in zip(names, week.days, strict=True)]
    rows = [
        (name, day.landed, day.in_freeze, day.held, day.though, day.faulty)
        for name, day in zip(names, week.days, strict=True)
    ]
    words = f"{week.landed} landed, {week.in_freeze} of them in a window."
    drawing, notes = Markup(), []
    if week.landed:
        drawing += svg.columns("Landed", landed, below, words=words)
        notes.append("Grey: landed while nothing was held back. Green: landed in a window.")
    if week.held:
        drawing += svg.columns(held.capitalize(), began, below, words=f"{len(week.held)} {held}.")
        notes.append(f"{'Below, in blue' if week.landed else 'Blue'}: {held}.")
    head = ("Day", "Landed", "In a window", held.capitalize(), "Landed though held", "Named at fault since")
    return svg.figure(
        "Day by day", drawing, head, rows, " ".join(notes) or "Nothing landed, and nothing was held for the first time."
    )


def _bar(day: str, words: str, value: int, tone: str) -> svg.Bar:
    return svg.Bar(f"{day}, {words}", value, str(value), tone)
