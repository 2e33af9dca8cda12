"""Identifiers are exchanged one for one, or something was swapped."""

from collections.abc import Iterable

from scoring.difftest.masks import identifiers


class Substitution:
    """What stands on the right where something else stood on the left, in one exchange.

    `known` identifiers mean the same on both sides (they are in the request, or both builds answered with them): they
    stand for themselves only, so two that changed places are a difference and no noise.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = set(known)
        self._right: dict[str, str] = {}
        self._left: dict[str, str] = {}

    def know(self, left: str, right: str) -> None:
        """Every identifier that is in both texts means the same."""
        self._known |= set(identifiers(left)) & set(identifiers(right))

    def same(self, text: str) -> None:
        """It is the same on both sides in one place, and so has to be everywhere."""
        if len(text) < 4_096:
            for each in identifiers(text):
                self._right.setdefault(each, each)
                self._left.setdefault(each, each)

    def exchange(self, left: Iterable[str], right: Iterable[str]) -> bool:
        """Whether each of `left` may stand for its neighbour in `right`; what may is remembered."""
        fits = True
        for one, other in zip(left, right, strict=False):
            if one != other and (one in self._known or other in self._known):
                fits = False
            first, second = self._right.setdefault(one, other), self._left.setdefault(other, one)
            fits = fits and first == other and second == one
        return fits
