"""Auto-review: what waits to land by itself, what each source has earned, what landed, who owes a review, what refuses.

Everything is counted by bot/learning, as for `codechill sources` and `codechill report auto-review`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.config.repository import ORGANISATION, composed
from bot.learning.auto_review import CAVEAT, Compared, compared
from bot.learning.dials import Earned, Trusting, earned
from bot.learning.ledger import Refusals, refusals
from bot.policy.candidate import PEOPLE, SourceKey, Waiting
from bot.policy.config.auto_review import MODES, AutoMode
from bot.policy.radar.funnel import STAGES
from bot.policy.radar.gates import Gate, gates
from bot.store import AutomaticLanding, KnownReview, Landing, LandingStop, Outcome, ShownPull, Slot, Standing
from bot.store.passages import KnownPassage
from bot.web.now import in_zone
from bot.web.page import Asked, Stored, readable

LEDGER = timedelta(days=30)  # that the ledger is counted over
LATELY = timedelta(days=90)  # what landed by itself longer ago is not listed
MOST = 50  # rows of one list; what is left out is counted
YEAR = timedelta(days=365)
OUTCOMES = 3000  # that landings are compared by: those that ended last


@dataclass(frozen=True, slots=True)
class Readings:
    modes: tuple[tuple[str, AutoMode, str], ...]  # branch, mode of automatic review, zone
    waiting: tuple[tuple[int, int, Waiting], ...]
    sources: tuple[Earned, ...]
    everything: Standing  # of all that lands by itself in the organisation
    stop: LandingStop | None
    lately: tuple[AutomaticLanding, ...]  # oldest first
    passages: tuple[KnownPassage, ...]  # of LEDGER
    landings: Mapping[int, Landing]  # of LATELY
    slots: tuple[Slot, ...]  # of a year
    outcomes: tuple[Outcome, ...]
    reviews: tuple[KnownReview, ...]  # owed, the oldest due first
    shown: Mapping[int, ShownPull]


def read(store: Stored, asked: Asked, now: datetime) -> Readings:
    home = asked.here
    here, organisation = home.id, home.installation_id
    trusting = Trusting(
        store.repositories, store.configurations, store.sources, store.sourced, store.slots, store.outcomes
    )
    waiting, reviews = store.landing_queue.waiting([here]), store.deferred_reviews.owed(here)
    lately = store.automatic_landings.all([here], now - LATELY)
    numbers = {number for _, number, _ in waiting} | {each.number for each in lately[-MOST:]}
    return Readings(
        modes=tuple(_modes(store, here, now)),
        waiting=waiting,
        sources=earned(trusting, now, organisation, here),
        everything=store.sources.get(SourceKey(organisation, 0, "").everything),
        stop=store.automatic_landings.stopped(here),
        lately=lately,
        passages=store.passages.of(here, since=now - LEDGER),
        landings={each.number: each for each in store.landings.since(now - LATELY, [here])},
        slots=store.slots.of([here], now - YEAR),
        outcomes=store.outcomes.newest({here}, OUTCOMES),
        reviews=reviews,
        shown={number: pull for (_, number), pull in store.shown.of({(here, one) for one in numbers}).items()},
    )


def _modes(store: Stored, here: int, now: datetime) -> Iterator[tuple[str, AutoMode, str]]:
    for known in store.configurations.in_force(ORGANISATION, {here}):
        config = composed(known, now)
        if config is not None:
            yield known.ref, config.auto_review.mode, config.timezone


# --- what is shown


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A change that waits to land."""

    number: int
    title: str
    source: str  # "": a person's
    author: str
    since: datetime
    land_after: datetime
    looked_at_later: bool  # a review is owed afterwards


@dataclass(frozen=True, slots=True)
class Source:
    """What one source has earned, and what would be next. `mode` None: no configuration in force names it."""

    name: str
    people: bool
    owner: str
    everywhere: bool  # trusted in the whole organisation
    mode: AutoMode | None
    standing: Standing
    most: str  # as far as the configuration goes
    direction: str  # up, stays, down; "": nothing is proposed
    dial: str  # the next
    why: str
    gates: tuple[Gate, ...]
    landed_today: int
    limit: int | None  # a day; None: each author has their own


@dataclass(frozen=True, slots=True)
class Landed:
    """One landing by itself, or the try of one."""

    number: int
    title: str
    at: datetime
    state: str  # in words
    source: str
    fault: str  # "": none is known
    tone: str


@dataclass(frozen=True, slots=True)
class Owed:
    number: int
    title: str
    author: str
    owners: tuple[str, ...]
    landed_at: datetime
    due: datetime
    overdue: bool
    issue: int | None


@dataclass(frozen=True, slots=True)
class View:
    """`question` says what each stage asks."""

    repository: str
    forge: str  # its page there
    zone: str
    modes: tuple[tuple[AutoMode, str], ...]  # and the branches that have it, the one that does most first
    stops: tuple[str, ...]  # why nothing lands by itself at all
    waiting: tuple[Awaiting, ...]
    sources: tuple[Source, ...]
    landed: tuple[Landed, ...]  # newest first
    landings: int  # those that are not listed included
    done: int  # of them landed
    reviews: tuple[Owed, ...]
    decided: int  # changes, in LEDGER
    passed: int  # of them every stage, when they were decided on last
    ledger: tuple[Refusals, ...]
    compared: Compared
    questions: Mapping[str, str]
    stopped: str  # the pull request whose landing was stopped just now, "": none
    caveat: str = CAVEAT
    most: int = MOST

    @property
    def mode(self) -> AutoMode:
        return self.modes[0][0] if self.modes else "off"

    @property
    def overdue(self) -> int:
        return sum(each.overdue for each in self.reviews)


def view(readings: Readings, asked: Asked, now: datetime) -> View:
    home, zone = asked.here, next((zone for _, _, zone in readings.modes), "UTC")
    last = {row.number: row.decided for row in readings.passages}
    return View(
        repository=home.full_name,
        forge=f"{asked.forge}/{home.full_name}",
        zone=zone,
        modes=tuple(_by_mode(readings)),
        stops=tuple(_stops(readings)),
        waiting=tuple(_awaiting(number, each, readings, zone) for _, number, each in readings.waiting),
        sources=tuple(_source(each) for each in readings.sources if each.standing.key.name != "*"),
        landed=tuple(_landed(each, readings, zone) for each in reversed(readings.lately[-MOST:])),
        landings=len(readings.lately),
        done=sum(each.state == "landed" for each in readings.lately),
        reviews=tuple(_owed(each, zone, now) for each in readings.reviews),
        decided=len(last),
        passed=sum(each.outcome == "passed" for each in last.values()),
        ledger=refusals(readings.passages, readings.landings, readings.outcomes),
        compared=compared(readings.outcomes, {(each.repository_id, each.number) for each in readings.slots}, now),
        questions={stage.name: stage.words for stage in STAGES},
        stopped=stopped(asked),
    )


def stopped(asked: Asked) -> str:
    """As the page was told to say; only of what may be read."""
    name, _, number = asked.query.get("stopped", "").partition("#")
    return f"{name}#{number}" if readable(asked.reader, name) and number.isdecimal() else ""


def _by_mode(readings: Readings) -> Iterator[tuple[AutoMode, str]]:
    for mode in reversed(MODES):
        branches = sorted(ref for ref, of_branch, _ in readings.modes if of_branch == mode)
        if branches:
            yield mode, ", ".join(branches)


def _stops(readings: Readings) -> Iterator[str]:
    if readings.everything.denied:
        yield f"In the whole organisation, by {readings.everything.denied_by}: {readings.everything.denied}"
    if readings.stop is not None:
        yield f"In this repository, by {readings.stop.by}: {readings.stop.because}"


def _title(number: int, readings: Readings) -> str:
    pull = readings.shown.get(number)
    return pull.title if pull else "Pull request"


def _awaiting(number: int, each: Waiting, readings: Readings, zone: str) -> Awaiting:
    pull = readings.shown.get(number)
    return Awaiting(
        number,
        _title(number, readings),
        each.source,
        pull.author.login if pull else "",
        in_zone(each.since, zone) or each.since,
        in_zone(each.land_after, zone) or each.land_after,
        each.pipeline == "verification",
    )


def _source(each: Earned) -> Source:
    standing, policy, move = each.standing, each.policy, each.move
    name = standing.key.name
    source = policy.sources.get(name) if policy else None
    people = name == PEOPLE
    return Source(
        name=name,
        people=people,
        owner=source.owner if source else "",
        everywhere=not standing.key.repository,
        mode=policy.mode_for(source) if policy else None,
        standing=standing,
        most=(policy.threshold_for(source) if source else policy.people.verification) if policy else "",
        direction=move.direction if move else "",
        dial=move.dial if move else "",
        why=move.why if move else "",
        gates=tuple(gates(each.track, policy.gates)) if policy and not people else (),
        landed_today=each.track.landed_today,
        limit=source.daily_limit if source else None,
    )


def _landed(each: AutomaticLanding, readings: Readings, zone: str) -> Landed:
    source = next((slot.key.name for slot in readings.slots if slot.number == each.number), "")
    fault = _fault(each, readings)
    words = {"begun": "under way", "queued": "in the merge queue", "landed": "landed", "refused": "did not land"}
    state = words[each.state] if not each.words else f"{words[each.state]}: {each.words}"
    if each.verified == "different":
        state = f"landed as something else than was approved: {each.words}"
    tone = "fault" if fault or each.verified == "different" else "good" if each.state == "landed" else "asks"
    at = in_zone(each.at, zone) or each.at
    return Landed(
        each.number, _title(each.number, readings), at, state, "" if source == PEOPLE else source, fault, tone
    )


def _fault(each: AutomaticLanding, readings: Readings) -> str:
    """What is known against it by now."""
    row = next((row for row in readings.outcomes if (row.number, row.head_sha) == (each.number, each.head_sha)), None)
    if row is None or row.fault_at is None:
        return ""
    named = {"an incident": row.incident_at, "reverted": row.reverted_at, "repaired": row.repaired_at}
    return next(words for words, at in named.items() if at is not None)


def _owed(known: KnownReview, zone: str, now: datetime) -> Owed:
    review = known.review
    return Owed(
        known.number,
        review.title,
        review.author.login,
        review.owners,
        in_zone(review.landed_at, zone) or review.landed_at,
        in_zone(review.due, zone) or review.due,
        review.due < now,
        known.issue,
    )
