"""A week of a repository, day by day: what was held, or would have been; what landed, how, and what came of it.

Pure: what is known goes in. Each pull request is counted once, under its newest head that has a score.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from bot.learning.fates import CENSORED, CLOSED, EXCEPTED, LANDINGS, OPEN, OVERRIDDEN, REPLACED, WAITED
from bot.policy.escalation import Escalation
from bot.store import Feedback, KnownSign, Landing, Outcome

DAY = timedelta(days=1)
ENOUGH = 10  # opinions, before anything is made of them
SLOW = timedelta(days=1)  # an answer to a request for an exception that takes longer is named
_NAME = re.compile(r"(\d{4})-W(\d{2})")
FATES = {
    OPEN: "still open",
    WAITED: "landed when it was free",
    EXCEPTED: "landed by exception",
    OVERRIDDEN: "landed though held",
    CENSORED: "closed without landing",
    CLOSED: "closed without landing",
}


@dataclass(frozen=True, slots=True)
class Span:
    """An ISO week on the clock of a zone: from Monday's midnight to the next one."""

    name: str  # 2026-W47
    monday: date
    zone: str

    @property
    def since(self) -> datetime:
        return self._midnight(self.monday)

    @property
    def until(self) -> datetime:
        return self._midnight(self.monday + 7 * DAY)

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.monday + n * DAY for n in range(7))

    def day_of(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def has(self, at: datetime | None) -> bool:
        return at is not None and self.since <= at < self.until

    def beside(self, weeks: int) -> "Span":
        """So many weeks later."""
        return span_of(self.monday + 7 * weeks * DAY, self.zone)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone))


def span_of(day: date, zone: str) -> Span:
    """The week that a day is in."""
    year, week, weekday = day.isocalendar()
    return Span(f"{year}-W{week:02}", day - (weekday - 1) * DAY, zone)


def span_named(name: str, zone: str) -> Span:
    """The week of a name like 2026-W47. Raises ValueError with a sentence for any other text."""
    match = _NAME.fullmatch(name)
    try:
        if match is None or not 1900 <= int(match[1]) <= 9000:
            raise ValueError
        return span_of(date.fromisocalendar(int(match[1]), int(match[2]), 1), zone)
    except ValueError:
        raise ValueError(f'"{name[:20]}" is no week: write it as 2026-W47') from None


@dataclass(frozen=True, slots=True)
class Readings:
    """What is known of one repository. `requests` are pull requests with exceptions asked for there."""

    outcomes: Sequence[Outcome]
    landings: Sequence[Landing]
    requests: Sequence[tuple[int, Escalation]]
    feedback: Sequence[Feedback]
    signs: Sequence[KnownSign]


@dataclass(frozen=True, slots=True)
class Day:
    """`held`: pull requests held for the first time. `faulty`: of those that landed, named as a fault since."""

    day: date
    held: int
    landed: int
    in_freeze: int
    though: int
    faulty: int


@dataclass(frozen=True, slots=True)
class Held:
    """One pull request that was held in the week for the first time. `fault`: how it was named at fault since."""

    number: int
    at: datetime
    percentile: float
    became: str
    fault: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A landed change that this week's evidence names, and how it had landed."""

    number: int
    known_at: datetime
    landed_at: datetime
    how: str
    landed: str


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests for an exception: asked and answered within the week; `waiting` at its end, or now."""

    asked: int
    approved: int
    denied: int
    waiting: int
    hours: float | None  # the median from being asked to being answered, of those answered

    @property
    def took(self) -> str:
        """That median for people; "" where nothing was answered."""
        if self.hours is None:
            return ""
        minutes = round(self.hours * 60)
        if minutes >= 60:
            return f"{self.hours:.1f} hours"
        return _count(minutes, "minute") if minutes else "less than a minute"


@dataclass(frozen=True, slots=True)
class Week:
    """`in_freeze`: landed while a window held something back; a hard freeze would have stopped them all."""

    span: Span
    at: datetime
    days: tuple[Day, ...]
    held: tuple[Held, ...]  # riskiest first
    landed: int
    in_freeze: int
    by_exception: int
    though: int
    faults: tuple[Fault, ...]  # in the order in which they came to light
    faulty: int  # of those that landed in the week
    requests: Requests
    useful: int
    opinions: int
    advice: tuple[str, ...]

    @property
    def over(self) -> bool:
        return self.at >= self.span.until


def week(span: Span, readings: Readings, now: datetime) -> Week:
    """Count what is known at `now`."""
    rows = [row for row in readings.outcomes if row.fate != REPLACED]
    landings = [one for one in readings.landings if span.has(one.at)]
    landed = [row for row in rows if row.fate in LANDINGS and span.has(row.ended_at)]
    held = sorted((row for row in rows if span.has(row.held_at)), key=lambda row: (-row.percentile, row.number))
    opinions = [one.useful for one in readings.feedback if span.has(one.at)]
    requests = _requests(span, [each for _, each in readings.requests], now)
    though = sum(row.fate == OVERRIDDEN for row in landed)
    return Week(
        span=span,
        at=now,
        days=tuple(_day(span, day, held, landings, landed) for day in span.days),
        held=tuple(map(_held, held)),
        landed=len(landings),
        in_freeze=sum(one.share > 0 for one in landings),
        by_exception=sum(row.fate == EXCEPTED for row in landed),
        though=though,
        faults=tuple(_faults(span, rows)),
        faulty=sum(row.fault_at is not None for row in landed),
        requests=requests,
        useful=sum(opinions),
        opinions=len(opinions),
        advice=tuple(_advice(span, readings, requests, though, opinions, now)),
    )


def _day(span: Span, day: date, held: Sequence[Outcome], landings: Sequence[Landing], landed: Sequence[Outcome]) -> Day:
    here = [one for one in landings if span.day_of(one.at) == day]
    ended = [row for row in landed if row.ended_at is not None and span.day_of(row.ended_at) == day]
    return Day(
        day=day,
        held=sum(row.held_at is not None and span.day_of(row.held_at) == day for row in held),
        landed=len(here),
        in_freeze=sum(one.share > 0 for one in here),
        though=sum(row.fate == OVERRIDDEN for row in ended),
        faulty=sum(row.fault_at is not None for row in ended),
    )


def _held(row: Outcome) -> Held:
    assert row.held_at is not None  # noqa: S101 - only what was held is asked
    return Held(row.number, row.held_at, row.percentile, FATES.get(row.fate, row.fate), _how(row))


def _how(row: Outcome) -> str:
    """How it was named at fault: the strongest evidence."""
    if row.incident_at is not None:
        return "an incident names it"
    if row.reverted_at is not None:
        return "it was reverted"
    return "a later change repairs it" if row.repaired_at is not None else ""


def _faults(span: Span, rows: Iterable[Outcome]) -> Iterable[Fault]:
    known = [(at, row) for row in rows if (at := row.fault_at) is not None and span.has(at)]
    for at, row in sorted(known, key=lambda pair: (pair[0], pair[1].number)):
        assert row.ended_at is not None  # noqa: S101 - only what landed has a fault
        yield Fault(row.number, at, row.ended_at, _how(row), FATES.get(row.fate, "let through"))


def _requests(span: Span, requests: Sequence[Escalation], now: datetime) -> Requests:
    answered = [each for each in requests if span.has(each.answered_at)]
    waited = [(each.answered_at - each.at).total_seconds() / 3600 for each in answered if each.answered_at is not None]
    return Requests(
        asked=sum(span.has(each.at) for each in requests),
        approved=sum(each.state != "denied" for each in answered),
        denied=sum(each.state == "denied" for each in answered),
        waiting=sum(_waited(each, min(now, span.until)) for each in requests),
        hours=median(waited) if waited else None,
    )


def _waited(each: Escalation, at: datetime) -> bool:
    """Whether it was asked and had no answer at that moment."""
    ends = [moment for moment in (each.answered_at, each.ended_at) if moment is not None]
    return each.at <= at and all(at < moment for moment in ends)


def _advice(
    span: Span, readings: Readings, requests: Requests, though: int, opinions: Sequence[bool], now: datetime
) -> Iterable[str]:
    """Only what these numbers ask for."""
    if though:
        yield (
            f"{_count(though, 'pull request')} landed though held. Where the mode is `enforce`, the check is not "
            "required there, or somebody went past it: `codechill doctor` says which."
        )
    end = min(now, span.until)
    slow = sum(_waited(each, end) and end - each.at > SLOW for _, each in readings.requests)
    if slow:
        yield f"{_count(slow, 'request')} for an exception waited for more than a day. Name more managers, or a deputy."
    if len(opinions) >= ENOUGH and 2 * sum(opinions) < len(opinions):
        yield (
            f"Only {sum(opinions)} of {len(opinions)} opinions found the score useful. Their words: "
            "`codechill feedback export`."
        )
    if span.since <= now < span.until + 7 * DAY:
        yield from (f"{sign.words} {sign.fix}".strip() for sign in readings.signs if sign.alert)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word if number == 1 else word + 's'}"
