"""The check run says the verdict on the head, in the strength that the mode allows."""

from collections.abc import Iterable

from bot.policy.actions import Button, Conclusion, SetCheck
from bot.policy.case import Case
from bot.policy.config import Mode
from bot.policy.events import Event
from bot.policy.opinion import Verdict
from bot.policy.standing import approval

REFRESH = Button("Score again", "Forget the score and look again", "refresh")
USEFUL = Button("Useful", "This score helps", "useful")
WRONG = Button("Not useful", "This score misleads", "not-useful")
APPROVE = Button("Approve exception", "Let it land in spite of the gate", "approve")
DENY = Button("Deny exception", "Keep it held", "deny")
ATTEST = Button("Attest the review", "I am the author; it was reviewed", "attest")


def respond(case: Case, event: Event | None) -> Iterable[SetCheck]:
    if case.config.mode != "shadow":
        yield SetCheck(case.pull.head_sha, conclusion(case), case.card, _buttons(case), number=case.pull.number)


def conclusion(case: Case) -> Conclusion | None:
    """None while the score is not there yet."""
    return None if case.waiting else strength(case.verdict, case.config.mode)


def strength(verdict: Verdict, mode: Mode) -> Conclusion:
    """What a verdict means in each mode: only `enforce` ever fails a check."""
    if mode == "comment":
        return "neutral"
    if verdict is Verdict.PASS:
        return "success"
    return "failure" if mode == "enforce" else "neutral"


def _buttons(case: Case) -> tuple[Button, ...]:
    if case.waiting:
        return ()
    asked, ask = approval.latest(case.state), case.card.ask
    if asked is not None and asked.state == "asked" and ask is not None and ask.state == "asked":
        return APPROVE, DENY, REFRESH
    attest = case.config.gate.action_at(case.in_force.level) == "author_attest"
    if case.verdict is Verdict.BLOCK and attest:
        return ATTEST, REFRESH, WRONG
    return (USEFUL, WRONG, REFRESH) if case.risk else (REFRESH,)
