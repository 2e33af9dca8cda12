"""Persons as numbers, as of now: a name or address that joins two who were apart joins them from then on."""

from collections.abc import Sequence

from scoring.facts.people import Who, is_bot, keys
from scoring.history.store import Store

NOBODY = -1  # a program, or someone never seen
MOST = 8  # names of one address, or addresses of one name, beyond which it stands for many people


class Persons:
    """Who was seen so far, those not yet written among them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._blank = store.next("identity", "id") == 0
        self._next = store.next("identity", "id")
        self._known: dict[str, tuple[int, int]] = {}  # key -> number, and how many pairs of name and address had it
        self._asked: set[str] = set()  # keys the store was asked for
        self._dirty: set[str] = set()
        self._root: dict[int, int] = dict(store.db.execute("SELECT id, root FROM alias"))
        self._new_aliases: set[int] = set()
        self._members: dict[int, list[int]] = {}
        for one, root in self._root.items():
            self._members.setdefault(root, [root]).append(one)

    def find(self, who: Who) -> tuple[int, ...]:
        """The numbers of those who are this person, smallest first; none for a program or a stranger."""
        if is_bot(who):
            return ()
        pair = self._number(_pair(who))
        return (pair,) if pair >= 0 else self._joined(who)

    def meet(self, who: Who) -> int:
        """The number of a person, from now on known by this name and address; NOBODY for a program."""
        if is_bot(who):
            return NOBODY
        number = self._number(_pair(who))
        if number >= 0:
            return number
        same = self._joined(who)
        if same:
            number, *others = same
            for other in others:
                self._join(other, number)
        else:
            number, self._next = self._next, self._next + 1
        self._put(_pair(who), number, 1)
        for key in keys(who):
            known = self._look(key)
            self._put(key, known[0] if known else number, known[1] + 1 if known else 1)
        return number

    def members(self, number: int) -> Sequence[int]:
        """Every number under which work of this person was counted."""
        return self._members.get(number, (number,))

    def joined(self, numbers: set[int]) -> set[int]:
        """Who these are today: `numbers` itself when none was joined to another."""
        if self._root.keys().isdisjoint(numbers):
            return numbers
        return {self._root.get(number, number) for number in numbers}

    def root(self, number: int) -> int:
        return self._root.get(number, number)

    def flush(self) -> None:
        """Write what is new; call inside `store.writing()`."""
        db = self._store.db
        rows = ((key, *self._known[key]) for key in self._dirty)
        db.executemany("INSERT OR REPLACE INTO identity VALUES(?,?,?)", rows)
        db.executemany(
            "INSERT OR REPLACE INTO alias VALUES(?,?)", ((one, self._root[one]) for one in self._new_aliases)
        )
        self._dirty.clear()
        self._new_aliases.clear()

    def _joined(self, who: Who) -> tuple[int, ...]:
        persons = [known for key in keys(who) if (known := self._look(key)) and known[1] < MOST]
        return tuple(sorted({self.root(number) for number, _ in persons}))

    def _join(self, other: int, number: int) -> None:
        moved = self._members.pop(other, [other])
        self._members.setdefault(number, [number]).extend(moved)
        for one in moved:
            self._root[one] = number
            self._new_aliases.add(one)

    def _number(self, key: str) -> int:
        known = self._look(key)
        return self.root(known[0]) if known else NOBODY

    def _put(self, key: str, number: int, uses: int) -> None:
        self._known[key] = (number, uses)
        self._dirty.add(key)

    def _look(self, key: str) -> tuple[int, int] | None:
        known = self._known.get(key)
        if known is None and not self._blank and key not in self._asked:
            self._asked.add(key)
            row = self._store.db.execute("SELECT id, uses FROM identity WHERE key=?", (key,)).fetchone()
            if row:
                known = self._known[key] = (int(row[0]), int(row[1]))
        return known


def _pair(who: Who) -> str:
    return f"pair:{who[0]}\0{who[1]}"
