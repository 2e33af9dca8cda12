"""Which commits were seen: found again by id prefix, pull request number or title when a later one blames them."""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scoring.history.arrivals import LONGEST, Message
from scoring.history.store import Store
from scoring.incidents import Mention, branch_of

_COLUMNS = "n, sha, at, author, number, title, undo, paths, row"


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
        return [os.fsdecode(path) for path in self.paths.split(b"\0") if path]


@dataclass(frozen=True, slots=True)
class Name:
    """How a commit may be named by later ones, and the place of the commit or landing that it stands for."""

    sha: str
    n: int
    number: int
    title: str
    undo: int


class Ledger:
    """All commits seen so far, those not yet written among them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.length = store.next("seen", "n")
        self._pending: list[Seen] = []
        self._brought: list[Name] = []
        self._by_prefix: defaultdict[str, list[Name]] = defaultdict(list)
        self._by_number: dict[int, Name] = {}
        self._by_title: dict[str, Name] = {}

    def add(self, seen: Seen, brought: Sequence[Message] = ()) -> None:
        """Remember a commit, and what it brought when it is the landing of a branch."""
        names = [Name(each.sha, seen.n, each.number, each.title, each.undo) for each in brought]
        self._pending.append(seen)
        self._brought += names
        for name in (*names, Name(seen.sha, seen.n, seen.number, seen.title, seen.undo)):
            self._by_prefix[name.sha[:7]].append(name)
            self._by_title[name.title] = name
            if name.number and not name.undo:
                self._by_number[name.number] = name
        self.length += 1

    def flush(self) -> None:
        """Write what is pending; call inside `store.writing()`."""
        rows = ((s.n, s.sha, s.at, s.author, s.number, s.title, s.undo, s.paths, s.row) for s in self._pending)
        self._store.db.executemany("INSERT INTO seen VALUES(?,?,?,?,?,?,?,?,?)", rows)
        names = ((name.sha, name.n, name.number, name.title, name.undo) for name in self._brought)
        self._store.db.executemany("INSERT INTO brought VALUES(?,?,?,?,?)", names)
        for pending in (self._pending, self._brought, self._by_prefix, self._by_number, self._by_title):
            pending.clear()

    def find(self, mention: Mention) -> Seen | None:
        """The newest commit that a mention names, None when there is none or a prefix names two.

        For one that came with a branch it is the landing that brought it; `undo` is that of the commit named.
        """
        name = self._named(mention)
        return replace(self._at(name.n), undo=name.undo) if name else None

    def knows(self, mention: Mention) -> bool:
        """Whether some commit has this id prefix or number, be it one of several; that never ends."""
        if mention.sha:
            query = "SELECT 1 FROM named WHERE sha>=? AND sha<? LIMIT 1"
            pending = any(name.sha.startswith(mention.sha) for name in self._by_prefix.get(mention.sha[:7], ()))
            return pending or self._store.db.execute(query, (mention.sha, mention.sha + "g")).fetchone() is not None
        return bool(mention.number) and self._numbered(mention.number, "") is not None

    def _named(self, mention: Mention) -> Name | None:
        if mention.sha:
            # a title finds the commit of another branch here, under the id that it has here
            return self._prefix(mention.sha) or (self._titled(mention.quoted) if mention.quoted else None)
        if mention.number:
            return self._numbered(mention.number, mention.quoted)
        return self._titled(mention.title)

    def _numbered(self, number: int, quoted: str) -> Name | None:
        """The commit of a pull request; a number of another repository stands beside a title that is not its own."""
        name = self._by_number.get(number) or self._select("number=? AND undo=0", number)
        agrees = name is None or not quoted or name.title == quoted[:LONGEST] or branch_of(name.title)
        return name if agrees else self._titled(quoted) or name

    def _titled(self, title: str) -> Name | None:
        return self._by_title.get(title[:LONGEST]) or self._select("title=?", title[:LONGEST])

    def _prefix(self, prefix: str) -> Name | None:
        query = "SELECT * FROM named WHERE sha>=? AND sha<? ORDER BY n LIMIT 4"
        names = [Name(*row) for row in self._store.db.execute(query, (prefix, prefix + "g"))]
        names += [name for name in self._by_prefix.get(prefix[:7], ()) if name.sha.startswith(prefix)]
        # the landing of one branch may have come to another inside a merge: it counts where it came first
        return names[0] if len({name.sha for name in names}) == 1 else None

    def _select(self, where: str, value: int | str) -> Name | None:
        query = f"SELECT * FROM named WHERE {where} ORDER BY n DESC LIMIT 1"  # noqa: S608 (fixed words)
        row = self._store.db.execute(query, (value,)).fetchone()
        return Name(*row) if row else None

    def _at(self, n: int) -> Seen:
        written = self.length - len(self._pending)
        if n >= written:
            return self._pending[n - written]
        query = f"SELECT {_COLUMNS} FROM seen WHERE n=?"  # noqa: S608 (fixed words)
        return Seen(*self._store.db.execute(query, (n,)).fetchone())
