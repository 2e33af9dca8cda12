"""What was written already, and what the doctor found about the base branch."""

from bot.facts.fact import Fact, Live, Look
from bot.facts.pull import PULL
from bot.store.findings import REQUIRED


def _warnings(live: Live, look: Look) -> tuple[str, ...]:
    """A check that is not required holds nothing."""
    pull = look[PULL]
    findings = live.store.findings.all(f"{pull.repository.full_name} {pull.base_ref}")
    return tuple(f"{each.words} {each.fix}" for each in findings if each.check == REQUIRED)


NOTES = Fact("notes", lambda live, look: live.store.notes.of(look.target.repository_id, look.number), frozenset)
WARNINGS = Fact("warnings", _warnings, tuple, needs=(PULL,))
