"""What a proposed configuration would change: settings, the level in force over the coming year, and what is held."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.policy.calendar import Calendar, InForce, Scope, Window
from bot.policy.calendar.instants import EVER
from bot.policy.config import Config
from bot.policy.config.windows import describe, details
from bot.policy.proposal import compare
from bot.policy.standing.level import among_riskiest
from bot.policy.state import ConfigProblem
from bot.policy.text.words import percent
from bot.store import Sight
from bot.web.months import Bar, Month, within

AHEAD = timedelta(days=400)
MOST = 60  # shifts that are listed


@dataclass(frozen=True, slots=True)
class Level:
    name: str
    share: float
    window: str


@dataclass(frozen=True, slots=True)
class Shift:
    """From `since` until `until` another level would be in force. Times in the zone of the configuration in force."""

    since: datetime
    until: datetime | None  # None: beyond what is compared
    before: Level
    after: Level


@dataclass(frozen=True, slots=True)
class Difference:
    """`config` None: it would be refused, and `problems` say why."""

    words: str  # whose proposal
    problems: tuple[ConfigProblem, ...]
    settings: tuple[str, ...] = ()  # from outside: escape them when shown
    shifts: tuple[Shift, ...] = ()  # soonest first, at most MOST
    shifted: int = 0
    held: tuple[int, ...] = ()  # open pull requests that their score would hold and does not now
    freed: tuple[int, ...] = ()
    scored: int = 0  # open pull requests with a score into that branch
    months: tuple[Month, ...] = ()  # as they would be
    days: frozenset[date] = frozenset()  # of these months, on which anything is otherwise

    @property
    def refused(self) -> bool:
        return bool(self.problems) and not self.months


def difference(
    words: str, before: Config, after: Config, scope: Scope, sights: Sequence[Sight], now: datetime
) -> Difference:
    """Without months; both configurations with the same freezes by hand."""
    shifts = list(_shifts(before, after, scope, now))
    mine = [one for one in sights if one.pull.base_ref == scope.base_ref and one.pull.card.percentile is not None]
    moves = {one.number: (_holds(before.calendar, one, now), _holds(after.calendar, one, now)) for one in mine}
    return Difference(
        words=words,
        problems=tuple(problem for problem in after.problems if problem not in before.problems),
        settings=tuple(_settings(before, after, now)),
        shifts=tuple(shifts[:MOST]),
        shifted=len(shifts),
        held=tuple(sorted(number for number, (was, would) in moves.items() if would and not was)),
        freed=tuple(sorted(number for number, (was, would) in moves.items() if was and not would)),
        scored=len(mine),
    )


def _settings(before: Config, after: Config, now: datetime) -> Iterator[str]:
    """Windows by their names: another one before them does not make them others. Freezes by hand stay as they are."""
    for change in compare(before, after, (), now).changes:
        if not change.startswith("windows["):
            yield change
    old, new = ({one.name: _said(one) for one in each.calendar.windows if not one.hand} for each in (before, after))
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield f"{name} is gone: {old[name]}"
        elif name not in old:
            yield f"{name} is new: {new[name]}"
        elif old[name] != new[name]:
            yield f"{name}: {old[name]} becomes {new[name]}"


def _said(window: Window) -> str:
    parts = [f"{window.level.name} {percent(window.level.share)}", describe(window)]
    return ", ".join([*parts, *(f"{key} {value}" for key, value in details(window) if key != "timezone"), window.zone])


def _holds(calendar: Calendar, sight: Sight, now: datetime) -> bool:
    """By the score alone: what else a rule thinks is not asked."""
    pull = sight.pull
    force = calendar.level_at(now, Scope(pull.base_ref, pull.paths, True, frozenset({pull.author.login.lower()})))
    return pull.card.percentile is not None and among_riskiest(pull.card.percentile, force.share)


def _shifts(before: Config, after: Config, scope: Scope, now: datetime) -> Iterator[Shift]:
    end, zone = now + AHEAD, ZoneInfo(before.timezone)
    lines = [_line(within(config.calendar, now, end, scope), now) for config in (before, after)]
    cuts = sorted({now, end, *(at for line in lines for at, _ in line if now < at < end)})
    last: Shift | None = None
    for low, high in pairwise(cuts):
        was, would = (_at(line, low) for line in lines)
        until = None if high == end else high.astimezone(zone)
        if (was.name, was.share) == (would.name, would.share):
            yield from [last] if last else []
            last = None
        elif last is not None and (last.before, last.after) == (was, would):
            last = Shift(last.since, until, was, would)
        else:
            yield from [last] if last else []
            last = Shift(low.astimezone(zone), until, was, would)
    yield from [last] if last else []


def _line(stretches: Iterable[InForce], now: datetime) -> list[tuple[datetime, Level]]:
    return [
        (
            max(now, (one.since or EVER).astimezone(UTC)),
            Level(one.level, one.share, one.window.name if one.window else ""),
        )
        for one in stretches
    ]


def _at(line: Sequence[tuple[datetime, Level]], moment: datetime) -> Level:
    return [level for since, level in line if since <= moment][-1]


def changed(before: Iterable[Month], after: Iterable[Month]) -> frozenset[date]:
    """The days on which what is in force is otherwise."""
    return frozenset(
        old.date
        for was, would in zip(before, after, strict=True)
        for one, other in zip(was.weeks, would.weeks, strict=True)
        for old, new in zip(one, other, strict=True)
        if old and new and _strip(old.force) != _strip(new.force)
    )


def _strip(bars: Iterable[Bar]) -> list[tuple[object, ...]]:
    return [(bar.level, bar.share, bar.start, bar.end) for bar in bars]
