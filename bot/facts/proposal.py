"""A pull request that edits the configuration is told what that would change, by a dry run on the open ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.facts.configuration import CONFIGURATION
from bot.facts.content import CONTENT
from bot.facts.exceptions import ESCALATIONS
from bot.facts.fact import Cost, Fact, Filled, Live, Look
from bot.facts.gather import gather
from bot.facts.people import GRANTED, HANDS
from bot.facts.pull import PULL, TARGET
from bot.facts.risk import RISK, Risk, scored
from bot.policy.config import FILE, ORGANISATION_FILE
from bot.policy.content import Content
from bot.policy.proposal import compare, sentence
from bot.policy.pull import Hands
from bot.policy.state import ConfigProblem, State

MOST_COMPARED = 20  # open pull requests that a change of the configuration is tried on
OTHER = (PULL, CONTENT, RISK, GRANTED, ESCALATIONS, HANDS)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is wrong with its version, one sentence on what would change, and each setting that it would change."""

    problems: tuple[ConfigProblem, ...] = ()
    words: str = ""
    changes: tuple[str, ...] = ()


def _read(live: Live, look: Look) -> Proposed:
    content, config, target, head = look[CONTENT], look[CONFIGURATION].config, look[TARGET], look[PULL].head_sha
    if not isinstance(content, Content):
        return Proposed()
    of_default = target.full_name.endswith("/.github") and ORGANISATION_FILE in content.paths
    wrong = live.configurations.proposed_default(target, head) if of_default else ()
    if {FILE, *config.feeds()}.isdisjoint(content.paths):
        return Proposed(wrong)
    proposed, problems = live.configurations.proposed(target, head)
    if proposed is None:
        return Proposed((*wrong, *problems))
    broken = tuple(problem for problem in proposed.problems if problem not in config.problems)
    comparison = compare(config, proposed, _others(live, look), look.now)
    return Proposed((*wrong, *broken), sentence(comparison), comparison.changes)


def _others(live: Live, look: Look) -> Iterator[State]:
    """Other open pull requests into that branch, as far as they are known and scored."""
    pulls = live.store.pulls.all_open(look.target.repository_id, look[PULL].base_ref)
    numbers = (pull.number for pull in pulls if pull.number != look.number)
    for number in islice(numbers, MOST_COMPARED):
        other = look.beside(number)
        risk = scored(live, other)
        if risk is not None and isinstance(other[CONTENT], Content):
            other.tell(CONFIGURATION, look[CONFIGURATION])
            other.tell(RISK, Risk(risk))
            other.tell(HANDS, Hands())  # too dear for a dry run: reviews count whoever gave them
            yield gather(other, OTHER)


def _fills(proposed: Proposed) -> Filled:
    return {"proposed": proposed.problems, "proposal": proposed.words, "changes": proposed.changes}


PROPOSAL = Fact(
    "proposal",
    _read,
    Proposed,
    needs=(PULL, TARGET, CONTENT, CONFIGURATION),
    cost=Cost(requests=2 + MOST_COMPARED * (PULL.cost.requests + GRANTED.cost.requests)),
    fills=_fills,
)
