"""Did you mean: the nearest known word."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one in any case, or None when nothing is close."""
    folded = {name.casefold(): name for name in sorted(known)}
    found = get_close_matches(word[:80].casefold(), list(folded), 1, 0.6)
    return folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "; did you mean X?", or nothing."""
    close = nearest(word, known)
    return f"; did you mean {close}?" if close else ""
