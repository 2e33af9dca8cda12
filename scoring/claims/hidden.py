"""What is said of a change whose rank counts what it keeps out of the counts: in which file, and how it is kept out."""

from collections.abc import Sequence

from scoring.assessment import Reason
from scoring.hidden.reading import Hidden

NAME = "hidden"
WORDS = {
    "name": "{subject} reads as a program under a name that is not counted as code; its rank counts it as code",
    "mark": "{subject} is new and says a generator wrote it; its rank counts it as code",
    "lines": "{subject} has lines too long to read; its rank counts them as the code they are written out",
    "texts": "{subject} has code inside texts or comments; its rank counts it as code",
    "bytes": "{subject} is code that git shows no lines of; its rank counts it as code",
}


def reason(hidden: Sequence[Hidden]) -> Reason:
    """The sentence about the file that most code is kept out in; `hidden` has at least one."""
    most = max(hidden, key=lambda each: (each.shown[0][1].code_added, each.path))
    return Reason(NAME, WORDS[most.by], 1.0, most.path)
