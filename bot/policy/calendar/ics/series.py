"""From events to spans: each with its repetitions, what moved and what was dropped, in the years that are in sight."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.policy.calendar.ics.event import NO_LENGTH, Event
from bot.policy.calendar.ics.lines import Odd, Steps
from bot.policy.calendar.ics.rule import Repeat
from bot.policy.calendar.ics.values import Kind, Moment
from bot.policy.calendar.ics.zones import Clock, Clocks, Named
from bot.policy.calendar.spans import Span

_SLACK = timedelta(days=2)  # no two clocks of the world are further apart


@dataclass(frozen=True, slots=True)
class Sight:
    """Wall times, both naive: only what lies between can matter."""

    low: datetime
    high: datetime

    def holds(self, start: datetime, end: datetime) -> bool:
        return end >= self.low - _SLACK and start <= self.high + _SLACK


class Series:
    """One event that may repeat, and those that stand for single times of it."""

    def __init__(self, event: Event, instead: Iterable[Event], clocks: Clocks, sight: Sight, steps: Steps) -> None:
        self._event, self._clocks, self._sight, self._steps = event, clocks, sight, steps
        self._clock = clock_of(event.start, clocks)
        self._lasts = lasts(event, clocks)
        instead = list(instead)
        self._single = frozenset(self._key(one.instead_of) for one in instead if one.instead_of and not one.onwards)
        later = [(self._wall(one.instead_of), one) for one in instead if one.instead_of and one.onwards]
        self._later = sorted(later, key=lambda pair: pair[0])
        self._ends = {self._wall(start): self._elapsed(start, end) for start, end in event.periods}
        self._dropped = frozenset(map(self._key, event.fewer))
        self._dropped_days = frozenset(one.day for one in event.fewer if one.kind is Kind.DAY)

    def spans(self) -> Iterator[Span]:
        """Raises Odd, TooMuch."""
        for wall in self._walls():
            self._steps.take()
            if wall.date() not in self._dropped_days and self._clock.utc(wall) not in self._dropped:
                yield from self._at(wall)

    def _at(self, wall: datetime) -> Iterator[Span]:
        if self._clock.utc(wall) in self._single:
            return
        changed = next(((since, one) for since, one in reversed(self._later) if since <= wall), None)
        if changed is None:
            yield self._span(wall, self._lasts, self._clock, self._event.name)
            return
        since, one = changed
        if not one.why_not:
            clock = clock_of(one.start, self._clocks)
            yield self._span(one.start.wall + (wall - since), lasts(one, self._clocks), clock, one.name)

    def _span(self, wall: datetime, length: tuple[timedelta, timedelta], clock: Clock, name: str) -> Span:
        nominal, exact = length
        if name == self._event.name and wall in self._ends:
            return Span(clock.utc(wall), clock.utc(wall) + self._ends[wall], name)
        end = self._event.end
        if end is not None and wall == self._event.start.wall and name == self._event.name:
            return Span(clock.utc(wall), clock_of(end, self._clocks).utc(end.wall), name)
        return Span(clock.utc(wall), clock.utc(wall + nominal) + exact, name)

    def _walls(self) -> Iterator[datetime]:
        """Each time once: the first, those of the rules and those that are listed, less what a rule takes away."""
        event, reach = self._event, max([sum(self._lasts, timedelta()), *self._ends.values()])
        furthest = max([timedelta(), *(abs(one.start.wall - since) for since, one in self._later)])
        low, high = _before(self._sight.low, reach + furthest + _SLACK), self._sight.high + furthest + _SLACK
        seen = {event.start.wall, *map(self._wall, event.more)}
        seen.update(*(self._by(rule, low, high) for rule in event.rules))
        for rule in event.except_rules:
            seen.difference_update(
                self._by(rule, low, high), [event.start.wall] if rule.names(event.start.wall) else ()
            )
        return iter(sorted(wall for wall in seen if low <= wall <= high))

    def _by(self, rule: Repeat, low: datetime, high: datetime) -> Iterator[datetime]:
        last = high if rule.until is None else min(high, rule.until.wall + _SLACK)
        for wall in rule.walls(self._event.start.wall, low, last, self._steps):
            if wall >= low and self._still(wall, rule.until):
                yield wall

    def _still(self, wall: datetime, until: Moment | None) -> bool:
        if until is None:
            return True
        if until.kind is Kind.DAY or self._event.start.kind is Kind.DAY:
            return wall.date() <= until.day
        if until.kind is Kind.UTC:
            return self._clock.utc(wall) <= until.wall.replace(tzinfo=UTC)
        return wall <= until.wall

    def _elapsed(self, start: Moment, end: Moment | timedelta) -> timedelta:
        if isinstance(end, timedelta):
            return end
        first, last = (clock_of(one, self._clocks).utc(one.wall) for one in (start, end))
        return last - first

    def _wall(self, moment: Moment) -> datetime:
        """What the event's own clock shows then."""
        if moment.kind is self._event.start.kind and moment.zone == self._event.start.zone:
            return moment.wall
        if Kind.DAY in (moment.kind, self._event.start.kind):
            return datetime.combine(moment.day, self._event.start.wall.time())
        return self._clock.wall(clock_of(moment, self._clocks).utc(moment.wall))

    def _key(self, moment: Moment) -> datetime:
        """The instant; a day stands for the time of the series on that day."""
        if moment.kind is Kind.DAY or self._event.start.kind is Kind.DAY:
            return self._clock.utc(datetime.combine(moment.day, self._event.start.wall.time()))
        return clock_of(moment, self._clocks).utc(moment.wall)


def _before(wall: datetime, length: timedelta) -> datetime:
    """Not before the first of all days."""
    return wall - min(length, wall - datetime(1, 1, 3))  # noqa: DTZ001 - a wall time


def clock_of(moment: Moment, clocks: Clocks) -> Clock:
    """A time without a zone, and one whose zone nobody knows, is on the calendar's own clock."""
    if moment.kind is Kind.UTC:
        return _UTC
    return (clocks.named(moment.zone) if moment.zone else None) or clocks.default


_UTC = Named(UTC)


def lasts(event: Event, clocks: Clocks) -> tuple[timedelta, timedelta]:
    """On the wall clock where both ends are on one, else elapsed. Raises Odd."""
    if event.end is None:
        length = event.nominal, event.exact
    elif (event.end.kind, event.end.zone) == (event.start.kind, event.start.zone):
        length = event.end.wall - event.start.wall, timedelta()
    else:
        begin = clock_of(event.start, clocks).utc(event.start.wall)
        length = timedelta(), clock_of(event.end, clocks).utc(event.end.wall) - begin
    if sum(length, timedelta()) < timedelta():
        raise Odd("ends before it begins")
    if sum(length, timedelta()) == timedelta():
        raise Odd(NO_LENGTH)
    return length


def newest(events: Iterable[Event]) -> list[Event]:
    """Of those that say they stand for the same, the one with the highest number of its version."""
    versions: dict[tuple[str, Moment | None], list[Event]] = {}
    for one in events:
        key = (one.uid, one.instead_of)
        same = versions.setdefault(key, [])
        if not same or one.sequence == same[0].sequence:
            same.append(one)
        elif one.sequence > same[0].sequence:
            versions[key] = [one]
    return [one for same in versions.values() for one in same]


def in_sight(event: Event, sight: Sight) -> bool:
    """Whether it can matter; of a series that may not be over the answer is yes."""
    end = event.end.wall if event.end else event.start.wall + event.nominal + event.exact
    if event.instead_of is not None or not (event.rules or event.more):
        return sight.holds(min(event.start.wall, end), max(event.start.wall, end))
    if event.start.wall > sight.high + _SLACK:
        return False
    ends = [rule.until.wall for rule in event.rules if rule.until is not None]
    last = max([end, *ends, *(one.wall for one in event.more)])
    return len(ends) < len(event.rules) or last + (end - event.start.wall) >= sight.low - _SLACK


def by_uid(events: Iterable[Event]) -> tuple[list[Event], Mapping[str, list[Event]]]:
    """The events of their own, and those that stand for a time of one, by its id."""
    instead: dict[str, list[Event]] = {}
    whole: list[Event] = []
    for one in events:
        if one.instead_of is None:
            whole.append(one)
        else:
            instead.setdefault(one.uid, []).append(one)
    return whole, instead
