"""Where a change comes from: everybody behind its commits, asked for once, and what automatic review reads of it."""

from dataclasses import replace

from bot.facts.configuration import CONFIGURATION
from bot.facts.content import CONTRIBUTORS
from bot.facts.fact import Cost, Fact, Live, Look
from bot.facts.pull import PULL, TARGET
from bot.forge.port import Authors, Busy, ForgeError
from bot.policy.candidate import Origin
from bot.policy.pull import Unknown


def _authors(live: Live, look: Look) -> Authors | None:
    return live.forge.commit_authors(look[TARGET], look.number, look[CONTRIBUTORS])


def _nobody() -> None:
    """Nobody looked."""


def _origin(live: Live, look: Look) -> Origin | Unknown:
    """Nothing is asked while automatic review is off; where the forge fails, only that is in its way."""
    if not look[CONFIGURATION].config.auto_review.on:
        return Unknown("automatic review is off")
    try:
        authors = look[AUTHORS]
    except Busy:
        raise
    except ForgeError as error:
        return Unknown(f"the forge did not tell: {error}")
    if authors is None:
        return Unknown("the forge does not list all of its commits")
    seen = authors.commits | {look[PULL].head_sha}
    return replace(authors.origin, pushers=live.store.pushes.pushers(look.target.repository_id, seen))


AUTHORS = Fact("authors", _authors, _nobody, needs=(TARGET, CONTRIBUTORS), cost=Cost(requests=1))
ORIGIN = Fact(
    "origin", _origin, lambda: Unknown("nobody looked"), needs=(PULL, TARGET, CONFIGURATION, CONTRIBUTORS, AUTHORS)
)
