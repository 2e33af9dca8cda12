"""Which landings were later reverted or fixed: read from every message, also of commits inside merged branches.

A message names commits; a branch lands as a whole. So both the culprit and the evidence are carried to the landing that
brought them, and what a branch says about itself counts for nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.backtest.landings import Landing
from scoring.history.git import Git
from scoring.incidents import YEAR, Kind, Mention, bare_title, is_fault, is_revert, mentions, number_of, title_of

PREFIX = 7  # hexadecimal digits; what git itself abbreviates to at least


@dataclass(frozen=True, slots=True)
class Outcome:
    """A landing turned out to be at fault: reverted or fixed within a year."""

    row: int
    known_at: int  # seconds since 1970: when the first evidence landed
    kind: Kind
    evidence: str  # the commit that says so
    title: str  # its title, from outside
    times: int  # how many commits say so


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the landings, as known at the tip."""

    by_row: Mapping[int, Outcome]
    ever: Mapping[int, int]  # when each was first blamed, however late: seconds since 1970
    excused: int  # reverts that name a reason that is no fault: a flaky test, by mistake, ...
    commits: frozenset[str]  # every commit of the history, merged branches included

    def known_before(self, row: int, moment: int) -> bool:
        """Whether a landing was known to be at fault before `moment`."""
        found = self.by_row.get(row)
        return found is not None and found.known_at < moment


@dataclass(frozen=True, slots=True)
class _Told:
    parents: tuple[str, ...]
    title: str
    number: int
    undo: bool
    blames: tuple[Mention, ...]
    fault: bool


def read_outcomes(git: Git, tip: str, landings: Sequence[Landing]) -> Outcomes:
    """One pass over all messages up to `tip`. Raises ScoringError."""
    told = dict(_told(git, tip))
    brought = _brought(told, [landing.sha for landing in landings])
    return _Blame(told, brought, landings).outcomes()


def _told(git: Git, tip: str) -> Iterator[tuple[str, _Told]]:
    fields = _fields(git.blocks("log", "-z", "--format=%H%x00%P%x00%B", "--encoding=UTF-8", "--end-of-options", tip))
    for sha, parents, message in zip(fields, fields, fields, strict=True):
        title = title_of(message)
        kept = _Told(
            tuple(parents.split()), bare_title(title), number_of(title), is_revert(message),
            mentions(message), is_fault(message),
        )  # fmt: skip
        yield sha, kept


def _fields(blocks: Iterator[bytes]) -> Iterator[str]:
    tail = b""
    for block in blocks:
        *whole, tail = (tail + block).split(b"\0")
        for field in whole:
            yield field.decode("utf-8", "replace").strip("\n")


def _brought(told: Mapping[str, _Told], shas: Sequence[str]) -> dict[str, int]:
    """The row of the landing that brought each commit."""
    found: dict[str, int] = {}
    for row, sha in enumerate(shas):
        todo = [sha]
        while todo:
            one = todo.pop()
            if one not in found and one in told:
                found[one] = row
                todo.extend(told[one].parents)
    return found


class _Blame:
    """Resolves mentions among earlier landings only."""

    def __init__(self, told: Mapping[str, _Told], brought: Mapping[str, int], landings: Sequence[Landing]) -> None:
        self.told, self.brought, self.landings = told, brought, landings
        self.by_prefix: dict[str, list[str]] = {}
        self.by_number: dict[int, list[str]] = {}
        self.by_title: dict[str, list[str]] = {}
        self.in_order = sorted(brought, key=lambda sha: brought[sha])
        for sha in self.in_order:
            self.by_prefix.setdefault(sha[:PREFIX], []).append(sha)
            self.by_title.setdefault(told[sha].title, []).append(sha)
            if told[sha].number and not told[sha].undo:
                self.by_number.setdefault(told[sha].number, []).append(sha)

    def outcomes(self) -> Outcomes:
        found: dict[int, Outcome] = {}
        ever: dict[int, int] = {}
        excused: set[int] = set()
        for sha in self.in_order:
            for mention in self.told[sha].blames:
                self._hold(sha, mention, found, ever, excused)
        return Outcomes(found, ever, len(excused - set(found)), frozenset(self.told))

    def _hold(
        self, sha: str, mention: Mention, found: dict[int, Outcome], ever: dict[int, int], excused: set[int]
    ) -> None:
        row = self._culprit(sha, mention)
        if row is None:
            return
        known = int(self.landings[self.brought[sha]].at.timestamp())
        if mention.kind == "revert" and not self.told[sha].fault:
            excused.add(row)
            return
        ever.setdefault(row, known)
        if known - int(self.landings[row].at.timestamp()) > YEAR:
            return
        first = found.get(row)
        if first is None:
            found[row] = Outcome(row, known, mention.kind, sha, self.told[sha].title, 1)
        elif first.evidence != sha:
            found[row] = Outcome(row, first.known_at, first.kind, first.evidence, first.title, first.times + 1)

    def _culprit(self, sha: str, mention: Mention) -> int | None:
        row = self.brought[sha]
        named = [one for one in self._named(mention) if self.brought[one] < row]
        if not named or (mention.sha and len(named) > 1):
            return None
        # taking back a revert is a re-landing
        again = mention.kind == "revert" and self.told[named[-1]].undo
        return None if again else self.brought[named[-1]]

    def _named(self, mention: Mention) -> list[str]:
        if mention.sha:
            return [one for one in self.by_prefix.get(mention.sha[:PREFIX], ()) if one.startswith(mention.sha)]
        if mention.number:
            return self.by_number.get(mention.number, [])
        return self.by_title.get(mention.title, [])
