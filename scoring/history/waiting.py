"""Imported incidents that are no part of the past yet, and which of them wait for a change that is not read yet.

Thousands may name changes of other repositories: they are looked for once, and then only among what is new.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from scoring.history.ledger import Ledger
from scoring.history.store import Store
from scoring.incidents import Incident, Label

Named = tuple[str, int, int]  # id, number, and whether it takes something back: such a one is not named by its number
_SHORT = 7  # characters of the shortest id that names a commit
_LEEWAY = 24 * 3600  # seconds by which the clocks of a commit and of an incident may be apart


def blames(incident: Incident, landed_at: int) -> bool:
    """Whether the change of that name, which landed then, can be its cause.

    A commit id names one change wherever it is read. A number is one of every repository: a change that got it after
    the incident was known is another one.
    """
    return bool(incident.sha) or landed_at <= incident.known_at + _LEEWAY


class Waiting:
    """Incidents by the names of changes that are not read yet."""

    def __init__(self) -> None:
        self._by_prefix: defaultdict[str, set[Incident]] = defaultdict(set)
        self._by_number: defaultdict[int, set[Incident]] = defaultdict(set)

    def add(self, incident: Incident) -> None:
        if incident.sha:
            self._by_prefix[incident.sha[:_SHORT]].add(incident)
        elif incident.number:
            self._by_number[incident.number].add(incident)

    def take(self, names: Iterable[Named]) -> list[Incident]:
        """Those that name one of these commits, oldest first; they wait no more."""
        named: set[Incident] = set()
        for sha, number, undo in names:
            named |= {each for each in self._by_prefix.get(sha[:_SHORT], ()) if sha.startswith(each.sha)}
            if not undo:
                named |= self._by_number.pop(number, set())
        for incident in named:
            self._by_prefix.get(incident.sha[:_SHORT], set()).discard(incident)
        return sorted(named, key=lambda each: (each.known_at, each.key()))


class Unread:
    """Those of `incidents` that are no part of the past yet, as the index in `store` stands; oldest first."""

    def __init__(self, store: Store, incidents: Sequence[Incident]) -> None:
        self._store = store
        self._by_key = {incident.key(): incident for incident in incidents}
        self._born, self._length = "", 0
        self._absent: dict[str, Incident] = {}
        self._waiting = Waiting()

    def here(self) -> list[Incident]:
        """Those whose change is in the index: late, or known only after the newest commit."""
        unread = self._unread()
        self._follow()
        ledger = Ledger(self._store)
        for key, incident in unread.items():
            if key not in self._absent and not ledger.knows(incident.mention()):
                self._absent[key] = incident
                self._waiting.add(incident)
        return [incident for key, incident in unread.items() if key not in self._absent]

    def late(self) -> list[Incident]:
        """Those that should be part of the past: known by the newest commit, and their change is in the index."""
        return [incident for incident in self.here() if incident.known_at <= self._clock()]

    def ahead(self) -> list[Incident]:
        """Those that a walk on may yet come to: known only later, or their change is not in the index."""
        late = set(self.late())
        return [incident for incident in self._unread().values() if incident not in late]

    def labels(self) -> list[tuple[int, Label]]:
        """(row, label) of those whose change is in the index."""
        ledger = Ledger(self._store)
        labels = []
        for incident in self.here():
            culprit = ledger.find(incident.mention())
            if culprit is not None and culprit.row is not None and blames(incident, culprit.at):
                known_at = max(incident.known_at, culprit.at)  # nothing is known of a change before it landed
                labels.append((culprit.row, Label(culprit.n, known_at, "incident", incident.name, fault=True)))
        return labels

    def withdrawn(self) -> set[str]:
        """Keys of incidents that are part of the past and known no more."""
        return self._store.reported() - self._by_key.keys()

    def since(self) -> int | None:
        """From which moment on the past is another than the index has it; None while it is right."""
        moments = [incident.known_at for incident in self.late()]
        return min([*moments, *(int(key.split(" ", 1)[0]) for key in self.withdrawn())], default=None)

    def _unread(self) -> dict[str, Incident]:
        reported = self._store.reported() if self._by_key else set()
        return {key: incident for key, incident in self._by_key.items() if key not in reported}

    def _clock(self) -> int:
        return int(self._store.meta("clock") or -1)

    def _follow(self) -> None:
        """Look for what was absent among what was read since, and for all in an index that was read anew."""
        born, length = self._store.meta("born"), self._store.next("seen", "n")
        if born != self._born or length < self._length:
            self._absent, self._waiting = {}, Waiting()
        elif length > self._length and self._absent:
            for incident in self._waiting.take(self._store.named_since(self._length)):
                del self._absent[incident.key()]
        self._born, self._length = born, length
