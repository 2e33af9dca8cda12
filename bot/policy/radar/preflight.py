"""Would the branch's rules let it land by itself, with one approval of ours? Said before anything is written.

Never by a bypass: what the rules ask is looked at one by one, because the forge lets through whoever need not obey.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.policy.gatekeeping import METHODS, Gatekeeping, Method, Reported, Required
from bot.policy.pull import PullRequest

ACTIONS = 15368  # GitHub's own App for continuous integration
PASSING = frozenset({"success", "neutral", "skipped"})  # to the forge; only the first says that something was tried
# a green check of a reviewer says that it ran, not that anything was reviewed: out of quota it is green as well
_REVIEWERS = ("review", "copilot", "claude", "codex", "coderabbit", "greptile", "qodo", "bugbot", "gemini", "sourcery")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why it cannot land by itself. `passing`: waiting may end it without a person."""

    rule: str
    words: str
    passing: bool = False


def obstacles(gate: Gatekeeping, pull: PullRequest) -> tuple[Obstacle, ...]:
    """Every one, what has to change first in front."""
    return tuple(obstacle for look in _LOOKS for obstacle in look(gate, pull))


def counts(gate: Gatekeeping) -> bool:
    """Whether an approval of ours is to be expected to count. It is read back all the same, once it is given."""
    return gate.may and not gate.rules.code_owners


def method(gate: Gatekeeping) -> Method | None:
    """How it would be merged; None: no way that is allowed."""
    barred = {"merge"} if gate.rules.linear else set()
    barred |= {"rebase"} if gate.rules.signatures else set()  # the forge signs no commit that it rebases
    return next((each for each in METHODS if each in gate.rules.methods and each not in barred), None)


def _app(gate: Gatekeeping, pull: PullRequest) -> Iterator[Obstacle]:
    if gate.stopped:
        yield Obstacle("landing_stopped", "Nothing lands by itself in this repository until a person resumes it.")
    if not gate.may:
        said = "The landing App may not write contents and pull requests here, so it can neither approve nor merge."
        yield Obstacle("landing_app", said)
    if gate.rules.bypass:
        said = "The landing App need not obey a ruleset of this branch. Take it off the bypass list: it never uses one."
        yield Obstacle("bypass", said)
    judging = {each.by for each in gate.reported if each.source in gate.ours}
    if pull.author.id == gate.lander.id or any(_is_account_of(slug, pull) for slug in judging):
        yield Obstacle("own_change", "One of codechill's own Apps opened it, and it approves nothing of its own.")


def _is_account_of(slug: str, pull: PullRequest) -> bool:
    """Whether the App of that name opened it."""
    return bool(slug) and pull.author.bot and pull.author.login.casefold() == f"{slug}[bot]".casefold()


def _strange(gate: Gatekeeping, pull: PullRequest) -> Iterator[Obstacle]:
    for kind in sorted(gate.rules.strange):
        said = f"The branch has a rule that codechill cannot see kept: {kind.replace('_', ' ')}."
        yield Obstacle("strange_rule", said)


def _reviews(gate: Gatekeeping, pull: PullRequest) -> Iterator[Obstacle]:
    if gate.objected or gate.decision == "CHANGES_REQUESTED":
        yield Obstacle("changes_requested", "A reviewer asks for changes.")
    if gate.rules.code_owners and gate.decision != "APPROVED":
        yield Obstacle("code_owners", "A code owner has to review it, and no App can be one.")
    asked, given = needed(gate, pull), gate.others + 1
    if asked > given:
        yield Obstacle("approvals", f"The branch asks for {asked} approvals, and ours would make it {given}.")
    if gate.rules.conversations and gate.unresolved:
        yield Obstacle("conversations", f"Conversations have to be resolved first: {gate.unresolved} are open.")


def needed(gate: Gatekeeping, pull: PullRequest) -> int:
    """How many approvals its branch asks for."""
    return gate.rules.approvals + (1 if gate.rules.one_more and gate.rules.approvals and pull.author.bot else 0)


def _commits(gate: Gatekeeping, pull: PullRequest) -> Iterator[Obstacle]:
    if gate.rules.signatures and gate.unsigned:
        yield Obstacle("signatures", "The branch asks for verified signatures, and not every commit has one.")
    if method(gate) is None and not gate.rules.queue:
        yield Obstacle("method", "No way to merge is allowed here that keeps the rules of the branch.")
    if gate.rules.up_to_date and gate.state == "BEHIND":
        yield Obstacle("behind", "Its branch has to be brought up to date with its base first.", passing=True)
    if gate.merged is not None and not gate.merged.tree:
        yield Obstacle("conflict", "It does not merge into its base as that is now.", passing=True)


def _checks(gate: Gatekeeping, pull: PullRequest) -> Iterator[Obstacle]:
    for required in sorted(gate.rules.required, key=lambda each: (each.name, each.source or 0)):
        conclusions = [each.conclusion for each in _answers(gate, required)]
        if not conclusions or None in conclusions:
            yield Obstacle("check_missing", "A required check has not ended yet.", passing=True)
        elif not PASSING.issuperset(conclusions):
            yield Obstacle("check_failed", "A required check failed.", passing=True)
    strangers = [each for each in gate.reported if each.source not in gate.ours]
    if any(each.conclusion not in PASSING and each.conclusion is not None for each in strangers):
        yield Obstacle("red", "A check on this head failed.", passing=True)
    elif any(each.conclusion is None for each in strangers):
        yield Obstacle("running", "A check on this head is still running.", passing=True)
    if not any(_is_real(gate, each, pull) for each in gate.reported):
        said = (
            "No check of continuous integration has succeeded on this head: skipped, neutral and our own do not count."
        )
        yield Obstacle("no_real_check", said, passing=True)


def _answers(gate: Gatekeeping, required: Required) -> list[Reported]:
    """A check run and a status of the same name both have to pass."""
    return [
        each
        for each in gate.reported
        if each.name == required.name and (required.source is None or each.source == required.source)
    ]


def _is_real(gate: Gatekeeping, reported: Reported, pull: PullRequest) -> bool:
    """A check run that succeeded, of an App that neither is ours nor opened the change; one that the branch requires of
    that App, or of GitHub Actions and not by its name a reviewer's. Whoever may write can set a status: none counts."""
    if reported.conclusion != "success" or reported.source is None or reported.source in gate.ours:
        return False
    if _is_account_of(reported.by, pull):
        return False
    if Required(reported.name, reported.source) in gate.rules.required:
        return True
    name = reported.name.casefold()
    return reported.source == ACTIONS and not any(word in name for word in _REVIEWERS)


_LOOKS: tuple[Callable[[Gatekeeping, PullRequest], Iterator[Obstacle]], ...] = (
    _app,
    _strange,
    _reviews,
    _commits,
    _checks,
)
