"""What each source has earned, and the job that takes back what it has lost.

Up is only ever proposed: a person accepts it. Down, and the stop of a whole organisation, need nobody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.config.repository import ORGANISATION, composed
from bot.jobs.kinds import Nothing
from bot.learning.auto_review import breach, compared
from bot.policy.candidate import EVERYTHING, PEOPLE, SourceKey, Track
from bot.policy.config import Config
from bot.policy.config.auto_review import AutoReview
from bot.policy.radar.dial import SETTLED, Move, key_of, propose, settled
from bot.store import Configurations, Outcomes, Repositories, Slots, Sourced, Sources, Standing
from bot.store.sources import OURS

_log = structlog.get_logger(__name__)
LOOK_BACK = timedelta(days=365)  # over which an organisation's landings are compared


@dataclass(frozen=True, slots=True)
class Trusting:
    """`Store.only` fills it."""

    repositories: Repositories
    configurations: Configurations
    sources: Sources
    sourced: Sourced
    slots: Slots
    outcomes: Outcomes


@dataclass(frozen=True, slots=True)
class Earned:
    """Where a source stands, what became of its changes, and where its dial should go. `move` None: it is denied, or no
    configuration in force names it. `policy`: what that configuration says; None: there is none."""

    standing: Standing
    track: Track
    at_step: Track
    move: Move | None
    policy: AutoReview | None = None


def earned(
    stored: Trusting, now: datetime, organisation: int | None = None, repository: int | None = None
) -> tuple[Earned, ...]:
    """Every source that a change was recognised of, that is configured, or that somebody moved or denied; of one
    organisation, or those that may have changes in one repository of it."""
    configs = dict(_configured(stored, now))
    keys = {*configs, *stored.sourced.keys(), *(each.key for each in stored.sources.of())}
    ordered = sorted(keys, key=lambda key: (key.organisation, key.repository, key.name))
    here = [key for key in ordered if organisation in (None, key.organisation)]
    if repository is not None:
        here = [key for key in here if key.repository in (0, repository)]
    return tuple(_earned(stored, key, configs.get(key), now) for key in here)


@dataclass(frozen=True, slots=True)
class Dials:
    """Its methods are handlers of jobs."""

    stored: Trusting
    clock: Callable[[], datetime]

    def turn(self, _: Nothing) -> None:
        """Each source that has left shadow and has lost what it was trusted with."""
        now = self.clock()
        configs = dict(_configured(self.stored, now))
        for standing in self.stored.sources.of():
            if standing.dial == "shadow":
                continue
            move = _earned(self.stored, standing.key, configs.get(standing.key), now).move
            if move is not None and move.direction == "down":
                self.stored.sources.turn(standing.key, move.dial, by=OURS, because=move.why, at=now)
                _log.warning("source.stepped_down", source=standing.key.name, to=move.dial, why=move.why)

    def guard(self, _: Nothing) -> None:
        """Where what lands by itself does worse than all else of its organisation, nothing does any more."""
        for organisation in sorted({one.installation_id for one in self.stored.repositories.all()}):
            self._guard(organisation, self.clock())

    def _guard(self, organisation: int, now: datetime) -> None:
        everything = self.stored.sources.get(SourceKey(organisation, 0, EVERYTHING))
        if everything.denied:
            return
        # a person who lifted it has seen what was before
        since = max(now - LOOK_BACK, everything.lifted_at or now - LOOK_BACK)
        ids = [one.id for one in self.stored.repositories.all(organisation)]
        alone = {(each.repository_id, each.number) for each in self.stored.slots.of(ids, since)}
        if not alone:
            return
        outcomes = [row for one in ids for row in self.stored.outcomes.of(one)]
        why = breach(compared(outcomes, alone, now, within=SETTLED))
        if why:
            self.stored.sources.freeze(organisation, by=OURS, because=why, at=now)
            _log.error("organisation.stopped", organisation=organisation, why=why)


def _configured(stored: Trusting, now: datetime) -> Iterator[tuple[SourceKey, Config]]:
    """The sources of every configuration in force, and one that names each."""
    installations = {one.id: one.installation_id for one in stored.repositories.all()}
    for known in stored.configurations.in_force(ORGANISATION):
        config = composed(known, now)
        if config is None or not config.auto_review.on:
            continue
        organisation = installations[known.repository_id]
        for name in config.auto_review.sources:
            yield key_of(config, name, organisation, known.repository_id), config
        yield SourceKey(organisation, known.repository_id, PEOPLE), config


def _earned(stored: Trusting, key: SourceKey, config: Config | None, now: datetime) -> Earned:
    standing, known = stored.sources.get(key), config or Config()
    policy = known.auto_review
    day = f"{now.astimezone(ZoneInfo(known.timezone)):%Y-%m-%d}"
    track = stored.sourced.track(key, now - timedelta(days=policy.gates.days), day)
    at_step = stored.sourced.landed_since(key, standing.since or now, settled(now))
    source, people = policy.sources.get(key.name), key.name == PEOPLE and config is not None
    if standing.denied or not (source or people):
        return Earned(standing, track, at_step, None, policy if config else None)
    most = policy.threshold_for(source) if source else policy.people.verification
    move = propose(standing.dial, track, at_step, policy.gates, most, people=people)
    return Earned(standing, track, at_step, move, policy if config else None)
