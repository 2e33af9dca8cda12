"""Which changes wait to land by themselves, and from when: level-triggered, so that asked again it says the same.

A change waits for the whole delay once everything speaks for it, or everything but the cap of its source's day: that
is of the day on which it lands, and takes neither its place nor its delay away. Another content, base or policy begins
it anew; a rebase or a merge of the base that leaves the diff as it is, byte for byte, keeps it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.policy.candidate import Stop, Waiting
from bot.policy.config import Config
from bot.policy.radar import objections
from bot.policy.radar.funnel import Passage
from bot.policy.radar.strength import mode, source_of
from bot.policy.radar.version import policy
from bot.policy.state import State


@dataclass(frozen=True, slots=True)
class Not:
    """Why a change does not wait to land."""

    rule: str
    stop: Stop | None = None  # that of a person


def wanted(state: State, config: Config, now: datetime, passage: Passage) -> Waiting | Not:
    pull, diff, stop = state.pull, state.content_name, objections.current(state, config)
    if mode(state, config) != "enforce":
        return Not("mode")
    if not pull.open or pull.draft:
        return Not("draft")
    if stop is not None:
        return Not(stop.rule, stop)
    if diff is None or not (passage.through or passage.lacks_time_alone):
        return Not(passage.answer.rule or "unknown")
    if passage.pipeline != "ace" and (state.wishes.consent is None or state.wishes.consent.diff != diff):
        return Not("nobody_ships_it")
    source = source_of(state, config)
    fresh = Waiting(
        head_sha=pull.head_sha,
        base_ref=pull.base_ref,
        policy=policy(config, state.program),
        since=now,
        land_after=now + config.auto_review.delay_for(source),
        diff=diff,
        pipeline=passage.pipeline,
        source=source.name if source else "",
    )
    return _continued(state.waiting, fresh)


def _continued(before: Waiting | None, fresh: Waiting) -> Waiting:
    if before is None or any(getattr(before, name) != getattr(fresh, name) for name in _BOUND_TO):
        return fresh
    return replace(fresh, since=before.since, land_after=before.land_after)


_BOUND_TO = ("base_ref", "policy", "diff", "pipeline", "source")
