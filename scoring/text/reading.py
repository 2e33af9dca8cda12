"""How a text model reads a change: what of it, how much, and how its windows come to one score."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from scoring.errors import ScoringError
from scoring.text.message import HEADINGS

Pooling = Literal["max", "mean"]
PARTS = ("title", "plan", "body", "diff")


@dataclass(frozen=True, slots=True)
class Reading:
    """Part of a model: what was trained with one reading is not served with another."""

    tokens: int = 512  # of one window, markers among them
    windows: int = 4  # of one change at most: the first and the last
    pooling: Pooling = "mean"  # of the log-odds of its windows
    parts: tuple[str, ...] = ("title", "plan", "diff")
    headings: tuple[str, ...] = HEADINGS  # of the plan for testing

    def __post_init__(self) -> None:
        if self.tokens < 16 or self.windows < 1 or self.pooling not in ("max", "mean"):
            raise ScoringError("A text model reads at least one window of 16 tokens, and pools them by max or mean.")
        if not self.parts or set(self.parts) - set(PARTS):
            raise ScoringError(f"A text model reads some of {', '.join(PARTS)}.")

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def reading_of(plain: Any) -> Reading:
    """What `plain` gave. Raises ScoringError when it is none."""
    try:
        lists = {name: tuple(plain[name]) for name in ("parts", "headings")}
        return Reading(**plain | lists)
    except (KeyError, TypeError) as error:
        raise ScoringError("The model does not say how it reads; train it again.") from error
