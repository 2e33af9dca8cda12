"""What a check says that it shows, and for which pull request: it belongs to a commit, which several may have.

The strictest is shown for all. Of those that are as strict, one that waits for its exception to be decided comes
first, whose buttons are needed, then the newest. The order is total, so that they do not take turns.
"""

from dataclasses import dataclass

_STRICTNESS = ("success", "neutral", "in_progress", "action_required", "failure")  # ascending
_ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Shown:
    """`card` is its digest; `number` 0: it is no pull request's, a merge group's say."""

    card: str
    conclusion: str  # or in_progress
    number: int = 0
    asked: bool = False  # it has the buttons that decide on an exception

    def __str__(self) -> str:
        parts = (self.card, self.conclusion, str(self.number or ""), _ASKED if self.asked else "")
        return ":".join(parts).rstrip(":")

    def before(self, other: "Shown") -> bool:
        """It is the one that is shown for both."""
        return self._rank() > other._rank()

    def _rank(self) -> tuple[int, bool, int]:
        return _STRICTNESS.index(self.conclusion), self.asked, self.number


def shown(text: str | None) -> Shown | None:
    """None: nobody can tell what it shows, or an earlier version wrote it."""
    card, conclusion, number, asked, *_ = (text or "").split(":") + [""] * 4
    known = conclusion in _STRICTNESS and ((number.isascii() and number.isdecimal()) or not number)
    return Shown(card, conclusion, int(number or 0), asked == _ASKED) if known else None
