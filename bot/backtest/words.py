"""How numbers and times are said."""

from datetime import datetime


def count(value: int) -> str:
    return f"{value:,}"


def percent(value: float | None) -> str:
    """5 %, 7.4 %; a dash for a share of nothing."""
    if value is None:
        return "–"
    return f"{value * 100:.1f}".removesuffix(".0") + " %"


def hundred(value: float) -> str:
    """A share as so many of a hundred, as precise as matters: 13, 3.2, 0."""
    return f"{value * 100:.{0 if value >= 0.1 else 1}f}".removesuffix(".0")


def tenths(value: float) -> str:
    """A share as so many of a hundred, to one digit: 13.4."""
    return f"{value * 100:.1f}"


def hours(value: float | None) -> str:
    """As people say it: 40 min, 5 h, 2.5 days, 945 days."""
    if value is None:
        return "–"
    if value < 1:
        return f"{value * 60:.0f} min"
    if value < 48:
        return f"{value:.0f} h"
    return f"{value / 24:,.{0 if value >= 2400 else 1}f}".removesuffix(".0") + " days"


def day(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{at:%-d %b %Y}"


def moment(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{at:%a %-d %b %Y %H:%M %Z}"


def difference(value: float) -> str:
    """A difference of shares, in points of a hundred with its sign."""
    return f"{value * 100:+.1f}".replace("-", "\u2212")
