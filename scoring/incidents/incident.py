"""What says that a change was at fault: its labels, and the incidents that operators import."""

import csv
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scoring.errors import ScoringError
from scoring.incidents.blame import Kind, Mention

YEAR = 365 * 86400  # a fault found later than this is not held against the change
_HEX = re.compile(r"[0-9a-f]{7,64}", re.I)


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
        """How it names its cause."""
        return Mention("incident", sha=self.sha, number=self.number)

    def key(self) -> str:
        """What tells it from every other."""
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
    columns = (
        {str(key).strip().lower(): str(value).strip() for key, value in row.items()} if isinstance(row, dict) else {}
    )
    cause = columns.get("cause", "").removeprefix("#")
    try:
        moment = datetime.fromisoformat(columns["known_at"])
    except (KeyError, ValueError) as error:
        raise ScoringError(f"Incident {place} in {path} has no known_at in ISO 8601.") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    severe = columns.get("severity", "").lower() in ("1", "0", "critical", "severe", "sev0", "sev1", "high", "p0", "p1")
    name, known_at = columns.get("incident", str(place)), int(moment.timestamp())
    if cause.isdigit() and len(cause) < 7:
        return Incident(name, known_at, number=int(cause), severe=severe)
    if not _HEX.fullmatch(cause):
        raise ScoringError(f"Incident {place} in {path} names no cause: a commit id or a pull request number.")
    return Incident(name, known_at, sha=cause.lower(), severe=severe)
