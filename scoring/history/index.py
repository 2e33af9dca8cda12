"""The as-of index of one repository: every change as it looked when it landed, kept up by reading new commits only."""

import fcntl
import hashlib
import os
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.change import Change
from scoring.facts.lines import LineCounts
from scoring.facts.moment import Facts
from scoring.facts.wording import Ids
from scoring.features import FEATURES, Feature, signature
from scoring.git import Git, check
from scoring.history.arrivals import Message, arrivals
from scoring.history.order import ahead
from scoring.history.partial import view_of, with_empty_blobs
from scoring.history.readers import commits
from scoring.history.relabel import Relabelling, beside
from scoring.history.state import State
from scoring.history.store import Store
from scoring.history.stream import Commit
from scoring.history.waiting import Unread
from scoring.history.walk import Walk, vector
from scoring.incidents import Incident, Label
from scoring.ranking.gating import Parts

Progress = Callable[[int, int], None]
_BATCH = 4000


@dataclass(frozen=True, slots=True)
class Row:
    """Where a commit stands in the index."""

    sha: str
    at: int  # seconds since 1970, never before the previous row's
    row: int


class History:
    """The index of `repository`, kept in the folder `state` and nowhere else.

    `first_parent` reads merges as landings of whole branches, which blame and are blamed for all that they brought;
    else every commit that is no merge is a change.
    `absent_as_empty` reads files that a partial clone lacks as empty; else such a clone is refused.
    Imported `incidents` blame the changes they name from the moment they were known: also in features of later changes.
    """

    def __init__(
        self,
        repository: Path,
        state: Path,
        *,
        first_parent: bool = False,
        absent_as_empty: bool = False,
        features: tuple[Feature, ...] = FEATURES,
        incidents: Sequence[Incident] = (),
    ) -> None:
        self.repository = repository
        self.git = Git(repository)
        self.features = features
        self.first_parent = first_parent
        self.absent_as_empty = absent_as_empty
        self.absent = 0  # files read as empty because the clone lacks them
        self.folder = state
        state.mkdir(parents=True, exist_ok=True)
        self.store = Store(state / "index.sqlite")
        self.incidents: tuple[Incident, ...] = ()
        self._unread = Unread(self.store, ())
        self._digest = ""  # a digest of the incidents
        self.report(incidents)

    def report(self, incidents: Sequence[Incident]) -> bool:
        """Know these imported incidents and no others; says whether that changes anything.

        One of a change in the index that was known before the newest landed is late: `relabel` counts it in, and a
        withdrawn one out.
        """
        before = self.incidents
        self.incidents = tuple(sorted(dict.fromkeys(incidents), key=lambda each: (each.known_at, each.key())))
        if self.incidents != before:
            self._unread = Unread(self.store, self.incidents)
        keys = "\n".join(incident.key() for incident in self.incidents)
        self._digest = hashlib.sha256(keys.encode("utf-8", "surrogateescape")).hexdigest() if keys else ""
        if self._digest == self.store.meta("incidents"):
            return before != self.incidents
        with self.store.writing():
            self.store.set_meta("incidents", self._digest)
        # a regression kept beside the index was fitted without them
        (self.folder / "own.json").unlink(missing_ok=True)
        return True

    @property
    def reported(self) -> str:
        """What tells the imported incidents that are known from any others: "" while there are none."""
        return self._digest

    def close(self) -> None:
        self.store.close()

    @property
    def tip(self) -> str:
        """The commit the index stands at, "" while it is empty or half built."""
        return self.store.meta("tip") if self._mine() else ""

    @property
    def clock(self) -> int:
        """The moment the newest change landed, in seconds since 1970; 0 while there is none."""
        return int(self.store.meta("clock") or 0)

    def __len__(self) -> int:
        return self.store.next("features", "row")

    def refresh(self, tip: str, *, now: int, progress: Progress | None = None, relabel: bool = True) -> int:
        """Bring the index up to commit `tip` and return how many commits were read.

        Nothing is read when `tip` is already in it. History that was rewritten is read again from its start.
        `now` bounds the clocks of commits. Raises ScoringError for a shallow or incomplete clone; what was read stays.
        Late incidents are counted in as well, unless `relabel` is left for later.
        """
        check(tip)
        read = self._bring_up(tip, now, progress)
        if relabel:
            self.relabel(progress=progress)
        return read

    def late(self) -> bool:
        """Whether the index was read without an incident known by then, or with one that is no more."""
        return self._unread.since() is not None

    def relabel(self, *, alone: AbstractContextManager[object] | None = None, progress: Progress | None = None) -> bool:
        """Count late incidents in where they belong, and withdrawn ones out; says whether there were any.

        Git is not asked and the index serves and grows meanwhile; it is held, and `alone` with it, only while what
        differs takes its place. A process that is killed leaves the index as it was.
        """
        if not self._mine() or not self.late():
            return False
        with self.locked("again.lock"), beside(self.store) as draft:
            since = self._unread.since()
            if since is None:  # another process did it meanwhile
                return False
            again = Relabelling(
                self.store, draft, self.features, self.incidents,
                since=since, landings=self.first_parent,
                read=lambda shas: self._commits(self.contents, shas, lambda _: False),
            )  # fmt: skip
            again.follow(progress)
            with self.store.unsettled(), alone or nullcontext(), self.locked():
                again.finish()
        return True

    def _bring_up(self, tip: str, now: int, progress: Progress | None) -> int:
        if self.tip == tip:
            return 0
        with self.locked():
            todo = self._todo(tip)
            if todo:
                self._read(todo, now, progress)
            with self.store.writing():
                if todo or not self._contains(tip) or not self.tip:
                    self.store.set_meta("tip", tip)
            return len(todo)

    @contextmanager
    def locked(self, name: str = "lock") -> Iterator[None]:
        """Hold the index alone among processes; waits for another holder."""
        with (self.folder / name).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def facts(self, change: Change, lines: Sequence[LineCounts], at: int) -> Facts:
        """The facts of a change that is not in the index, as of its present state."""
        state = State(self.store)
        for incident in self._unread.here():
            if incident.known_at <= at:
                state.report(incident)  # never written: the next commit counts it in
        commits = change.attested
        author = state.named((change.name, change.author)) if commits is None else state.attested(commits)
        return state.facts(author, at, f"{change.title}\n{change.message}", change.files, lines)

    def parts_of(self, facts: Facts) -> tuple[Facts, ...]:
        """The parts of a change that are scored in its place; none when it is scored as a whole."""
        return State(self.store).parts(facts)

    def each_way(self, facts: Facts) -> tuple[Facts, ...]:
        """What gates of a change, and each of its files as if it came alone: all from one reading of its past."""
        state = State(self.store)
        return (*(state.parts(facts) or (facts,)), *state.alone(facts))

    def vector(self, facts: Facts) -> NDArray[np.float32]:
        return vector(self.features, facts)

    def matrix(self, first: int = 0, last: int | None = None) -> NDArray[np.float32]:
        """Rows first <= row < last as a matrix of shape (rows, features)."""
        start, stop = max(0, first), min(len(self), len(self) if last is None else last)
        matrix = np.empty((max(0, stop - start), len(self.features)), dtype=np.float32)
        for row, values in self.store.rows(start, stop):
            matrix[row - start] = np.frombuffer(values, dtype=np.float32)
        return matrix

    def parts(self, first: int = 0, last: int | None = None) -> Parts:
        """The parts of the changes first <= row < last."""
        vectors = list(self.store.parts(first, len(self) if last is None else last))
        raw = np.array([np.frombuffer(vector, dtype=np.float32) for _, vector in vectors], dtype=np.float32)
        return Parts(np.array([row for row, _ in vectors], dtype=np.intp), raw.reshape(-1, len(self.features)))

    def words(self, rows: Sequence[int]) -> list[Ids]:
        return [np.frombuffer(self.store.wording(row), dtype=np.uint32) for row in rows]

    @property
    def contents(self) -> Git:
        """Reads what landed, with what a partial clone lacks as empty files where that was asked for."""
        return view_of(self.git, self.folder / "view.git") if self.absent_as_empty else self.git

    def changes(self) -> list[Row]:
        changes = self.store.db.execute("SELECT sha, at, row FROM seen WHERE row IS NOT NULL ORDER BY row")
        return [Row(*each) for each in changes]

    def sha_at(self, row: int) -> str:
        return str(self.store.db.execute("SELECT sha FROM seen WHERE row=?", (row,)).fetchone()[0])

    def row_of(self, sha: str) -> int | None:
        """The row of a commit in the index, None when it is not there or is a merge."""
        seen = self.store.db.execute("SELECT row FROM seen WHERE sha=?", (sha,)).fetchone()
        return seen[0] if seen else None

    def knows(self, sha: str) -> bool:
        """Whether a commit is in the index: merges, and what landings brought, included."""
        return self.store.db.execute("SELECT 1 FROM named WHERE sha=?", (sha,)).fetchone() is not None

    def commits(self) -> frozenset[str]:
        """Every commit in the index: merges, and what landings brought, included."""
        return frozenset(sha for (sha,) in self.store.db.execute("SELECT sha FROM named"))

    def title(self, sha: str) -> str:
        """The title of a commit in the index, "" when it is not there; from outside: escape when shown."""
        named = self.store.db.execute("SELECT title FROM named WHERE sha=?", (sha,)).fetchone()
        return str(named[0]) if named else ""

    def paths(self, first: int, last: int) -> tuple[tuple[str, ...], ...]:
        """The paths that each change of rows first <= row < last touched."""
        stored = self.store.db.execute("SELECT paths FROM seen WHERE row>=? AND row<? ORDER BY row", (first, last))
        return tuple(tuple(os.fsdecode(path) for path in paths.split(b"\0") if path) for (paths,) in stored)

    def labels(self) -> list[tuple[int, Label]]:
        """(row, label) for everything ever known of changes in the index."""
        stored = self.store.db.execute(
            "SELECT row, at, culprit, known_at, kind, evidence, fault FROM label JOIN seen ON culprit=n "
            "WHERE row IS NOT NULL ORDER BY row"
        )
        known = defaultdict(list)
        for incident in self.incidents:
            known[incident.name].append(incident.known_at)
        return [
            (row, Label(culprit, at, kind, by, bool(fault)))
            for row, landed, culprit, at, kind, by, fault in stored
            # a withdrawn one counts no more at once
            if kind != "incident" or any(max(moment, landed) == at for moment in known.get(by, ()))
        ] + self._unread.labels()

    def repaired(self) -> dict[str, str]:
        """Each change that a later commit says was at fault, and the first change that brought such a commit."""
        repairs = self.store.db.execute(
            "SELECT bad.sha, good.sha FROM label JOIN seen bad ON bad.n=culprit JOIN named ON named.sha=evidence "
            "JOIN seen good ON good.n=named.n WHERE bad.row IS NOT NULL AND fault ORDER BY known_at DESC, good.n DESC"
        )
        return dict(repairs.fetchall())

    def medians(self, shas: Sequence[str]) -> dict[str, float]:
        """The median of each feature over these changes, as far as they are in the index; 0 for none."""
        rows = [row for sha in shas if (row := self.row_of(sha)) is not None]
        first = min(rows, default=0)
        seen = self.matrix(first, max(rows, default=-1) + 1)[[row - first for row in rows]]
        middle = np.median(seen, axis=0) if len(rows) else np.zeros(len(self.features))
        return {feature.name: float(value) for feature, value in zip(self.features, middle, strict=True)}

    def severe(self) -> frozenset[str]:
        """The names of imported incidents that were severe."""
        return frozenset(incident.name for incident in self.incidents if incident.severe)

    def authors(self) -> int:
        """How many people wrote the commits of the index; programs are none."""
        joined = int(self.store.db.execute("SELECT count(*) FROM alias").fetchone()[0])
        return self.store.next("identity", "id") - joined

    def labelled(self) -> int:
        """How many changes carry a label."""
        if not self._unread.withdrawn() and not self._unread.here():
            return int(self.store.db.execute("SELECT count(DISTINCT culprit) FROM label").fetchone()[0])
        return len({label.culprit for _, label in self.labels()})

    def _mine(self) -> bool:
        return self.store.meta("signature") == self._signature()

    def _signature(self) -> str:
        return f"{signature(self.features)} {'landings' if self.first_parent else 'every'}"

    def _contains(self, sha: str) -> bool:
        return self.store.db.execute("SELECT 1 FROM seen WHERE sha=?", (sha,)).fetchone() is not None

    def _todo(self, tip: str) -> list[str]:
        self.git.require_whole()
        if not self._mine():
            self._reset()
        if self._contains(tip):
            return []
        known = frozenset(sha for (sha,) in self.store.db.execute("SELECT sha FROM seen"))
        new, rewritten = ahead(self.git, self.store.meta("tip"), tip, known, first_parent=self.first_parent)
        if rewritten:
            self._reset()
        return new

    def _reset(self) -> None:
        with self.store.writing():
            self.store.clear()
            self.store.set_meta("born", secrets.token_hex(8))
            self.store.set_meta("signature", self._signature())
            self.store.set_meta("incidents", self._digest)

    def _read(self, todo: Sequence[str], now: int, progress: Progress | None) -> None:
        walk = Walk(self.store, self.features, self._unread.ahead(), landings=self.first_parent)
        git, done = self.git, 0
        if self.absent_as_empty:
            git, self.absent = with_empty_blobs(self.git, self.folder / "view.git", todo[-1], self.tip)
        for commit, brought in self._commits(git, todo, self.knows):
            walk.add(commit, walk.moment(commit, now), brought)
            done += 1
            if done % _BATCH == 0:
                walk.flush()
            if progress and done % 200 == 0:
                progress(done, len(todo))
        walk.flush()
        if progress:
            progress(done, len(todo))

    def _commits(
        self, git: Git, shas: Sequence[str], known: Callable[[str], bool]
    ) -> Iterator[tuple[Commit, Sequence[Message]]]:
        """Each commit beside what its landing brought and was not `known`."""
        brought = arrivals(self.git, shas, known) if self.first_parent else {}
        for commit in commits(git, shas, first_parent=self.first_parent):
            yield commit, brought.get(commit.sha, ())
