"""What notices are derived from: all that the store knows and that people may have to be told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.config.repository import ORGANISATION, composed
from bot.learning.dials import Earned, Trusting, earned
from bot.policy.config import Config
from bot.policy.config.freezes import joined
from bot.policy.escalation import Escalation
from bot.policy.incidents.claim import Claim
from bot.store import (
    AutomaticLandings,
    Claims,
    Configurations,
    DeferredReviews,
    DriftLog,
    Exceptions,
    Findings,
    Freezes,
    KnownFinding,
    KnownReview,
    KnownSign,
    LandingStop,
    Notices,
    Outcomes,
    Repositories,
    Shown,
    Sight,
    Slots,
    Sourced,
    Sources,
)

HEARD = timedelta(days=2)  # of an incident that became known earlier, everybody has heard
LIVE = frozenset({"asked", "approved"})  # states of an exception of which something is left to tell
TRUST = "trust"  # the kind of notice that costs counting what every source has earned
TRUNKS = ("main", "master", "trunk", "develop")


@dataclass(frozen=True, slots=True)
class Stored:
    """The components that notices read, and the one that remembers them."""

    repositories: Repositories
    configurations: Configurations
    freezes: Freezes
    shown: Shown
    exceptions: Exceptions
    claims: Claims
    drift: DriftLog
    findings: Findings
    deferred_reviews: DeferredReviews
    notices: Notices
    sources: Sources
    sourced: Sourced
    slots: Slots
    outcomes: Outcomes
    automatic_landings: AutomaticLandings

    @property
    def trusting(self) -> Trusting:
        return Trusting(self.repositories, self.configurations, self.sources, self.sourced, self.slots, self.outcomes)


@dataclass(frozen=True, slots=True)
class Here:
    """One repository that asks for notices. `private` unless what is shown of it says that it is public."""

    id: int
    name: str
    private: bool
    branches: tuple[tuple[str, Config], ...]
    sights: tuple[Sight, ...]  # of open pull requests with a request
    requests: tuple[tuple[int, Escalation], ...]  # the last of each pull request, if it is live, by number
    claims: tuple[Claim, ...]  # of which something was heard lately
    signs: tuple[tuple[KnownSign, datetime], ...]  # those that alarm, each with the day on which it began
    stopped: LandingStop | None = None  # nothing lands by itself here
    overdue: tuple[KnownReview, ...] = ()  # reviews that were put off until after a landing
    trust: tuple[Earned, ...] = ()  # of its sources, and, in one repository of each owner, of those of the whole owner

    @property
    def config(self) -> Config:
        """That of its trunk, as far as a name tells: it says who is told."""
        ranked = sorted(self.branches, key=lambda one: (one[0] not in TRUNKS, one[0]))
        return ranked[0][1]

    def sight(self, number: int) -> Sight | None:
        return next((one for one in self.sights if one.number == number), None)


@dataclass(frozen=True, slots=True)
class Readings:
    repositories: tuple[Here, ...]
    findings: tuple[KnownFinding, ...]
    base: str = ""  # where pages are; "": there are none


def read(store: Stored, base: str, now: datetime) -> Readings:
    """Of those repositories only whose file names a channel."""
    branches: dict[int, list[tuple[str, Config]]] = {}
    for known in store.configurations.in_force(ORGANISATION):
        config = composed(known, now)
        if config is not None:
            freezes = store.freezes.of(known.repository_id, now)
            branches.setdefault(known.repository_id, []).append((known.ref, joined(config, freezes)))
    asking = {number: some for number, some in branches.items() if any(each.notices.channels for _, each in some)}
    names = {one.id: one.full_name for one in store.repositories.all()}
    heres = [
        _here(store, number, names[number], tuple(some), now) for number, some in asking.items() if number in names
    ]
    return Readings(tuple(_with_trust(store, heres, now)), store.findings.all(), base)


def _with_trust(store: Stored, heres: Iterable[Here], now: datetime) -> Iterator[Here]:
    """What an owner's repositories have in common is told by the first of them."""
    named: set[int] = set()
    owners = {one.id: one.installation_id for one in store.repositories.all()}
    ask = [here for here in heres if any(TRUST in kinds for kinds in here.config.notices.channels.values())]
    sources = earned(store.trusting, now) if ask else ()
    for here in heres:
        if here not in ask:
            yield here
            continue
        owner = owners[here.id]
        wide = () if owner in named else (0,)
        named.add(owner)
        of_here = (each for each in sources if each.standing.key.organisation == owner)
        yield replace(here, trust=tuple(each for each in of_here if each.standing.key.repository in (here.id, *wide)))


def _here(store: Stored, number: int, name: str, branches: tuple[tuple[str, Config], ...], now: datetime) -> Here:
    newest = store.shown.newest(number)
    requests = {pull: last for _, pull, last in store.exceptions.all(number)}
    live = {pull: last for pull, last in sorted(requests.items()) if last.state in LIVE}
    sights = (store.shown.get(number, pull) for pull in live)
    return Here(
        id=number,
        name=name,
        private=newest is None or newest.pull.private,
        branches=branches,
        sights=tuple(one for one in sights if one is not None and one.open),
        requests=tuple(live.items()),
        claims=store.claims.since(number, now - HEARD),
        signs=tuple(_alarming(store.drift, number)),
        stopped=store.automatic_landings.stopped(number),
        overdue=store.deferred_reviews.overdue(number, now),
    )


def _alarming(drift: DriftLog, repository_id: int) -> Iterator[tuple[KnownSign, datetime]]:
    for sign in drift.newest(repository_id):
        if sign.alert:
            days = drift.of(repository_id, sign.sign)
            calm = max((one.at for one in days if not one.alert), default=None)
            yield sign, min(one.at for one in days if calm is None or one.at > calm)
