"""Now: what is held, why and until when, what waits for whom, what opens next, and what landed in a freeze."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Literal
from zoneinfo import ZoneInfo

from bot.policy.config import Config
from bot.policy.escalation import Escalation
from bot.policy.opinion import Verdict
from bot.store import Landing, ShownPull, Sight
from bot.web.levels import Branch, Level, branches, levels
from bot.web.page import Asked, Stored, readable

BACK = timedelta(days=14)  # what landed in a freeze is listed for so long
MOST = 100  # rows of one list; what is left out is counted
SEARCHED = 1000  # rows that are looked through for a path or a team


@dataclass(frozen=True, slots=True)
class Readings:
    """What the store knows of the repositories that somebody may read, as far as they are asked about."""

    asking: tuple[Sight, ...]
    held: tuple[Sight, ...]
    would: tuple[Sight, ...]
    counts: Mapping[str, int]  # of the open pull requests in each state, whatever their paths and teams
    requests: Mapping[tuple[int, int], Escalation]  # that wait for an answer
    branches: tuple[Branch, ...]  # of all repositories
    landings: tuple[Landing, ...]  # in a freeze, newest first
    landed: int  # in a freeze, whatever their paths and teams
    shown: Mapping[tuple[int, int], ShownPull]  # of those that landed


def read(store: Stored, asked: Asked, now: datetime) -> Readings:
    every = frozenset(one.id for one in asked.reader.repositories)
    known, wanted = tuple(branches(store, every, now)), _named(asked)
    here = frozenset(one.id for one in asked.reader.repositories if wanted in ("", one.full_name))
    naming = [text for text in (_team(asked, known), _plain_part(_path(asked))) if text]
    most = SEARCHED if naming else MOST
    landings, landed = store.landings.in_freezes(now - BACK, here, most)
    return Readings(
        asking=store.shown.listed(here, "asks", most, naming),
        held=store.shown.listed(here, "held", most, naming),
        would=store.shown.listed(here, "would", most, naming),
        counts=store.shown.counts(here),
        requests=store.exceptions.asked(here),
        branches=known,
        landings=landings,
        landed=landed,
        shown=store.shown.of([(one.repository_id, one.number) for one in landings]),
    )


def _named(asked: Asked) -> str:
    """The repository that is asked about; "": all that may be read."""
    wanted = asked.query.get("repository", "")
    return wanted if any(one.full_name == wanted for one in asked.reader.repositories) else ""


def _path(asked: Asked) -> str:
    return asked.query.get("path", "")[:200].strip()


def _plain_part(path: str) -> str:
    """The longest part of a pattern that stands in every path it fits."""
    return max(re.split(r"[*?[]", path), key=len)


# --- what is shown


@dataclass(frozen=True, slots=True)
class Request:
    """An exception that waits for an answer. `id` names it, so that an answer is to this one and to no other."""

    id: str
    by: str
    reason: str
    text: str
    at: datetime
    first: str  # who approved it already, where it takes two; "": nobody
    digest: str  # of what is shown: an answer is to this
    yours: bool  # asked for by who is reading: somebody else decides

    @staticmethod
    def of(request: Escalation, pull: ShownPull, asked: Asked) -> "Request":
        first = request.first.login if request.first else ""
        text = request.text if pull.private else ""  # in public nothing is said again of what somebody wrote
        yours = request.by.id == asked.reader.id
        return Request(request.id, request.by.login, request.reason, text, request.at, first, pull.digest, yours)


@dataclass(frozen=True, slots=True)
class Row:
    """One pull request in a list."""

    repository: str
    number: int
    title: str
    author: str
    base: str
    address: str  # of its page
    why: tuple[str, ...]  # sentences of the rules that hold it
    percentile: float | None
    since: datetime
    until: datetime | None
    waits: str  # for whom, in words
    may_answer: tuple[str, ...]  # empty: administrators of the repository
    window: str
    request: Request | None = None


How = Literal["free", "exception", "past the check"]


@dataclass(frozen=True, slots=True)
class Landed:
    """A pull request that landed while a window was open, and how."""

    repository: str
    number: int
    title: str
    address: str
    at: datetime
    window: str
    share: float
    percentile: float | None
    how: How


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for, and what may be asked for; only of repositories that the reader may read."""

    repository: str
    team: str
    path: str
    repositories: tuple[str, ...]
    teams: tuple[str, ...]

    @property
    def any(self) -> bool:
        return bool(self.repository or self.team or self.path)


@dataclass(frozen=True, slots=True)
class View:
    waiting: tuple[Row, ...]  # exceptions that somebody has to answer, the oldest first
    held: tuple[Row, ...]  # the others that are held, those that are free soonest first
    would: tuple[Row, ...]  # held by the rules, in a repository whose mode holds nothing
    count: Mapping[str, int]  # of all of each: asks, held (without those), would, waiting (for a score)
    watched: int | None  # open pull requests that were looked at; None: filtered by what is not counted
    in_force: tuple[Level, ...]  # strictest first
    opens: tuple[Level, ...]  # soonest first
    landed: tuple[Landed, ...]  # newest first
    landings: int  # how many landed, those that are not listed included
    filters: Filters
    answered: str = ""  # the pull request whose exception was answered just now, "": none

    @property
    def strictest(self) -> Level | None:
        """None while nothing is held back anywhere."""
        return self.in_force[0] if self.in_force and self.in_force[0].share > 0 else None

    @property
    def next(self) -> Level | None:
        return self.opens[0] if self.opens else None


def view(readings: Readings, asked: Asked, now: datetime) -> View:
    names = {one.id: one.full_name for one in asked.reader.repositories}
    filters = _filters(readings, asked, names)
    asking, held, would = (
        [_row(one, names, readings, asked) for one in some if _passes(one.pull, filters)]
        for some in (readings.asking, readings.held, readings.would)
    )
    of = tuple(one for one in readings.branches if filters.repository in ("", names[one.repository_id]))
    in_force, opens = levels(of, names, now)
    landed = tuple(_landed(readings, names, filters))
    narrow = bool(filters.team or filters.path)
    counts = {"asks": len(asking), "held": len(held), "would": len(would)} if narrow else readings.counts
    return View(
        waiting=tuple(sorted(asking, key=lambda row: row.request.at if row.request else now)[:MOST]),
        held=tuple(held[:MOST]),
        would=tuple(would[:MOST]),
        count={state: counts.get(state, 0) for state in ("asks", "held", "would", "waiting")},
        watched=None if narrow else sum(counts.values()),
        in_force=tuple(in_force),
        opens=tuple(opens),
        landed=landed[:MOST],
        landings=len(landed) if narrow else readings.landed,
        filters=filters,
        answered=_answered(asked),
    )


def _answered(asked: Asked) -> str:
    """As the page was told to say; only of what may be read."""
    name, _, number = asked.query.get("answered", "").partition("#")
    return f"{name}#{number}" if readable(asked.reader, name) and number.isdecimal() else ""


# --- filters


def _filters(readings: Readings, asked: Asked, names: Mapping[int, str]) -> Filters:
    return Filters(
        repository=_named(asked),
        team=_team(asked, readings.branches),
        path=_path(asked),
        repositories=tuple(sorted(names.values(), key=str.lower)),
        teams=tuple(sorted(_teams(readings.branches))),
    )


def _team(asked: Asked, known: tuple[Branch, ...]) -> str:
    """One that may approve somewhere where this reader may read; "": every one."""
    team = asked.query.get("team", "")
    return team if team in _teams(known) else ""


def _teams(known: tuple[Branch, ...]) -> set[str]:
    return {who for one in known for who in _approvers(one.config) if who.startswith("@")}


def _approvers(config: Config) -> Iterator[str]:
    yield from config.escalation.managers
    for some in config.escalation.by_path.values():
        yield from some


def _passes(pull: ShownPull, filters: Filters) -> bool:
    """A change whose paths are unknown may touch any path."""
    if filters.team and filters.team not in pull.may_answer:
        return False
    return not filters.path or pull.paths is None or any(_under(path, filters.path) for path in pull.paths)


def _under(path: str, wanted: str) -> bool:
    """A folder, a file, or a pattern with * in it."""
    if "*" in wanted:
        return fnmatchcase(path, wanted)
    return path == wanted or path.startswith(wanted.rstrip("/") + "/")


# --- rows


def answerable(last: Escalation | None, pull: ShownPull) -> Escalation | None:
    """The exception that waits for an answer, where the newest request does."""
    return last if last is not None and last.state == "asked" and pull.asks else None


def _row(sight: Sight, names: Mapping[int, str], readings: Readings, asked: Asked) -> Row:
    pull, name = sight.pull, names[sight.repository_id]
    request = answerable(readings.requests.get((sight.repository_id, sight.number)), pull)
    return Row(
        repository=name,
        number=sight.number,
        title=pull.title,
        author=pull.author.login,
        base=pull.base_ref,
        address=f"/r/{name}/pulls/{sight.number}",
        why=tuple(one.words for one in pull.opinions if one.verdict is Verdict.BLOCK and one.words),
        percentile=pull.card.percentile,
        since=sight.at,
        until=in_zone(pull.until, pull.zone),
        waits=waits_for(pull, request),
        may_answer=tuple(who.removeprefix("@") for who in pull.may_answer),
        window=pull.window,
        request=None if request is None else Request.of(request, pull, asked),
    )


def waits_for(pull: ShownPull, request: Escalation | None) -> str:
    """For whom it waits, in words."""
    if request is not None:
        who = ", ".join(name.removeprefix("@") for name in pull.may_answer) or "an administrator of the repository"
        return f"a second approval, of {who}" if request.first else who
    if pull.card.tone == "waiting":
        return "its score"
    match pull.card.gate.action if pull.card.gate else "block":
        case "extra_review":
            return "one more review, or the window's end"
        case "author_attest":
            return f"{pull.author.login} to attest the review, or the window's end"
        case _:
            return "the window's end" if pull.until else "its author"


def in_zone(moment: datetime | None, zone: str) -> datetime | None:
    return None if moment is None else moment.astimezone(ZoneInfo(zone))


# --- what landed


def _landed(readings: Readings, names: Mapping[int, str], filters: Filters) -> Iterator[Landed]:
    for landing in readings.landings:
        pull, name = readings.shown.get((landing.repository_id, landing.number)), names[landing.repository_id]
        if pull is None or not _passes(pull, filters):
            continue
        yield Landed(
            repository=name,
            number=landing.number,
            title=pull.title,
            address=f"/r/{name}/pulls/{landing.number}",
            at=in_zone(landing.at, pull.zone) or landing.at,
            window=landing.window,
            share=landing.share,
            percentile=pull.card.percentile,
            how=_how(pull),
        )


def _how(pull: ShownPull) -> How:
    if pull.excepted:
        return "exception"
    return "past the check" if pull.held and pull.mode == "enforce" else "free"
