"""What the people whose word counts here may do, and whether they had a hand in the change themselves."""

from bot.facts.configuration import CONFIGURATION
from bot.facts.deferred import DEFERRED
from bot.facts.exceptions import ATTESTED
from bot.facts.fact import Cost, Fact, Live, Look
from bot.facts.landing_queue import WAITING
from bot.facts.origin import AUTHORS
from bot.facts.pull import PULL, TARGET
from bot.policy.events import commander
from bot.policy.pull import Hands, Person, Unknown
from bot.policy.radar.objections import speakers


def _deciding(look: Look) -> list[Person]:
    """Whose word may let it through: of who gave the command, and of who approved this head."""
    pull = look[PULL]
    deciding = [person for person in (commander(look.event),) if person is not None]
    if any(window.authors for window in look[CONFIGURATION].config.calendar.windows):
        deciding.append(pull.author)  # some windows hold only what some people wrote
    return deciding + [r.author for r in pull.reviews if r.state == "approved" and r.head_sha == pull.head_sha]


def _granted(live: Live, look: Look) -> dict[int, frozenset[str]]:
    """Of whose word may let it through, and of who may stop it from landing by itself."""
    pull, config = look[PULL], look[CONFIGURATION].config
    asked = _deciding(look)
    if config.auto_review.on:
        asked += [pull.author, *speakers(pull, look[WAITING].wishes.heard)]
    teams = config.teams()
    people = {person.id: person for person in asked}.values()
    return {person.id: live.forge.access(look[TARGET], person, teams) for person in people}


def _hands(live: Live, look: Look) -> Hands | Unknown:
    """Everybody who wrote, co-wrote, committed or pushed a part of it."""
    pull = look[PULL]
    if not pull.open and look[DEFERRED] is None:
        return Hands()  # all that is decided of it now is whether its review was done
    deciding = {person.id for person in _deciding(look)}
    if look[GRANTED].keys().isdisjoint(deciding) and pull.head_sha not in look[ATTESTED]:
        return Hands()  # nobody's word counts
    authors = look[AUTHORS]
    if authors is None:
        return Unknown("the forge does not list all of its commits")
    pushers = live.store.pushes.pushers(look.target.repository_id, authors.commits | {pull.head_sha})
    return Hands(authors.people | pushers, authors.unplaced)


def _nobody() -> Unknown:
    return Unknown("nobody looked")


GRANTED: Fact[dict[int, frozenset[str]]] = Fact(
    "granted", _granted, dict, needs=(PULL, TARGET, CONFIGURATION, WAITING), cost=Cost(requests=2)
)
HANDS = Fact("hands", _hands, _nobody, needs=(PULL, CONFIGURATION, GRANTED, ATTESTED, AUTHORS, DEFERRED))
