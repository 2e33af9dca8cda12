"""Which earlier change does a message blame: reverts and Fixes trailers, each with its evidence."""

import csv
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from scoring.errors import ScoringError

Kind = Literal["fixes", "revert", "incident"]
YEAR = 365 * 86400  # a fault found later than this is not held against the change

_FIXES = re.compile(r"^[ \t]*Fixes:[ \t]*(?:commit[ \t]+)?([0-9a-f]{7,64})\b", re.M | re.I)
_REVERTS_SHA = re.compile(r"\breverts?:?[ \t\n]+(?:commits?[ \t\n]+)?((?:[0-9a-f]{7,64}\b[,\s]*(?:and[ \t]+)?)+)", re.I)
_REVERTS_NUMBER = re.compile(
    r"^\W*(?:this[ \t]+)?reverts?:?[ \t]+(?:PR[ \t]*|pull[ \t]+request[ \t]*)?(?:[\w.-]+/[\w.-]+)?#(\d+)\b", re.M | re.I
)
_REVERT_TITLE = re.compile(
    r"^(?:\[[^\]]*\][ \t]*)?(?:Revert|Back out|Backout|Rollback|Roll back)[ \t:]+[\"“'](.+)[\"”'][^\"”']*$", re.I
)
_IS_REVERT = re.compile(r"^(?:\[[^\]]*\][ \t]*)?(?:revert|back ?out|roll ?back)\b", re.I)
_RELANDS = re.compile(
    r"^(?:\[[^\]]*\][ \t]*)?(?:re-?apply|re-?land|un-?revert|revert[ \t:]+[\"“']+(?:revert|back ?out))\b", re.I
)
_HEX = re.compile(r"[0-9a-f]{7,64}", re.I)
_NUMBER = re.compile(r"\(#(\d+)\)\s*$|^Merge pull request #(\d+)\b")
_NOT_A_FAULT = re.compile(
    r"\b(?:flak[ey]\w*|experiment (?:ended|is over)|no longer (?:needed|wanted|necessary)|merge conflict"
    r"|premature(?:ly)?|by mistake|accidental(?:ly)?|wrong branch|not ready|business)\b",
    re.I,
)
_FIX = re.compile(r"\b(?:fix(?:e[sd])?|bugs?|defects?|crash(?:es)?|regression|leaks?)\b", re.I)


@dataclass(frozen=True, slots=True)
class Mention:
    """A message blames an earlier commit, named by id prefix, pull request number or title (exactly one is set)."""

    kind: Kind
    sha: str = ""
    number: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A change is known, from `known_at` on, to have been at fault."""

    culprit: int  # its place in the index
    known_at: int  # seconds since 1970: when the evidence landed
    kind: Kind
    evidence: str  # the commit or incident that says so
    fault: bool  # False when the revert names a reason that is no fault (flaky test, by mistake, ...)


@dataclass(frozen=True, slots=True)
class Incident:
    """A confirmed production fault and the change that caused it, named by id prefix or pull request number."""

    name: str
    known_at: int  # seconds since 1970
    sha: str = ""
    number: int = 0
    severe: bool = False

    def mention(self) -> Mention:
        """Return how it names its cause."""
        return Mention("incident", sha=self.sha, number=self.number)

    def key(self) -> str:
        """Return what tells it from every other."""
        return f"{self.known_at} {self.sha} {self.number} {int(self.severe)} {self.name}"


def read_incidents(path: Path) -> tuple[Incident, ...]:
    """Read a CSV (with a header) or JSON list of objects: incident, cause (sha or pull request), known_at, severity.

    Raises ScoringError naming the line that cannot be used.
    """
    try:
        text = path.read_text("utf-8")
        rows = json.loads(text) if text.lstrip().startswith("[") else list(csv.DictReader(text.splitlines()))
    except (OSError, ValueError, csv.Error) as error:
        raise ScoringError(f"{path} cannot be read as CSV or JSON: {error}.") from error
    except RecursionError as error:
        raise ScoringError(f"{path} cannot be read as CSV or JSON: it is nested too deeply.") from error
    if not rows and not text.lstrip().startswith("[") and not _named(text) >= {"cause", "known_at"}:
        raise ScoringError(f"{path} names no incidents: its first line must name incident, cause, known_at, severity.")
    return tuple(_incident(row, place, path) for place, row in enumerate(rows, 1))


def _named(text: str) -> set[str]:
    return {name.strip().lower() for name in text.split("\n", 1)[0].split(",")}


def _incident(row: object, place: int, path: Path) -> Incident:
    told = {str(key).strip().lower(): str(value).strip() for key, value in row.items()} if isinstance(row, dict) else {}
    cause = told.get("cause", "").removeprefix("#")
    try:
        moment = datetime.fromisoformat(told["known_at"])
    except (KeyError, ValueError) as error:
        raise ScoringError(f"Incident {place} in {path} has no known_at in ISO 8601.") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    severe = told.get("severity", "").lower() in ("1", "0", "critical", "severe", "sev0", "sev1", "high", "p0", "p1")
    name, known_at = told.get("incident", str(place)), int(moment.timestamp())
    if cause.isdigit() and len(cause) < 7:
        return Incident(name, known_at, number=int(cause), severe=severe)
    if not _HEX.fullmatch(cause):
        raise ScoringError(f"Incident {place} in {path} names no cause: a commit id or a pull request number.")
    return Incident(name, known_at, sha=cause.lower(), severe=severe)


def title_of(message: str) -> str:
    """Return the first line of a message."""
    return message.split("\n", 1)[0].strip()


def number_of(title: str) -> int:
    """Return the pull request number that a title carries, or 0."""
    found = _NUMBER.search(title)
    return int(found[1] or found[2]) if found and len(found[1] or found[2]) < 10 else 0


def bare_title(title: str) -> str:
    """Return the title without the pull request number at its end."""
    return re.sub(r"(?:\s*\(#\d+\))+\s*$", "", title).strip()


def is_revert(message: str) -> bool:
    """Say whether the commit takes an earlier one back."""
    return bool(_IS_REVERT.match(message)) or "This reverts commit" in message


def is_relanding(message: str) -> bool:
    """Say whether the commit brings back what had been taken back."""
    return bool(_RELANDS.match(message))


def is_fix(message: str) -> bool:
    """Say whether the title speaks of repairing something."""
    return bool(_FIX.search(title_of(message)))


def is_fault(message: str) -> bool:
    """Say whether a revert leaves open that the change was at fault; False when it names another reason."""
    return not _NOT_A_FAULT.search(message)


def mentions(message: str) -> tuple[Mention, ...]:
    """Return whom the message blames, strongest evidence first; a re-landing blames nobody."""
    if is_relanding(message):
        return ()
    found = [Mention("fixes", sha=sha.lower()) for sha in _FIXES.findall(message)]
    reverts = [
        Mention("revert", sha=sha.lower()) for shas in _REVERTS_SHA.findall(message) for sha in _HEX.findall(shas)
    ]
    reverts += [Mention("revert", number=int(number[:9])) for number in _REVERTS_NUMBER.findall(message)]
    quoted = _REVERT_TITLE.match(title_of(message))
    if not reverts and quoted:
        reverts = [Mention("revert", title=bare_title(quoted[1]))]
    return tuple(dict.fromkeys(found + reverts))
