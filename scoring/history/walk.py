"""The way through history: each commit is looked at as of its moment, then it becomes part of the past.

An incident becomes part of the past before the first commit that landed when it was known, or with the change that it
names when that is read only then.
"""

from collections import deque
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.facts.moment import Facts
from scoring.facts.wording import NO_WORDS, Ids
from scoring.features import Feature
from scoring.history import record
from scoring.history.arrivals import Message
from scoring.history.state import State
from scoring.history.store import Store
from scoring.history.stream import Commit
from scoring.incidents import Incident


def vector(features: Sequence[Feature], facts: Facts) -> NDArray[np.float32]:
    """One value of each feature."""
    return np.array([feature.of(facts) for feature in features], dtype=np.float32)


class Walk:
    """From where `store` stands. `landings`: a merge is a change; `incidents` are in the order they were known.

    One that was known by the newest commit of `store` is of a change that is not in it.
    """

    def __init__(
        self, store: Store, features: Sequence[Feature], incidents: Iterable[Incident], *, landings: bool
    ) -> None:
        self._store, self._features, self._landings = store, features, landings
        self._state = State(store)
        self._due = deque(incidents)
        while self._due and self._state.commits and self._due[0].known_at <= self._state.clock:
            self._state.wait(self._due.popleft())  # without a search
        self._records: list[tuple[int, bytes]] = []

    def moment(self, commit: Commit, now: int) -> int:
        """When a commit landed, as far as its clock can be believed."""
        # a clock that runs ahead would freeze every decay; one that runs behind would let the past see the future
        return self._state.clock if commit.time > now else max(commit.time, self._state.clock)

    def add(
        self,
        commit: Commit,
        at: int,
        brought: Sequence[Message] = (),
        *,
        new: bool = True,
        words: Ids | None = None,
    ) -> None:
        """The next commit. `new`: its record is to be kept.

        `words` are those of a change that was looked at before and would look the same: it is only learned.
        """
        while self._due and self._due[0].known_at <= at:
            self._state.report(self._due.popleft())
        if new:
            self._records.append((self._state.commits, record.dump(commit, brought)))
        if len(commit.parents) > 1 and not self._landings:
            self._state.learn(commit, at, None, NO_WORDS, brought)
        elif words is not None:
            self._state.learn(commit, at, b"", words, brought)
        else:
            facts = self._state.facts(
                self._state.named((commit.name, commit.author)), at, commit.message, commit.files, commit.lines
            )
            parts = [vector(self._features, part).tobytes() for part in self._state.parts(facts)]
            of_whole = vector(self._features, facts).tobytes()
            self._state.learn(commit, at, of_whole, facts.wording.ids, brought, parts)

    def flush(self) -> None:
        """Write what is new, in one transaction."""
        with self._store.writing():
            self._state.flush()
            self._store.put_records(self._records)
        self._records.clear()
