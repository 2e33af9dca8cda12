"""Organisation: which repositories are covered, whether the check holds there, and whether holding back pays."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.config.repository import ORGANISATION, composed
from bot.learning.guardrails import CAVEAT, Guardrails, guardrails
from bot.policy.config import Config
from bot.policy.config.auto_review import MODES, AutoMode
from bot.store import KnownFinding, KnownRepository, Outcome
from bot.store.landings import Covered
from bot.web.page import Asked, Stored
from scoring.learning.rates import Rate

BACK = timedelta(days=90)  # landings that coverage is of
MOST = 3000  # outcomes that guardrails are counted of: those that ended last
WORST_FIRST = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Readings:
    """What the store knows of the repositories that somebody may read."""

    open: dict[int, dict[str, int]]  # by repository and state, how many open pull requests were looked at
    modes: tuple[tuple[int, str, str], ...]  # repository, branch, mode of its configuration
    covered: dict[int, Covered]
    findings: tuple[KnownFinding, ...]
    outcomes: tuple[Outcome, ...]
    useful: tuple[int, int]  # opinions that found a score useful, and all
    automatic: dict[int, AutoMode]  # mode of automatic review, of the branch where it does most
    waiting: Counter[int]  # by repository, how many changes wait to land by themselves
    stopped: frozenset[int]  # where nothing lands by itself


def read(store: Stored, asked: Asked, now: datetime) -> Readings:
    here = _chosen(asked)
    ids = frozenset(one.id for one in here)
    names = {one.full_name for one in here}
    configs = tuple(_configs(store, ids, now))
    return Readings(
        open=store.shown.counts_by_repository(ids),
        modes=tuple((where, branch, config.mode) for where, branch, config in configs),
        covered=store.landings.covered(now - BACK, ids),
        findings=tuple(one for one in store.findings.all() if one.about.partition(" ")[0] in names),
        outcomes=store.outcomes.newest(ids, MOST),
        useful=store.feedback.useful(ids),
        automatic=_automatic(configs),
        waiting=Counter(where for where, _, _ in store.landing_queue.waiting(ids)),
        stopped=frozenset(stop.repository_id for stop in store.automatic_landings.stops()),
    )


def _configs(store: Stored, ids: frozenset[int], now: datetime) -> Iterator[tuple[int, str, Config]]:
    for known in store.configurations.in_force(ORGANISATION, ids):
        config = composed(known, now)
        if config is not None:
            yield known.repository_id, known.ref, config


def _automatic(configs: Iterable[tuple[int, str, Config]]) -> dict[int, AutoMode]:
    modes: dict[int, AutoMode] = {}
    for where, _, config in configs:
        modes[where] = max(modes.get(where, "off"), config.auto_review.mode, key=MODES.index)
    return modes


# --- what is shown


@dataclass(frozen=True, slots=True)
class Row:
    """One repository. `checked` is of those merged lately, how many carried our finished check when they landed."""

    name: str
    modes: tuple[tuple[str, str], ...]  # a mode, and the branches that have it
    watched: int
    held: int
    checked: Rate
    landed_at: datetime | None  # the newest merge within BACK
    wrong: int  # findings about its branches that have to be put right
    automatic: AutoMode
    waiting: int  # changes that wait to land by themselves
    stopped: bool


@dataclass(frozen=True, slots=True)
class Warned:
    """One finding of the doctor about a branch."""

    severity: str
    repository: str
    branch: str
    words: str
    fix: str


@dataclass(frozen=True, slots=True)
class View:
    owner: str  # "": every one
    owners: tuple[str, ...]
    rows: tuple[Row, ...]  # by name
    findings: tuple[Warned, ...]  # worst first
    watched: int
    held: int
    checked: Rate
    rails: Guardrails
    useful: Rate
    outcomes: int  # assessments that were followed to their end, MOST at most
    most: int = MOST
    caveat: str = CAVEAT

    @property
    def errors(self) -> int:
        return sum(one.severity == "error" for one in self.findings)


def view(readings: Readings, asked: Asked, now: datetime) -> View:
    here = _chosen(asked)
    rows = tuple(_row(one, readings) for one in sorted(here, key=lambda one: one.full_name.lower()))
    return View(
        owner=_owner(asked),
        owners=tuple(sorted({_owner_of(one) for one in asked.reader.repositories}, key=str.lower)),
        rows=rows,
        findings=tuple(sorted(_warned(readings.findings), key=lambda one: _place(one.severity))),
        watched=sum(row.watched for row in rows),
        held=sum(row.held for row in rows),
        checked=_checked(readings.covered.values()),
        rails=guardrails(readings.outcomes, (), now),
        useful=Rate(*readings.useful),
        outcomes=len(readings.outcomes),
    )


def _row(repository: KnownRepository, readings: Readings) -> Row:
    states = readings.open.get(repository.id, {})
    covered = readings.covered.get(repository.id)
    modes: dict[str, list[str]] = {}
    for where, branch, mode in readings.modes:
        if where == repository.id:
            modes.setdefault(mode, []).append(branch)
    findings = [one for one in readings.findings if one.about.partition(" ")[0] == repository.full_name]
    return Row(
        name=repository.full_name,
        modes=tuple((mode, ", ".join(sorted(branches))) for mode, branches in sorted(modes.items())),
        watched=sum(states.values()),
        held=states.get("asks", 0) + states.get("held", 0),
        checked=_checked([covered] if covered else []),
        landed_at=covered.newest if covered else None,
        wrong=sum(one.severity != "note" for one in findings),
        automatic=readings.automatic.get(repository.id, "off"),
        waiting=readings.waiting[repository.id],
        stopped=repository.id in readings.stopped,
    )


def _checked(covered: Iterable[Covered]) -> Rate:
    each = tuple(covered)
    return Rate(sum(one.checked for one in each), sum(one.merged for one in each))


def _warned(findings: Iterable[KnownFinding]) -> Iterator[Warned]:
    for one in findings:
        repository, _, branch = one.about.partition(" ")
        yield Warned(one.severity, repository, branch, one.words, one.fix)


def _place(severity: str) -> int:
    return WORST_FIRST.index(severity) if severity in WORST_FIRST else len(WORST_FIRST)


def _owner_of(repository: KnownRepository) -> str:
    return repository.full_name.partition("/")[0]


def _owner(asked: Asked) -> str:
    """The one that is asked for, where the reader may read something of it."""
    owner = asked.query.get("owner", "")
    return owner if any(_owner_of(one) == owner for one in asked.reader.repositories) else ""


def _chosen(asked: Asked) -> tuple[KnownRepository, ...]:
    owner = _owner(asked)
    return tuple(one for one in asked.reader.repositories if not owner or _owner_of(one) == owner)
