"""The pull request as the forge shows it, asked for once a look, and where its repository is reached now."""

from dataclasses import replace

from bot.facts.fact import Cost, Fact, Live, Look
from bot.forge.port import Target
from bot.policy.pull import PullRequest


def _read(live: Live, look: Look) -> PullRequest:
    return live.forge.pull(look.target, look.number)


def _nobody() -> PullRequest:
    raise LookupError("without a pull request there is nothing to look at")


PULL = Fact("pull", _read, _nobody, cost=Cost(requests=5))


def _named(live: Live, look: Look) -> Target:
    """By its present name: GitHub's redirect from an old one loses parameters and writes."""
    return replace(look.target, full_name=look[PULL].repository.full_name)


def _nowhere() -> Target:
    return Target(0, 0, "")


TARGET = Fact("target", _named, _nowhere, needs=(PULL,))
PAGE = Fact("page", lambda live, look: live.forge.clone_url(look[TARGET]).removesuffix(".git"), str, needs=(TARGET,))
