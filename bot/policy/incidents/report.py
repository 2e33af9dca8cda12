"""What somebody says of an incident, whichever way it came in: one shape for every source."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from bot.policy.text.whole import whole

NAME, TITLE, LINK, TEXT, WHY = 200, 300, 1000, 8000, 1000  # characters that are kept
MOST_LINKS = 10
_SEVERE = frozenset({"0", "1", "critical", "severe", "high", "major", "sev0", "sev1", "sev-0", "sev-1", "p0", "p1"})


class Level(IntEnum):
    """How strong the evidence for a cause is, the strongest first. 1 and 2 make an incident label, 3 to 5 a revert
    label; those below are guesses, which wait for a person."""

    PERSON = 1  # somebody who may says so: by command, in a field of a form, in a signed request
    TRAILER = 2  # a trailer in a merged fix by somebody who may write
    REVERTED_COMMIT = 3  # `This reverts commit <id>`
    REVERTED_NUMBER = 4  # `Reverts owner/name#12`, or a branch `revert-12-...`
    REVERTED_TITLE = 5  # `Revert "<title>"`
    ROLLBACK = 6  # an older version was deployed again
    TIME = 7  # it landed shortly before
    HEARSAY = 8  # said by somebody who may not say so, or in a way that leaves a doubt


@dataclass(frozen=True, slots=True)
class Cause:
    """The change that an incident names: by number, by (the beginning of) a commit id, or by its title. `repository` is
    a full name, "" where it is the one that the incident is reported in."""

    repository: str = ""
    number: int = 0
    sha: str = ""
    title: str = ""

    def __str__(self) -> str:
        if self.number:
            return f"{self.repository}#{self.number}"
        if self.title:
            return f"{self.repository} {self.title}".strip()
        return f"{self.repository}@{self.sha[:12]}" if self.repository else self.sha[:12]


@dataclass(frozen=True, slots=True)
class Report:
    """One source's word on one incident. `incident` names it there; `links` find it again in other sources' words.

    `by` is who said it, `by_id` their account on the forge (0: none). What is too long is cut by `trimmed`.
    """

    source: str
    incident: str
    at: datetime
    by: str
    level: Level = Level.PERSON
    cause: Cause | None = None  # None: nobody has named one yet
    evidence: str = ""  # what shows it: a sentence
    title: str = ""
    severity: str = ""
    links: tuple[str, ...] = ()
    text: str = ""  # what the root cause was, in the words of whoever looked into it
    by_id: int = 0
    fault: bool = True  # False: a revert that names a reason which is no fault
    doubt: str = ""  # why a person has to look before it counts: a sentence

    @property
    def severe(self) -> bool:
        return is_severe(self.severity)

    def trimmed(self) -> "Report":
        """The same, as much of it as is kept; text from outside is made whole."""
        return replace(
            self,
            incident=_cut(self.incident, NAME),
            by=_cut(self.by, NAME),
            evidence=_cut(self.evidence, WHY),
            title=_cut(self.title, TITLE),
            severity=_cut(self.severity, 40),
            links=tuple(dict.fromkeys(_cut(link, LINK) for link in self.links if link.strip()))[:MOST_LINKS],
            text=_cut(self.text, TEXT, lines=True),
        )

    def doubted(self, why: str) -> "Report":
        """The same as a guess: somebody who may say so has to confirm it."""
        return replace(self, level=Level.HEARSAY, doubt=why)


def is_severe(severity: str) -> bool:
    """Whether a severity is one of the worst two of its scale, or is called so."""
    return severity.strip().lower() in _SEVERE


def _cut(text: str, most: int, *, lines: bool = False) -> str:
    plain = whole(text.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    plain = plain.strip() if lines else " ".join(plain.split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
