"""Which commits are known to have been at fault: by the index of a repository, and by confirmed incidents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.learning.reverts import TakenBack, taken_back
from scoring.history.index import History
from scoring.incidents import YEAR, Incident, Kind


@dataclass(frozen=True, slots=True)
class Fault:
    """Somebody said that a change was at fault. `evidence` is the commit or incident that says so; from outside."""

    kind: Kind
    at: datetime
    evidence: str


@dataclass(frozen=True, slots=True)
class Faults:
    """All that is known of a repository at a moment. An excuse (a flaky test, by mistake) is no fault."""

    by_sha: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    reverts: tuple[TakenBack, ...] = ()

    def of(self, number: int, commits: Sequence[str], landed_at: datetime, now: datetime) -> tuple[Fault, ...]:
        """Those of a landing that were known at `now` and within a year of it, oldest first."""
        named = [fault for sha in commits for fault in self.by_sha.get(sha, ())]
        named += [_fault(each) for each in self.incidents if _names(each, number, commits)]
        seen = {fault.evidence for fault in named}
        taken = (each for each in self.reverts if each.evidence not in seen and each.names(number, commits))
        named += [Fault("revert", each.at, each.evidence) for each in taken]
        known = {fault for fault in named if fault.at <= now and 0 <= (fault.at - landed_at).total_seconds() <= YEAR}
        return tuple(sorted(known, key=lambda fault: (fault.at, fault.kind, fault.evidence)))


def read_faults(history: History, incidents: Sequence[Incident]) -> Faults:
    """What the index says of its changes, the history of its merges, and the incidents of either. Raises GitError."""
    rows = history.store.db.execute(
        "SELECT sha, known_at, kind, evidence FROM label JOIN seen ON culprit=n WHERE fault ORDER BY known_at, evidence"
    )
    by_sha: dict[str, list[Fault]] = {}
    for sha, known_at, kind, evidence in rows:
        by_sha.setdefault(sha, []).append(Fault(kind, datetime.fromtimestamp(known_at, UTC), evidence))
    reverts = taken_back(history.git, history.tip) if history.tip else ()
    return Faults({sha: tuple(each) for sha, each in by_sha.items()}, tuple(incidents), reverts)


def _names(incident: Incident, number: int, commits: Sequence[str]) -> bool:
    if incident.number:
        return incident.number == number
    return bool(incident.sha) and any(sha.startswith(incident.sha) for sha in commits)


def _fault(incident: Incident) -> Fault:
    return Fault("incident", datetime.fromtimestamp(incident.known_at, UTC), incident.name)
