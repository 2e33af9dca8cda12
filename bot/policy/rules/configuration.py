"""A configuration that cannot be read holds everything until it is mended, unless an older one is in force."""

from datetime import datetime

from bot.policy.config import Config
from bot.policy.opinion import Opinion, Verdict
from bot.policy.state import State

NAME = "configuration"
BREAKS = ": it would break the configuration"
BROKEN = " until the configuration is mended"


def opine(state: State, config: Config, now: datetime) -> Opinion:
    """Only a change of that very file passes, or nobody could ever mend it; one that would break it never does."""
    if state.proposed:
        return Opinion(NAME, Verdict.BLOCK, "This pull request would break the configuration.", firm=BREAKS)
    broken = tuple(problem for problem in state.problems if not problem.last_good)
    if not broken:
        return Opinion(NAME)
    paths = state.paths
    if paths and set(paths) <= {problem.file for problem in broken}:
        return Opinion(NAME, words="The configuration cannot be read; this change touches only it and may land.")
    return Opinion(NAME, Verdict.BLOCK, "The configuration cannot be read, so nobody knows what may land.", firm=BROKEN)
