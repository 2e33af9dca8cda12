"""A claim: one kind of sentence that may be said of a change, the columns it explains, and when it is true."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scoring.assessment import Evidence
from scoring.change import Change, FileChange
from scoring.claims.count import Counted
from scoring.claims.past import Past
from scoring.facts.kinds import kinds
from scoring.facts.lines import LineCounts

TWICE = 2.0  # times the usual: what lies nearer to it is not worth a sentence

Files = tuple[tuple[FileChange, LineCounts], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """All that a claim may look at: the change itself and what had landed before it."""

    change: Change
    files: Files
    past: Past
    usual: Mapping[str, float]  # the median of columns over the last changes of `past`
    count: Callable[[], Counted] = Counted  # parses the files of code; asked only when a claim needs it
    tier: int = 0  # of the most critical service touched, 0 when none is named

    @property
    def code(self) -> Files:
        """The files of code that ships: no test, no prose, no data, nothing generated or vendored."""
        return tuple((file, lines) for file, lines in self.files if is_code(file))

    @property
    def at(self) -> int:
        """Seconds since 1970."""
        return int(self.change.at.timestamp())


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a claim says of one change; "{subject}" stands in `words` for a path or a folder with "/" at its end."""

    words: str
    subject: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One kind of sentence. `tell` returns None unless it is true and on the risky side of the usual by its margin."""

    name: str
    story: str  # of claims that tell one story people hear the first that is true
    columns: tuple[str, ...]  # which must raise the score by a stated share
    tell: Callable[[Known], Sentence | None]


def is_code(file: FileChange) -> bool:
    """Say whether the lines of a file are code that ships."""
    return not file.binary and kinds(file.path) == {"source"}


def before(file: FileChange) -> str:
    """The name under which a file was known before the change."""
    return file.old_path or file.path


def stands_out(value: float, usual: float, least: float) -> bool:
    """Say whether a value lies above the usual by the margin that makes it worth a sentence."""
    return value >= least and value >= TWICE * usual


def many(count: float, one: str, more: str = "") -> str:
    """A count with its noun: "1 line", "3,400 lines"."""
    return f"{count:,.0f} {one if count == 1 else more or one + 's'}"
