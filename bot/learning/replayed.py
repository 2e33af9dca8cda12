"""A changed policy decided on the facts of before: which changes would pass automatic review, and which not any more.

Pure, and the facts are frozen: nobody is asked anything, so tracks and scores stand as they then were counted.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.policy.config import Config
from bot.policy.radar import funnel
from bot.policy.radar.funnel import Passage
from bot.policy.radar.strength import source_of
from bot.store import Exhibit, Outcome

Kind = Literal["passes", "newly", "no_longer", "another_rule", "refused"]
PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One change under both policies. `before` and `after`: "passed", or the stage and rule that ended it.

    `landed` and `reverted` are what became of it under the policy of then; None: it has not ended, or nobody followed.
    """

    number: int
    source: str  # "": people's
    before: str
    after: str
    landed: bool | None
    reverted: bool | None

    @property
    def kind(self) -> Kind:
        if self.after == PASSED:
            return "passes" if self.before == PASSED else "newly"
        if self.before == PASSED:
            return "no_longer"
        return "refused" if self.before == self.after else "another_rule"


def replay(
    exhibits: Iterable[Exhibit], in_force: Config, proposed: Config, outcomes: Iterable[Outcome]
) -> tuple[Replayed, ...]:
    """By number."""
    became = {row.number: row for row in outcomes if row.ended_at is not None}
    return tuple(_replayed(each, in_force, proposed, became.get(each.number)) for each in exhibits)


def table(rows: Iterable[Replayed]) -> tuple[tuple[str, str, str, int], ...]:
    """Source, what it was, what it would be, and how many: only what would be decided otherwise, most first."""
    counted = Counter((row.source, row.before, row.after) for row in rows if row.before != row.after)
    return tuple((*name, number) for name, number in sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _replayed(exhibit: Exhibit, in_force: Config, proposed: Config, became: Outcome | None) -> Replayed:
    source = source_of(exhibit.state, in_force) or source_of(exhibit.state, proposed)
    landed = None if became is None else bool(became.commits) or became.fate not in ("closed", "censored")
    return Replayed(
        exhibit.number,
        source.name if source else "",
        _ended(exhibit, in_force),
        _ended(exhibit, proposed),
        landed,
        became.reverted_at is not None if became is not None and landed else None,
    )


def _ended(exhibit: Exhibit, config: Config) -> str:
    if not config.auto_review.on:
        return "off"
    passage: Passage = funnel.passage(exhibit.state, config, exhibit.at, funnel.STAGES)
    return PASSED if passage.through else f"{passage.stage}/{passage.answer.rule}"
