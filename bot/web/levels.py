"""The level in force on each branch, and the one that opens next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.config.repository import ORGANISATION, composed
from bot.policy.calendar import InForce, Scope
from bot.policy.config import Config
from bot.policy.config.freezes import joined
from bot.web.page import Stored

AHEAD = timedelta(days=60)  # what opens later is not told


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch whose configuration is known."""

    repository_id: int
    ref: str
    config: Config


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


def branches(store: Stored, ids: frozenset[int], now: datetime) -> Iterator[Branch]:
    """Of these repositories, with the freezes that somebody started by hand."""
    by_hand = store.freezes.lasting(ids, now)
    for known in store.configurations.in_force(ORGANISATION, ids):
        config = composed(known, now)
        if config is not None:
            freezes = by_hand.get(known.repository_id, ())
            yield Branch(known.repository_id, known.ref, joined(config, freezes) if freezes else config)


def levels(of: tuple[Branch, ...], names: Mapping[int, str], now: datetime) -> tuple[list[Level], list[Level]]:
    """What is in force, the strictest first, and of each branch the next that holds anything, the soonest first."""
    in_force, opens = [], []
    for branch in of:
        stretches = branch.config.calendar.levels(now, Scope(branch.ref))
        in_force.append(_level(branch, next(stretches), names))
        coming = next((one for one in stretches if one.share > 0 or _late(one, now)), None)
        if coming is not None and not _late(coming, now):
            opens.append(_level(branch, coming, names))
    in_force.sort(key=lambda one: (-one.share, one.repository, one.branch))
    opens.sort(key=lambda one: (one.since or now, one.repository, one.branch))
    return in_force, opens


def _late(stretch: InForce, now: datetime) -> bool:
    return stretch.since is None or stretch.since > now + AHEAD


def _level(branch: Branch, at: InForce, names: Mapping[int, str]) -> Level:
    window, reason = (at.window.name, at.window.reason) if at.window else ("", "")
    return Level(names[branch.repository_id], branch.ref, at.level, at.share, window, reason, at.since, at.until)
