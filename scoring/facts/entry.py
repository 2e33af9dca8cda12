"""What is remembered of one path, folder, author or the whole repository, as of now."""

import json
from collections.abc import Sequence

MONTH, HALF_YEAR = 30 * 86400.0, 182 * 86400.0


class Entry:
    """Counters of changes and faults, some of them halving with time. Times are seconds since 1970."""

    __slots__ = (
        "authors", "bad", "bad_last", "bad_recent", "branches", "churn", "creator", "first", "fixes", "generated",
        "hot", "last", "lines", "n", "recent",
    )  # fmt: skip

    def __init__(self) -> None:
        self.n = 0  # changes
        self.first = 0
        self.last = 0
        self.recent = 0.0  # changes, half-life half a year
        self.hot = 0.0  # changes, half-life a month
        self.churn = 0.0  # lines, half-life half a year
        self.fixes = 0.0  # changes that repaired something, half-life half a year
        self.bad = 0  # changes known to have been at fault
        self.bad_last = 0
        self.bad_recent = 0.0  # the same, half-life half a year
        self.lines = 0  # of the file now
        self.branches = 0  # decision words in the file now
        self.creator = -1
        self.generated = 0  # 1 when a generator's mark stood in the file, as far as its patches showed
        self.authors: set[int] = set()

    def touch(self, at: int, churn: int, fix: bool) -> None:
        """Count one more change."""
        gap = at - self.last if self.n else 0
        slow, fast = (0.5 ** (gap / HALF_YEAR), 0.5 ** (gap / MONTH)) if gap > 0 else (1.0, 1.0)
        if not self.n:
            self.first = at
        self.n += 1
        self.recent = self.recent * slow + 1.0
        self.hot = self.hot * fast + 1.0
        self.churn = self.churn * slow + churn
        self.fixes = self.fixes * slow + fix
        self.last = at

    def blame(self, at: int) -> None:
        """Count one more change that is now known to have been at fault."""
        self.bad_recent = self.decayed_bad(at) + 1.0
        self.bad += 1
        self.bad_last = at

    def decay(self, at: int) -> float:
        """The factor by which half-year counters have faded at `at`."""
        return float(0.5 ** (max(0, at - self.last) / HALF_YEAR))

    def decayed_bad(self, at: int) -> float:
        """The recent faults as of `at`."""
        if not self.bad_recent:
            return 0.0
        return float(self.bad_recent * 0.5 ** (max(0, at - self.bad_last) / HALF_YEAR))

    def copy(self) -> "Entry":
        """An independent copy: a copied file brings its past with it."""
        return Entry.load(self.dump())

    def dump(self) -> str:
        """The entry as JSON."""
        return json.dumps(
            [self.n, self.first, self.last, self.recent, self.hot, self.churn, self.fixes, self.bad, self.bad_last,
             self.bad_recent, self.lines, self.branches, self.creator, self.generated,
             sorted(self.authors)],
            separators=(",", ":"),
        )  # fmt: skip

    @classmethod
    def load(cls, text: str) -> "Entry":
        """Read what `dump` wrote."""
        entry = cls()
        (
            entry.n, entry.first, entry.last, entry.recent, entry.hot, entry.churn, entry.fixes, entry.bad,
            entry.bad_last, entry.bad_recent, entry.lines, entry.branches, entry.creator, entry.generated, authors,
        ) = json.loads(text)  # fmt: skip
        entry.authors = set(authors)
        return entry


EMPTY = Entry()  # never written to: what is known of something never seen


def joined(entries: Sequence[Entry]) -> Entry:
    """The counts of one person who was taken for several; the entry itself when there is but one."""
    known = [entry for entry in entries if entry.n or entry.bad]
    if len(known) <= 1:
        return known[0] if known else EMPTY
    whole = Entry()
    whole.first = min(entry.first for entry in known if entry.n) if any(entry.n for entry in known) else 0
    whole.last = max(entry.last for entry in known)
    whole.bad_last = max(entry.bad_last for entry in known)
    for entry in known:
        slow, fast = entry.decay(whole.last), 0.5 ** ((whole.last - entry.last) / MONTH)
        whole.n += entry.n
        whole.recent += entry.recent * slow
        whole.hot += entry.hot * fast
        whole.churn += entry.churn * slow
        whole.fixes += entry.fixes * slow
        whole.bad += entry.bad
        whole.bad_recent += entry.decayed_bad(whole.bad_last)
    return whole
