"""Facts in, actions out: one case, then what follows from it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.policy.actions import Action
from bot.policy.calendar import Scope
from bot.policy.case import Case, Rule
from bot.policy.config import Config
from bot.policy.events import Event
from bot.policy.opinion import Opinion, Verdict, combine
from bot.policy.phases import Owner, Phase
from bot.policy.responses import auto_review, check, commands, comment, difftest, exceptions, landing, questions
from bot.policy.rules import configuration, freeze, gate, regression, semantics, twin
from bot.policy.show.card import build
from bot.policy.show.ticks import mark
from bot.policy.state import State

RULES: tuple[Rule, ...] = (configuration.opine, gate.opine, freeze.opine, semantics.opine, regression.opine, twin.opine)
RESPONSES: Mapping[Owner, Callable[[Case, Event | None], Iterable[Action]]] = {
    "check": check.respond,
    "comment": comment.respond,
    "difftest": difftest.respond,
    "exceptions": exceptions.respond,
    "commands": commands.respond,
    "questions": questions.respond,
    "auto_review": auto_review.respond,
    "landing": landing.respond,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The case, and what is to be done that is not done already."""

    case: Case
    actions: tuple[Action, ...]

    @property
    def verdict(self) -> Verdict:
        return self.case.verdict

    @property
    def opinions(self) -> tuple[Opinion, ...]:
        return self.case.opinions

    def of(self, *phases: Phase) -> tuple[Action, ...]:
        """The actions of these phases."""
        return tuple(action for action in self.actions if action.phase in phases)

    @property
    def alone(self) -> Verdict:
        """What the pull request gets by itself, whatever its twins get."""
        return combine((each for each in self.case.opinions if each.rule != twin.NAME), self.case.exception)

    @property
    def mark(self) -> str:
        """Of the calendar that was in force."""
        return mark(self.case.config, self.case.now, Scope(base_ref=self.case.pull.base_ref))


def decide(event: Event | None, state: State, config: Config, now: datetime) -> Decision:
    """Deciding again on what the actions brought about yields no action. Event None: nothing happened, it is a look."""
    case = case_of(state, config, now)
    responses = RESPONSES.values() if state.pull.open else ()
    wanted = (action for respond in responses for action in respond(case, event))
    return Decision(case, tuple(action for action in wanted if not action.holds(state)))


def afterwards(event: Event, state: State, config: Config, now: datetime) -> Decision:
    """What is answered about a pull request that is closed: nothing is decided about it any more."""
    case = case_of(state, config, now)
    wanted = commands.respond_afterwards(case, event)
    return Decision(case, tuple(action for action in wanted if not action.holds(state)))


def case_of(state: State, config: Config, now: datetime) -> Case:
    """As every rule sees it."""
    return Case(state, config, now, RULES, build)
