"""Text from outside as a reader of it should see it: what hides is named or taken out, and told of."""

import re
from dataclasses import dataclass

from scoring.semantics.guards import BIDI, CONTROL, INVISIBLE

COMMENT = re.compile(r"<!--.*?(?:-->|$)")
TURN = re.compile(r"<(?=\|)|(?<=\|)>|\[(?=/?INST\])|<(?=/?s>)")  # what ends a turn for some models


@dataclass(frozen=True, slots=True)
class Flagged:
    text: str
    hidden: bool  # a person would not have seen all of it


def visible(text: str) -> Flagged:
    """One line, or a path, without its end."""
    body = text.removesuffix("\n").removesuffix("\r").removeprefix("\ufeff")
    bare = COMMENT.sub("[a comment that pages do not show]", body)
    for pattern in (CONTROL, BIDI, INVISIBLE):
        bare = pattern.sub(lambda match: f"[U+{ord(match[0]):04X}]", bare)
    hidden = bare != body
    return Flagged(TURN.sub(lambda match: f"{match[0]} ", bare), hidden)
