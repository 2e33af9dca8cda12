"""Which landings were later reverted or fixed, as the index knows it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scoring.history.index import History
from scoring.incidents import YEAR, Kind, Label


@dataclass(frozen=True, slots=True)
class Outcome:
    """A landing turned out to be at fault: reverted or fixed within a year."""

    row: int
    known_at: int  # seconds since 1970: when the first evidence landed
    kind: Kind
    evidence: str  # the commit or incident that says so
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
        outcome = self.by_row.get(row)
        return outcome is not None and outcome.known_at < moment


def read_outcomes(history: History) -> Outcomes:
    """What the index knows of its changes; it must be up to date."""
    at = [change.at for change in history.changes()]
    by_row: dict[int, Outcome] = {}
    ever: dict[int, int] = {}
    excused: set[int] = set()
    for row, label in sorted(history.labels(), key=lambda each: each[1].known_at):
        if not label.fault:
            excused.add(row)
            continue
        ever.setdefault(row, label.known_at)
        if not 0 <= label.known_at - at[row] <= YEAR:
            continue
        first = by_row.get(row)
        by_row[row] = (
            Outcome(row, label.known_at, label.kind, label.evidence, _title(history, label), 1)
            if first is None
            else replace(first, times=first.times + 1)
        )
    return Outcomes(by_row, ever, len(excused - set(by_row)), history.commits())


def _title(history: History, label: Label) -> str:
    return label.evidence if label.kind == "incident" else history.title(label.evidence)
