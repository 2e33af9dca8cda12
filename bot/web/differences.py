"""Differences: a team's queue for one build, one group at a time; what was answered, and what the build comes to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.config.differences import policy_of
from bot.facts.differences import suggested
from bot.web.difference_cards import Card, cards
from bot.web.learnt import Suggested
from bot.web.page import Asked, NotThere, Stored
from scoring.difftest.answers import OPEN, Answer, Pace, Standing, State, last_of, pace
from scoring.difftest.desk import Desk
from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.queue import Waiting
from scoring.difftest.suggestion import Suggestion
from scoring.difftest.verdict import Verdict

BATCH = 24  # cards that one answer of the server holds
ORDER = 5_000  # groups of which the order is told; those behind come when these are answered
LISTED = 100  # rows of one list; what is left out is counted


@dataclass(frozen=True, slots=True)
class Place:
    """Whose differences of which build. `desk` is None where nothing was uploaded."""

    teams: tuple[str, ...]
    team: str = ""
    release: str = ""
    desk: Desk | None = None
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Readings:
    """`decided`: suggestions by which checks say what needs nobody, so that both ask for the same."""

    place: Place
    suggested: Suggested
    decided: Mapping[str, Suggestion] | None = None


def place_of(store: Stored, asked: Asked, now: datetime) -> Place:
    """The team and the build in the address: the first and the newest where it names none. Raises NotThere."""
    home, query = asked.here.id, asked.query
    teams = store.differences.teams(home)
    team = query.get("team") or next(iter(teams), "")
    if not team:
        return Place(())
    if team not in teams:
        raise NotThere
    desk, answers = store.desks.open(
        store.differences, home, team, policy_of(store.configurations, home, now).settings()
    )
    release = query.get("release") or desk.releases[-1]
    if release not in desk.releases:
        raise NotThere
    return Place(teams, team, release, desk, answers)


def read(store: Stored, asked: Asked, now: datetime) -> Readings:
    place = place_of(store, asked, now)
    if place.desk is None:
        return Readings(place, Suggested({}))
    here = (asked.here.id, place.team, place.release)
    weighing = store.difference_weighings.get(*here)
    decided = None if weighing is None else suggested(place.desk, place.release, weighing)
    return Readings(place, store.learnt.of(asked.here.id, place.desk, place.team, place.release), decided)


@dataclass(frozen=True, slots=True)
class Row:
    """A group in a list; `by` and `why` are of whoever called it so, or why nobody was asked."""

    id: str
    endpoint: str
    field: str
    kind: str
    count: int
    label: Label | None = None
    by: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """`order`: what waits for this reader; `cards` are the first of it, or those that were asked for. `mine` are groups
    on which this reader and somebody else disagree: a third settles them. `last` can be taken back."""

    repository: str
    teams: tuple[str, ...]
    team: str
    releases: tuple[str, ...]
    release: str
    baseline: str
    snapshots: tuple[str, ...]
    sampling: float | None
    groups: int
    differences: int
    order: tuple[str, ...]
    cards: tuple[Card, ...]
    verdict: Verdict
    pace: Pace  # of this reader
    together: Pace
    regressions: tuple[Row, ...]
    mine: tuple[Row, ...]
    carried: tuple[Row, ...]
    last: Row | None
    taught: int
    behind: int

    @property
    def answered(self) -> int:
        return self.groups - self.verdict.waiting

    @property
    def after(self) -> str:
        """The group behind the first card, for whoever has no script."""
        first = self.cards[0].id if self.cards else ""
        return next((each for each in self.order if each != first), "")


def view(readings: Readings, asked: Asked, now: datetime) -> View | None:
    """None where nothing was uploaded."""
    place, of, decided = readings.place, readings.suggested.of, readings.decided
    if place.desk is None:
        return None
    desk, me = place.desk, asked.reader.login
    groups = desk.of_release(place.release)
    names = {each.id: each for each in groups}
    answers = [each for each in place.answers if each.group in names]
    spoken = {each.group for each in answers if each.by == me}
    queue = desk.queue(place.release, of, decided)
    waiting = [each for each in queue if not (_disputed(each) and each.group.id in spoken)]
    last = last_of(answers, me)
    origin = groups[0].examples[0].origin
    return View(
        repository=asked.here.full_name,
        teams=place.teams,
        team=place.team,
        releases=tuple(reversed(desk.releases))[:LISTED],
        release=place.release,
        baseline=origin.baseline,
        snapshots=tuple(sorted({name for each in groups for name in each.snapshots if name}))[:LISTED],
        sampling=origin.sampling_rate,
        groups=len(groups),
        differences=sum(each.count for each in groups),
        order=tuple(each.group.id for each in waiting[:ORDER]),
        cards=cards(_shown(waiting, names, readings, asked.query), desk, answers),
        verdict=desk.verdict(place.release, of, decided),
        pace=pace([each for each in answers if each.by == me]),
        together=pace(answers),
        regressions=_labelled(groups, desk.standing, answers),
        mine=tuple(_row(each.group, each.standing) for each in queue if _disputed(each) and each.group.id in spoken),
        carried=tuple(
            _row(names[name], OPEN, why) for name, why in desk.automatic(place.release, decided or of).items()
        ),
        last=_row(names[last.group], Standing(label=last.label)) if last else None,
        taught=readings.suggested.labels,
        behind=readings.suggested.behind,
    )


def _shown(
    waiting: Sequence[Waiting], names: Mapping[str, Group], readings: Readings, query: Mapping[str, str]
) -> list[Waiting]:
    """The groups that a script wants next; else the one in the address, whatever it is called, and those that wait."""
    if wanted := query.get("want", ""):
        chosen = [names[each] for each in wanted.split(",")[:BATCH] if each in names]
        return [_waiting(each, readings) for each in chosen]
    pinned = query.get("group", "")
    if pinned and pinned not in names:
        raise NotThere
    first = [_waiting(names[pinned], readings)] if pinned else []
    return [*first, *(each for each in waiting if each.group.id != pinned)][:BATCH]


def _waiting(group: Group, readings: Readings) -> Waiting:
    desk = readings.place.desk
    standing = OPEN if desk is None else desk.standing.get(group.id, OPEN)
    return Waiting(group, readings.suggested.of[group.id], standing)


def _disputed(one: Waiting) -> bool:
    return one.standing.state is State.DISPUTED


def _labelled(groups: Iterable[Group], standing: Mapping[str, Standing], answers: Sequence[Answer]) -> tuple[Row, ...]:
    """The regressions, the largest first, with what was said of them last."""
    why = {each.group: each.why for each in answers if each.why and each.label is Label.REGRESSION}
    found = [each for each in groups if standing.get(each.id, OPEN).label is Label.REGRESSION]
    found.sort(key=lambda each: (-each.count, each.id))
    return tuple(_row(each, standing[each.id], why.get(each.id, "")) for each in found)


def _row(group: Group, standing: Standing, why: str = "") -> Row:
    signature = group.key.signature
    return Row(
        group.id, signature.endpoint, signature.field, signature.kind, group.count, standing.label, standing.by, why
    )
