"""What happens to a pull request once it is closed: nothing is decided any more, but it is spoken of."""

from dataclasses import dataclass

from bot.facts.configuration import CONFIGURATION
from bot.facts.fact import Look
from bot.facts.gather import gather
from bot.facts.pull import PULL, TARGET
from bot.facts.table import CLOSED
from bot.line.perform import Performer
from bot.line.records import Records, Round
from bot.policy.decide import afterwards
from bot.policy.events import Commented


@dataclass(frozen=True, slots=True)
class Afterwards:
    performer: Performer
    records: Records

    def take(self, look: Look) -> None:
        """Answer what is said of it. Raises ForgeError kinds."""
        if not isinstance(look.event, Commented):
            return
        state = gather(look, CLOSED)
        decision = afterwards(look.event, state, look[CONFIGURATION].config, look.now)
        if decision.actions:
            outcomes = self.performer.all(look[TARGET], look[PULL], decision.actions)
            self.records.answer(Round(look, look.event, state, decision), outcomes)
