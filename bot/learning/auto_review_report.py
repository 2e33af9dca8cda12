"""Everything that is counted of automatic review in one repository, read from the store."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.learning.auto_review import THIN, Compared, Stratum, compared
from bot.learning.hindsight import Question, questions
from bot.learning.ledger import Moved, Refusals, Turn, Yield, moved, refusals, yields
from bot.learning.pace import Pace, Pressure, Readership, pace, pressure, readership
from bot.store import (
    AuditLog,
    Claims,
    Course,
    Courses,
    Hindsights,
    KnownRepository,
    Landings,
    Outcome,
    Outcomes,
    Passages,
    Slots,
)
from bot.store.sources import KIND
from scoring.learning.differences import Effect, difference_in_differences

SIZES = (10, 50, 200)  # lines, at which one stratum ends and the next begins


@dataclass(frozen=True, slots=True)
class Parts:
    """`Store.only` fills it."""

    outcomes: Outcomes
    slots: Slots
    courses: Courses
    passages: Passages
    landings: Landings
    claims: Claims
    hindsights: Hindsights
    audit: AuditLog


@dataclass(frozen=True, slots=True)
class AutoReviewReport:
    """`sped_up`: how much more the hours to close of bots' changes moved than those of people's, from before the first
    landing by itself to after it; None: too few to say."""

    at: datetime
    since: datetime
    compared: Compared
    pace: Pace
    pressure: Pressure
    readership: Readership
    yields: tuple[Yield, ...]
    moved: tuple[Moved, ...]
    refusals: tuple[Refusals, ...]
    questions: tuple[Question, ...]
    sped_up: Effect | None


def read(parts: Parts, home: KnownRepository, now: datetime, lasting: timedelta) -> AutoReviewReport:
    since = now - lasting
    courses = parts.courses.of(home.id, since)
    landings = {each.number: each for each in parts.landings.since(since, [home.id])}
    outcomes = [row for row in parts.outcomes.of(home.id) if row.ended_at is not None and row.ended_at >= since]
    slots = parts.slots.of([home.id], since)
    alone = {(each.repository_id, each.number) for each in slots}
    rows = parts.passages.of(home.id, since=since)
    return AutoReviewReport(
        at=now,
        since=since,
        compared=compared(outcomes, alone, now, strata(courses)),
        pace=pace(courses, now),
        pressure=pressure(courses),
        readership=readership(courses, now),
        yields=yields(courses),
        moved=moved(rows, tuple(_turns(parts.audit, home, since))),
        refusals=refusals(rows, landings, outcomes),
        questions=questions(parts.claims.of(home.id), slots, landings, parts.hindsights.all()),
        sped_up=sped_up(courses, min((each.at for each in slots), default=None)),
    )


def strata(courses: tuple[Course, ...]) -> Callable[[Outcome], Stratum | None]:
    """What is alike: size in lines, the folder at the root where most of it lies, and whether a program wrote it."""
    known: Mapping[int, Course] = {each.number: each for each in courses}

    def stratum(row: Outcome) -> Stratum | None:
        course = known.get(row.number)
        if course is None or course.lines is None:
            return None
        size = str(sum(course.lines > edge for edge in SIZES))
        tops = [path.partition("/")[0] if "/" in path else "" for path in course.paths]
        top = max(sorted(set(tops)), key=tops.count, default="")
        return size, top, "program" if course.bot else "person"

    return stratum


def sped_up(courses: tuple[Course, ...], began: datetime | None) -> Effect | None:
    """Bots' changes are the treated, people's the control; what was published before `began` and closed after it counts
    for neither side."""
    if began is None:
        return None
    groups: dict[tuple[bool, bool], list[float]] = {(bot, late): [] for bot in (True, False) for late in (True, False)}
    for each in courses:
        if each.closed_at is None or each.published_at is None or each.published_at < began <= each.closed_at:
            continue
        hours = (each.closed_at - each.published_at).total_seconds() / 3600
        groups[each.bot, each.published_at >= began].append(hours)
    if min(map(len, groups.values())) < THIN:
        return None
    return difference_in_differences(groups[True, False], groups[True, True], groups[False, False], groups[False, True])


def _turns(audit: AuditLog, home: KnownRepository, since: datetime) -> Iterator[Turn]:
    for record in audit.records(kind=KIND):
        body = json.loads(record.body)
        was, standing = body["was"], body["standing"]
        key = standing["key"]
        here = key["organisation"] == home.installation_id and key["repository"] in (0, home.id)
        if here and record.at >= since and was["dial"] != standing["dial"]:
            yield Turn(key["name"], record.at, was["dial"], standing["dial"])
