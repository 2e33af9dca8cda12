"""The calendar of a repository: months with every window, where each comes from, and what a proposal would change."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.config.repository import ORGANISATION, composed, proposed
from bot.policy.calendar import InForce, Scope
from bot.policy.calendar.instants import at_minute, instant
from bot.policy.config import FILE, Config
from bot.policy.config.freezes import Freeze, joined
from bot.policy.state import ConfigProblem
from bot.store import KnownConfiguration, LastGood, Sight, Subscription
from bot.web.difference import Difference, changed, difference
from bot.web.months import Month, following, paint
from bot.web.page import Asked, Stored
from bot.web.windows import Office, Overlap, Place, Source, narrow, offices, overlaps, sources, warnings

MONTHS = 3  # shown at once
CHANGES = 12  # coming ones that are listed
EARLIEST, LATEST = 1971, 2990  # years that can be asked for: dates of the file reach from 1970 to 2999
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Proposed:
    """A text in the place of the configuration; None where the pull request that was named proposes none."""

    words: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Readings:
    """What the store knows of the repository's calendars. `known` None: no pull request was looked at yet."""

    branches: tuple[str, ...]
    known: KnownConfiguration | None
    file: LastGood | None
    freezes: tuple[Freeze, ...]  # that had not ended a year ago
    records: Mapping[str, tuple[int, ...]]
    proposed: Proposed | None  # what is to be compared with what is in force
    sights: tuple[Sight, ...]  # of open pull requests, where something is compared
    subscriptions: tuple[Subscription, ...]  # of the reader


def read(store: Stored, asked: Asked, now: datetime) -> Readings:
    here = asked.here.id
    branches = store.configurations.in_force(ORGANISATION, {here})
    wanted = asked.query.get("branch", "")
    known = next((one for one in branches if one.ref == wanted), None) or _usual(branches)
    asked_for = _proposed(store, asked)
    return Readings(
        branches=tuple(one.ref for one in branches),
        known=known,
        file=None if known is None else store.configurations.last_good(here, known.ref),
        freezes=store.freezes.of(here, now - timedelta(days=366)),
        records=store.freezes.records(here),
        proposed=asked_for,
        sights=store.shown.open({here}) if asked_for else (),
        subscriptions=store.subscriptions.of(here, asked.reader.id),
    )


def _proposed(store: Stored, asked: Asked) -> Proposed | None:
    """Of a form, or of the pull request whose number was given."""
    text, number = asked.form.get("proposal", ""), asked.query.get("pull", "").removeprefix("#").strip()
    if text.strip():
        return Proposed("what you pasted", text.replace("\r\n", "\n"))
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        return None
    sight = store.shown.get(asked.here.id, int(number))
    known = None if sight is None else store.configurations.proposed(asked.here.id, sight.pull.head_sha)
    return Proposed(f"#{int(number)}", known)


def _usual(branches: Sequence[KnownConfiguration]) -> KnownConfiguration | None:
    named = {one.ref: one for one in branches}
    return named.get("main") or named.get("master") or next(iter(branches), None)


# --- what is shown


@dataclass(frozen=True, slots=True)
class Change:
    """From `at` on, another level is in force."""

    at: datetime
    level: str
    share: float
    window: str


@dataclass(frozen=True, slots=True)
class View:
    branch: str  # "": none was looked at yet
    branches: tuple[str, ...]
    path: str  # what is shown is for changes of this path only; "": for any
    zone: str
    level: InForce
    changes: tuple[Change, ...]  # coming, soonest first
    months: tuple[Month, ...]
    earlier: str  # the month that the page before begins with: 2026-08
    later: str
    windows: tuple[Source, ...]
    overlaps: tuple[Overlap, ...]
    offices: tuple[Office, ...]
    warnings: tuple[ConfigProblem, ...]
    file: str  # address of the configuration on the forge
    pull: str  # the number of the pull request that was named
    proposal: Difference | None
    pasted: str
    subscriptions: tuple[Subscription, ...]  # that the reader has: an address itself is never shown again
    subscribed: bool  # to this branch


def view(readings: Readings, asked: Asked, now: datetime) -> View:
    known = readings.known
    config = (composed(known, now) if known else None) or Config.default()
    config = joined(config, readings.freezes)
    first = _first(asked.query.get("from", ""), config, now)
    path = asked.query.get("path", "")[:300].strip()
    scope = Scope(known.ref if known else None, (path,) if path else None)
    place = _place(readings, asked, now)
    zone = ZoneInfo(config.timezone)
    begins, ends = (instant(at_minute(day, 0), zone) for day in (first, following(first, MONTHS)))
    stretches = list(islice(config.calendar.levels(now, scope), CHANGES + 1))
    days = tuple(offices(config, begins, ends - timedelta(minutes=1)))
    months = _months(config, first, now, scope, days)
    return View(
        branch=known.ref if known else "",
        branches=readings.branches,
        path=path,
        zone=config.timezone,
        level=stretches[0],
        changes=tuple(_changes(stretches, zone)),
        months=months,
        earlier=f"{following(first, -MONTHS):%Y-%m}",
        later=f"{following(first, MONTHS):%Y-%m}",
        windows=tuple(sorted(sources(config, now, place), key=_soonest)),
        overlaps=overlaps(narrow(config.calendar.windows, scope), begins, ends, config.timezone),
        offices=days,
        warnings=warnings(config, now, readings.branches),
        file=place.address(),
        pull=asked.query.get("pull", "")[:10],
        proposal=_difference(readings, config, months, scope, now),
        pasted=asked.form.get("proposal", ""),
        subscriptions=readings.subscriptions,
        subscribed=known is not None and any(one.ref == known.ref for one in readings.subscriptions),
    )


def _months(
    config: Config, first: date, now: datetime, scope: Scope, days: tuple[Office, ...] = ()
) -> tuple[Month, ...]:
    today, feasts = now.astimezone(ZoneInfo(config.timezone)).date(), _feasts(days)
    return tuple(paint(config.calendar, following(first, at), today, scope, feasts) for at in range(MONTHS))


def _difference(
    readings: Readings, config: Config, months: tuple[Month, ...], scope: Scope, now: datetime
) -> Difference | None:
    asked_for, known = readings.proposed, readings.known
    if asked_for is None or known is None:
        return None
    if asked_for.text is None:
        said = f"{asked_for.words} does not change {FILE}, or nobody has looked at it yet"
        return Difference(asked_for.words, (ConfigProblem(FILE, None, None, said),))
    after, problems = proposed(known, asked_for.text, now)
    if after is None:
        return Difference(asked_for.words, problems)
    after = joined(after, readings.freezes)
    # in the days of today's zone, so that a day is compared with itself
    there = replace(after, calendar=replace(after.calendar, zone=config.timezone))
    painted = _months(there, months[0].first, now, scope)
    plain = difference(asked_for.words, config, after, scope, readings.sights, now)
    return replace(plain, months=painted, days=changed(months, painted))


def _first(text: str, config: Config, now: datetime) -> date:
    """The first day of the month asked for, or of this one."""
    asked = _MONTH.fullmatch(text)
    if asked and EARLIEST <= int(asked[1]) <= LATEST and 1 <= int(asked[2]) <= 12:
        return date(int(asked[1]), int(asked[2]), 1)
    return now.astimezone(ZoneInfo(config.timezone)).date().replace(day=1)


def _place(readings: Readings, asked: Asked, now: datetime) -> Place:
    known, file = readings.known, readings.file
    written = composed(replace(known, feeds=()), now) if known else None
    return Place(
        forge=asked.forge,
        full_name=asked.here.full_name,
        ref=(file.sha if file else "") or (known.ref if known else "HEAD"),
        freezes={one.id: one for one in readings.freezes},
        records=readings.records,
        feeds=known.feeds if known else (),
        written={one.name: one for one in (written or Config.default()).calendar.windows},
    )


def _soonest(source: Source) -> tuple[bool, bool, float]:
    return source.over, not source.open, source.since.timestamp() if source.since else 0.0


def _changes(stretches: list[InForce], zone: ZoneInfo) -> Iterator[Change]:
    for stretch in stretches[1:]:
        if stretch.since is not None:
            window = stretch.window.name if stretch.window else ""
            yield Change(stretch.since.astimezone(UTC).astimezone(zone), stretch.level, stretch.share, window)


def _feasts(days: tuple[Office, ...]) -> tuple[tuple[date, str], ...]:
    return tuple((day, f"{words} ({office.name})") for office in days for day, words in office.days)
