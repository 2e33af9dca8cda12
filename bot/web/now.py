"""Now: what is held, why and until when, what waits for whom, what opens next, and what landed in a freeze."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Literal
from zoneinfo import ZoneInfo

from bot.config.repository import ORGANISATION, composed
from bot.policy.calendar import InForce, Scope
from bot.policy.config import Config
from bot.policy.config.freezes import joined
from bot.policy.escalation import Escalation
from bot.policy.opinion import Verdict
from bot.store import Landing, ShownPull, Sight
from bot.web.page import Asked, Stored, readable

BACK = timedelta(days=14)  # what landed in a freeze is listed for so long
MOST = 200  # rows of one list; what is left out is counted
AHEAD = timedelta(days=60)  # what opens later is not told


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch whose configuration is known."""

    repository_id: int
    ref: str
    config: Config


@dataclass(frozen=True, slots=True)
class Readings:
    """What the store knows of the repositories that somebody may read."""

    sights: tuple[Sight, ...]
    requests: dict[tuple[int, int], Escalation]  # the last of each pull request
    branches: tuple[Branch, ...]
    landings: tuple[Landing, ...]  # newest first
    landed: dict[tuple[int, int], ShownPull]


def read(store: Stored, asked: Asked, now: datetime) -> Readings:
    ids = frozenset(one.id for one in asked.reader.repositories)
    return Readings(
        sights=store.shown.open(ids),
        requests={(where, number): last for where, number, last in store.exceptions.all() if where in ids},
        branches=tuple(_branches(store, ids, now)),
        landings=store.landings.since(now - BACK, ids),
        landed=store.shown.landed(ids, now - BACK),
    )


def _branches(store: Stored, ids: frozenset[int], now: datetime) -> Iterator[Branch]:
    for known in store.configurations.in_force(ORGANISATION):
        config = composed(known, now) if known.repository_id in ids else None
        if config is not None:
            freezes = store.freezes.of(known.repository_id, now)
            yield Branch(known.repository_id, known.ref, joined(config, freezes))


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


@dataclass(frozen=True, slots=True)
class Level:
    """What is in force on a branch, and since and until when."""

    repository: str
    branch: str
    level: str
    share: float
    window: str
    reason: str
    since: datetime | None
    until: datetime | None


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
    unscored: int  # wait for their score
    watched: int  # open pull requests looked at
    in_force: tuple[Level, ...]  # strictest first
    opens: tuple[Level, ...]  # soonest first
    landed: tuple[Landed, ...]  # newest first
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
    here = [one for one in readings.sights if _passes(one.pull, names[one.repository_id], filters)]
    requests = {one: answerable(readings.requests.get((one.repository_id, one.number)), one.pull) for one in here}
    rows = {one: _row(one, names[one.repository_id], requests[one], asked) for one in here}
    enforced = [one for one in here if one.pull.held and one.pull.mode == "enforce"]
    levels = [(branch, list(_soon(branch, now))) for branch in readings.branches if _of(branch, names, filters)]
    in_force = [_level(branch, at[0], names) for branch, at in levels]
    opens = [_level(branch, later, names) for branch, at in levels for later in _openings(at, now)]
    waiting = [rows[one] for one in enforced if rows[one].request]
    return View(
        waiting=tuple(sorted(waiting, key=lambda row: row.request.at if row.request else now)),
        held=tuple(sorted((rows[one] for one in enforced if not rows[one].request), key=_soonest)),
        would=tuple(sorted((rows[one] for one in here if one.pull.held and one.pull.mode != "enforce"), key=_soonest)),
        unscored=sum(one.pull.card.tone == "waiting" for one in here),
        watched=len(here),
        in_force=tuple(sorted(in_force, key=lambda one: (-one.share, one.repository, one.branch))),
        opens=tuple(sorted(opens, key=lambda one: (one.since or now, one.repository, one.branch))),
        landed=tuple(_landed(readings, names, filters, asked)),
        filters=filters,
        answered=_answered(asked),
    )


def _answered(asked: Asked) -> str:
    """As the page was told to say; only of what may be read."""
    name, _, number = asked.query.get("answered", "").partition("#")
    return f"{name}#{number}" if readable(asked.reader, name) and number.isdecimal() else ""


def _soonest(row: Row) -> tuple[bool, float, str, int]:
    return row.until is None, row.until.timestamp() if row.until else 0.0, row.repository, row.number


# --- filters


def _filters(readings: Readings, asked: Asked, names: dict[int, str]) -> Filters:
    teams = {who for one in readings.sights for who in one.pull.may_answer if who.startswith("@")}
    repository, team = asked.query.get("repository", ""), asked.query.get("team", "")
    return Filters(
        repository=repository if repository in names.values() else "",
        team=team if team in teams else "",
        path=asked.query.get("path", "")[:200].strip(),
        repositories=tuple(sorted(names.values(), key=str.lower)),
        teams=tuple(sorted(teams)),
    )


def _passes(pull: ShownPull, name: str, filters: Filters) -> bool:
    """A change whose paths are unknown may touch any path."""
    if filters.repository and name != filters.repository:
        return False
    if filters.team and filters.team not in pull.may_answer:
        return False
    return not filters.path or pull.paths is None or any(_under(path, filters.path) for path in pull.paths)


def _under(path: str, wanted: str) -> bool:
    """A folder, a file, or a pattern with * in it."""
    if "*" in wanted:
        return fnmatchcase(path, wanted)
    return path == wanted or path.startswith(wanted.rstrip("/") + "/")


def _of(branch: Branch, names: dict[int, str], filters: Filters) -> bool:
    return not filters.repository or names[branch.repository_id] == filters.repository


# --- rows


def answerable(last: Escalation | None, pull: ShownPull) -> Escalation | None:
    """The exception that waits for an answer, where the newest request does."""
    ask = pull.card.ask
    return last if last is not None and last.state == "asked" and ask is not None and ask.state == "asked" else None


def _row(sight: Sight, name: str, request: Escalation | None, asked: Asked) -> Row:
    pull = sight.pull
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


# --- the calendar


def _soon(branch: Branch, now: datetime) -> Iterator[InForce]:
    """The level in force, then those that follow within sight."""
    for at, stretch in enumerate(branch.config.calendar.levels(now, Scope(branch.ref))):
        if at and (stretch.since is None or stretch.since > now + AHEAD):
            return
        yield stretch


def _openings(stretches: list[InForce], now: datetime) -> Iterable[InForce]:
    """The next one that holds more than what is in force now."""
    stricter = (later for later in stretches[1:] if later.share > 0)
    return [first] if (first := next(stricter, None)) is not None else []


def _level(branch: Branch, at: InForce, names: dict[int, str]) -> Level:
    window, reason = (at.window.name, at.window.reason) if at.window else ("", "")
    return Level(names[branch.repository_id], branch.ref, at.level, at.share, window, reason, at.since, at.until)


# --- what landed


def _landed(readings: Readings, names: dict[int, str], filters: Filters, asked: Asked) -> Iterator[Landed]:
    for landing in readings.landings:
        pull, name = readings.landed.get((landing.repository_id, landing.number)), names[landing.repository_id]
        if landing.share <= 0 or pull is None or not _passes(pull, name, filters):
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
