"""A trial of a replay: who brought each landing, from git, and the sources that they come from."""

from bot.backtest.auto_review.commits import read_brought
from bot.backtest.auto_review.passes import Trial
from bot.backtest.auto_review.pulls import arrivals
from bot.backtest.auto_review.registry import registered
from bot.backtest.outcomes import Outcomes
from bot.backtest.replay import Replay
from bot.policy.config import Config


def trial(replay: Replay, outcomes: Outcomes, config: Config, name: str, *, people: bool = True) -> Trial:
    """`name` is "owner/repository" where branches of forks are to be told from the others. Raises GitError."""
    brought = read_brought(replay.contents.git, replay.past.landings[-1].sha)
    owner = name.partition("/")[0] if "/" in name else ""
    arrived = arrivals(brought, owner)
    parents = {sha: next(iter(each.landed.parents), "") for sha, each in brought.items()}
    return Trial(replay, outcomes, arrived, parents, registered(config, arrived.values()), people)
