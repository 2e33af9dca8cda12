"""Which part of a change is scored on its own as well: the code without its documentation, tests and data.

The score that gates is the highest of the whole and of its parts, so that files which hurt nobody cannot dilute those
that may. The whole counts too: code hidden under a test's name is still in it.
"""

from collections.abc import Sequence

from scoring.facts.kinds import kinds

BESIDE = frozenset({"docs", "test", "data"})  # kinds that come beside code; a file that is more than these is code

Places = tuple[int, ...]  # of files in the change


def alone(paths: Sequence[str]) -> tuple[Places, ...]:
    """Return the parts of a change, smaller than the whole and not empty."""
    code = tuple(place for place, path in enumerate(paths) if not kinds(path) <= BESIDE)
    return (code,) if 0 < len(code) < len(paths) else ()
