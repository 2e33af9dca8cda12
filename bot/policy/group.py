"""A merge queue's commit is decided again when the queue asks: what was free when it was queued may be held now."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.policy.actions import Conclusion, SetCheck
from bot.policy.calendar import Scope
from bot.policy.case import Case
from bot.policy.config import Config, Mode
from bot.policy.decide import case_of
from bot.policy.differences import Differences
from bot.policy.events import Queued
from bot.policy.opinion import Opinion, Verdict
from bot.policy.pull import CheckRun
from bot.policy.responses import difftest
from bot.policy.responses.check import strength
from bot.policy.show.ticks import mark
from bot.policy.state import State
from bot.policy.views import Card

NAME = "queue"
_SEGMENT = re.compile(r"pr-(\d{1,12})-[0-9a-f]{7,64}")


def numbers(head_ref: str, base: str) -> tuple[int, ...]:
    """The pull requests that the branch of a queue into `base` names, in its order; the shell follows chained groups.

    The base's own name is no part of it: a branch may be called pr-7-abcdef0.
    """
    start = f"gh-readonly-queue/{base.removeprefix('refs/heads/')}/"
    ref = head_ref.removeprefix("refs/heads/")
    named = [_SEGMENT.fullmatch(part) for part in ref.removeprefix(start).split("/")] if ref.startswith(start) else []
    return tuple(dict.fromkeys(int(each[1]) for each in named if each))


@dataclass(frozen=True, slots=True)
class GroupDecision:
    """The verdict on all of a group, why, and the check that is not set already."""

    verdict: Verdict
    opinions: tuple[Opinion, ...]
    actions: tuple[SetCheck, ...]
    mark: str  # of the calendar that was in force


def decide_group(
    event: Queued, states: Sequence[State | None], config: Config, now: datetime, *there: CheckRun
) -> GroupDecision:
    """One state for each pull request in the group; None for one that cannot be resolved, or no states at all.

    A group passes when all of it would. What cannot be resolved is held while any window is open on the base branch.
    `there` are our check runs on the group's commit. That of the differential test says what its members' say: a branch
    that asks for it asks the queue as well.
    """
    members = tuple(case_of(state, config, now) for state in states if state is not None)
    lost = None if members and len(members) == len(states) else _unresolved(event, config, now)
    opinions = tuple(opinion for member in members for opinion in member.opinions)
    verdict = max([member.verdict for member in members] + [lost.verdict if lost else Verdict.PASS])
    wanted = [SetCheck(event.head_sha, _conclusion(verdict, members, config.mode), _card(members, verdict, lost))]
    together = _together(members)
    if together.outcome != "nothing":
        wanted.append(difftest.check(together, event.head_sha, config.mode))
    shown = {(run.name, run.head_sha, run.digest) for run in there}
    new = tuple(each for each in wanted if (each.name, each.head_sha, each.digest) not in shown)
    actions = () if config.mode == "shadow" else new
    said = (*opinions, lost) if lost else opinions
    return GroupDecision(verdict, said, actions, mark(config, now, Scope(event.base_ref.removeprefix("refs/heads/"))))


def _together(members: Sequence[Case]) -> Differences:
    """The differential tests of all of them: nobody tests a queue's own commit."""
    known = [member.state.differences for member in members if member.state.differences is not None]
    missing = sorted({team for each in known for team in each.missing})
    return Differences(
        "", tuple(team for each in known for team in each.teams), tuple(missing), sum(each.alone for each in known)
    )


def _unresolved(event: Queued, config: Config, now: datetime) -> Opinion:
    scope = Scope(event.base_ref.removeprefix("refs/heads/"))
    windows = config.calendar.open_at(now, scope)
    stretch = config.calendar.level_at(now, scope)
    closed = config.gate.on_error_at(stretch.level, stretch.share) == "closed"
    if not windows and closed:
        said = "Not every pull request in this group could be found, and the configuration is closed on errors."
        return Opinion(NAME, Verdict.BLOCK, said, stretch.until)
    if not windows:
        return Opinion(NAME, words="Not every pull request in this group could be found; no window is open.")
    said = f"{windows[0].name} is open, and not every pull request in this group could be found."
    return Opinion(NAME, Verdict.BLOCK, said, stretch.until)


def _conclusion(verdict: Verdict, members: Sequence[Case], mode: Mode) -> Conclusion | None:
    """In progress while a score is missing, unless what is known holds the group already."""
    waiting = any(member.waiting for member in members)
    held = any(member.verdict is Verdict.BLOCK and not member.waiting for member in members)
    return None if waiting and not held else strength(verdict, mode)


def _card(members: Sequence[Case], verdict: Verdict, lost: Opinion | None) -> Card:
    lines = [lost.words] if lost else []
    lines += [f"#{member.pull.number}: {member.card.headline}." for member in members]
    held = sum(member.verdict is Verdict.BLOCK for member in members)
    if verdict is Verdict.PASS:
        return Card("free", "Every pull request in this group is free to land", " ".join(lines))
    headline = (
        f"Held: {held} of {len(members)} pull requests in this group" if held else "Held: this group is not known"
    )
    return Card("held", headline, " ".join(lines))
