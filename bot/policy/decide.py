"""Facts in, actions out: opinions, one verdict, then what follows from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.policy import approval
from bot.policy.actions import Action
from bot.policy.calendar import Scope
from bot.policy.chat import commands
from bot.policy.config import Config
from bot.policy.events import Event
from bot.policy.opinion import Opinion, Verdict
from bot.policy.responses import check, comment
from bot.policy.rules import configuration, freeze, gate, semantics, twin
from bot.policy.state import State
from bot.policy.ticks import mark
from bot.policy.verdict import combine

RULES = (configuration.opine, gate.opine, freeze.opine, semantics.opine, twin.opine)
RESPONSES = (check.respond, comment.respond, approval.respond, commands.respond)


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, why, and what is to be done that is not done already."""

    verdict: Verdict
    opinions: tuple[Opinion, ...]
    actions: tuple[Action, ...]
    alone: Verdict = Verdict.PASS  # what the pull request gets by itself, whatever its twins get
    mark: str = ""  # of the calendar that was in force


def decide(event: Event, state: State, config: Config, now: datetime) -> Decision:
    """Deciding again on what the actions brought about yields no action."""
    opinions = opinions_on(state, config, now)
    exception = approval.approved(state, config, now)
    verdict = combine(opinions, exception)
    alone = combine((opinion for opinion in opinions if opinion.rule != twin.NAME), exception)
    wanted = tuple(_wanted(event, verdict, opinions, state, config, now)) if state.pull.open else ()
    actions = tuple(action for action in wanted if not action.holds(state))
    return Decision(verdict, opinions, actions, alone, mark(config, now, Scope(base_ref=state.pull.base_ref)))


def opinions_on(state: State, config: Config, now: datetime) -> tuple[Opinion, ...]:
    """What every rule thinks, in the order of RULES."""
    return tuple(rule(state, config, now) for rule in RULES)


def _wanted(
    event: Event, verdict: Verdict, opinions: tuple[Opinion, ...], state: State, config: Config, now: datetime
) -> Iterator[Action]:
    for respond in RESPONSES:
        yield from respond(event, verdict, opinions, state, config, now)
