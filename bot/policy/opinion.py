"""What a rule thinks, and how opinions become one verdict."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Verdict(IntEnum):
    """Ordered: the larger is the more restrictive."""

    PASS = 0
    BLOCK = 1


@dataclass(frozen=True, slots=True)
class Opinion:
    """One rule's view of one pull request."""

    rule: str
    verdict: Verdict = Verdict.PASS
    words: str = ""  # one calm sentence for people; plain text, nothing quoted from outside
    until: datetime | None = None  # when it stops holding by itself; None: open end, or nothing to wait for
    firm: str = ""  # what follows "held" in a headline: neither a proof nor an approved exception lifts it
    proven: bool = False  # a proof that the change is harmless: caps what rests on risk, never on configuration errors
