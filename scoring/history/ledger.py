"""Which commits were seen: found again by id prefix, pull request number or title when a later one blames them."""

import os
from collections import defaultdict
from dataclasses import dataclass

from scoring.history.store import Store
from scoring.incidents import Mention

_COLUMNS = "n, sha, at, author, number, title, undo, paths, row"
_LONGEST = 300  # characters of a title that are kept


@dataclass(frozen=True, slots=True)
class Seen:
    """One commit as the index remembers it."""

    n: int  # its place among all commits, merges included
    sha: str
    at: int
    author: int
    number: int  # of its pull request, 0 when its title names none
    title: str  # without that number
    undo: int  # 1 when it takes something back
    paths: bytes  # NUL between them
    row: int | None  # its place among changes, None for a merge

    def files(self) -> list[str]:
        """Return the paths it touched."""
        return [os.fsdecode(path) for path in self.paths.split(b"\0") if path]


class Ledger:
    """All commits seen so far, those not yet written among them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.length = store.next("seen", "n")
        self._pending: list[Seen] = []
        self._by_prefix: defaultdict[str, list[Seen]] = defaultdict(list)
        self._by_number: dict[int, Seen] = {}
        self._by_title: dict[str, Seen] = {}

    def add(self, seen: Seen) -> None:
        """Remember a commit."""
        self._pending.append(seen)
        self._by_prefix[seen.sha[:7]].append(seen)
        self._by_title[seen.title] = seen
        if seen.number and not seen.undo:
            self._by_number[seen.number] = seen
        self.length += 1

    def flush(self) -> None:
        """Write what is pending; call inside `store.writing()`."""
        rows = ((s.n, s.sha, s.at, s.author, s.number, s.title, s.undo, s.paths, s.row) for s in self._pending)
        self._store.db.executemany("INSERT INTO seen VALUES(?,?,?,?,?,?,?,?,?)", rows)
        for kept in (self._pending, self._by_prefix, self._by_number, self._by_title):
            kept.clear()

    def find(self, mention: Mention) -> Seen | None:
        """Return the newest commit that a mention names, None when there is none or a prefix names two."""
        if mention.sha:
            return self._prefix(mention.sha)
        if mention.number:
            return self._by_number.get(mention.number) or self._select("number=? AND undo=0", mention.number)
        title = mention.title[:_LONGEST]
        return self._by_title.get(title) or self._select("title=?", title)

    def _prefix(self, prefix: str) -> Seen | None:
        found = [seen for seen in self._by_prefix.get(prefix[:7], ()) if seen.sha.startswith(prefix)]
        query = f"SELECT {_COLUMNS} FROM seen WHERE sha>=? AND sha<? LIMIT 2"  # noqa: S608 (fixed words)
        found += [Seen(*row) for row in self._store.db.execute(query, (prefix, prefix + "g"))]
        return found[0] if len(found) == 1 else None

    def _select(self, where: str, value: int | str) -> Seen | None:
        query = f"SELECT {_COLUMNS} FROM seen WHERE {where} ORDER BY n DESC LIMIT 1"  # noqa: S608 (fixed words)
        row = self._store.db.execute(query, (value,)).fetchone()
        return Seen(*row) if row else None
