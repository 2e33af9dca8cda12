"""The configuration in force on the base branch, and what is wrong with its files as they now are."""

from dataclasses import dataclass

from bot.facts.fact import Cost, Fact, Live, Look
from bot.facts.pull import PULL, TARGET
from bot.policy.config import Config
from bot.policy.state import ConfigProblem


@dataclass(frozen=True, slots=True)
class Configured:
    config: Config
    problems: tuple[ConfigProblem, ...] = ()


def _read(live: Live, look: Look) -> Configured:
    pull = look[PULL]
    return Configured(*live.configurations.of(look[TARGET], pull.base_sha, pull.base_ref))


CONFIGURATION = Fact(
    "configuration",
    _read,
    lambda: Configured(Config.default()),
    needs=(PULL, TARGET),
    cost=Cost(requests=2),
    fills=lambda configured: {"problems": configured.problems},
)
