"""When what a repository's own past adds is fitted again: one rule, for the server and for the replay of its past.

A function of how many changes there are and of nothing else: a replay fits at the moments at which a server did.
"""

from scoring.ranking.quantiles import BLOCK

# with a fiftieth more nothing changes but the work, with a quarter more a large repository waits for years
TENTHS = 11


def next_fit(last: int) -> int:
    """Return from how many changes on a fit is due when the last one was made at `last`; 0: there was none."""
    began = last // BLOCK * BLOCK or last  # one that was made a little late counts from when it was due
    return -(-began * TENTHS // (10 * BLOCK)) * BLOCK


def is_due(changes: int, last: int) -> bool:
    """Say whether it is to be fitted again now that there are so many changes. Moments are BLOCK changes apart."""
    return changes >= next_fit(last)
