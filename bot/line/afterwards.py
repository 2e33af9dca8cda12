"""What happens to a pull request once it is closed: nothing is decided any more, but it is spoken of, and it may say
itself which change it takes back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.facts.configuration import CONFIGURATION
from bot.facts.fact import Look
from bot.facts.gather import gather
from bot.facts.pull import PULL, TARGET
from bot.facts.table import CLOSED
from bot.forge.port import Forge, Target
from bot.line.perform import Performer
from bot.line.records import Records, Round
from bot.policy.decide import afterwards
from bot.policy.events import Changed, Commented
from bot.policy.incidents.landing import said_by
from bot.policy.incidents.report import Report


@dataclass(frozen=True, slots=True)
class Afterwards:
    forge: Forge
    performer: Performer
    records: Records
    report: Callable[[Target, Report], None]
    clock: Callable[[], datetime]

    def take(self, look: Look) -> None:
        """Raises ForgeError kinds."""
        match look.event:
            case Commented():
                self._answer(look)
            case Changed("closed"):
                self._landed(look)
            case _:
                pass

    def _answer(self, look: Look) -> None:
        assert look.event is not None  # noqa: S101 - narrowed by the caller
        state = gather(look, CLOSED)
        decision = afterwards(look.event, state, look[CONFIGURATION].config, look.now)
        if decision.actions:
            outcomes = self.performer.all(look[TARGET], look[PULL], decision.actions)
            self.records.answer(Round(look, look.event, state, decision), outcomes)

    def _landed(self, look: Look) -> None:
        """A delivery that comes twice says it twice, and the second time is no news."""
        pull = look[PULL]
        if pull.life is None or pull.life.landed_at is None:
            return
        rights = self.forge.access(look[TARGET], pull.author, frozenset())
        for report in said_by(pull, pull.life.landed_at, may_write=bool(rights & {"write", "admin"})):
            self.report(look[TARGET], report)
