"""What the ledger of automatic review comes to: how much passes, what refuses the rest, and what people made of that.

Pure: rows of the ledger go in, oldest first, with how each change went and what became of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import Course, Landing, Outcome
from bot.store.passages import KnownPassage
from scoring.learning.rates import Rate

STEPS = (5, 10, 20, 25, 50)
BESIDE = timedelta(days=30)  # before and after a move of a dial


@dataclass(frozen=True, slots=True)
class Refusals:
    """Changes that one rule of one stage sent to people. `unchanged`: landed by a person with the very content that was
    refused, each of them a look that changed nothing. `reverted`: of those."""

    stage: str
    rule: str
    changes: int
    landed: int
    unchanged: int
    reverted: int


@dataclass(frozen=True, slots=True)
class Yield:
    """Of all changes that were ranked, how many are among the safest so many of a hundred: no more can pass there."""

    step: int
    bots: Rate
    people: Rate


@dataclass(frozen=True, slots=True)
class Moved:
    """How much of a source's changes passed every stage in the BESIDE before its dial moved, and after."""

    source: str
    at: datetime
    before_dial: str
    after_dial: str
    before: Rate
    after: Rate


@dataclass(frozen=True, slots=True)
class Turn:
    """A move of a dial, as the audit log has it."""

    source: str
    at: datetime
    before: str
    after: str


def refusals(
    rows: Iterable[KnownPassage], landings: Mapping[int, Landing], outcomes: Iterable[Outcome]
) -> tuple[Refusals, ...]:
    """By stage and rule, those that refused most first. A change counts once for each rule that refused it."""
    by_number: dict[int, list[KnownPassage]] = defaultdict(list)
    for row in rows:
        by_number[row.number].append(row)
    reverted = {row.number for row in outcomes if row.reverted_at is not None}
    changes: dict[tuple[str, str], set[int]] = defaultdict(set)
    unchanged: dict[tuple[str, str], set[int]] = defaultdict(set)
    for number, some in by_number.items():
        for row in some:
            if row.decided.outcome not in ("passed", "waits"):
                name = (row.decided.stage, row.decided.rule)
                changes[name].add(number)
                if number in landings and _landed_content(some, landings[number]) == _content(row):
                    unchanged[name].add(number)
    tables = [
        Refusals(*name, len(some), len(some & landings.keys()), len(unchanged[name]), len(unchanged[name] & reverted))
        for name, some in changes.items()
    ]
    return tuple(sorted(tables, key=lambda each: (-each.changes, each.stage, each.rule)))


def yields(courses: Sequence[Course]) -> tuple[Yield, ...]:
    ranked = [each for each in courses if each.percentile is not None]

    def within(step: int, *, bot: bool) -> Rate:
        group = [each for each in ranked if each.bot is bot]
        return Rate(sum((each.percentile or 0.0) <= step / 100 for each in group), len(group))

    return tuple(Yield(step, within(step, bot=True), within(step, bot=False)) for step in STEPS)


def moved(rows: Sequence[KnownPassage], turns: Sequence[Turn]) -> tuple[Moved, ...]:
    """Each move, with what passed beside it: as far as the moves before and after it, and BESIDE at most."""
    moves = []
    for turn in turns:
        same = [each.at for each in turns if each.source == turn.source]
        since = max([turn.at - BESIDE, *(at for at in same if at < turn.at)])
        until = min([turn.at + BESIDE, *(at for at in same if at > turn.at)])
        of_source = [row for row in rows if row.decided.source == turn.source]
        before, after = _passed(of_source, since, turn.at), _passed(of_source, turn.at, until)
        moves.append(Moved(turn.source, turn.at, turn.before, turn.after, before, after))
    return tuple(moves)


def _passed(rows: Iterable[KnownPassage], since: datetime, until: datetime) -> Rate:
    """Of the changes decided on in that time, how many had passed every stage when they were decided on last."""
    last = {row.number: row.decided.outcome for row in rows if since <= row.at < until}
    return Rate(sum(outcome == "passed" for outcome in last.values()), len(last))


def _content(row: KnownPassage) -> str:
    return row.decided.diff or row.decided.head_sha


def _landed_content(rows: Iterable[KnownPassage], landing: Landing) -> str:
    """The content of the head that landed, "": it was never decided on."""
    return next((_content(row) for row in rows if row.decided.head_sha == landing.head_sha), "")
