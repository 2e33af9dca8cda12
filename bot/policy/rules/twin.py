"""A check belongs to a commit: while one pull request of a commit is held, no other one of it may show success."""

from datetime import datetime

from bot.policy.config import Config
from bot.policy.opinion import Opinion, Verdict
from bot.policy.state import State

NAME = "twin"


def opine(state: State, config: Config, now: datetime) -> Opinion:
    """Firm: what is known of this pull request, or approved for it, says nothing about the other one."""
    if not state.held_twins:
        return Opinion(NAME)
    other = min(state.held_twins)
    words = f"Pull request {other} has the same commits and is held, and a check counts for both. Close one of them."
    return Opinion(NAME, Verdict.BLOCK, words, firm=f" with pull request {other}")
