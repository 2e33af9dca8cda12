"""What notices are derived from: all that the store knows and that people may have to be told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.config.repository import ORGANISATION, composed
from bot.policy.config import Config
from bot.policy.config.freezes import joined
from bot.policy.escalation import Escalation
from bot.policy.incidents.claim import Claim
from bot.store import (
    Claims,
    Configurations,
    DriftLog,
    Exceptions,
    Findings,
    Freezes,
    KnownFinding,
    KnownSign,
    Notices,
    Repositories,
    Shown,
    Sight,
)

TRUNKS = ("main", "master", "trunk", "develop")


@dataclass(frozen=True, slots=True)
class Told:
    """The components that notices read, and the one that remembers them."""

    repositories: Repositories
    configurations: Configurations
    freezes: Freezes
    shown: Shown
    exceptions: Exceptions
    claims: Claims
    drift: DriftLog
    findings: Findings
    notices: Notices


@dataclass(frozen=True, slots=True)
class Here:
    """One repository that asks for notices. `private` unless what is shown of it says that it is public."""

    id: int
    name: str
    private: bool
    branches: tuple[tuple[str, Config], ...]
    sights: tuple[Sight, ...]  # of open pull requests
    requests: tuple[tuple[int, Escalation], ...]  # the last of each pull request, by number
    claims: tuple[Claim, ...]
    signs: tuple[tuple[KnownSign, datetime], ...]  # those that alarm, each with the day on which it began

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


def read(store: Told, base: str, now: datetime) -> Readings:
    """Of those repositories only whose file names a channel."""
    branches: dict[int, list[tuple[str, Config]]] = {}
    for known in store.configurations.in_force(ORGANISATION):
        config = composed(known, now)
        if config is not None:
            freezes = store.freezes.of(known.repository_id, now)
            branches.setdefault(known.repository_id, []).append((known.ref, joined(config, freezes)))
    asking = {number: some for number, some in branches.items() if any(each.notices.channels for _, each in some)}
    return Readings(tuple(_here(store, asking)), store.findings.all(), base)


def _here(store: Told, branches: dict[int, list[tuple[str, Config]]]) -> Iterator[Here]:
    sights = store.shown.open(frozenset(branches))
    for known in store.repositories.all():
        if known.id not in branches:
            continue
        ours = tuple(one for one in sights if one.repository_id == known.id)
        newest = max(ours, key=lambda one: one.at, default=None)
        requests = {number: last for _, number, last in store.exceptions.all(known.id)}
        yield Here(
            id=known.id,
            name=known.full_name,
            private=newest is None or newest.pull.private,
            branches=tuple(branches[known.id]),
            sights=ours,
            requests=tuple(sorted(requests.items(), key=lambda one: one[0])),
            claims=store.claims.of(known.id),
            signs=tuple(_alarming(store.drift, known.id)),
        )


def _alarming(drift: DriftLog, repository_id: int) -> Iterator[tuple[KnownSign, datetime]]:
    for sign in drift.newest(repository_id):
        if sign.alert:
            days = drift.of(repository_id, sign.sign)
            calm = max((one.at for one in days if not one.alert), default=None)
            yield sign, min(one.at for one in days if calm is None or one.at > calm)
