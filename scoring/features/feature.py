"""A feature: a small named function of the facts. What people are told of it stands in scoring/claims."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from scoring.facts.moment import Facts

Family = Literal[
    "table1", "kamei", "size", "content", "diffusion", "history", "incidents", "again", "experience", "wording"
]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column. `of` gives a finite number; it may look at nothing but its argument."""

    name: str
    family: Family
    of: Callable[[Facts], float]
    topic: str = ""  # features that tell one story, and move together
    log: bool = False  # heavy-tailed: a linear model sees log(1 + value)
    person: bool = False  # speaks of the author
    live: bool = False  # known where changes are served, constant where models learn: none is fitted on it
    typed: bool = False  # read from the title or description: its author's to choose
    newcomer: Literal["lowest", "highest", "between"] = "between"  # where somebody new here stands among all values
    cap: float | None = None  # no model that gates sees more: what lies above stands for somebody new as well

    @property
    def gates(self) -> bool:
        """Whether a model that gates may read it.

        An author cannot lower the score by what is typed. Of a person counts only what can lower it, by which nobody
        stands above somebody new: a model must be monotone in it (see `slope`).
        """
        return not self.typed and (not self.person or self.newcomer != "between")

    @property
    def slope(self) -> int:
        """The only direction in which a score may move with it: -1 falls, 1 rises, 0 either."""
        return {"lowest": -1, "highest": 1, "between": 0}[self.newcomer]
