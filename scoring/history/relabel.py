"""Labels that became known late: the same commits once more, from their records, beside the index that serves.

What an incident changes is spread over all that landed after it was known: counts of faults of files, folders, people
and the repository, what words were worth, and the features that read them. So the commits are walked again with the
incident in its place. Git is not asked, changes that landed before are not looked at again, and nobody waits but for
the moment in which what differs takes its place.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np

from scoring.features import Feature
from scoring.history import record
from scoring.history.arrivals import Message
from scoring.history.store import Store
from scoring.history.stream import Commit
from scoring.history.walk import Walk
from scoring.incidents import Incident

Progress = Callable[[int, int], None]
Reader = Callable[[Sequence[str]], Iterator[tuple[Commit, Sequence[Message]]]]
_BATCH = 4000
# whole, since they are small; the others hold a row for each change, and only the later ones differ
_REPLACED = ("label", "reported")
_KEYED = (("entry", "key"), ("words", "block"))
_BY_ROW = ("features", "part")


class Relabelling:
    """One walk. What landed before `since` looks the same.

    `read` asks git for commits that an index of an earlier version has no record of.
    """

    def __init__(
        self,
        index: Store,
        draft: Store,
        features: Sequence[Feature],
        incidents: Sequence[Incident],
        *,
        since: int,
        landings: bool,
        read: Reader,
    ) -> None:
        self._index, self._draft, self._read = index, draft, read
        self._born = index.meta("born")
        self._since = since
        self._walk = Walk(draft, features, incidents, landings=landings)
        self._done = 0

    def follow(self, progress: Progress | None = None) -> None:
        """Walk on to where the index stands now."""
        with self._index.reading():
            total = self._index.next("seen", "n")
            lacking = self._read(self._index.lacking_records(self._done))
            stored = self._index.walked(self._done)
            while batch := list(islice(stored, _BATCH)):
                for at, dumped, words in batch:
                    commit, brought = record.load(dumped) if dumped else next(lacking)
                    same = np.frombuffer(words, dtype=np.uint32) if words is not None and at < self._since else None
                    self._walk.add(commit, at, brought, new=not dumped, words=same)
                    self._done += 1
                    if progress and self._done % 200 == 0:
                        progress(self._done, total)
                self._walk.flush()
        if progress:
            progress(self._done, total)

    def finish(self) -> None:
        """Follow what came meanwhile and write into the index what differs, all at once; hold the index meanwhile.

        Whoever reads it sees it as it was before, or as it is then. One that was read anew from its start meanwhile is
        left as it is: it knows the incidents.
        """
        if self._index.meta("born") == self._born:
            self.follow()
            self._take_place()

    def _take_place(self) -> None:
        db = self._index.db
        db.execute("ATTACH ? AS draft", (str(self._draft.path),))
        try:
            with self._index.writing():
                self._replace()
        finally:
            db.execute("DETACH draft")

    def _replace(self) -> None:
        db = self._index.db
        for table in _REPLACED:
            db.execute(f"DELETE FROM main.{table}")  # noqa: S608 (names from above)
            db.execute(f"INSERT INTO main.{table} SELECT * FROM draft.{table} ORDER BY rowid")  # noqa: S608
        for table, key in _KEYED:
            db.execute(f"DELETE FROM main.{table} WHERE {key} NOT IN (SELECT {key} FROM draft.{table})")  # noqa: S608
            db.execute(
                f"INSERT OR REPLACE INTO main.{table} SELECT new.* FROM draft.{table} new "  # noqa: S608
                f"LEFT JOIN main.{table} old USING({key}) WHERE new.value IS NOT old.value"
            )
        (first,) = db.execute("SELECT min(row) FROM main.seen WHERE at>=?", (self._since,)).fetchone()
        for table in _BY_ROW if first is not None else ():
            db.execute(f"INSERT OR REPLACE INTO main.{table} SELECT * FROM draft.{table} WHERE row>=?", (first,))  # noqa: S608
        db.execute("INSERT OR IGNORE INTO main.record SELECT * FROM draft.record")
        db.execute("INSERT OR REPLACE INTO main.meta SELECT * FROM draft.meta WHERE name='bias'")
        counted = "\n".join(sorted(self._index.reported())).encode("utf-8", "surrogateescape")
        self._index.set_meta("counted", hashlib.sha256(counted).hexdigest())


@contextmanager
def beside(index: Store) -> Iterator[Store]:
    """An empty index beside another, gone afterwards; what a killed process left there is removed first."""
    path = index.path.with_name("again.sqlite")
    _remove(path)
    draft = Store(path, draft=True)
    try:
        yield draft
    finally:
        draft.close()
        _remove(path)


def _remove(path: Path) -> None:
    for end in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
