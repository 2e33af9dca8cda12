"""Who an account of a forge is in a history: the author of the landed commits that the forge lists as that account's.

One landed commit with somebody's name beside one's own address joins the two, and the history cannot tell them apart.
So an account is not taken for somebody of whom the history knows much more than the forge attests.
"""

from collections import Counter
from collections.abc import Callable, Iterable

SETTLED = 50  # listed changes of one person that settle it: a forge lists the newest hundred
TIMES = 2  # as many changes as the forge attests may be known of a person: some were made under other addresses


def believed(listed: Iterable[int], landed: Callable[[int], int]) -> list[int]:
    """Which of the persons who wrote the listed changes, once for each, the account is taken for.

    `landed` tells how many changes of a person the history knows.
    """
    attested = Counter(person for person in listed if person >= 0)
    return [who for who, count in attested.items() if count >= SETTLED or landed(who) <= TIMES * count]
