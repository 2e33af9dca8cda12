"""What a change of the configuration would change: settings by name, and which open pull requests it would move."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.policy.config import Config, settings
from bot.policy.decide import case_of
from bot.policy.opinion import Verdict
from bot.policy.state import State


@dataclass(frozen=True, slots=True)
class Proposal:
    """From the configuration in force to a proposed one. Numbers are those of pull requests, in order."""

    changes: tuple[str, ...]  # "levels.red: 50 % becomes 60 %"; values are from outside, escape when shown
    held: tuple[int, ...]  # free now, held then
    freed: tuple[int, ...]
    looked_at: int


def compare(now_in_force: Config, proposed: Config, states: Iterable[State], now: datetime) -> Proposal:
    """A dry run: nothing is written, whatever the modes say."""
    looked_at = 0
    moved: dict[Verdict, list[int]] = {Verdict.BLOCK: [], Verdict.PASS: []}
    for state in states:
        looked_at += 1
        before = case_of(state, now_in_force, now).verdict
        after = case_of(state, proposed, now).verdict
        if after is not before:
            moved[after].append(state.pull.number)
    return Proposal(
        tuple(_changes(now_in_force, proposed)),
        tuple(sorted(moved[Verdict.BLOCK])),
        tuple(sorted(moved[Verdict.PASS])),
        looked_at,
    )


def sentence(proposal: Proposal) -> str:
    """For the check of the pull request that proposes it."""
    moves = [
        f"{verb} {', '.join(f'#{number}' for number in numbers)}"
        for verb, numbers in (("hold", proposal.held), ("free", proposal.freed))
        if numbers
    ]
    if not proposal.changes and not moves:
        return "This pull request edits the configuration without changing what it means now."
    number = len(proposal.changes)
    what = f"{number} setting{'s' if number > 1 else ''}" if number else "a calendar"
    of = f"of {proposal.looked_at} open pull requests looked at"
    would = f"it would {' and '.join(moves)} now, {of}" if moves else f"it would move none {of}"
    return f"This pull request changes {what} of the configuration; {would}."


def _changes(before: Config, after: Config) -> Iterator[str]:
    old = {one.key: one.value for one in settings(before)}
    new = {one.key: one.value for one in settings(after)}
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield f"{key}: {old.get(key, 'nothing')} becomes {new.get(key, 'nothing')}"
