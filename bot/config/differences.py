"""What a repository says of differences, where nobody knows which of its branches they are about."""

from datetime import datetime

from bot.config.repository import ORGANISATION, composed
from bot.policy.config.difftest import Difftest, strictest
from bot.store import Configurations


def policy_of(configurations: Configurations, repository_id: int, now: datetime, branch: str = "") -> Difftest:
    """What that branch says, as it was looked at last: whoever may make branches writes none of its configuration.

    Without one the strictest of what all branches say, as far as they were looked at; it loosens nothing, but it is no
    word on what a repository keeps.
    """
    known = configurations.in_force(ORGANISATION, {repository_id})
    here = [each for each in known if branch in ("", each.ref)]
    return strictest(config.difftest for each in here if (config := composed(each, now)) is not None)
