"""In which order actions are performed, and which responses may want them."""

from enum import IntEnum
from typing import Literal

Owner = Literal[
    "check", "comment", "difftest", "exceptions", "commands", "questions", "auto_review", "landing"
]  # a key of RESPONSES


class Phase(IntEnum):
    """In which order actions are performed, and what follows from them."""

    NOTED = 0  # told before the check says it: afterwards nothing shows any more that it was not told
    KEPT = 1  # changes what is known: once it is kept, facts are gathered and decided on again
    SHOWN = 2  # shows the verdict, on what is then known
    SAID = 3  # changes nothing that is decided
    LANDED = 4  # after everything else: the pull request is closed by it
