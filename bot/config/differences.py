"""What a repository says of differences, where nobody knows which of its branches they are about."""

from datetime import datetime

from bot.config.repository import ORGANISATION, composed
from bot.policy.config.difftest import Difftest, strictest
from bot.store import Configurations


def policy_of(configurations: Configurations, repository_id: int, now: datetime) -> Difftest:
    """The strictest of what its branches say, as far as they were looked at."""
    known = configurations.in_force(ORGANISATION, {repository_id})
    return strictest(config.difftest for each in known if (config := composed(each, now)) is not None)
