"""Did you mean: the known word that takes the fewest slips of the keyboard."""

from collections.abc import Iterable

_LONGEST = 60  # no word anybody meant is longer, and comparing costs the product of both lengths


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one in any case, or None when nothing is close."""
    written = word[:_LONGEST].casefold()
    allowed = min(3, max(1, len(written) // 3))
    close = (name for name in known if abs(len(name) - len(written)) <= allowed)
    ranked = sorted((_slips(written, name.casefold()), abs(len(name) - len(written)), name) for name in close)
    return ranked[0][2] if ranked and ranked[0][0] <= allowed and written else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "; did you mean X?", or nothing."""
    close = nearest(word, known)
    return f"; did you mean {close}?" if close else ""


def _slips(one: str, other: str) -> int:
    """Letters left out, added, mistaken or swapped with their neighbour (optimal string alignment distance)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before_that, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and right == one[i - 2]:
                cost = min(cost, before_that[j - 2] + 1)
            row.append(cost)
    return row[-1]
