"""Which parts of a change are scored in place of the whole, so that what hurts nobody cannot dilute what may.

The score that gates is the highest of them. Documentation beside code is in none of them. Every other file that comes
beside code, a test or data, is scored together with the code, one at a time: code that hides under a test's name still
counts, and one more file only adds a part, it takes none away. So nothing that is added lowers the score; the score of
the whole would fall, or that of all tests together. A change without code is scored file by file for the same reason.
"""

from collections.abc import Sequence

from scoring.change import FileChange
from scoring.facts.kinds import kinds

BESIDE = frozenset({"docs", "test", "data"})  # kinds that come beside code; a file that is more than these is code
MOST = 20  # tests and data that are tried each on its own: those that change most

Places = tuple[int, ...]  # of files in the change


def parts(files: Sequence[FileChange]) -> tuple[Places, ...]:
    """The files of each part, the code first; nothing for a change that is scored as a whole."""
    named = [kinds(file.path) for file in files]
    beside = [place for place, each in enumerate(named) if each <= BESIDE]
    code = tuple(place for place, each in enumerate(named) if not each <= BESIDE)
    if not beside or len(files) == 1:
        return ()
    if not code:
        return tuple((place,) for place in _largest(files, beside))
    hiding = [place for place in beside if named[place] != {"docs"}]
    return (code, *(tuple(sorted((*code, place))) for place in _largest(files, hiding)))


def has_code(file: FileChange) -> bool:
    """Say whether a file is more than documentation, a test or data."""
    return not kinds(file.path) <= BESIDE


def _largest(files: Sequence[FileChange], places: Sequence[int]) -> list[int]:
    return sorted(places, key=lambda place: -files[place].added - files[place].deleted)[:MOST]
