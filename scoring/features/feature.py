"""A feature: a small named function of the facts, with words for people and what an author can do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from scoring.history.state import Facts

Family = Literal[
    "table1", "kamei", "size", "content", "diffusion", "history", "incidents", "again", "experience", "wording"
]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column. `of` gives a finite number in the unit named; it may look at nothing but its argument."""

    name: str
    family: Family
    of: Callable[[Facts], float]
    words: str = ""  # a sentence when the value is high, "" to stay silent; "{subject}" is a path that `subject` gives
    low: str = ""  # the sentence when the value is low
    hint: str = ""  # what the author can do about it, "" when nothing
    unit: str = ""  # lines, files, people, days, ...; yes/no for a boolean
    topic: str = ""  # features that tell one story; people hear it once
    log: bool = False  # heavy-tailed: a linear model sees log(1 + value)
    person: bool = False  # speaks of the author: off when the operator says so
    typed: bool = False  # read from the title or description: its author's to choose
    subject: Callable[[Facts], str | None] | None = None
    show: Callable[[float], float] | None = None  # value as people read it, when it was transformed

    @property
    def gates(self) -> bool:
        """Whether a model that gates may read it: an author cannot lower the score by what is typed, title or name."""
        return not (self.typed or self.person)
