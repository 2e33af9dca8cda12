"""Where a pull request stands: what applies to it now, and whether a level would hold it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache

from bot.policy.calendar import InForce, Scope
from bot.policy.config import Config
from bot.policy.pull import PullRequest, Review
from bot.policy.state import State
from bot.policy.text import globs

_ROUNDING = 1e-9


def scope(state: State) -> Scope:
    """Unknown paths (the diff could not be read) count as touching everything."""
    pull = state.pull
    author = frozenset({pull.author.login.lower(), *state.granted.get(pull.author.id, frozenset())})
    return Scope(pull.base_ref, state.paths, pull.protected, author)


def stretches(state: State, config: Config, now: datetime) -> Iterator[InForce]:
    """The level in force for this pull request, then those that follow."""
    return config.calendar.levels(now, scope(state))


def in_force(state: State, config: Config, now: datetime) -> InForce:
    return next(stretches(state, config, now))


def among_riskiest(percentile: float, share: float) -> bool:
    """True for the riskiest `share` of changes. A tie at the threshold is held; a share of 0 holds nothing."""
    return share > 0 and percentile + share >= 1 - _ROUNDING


def would_hold(state: State, config: Config, stretch: InForce) -> bool:
    """What the score alone, or its absence, means in this stretch."""
    if state.risk is not None:
        return among_riskiest(state.risk.percentile, stretch.share)
    if state.failure is not None:
        # nobody opens the gate with a diff that cannot be read
        if state.failure.cause == "change":
            return stretch.share > 0
        return config.gate.on_error_at(stretch.level, stretch.share) == "closed"
    return stretch.share > 0


def is_exempt(state: State, config: Config) -> bool:
    """Every changed path is known and exempt."""
    return _all_match(config.exempt_paths, state.paths or ())


@lru_cache(maxsize=64)
def _all_match(patterns: tuple[str, ...], paths: tuple[str, ...]) -> bool:
    return bool(paths) and all(globs.any_matches(patterns, path) for path in paths)


def is_ready(pull: PullRequest) -> bool:
    """It could land at any moment: queued or armed to, or approved, with nothing but the gate in its way."""
    if pull.auto_merge:
        return True
    said = {review.author.id: review.state for review in _in_order(pull.reviews) if review.state != "commented"}
    agreed = "approved" in said.values() and "changes_requested" not in said.values()
    return agreed and not pull.draft and pull.mergeable is not False


def _in_order(reviews: Iterable[Review]) -> list[Review]:
    return sorted(reviews, key=lambda review: review.submitted_at)


def is_waiting(state: State) -> bool:
    return state.risk is None and state.failure is None


def latest(moments: Iterable[datetime]) -> datetime:
    """Two times of one zone compare by what the clock shows; which is later is said in UTC."""
    return max(moments, key=lambda moment: moment.astimezone(UTC))
