"""The check run says the verdict on the head, in the strength that the mode allows."""

from collections.abc import Iterable
from datetime import datetime

from bot.policy import approval
from bot.policy.actions import Action, Button, Conclusion, SetCheck
from bot.policy.config import Config, Mode
from bot.policy.events import Event
from bot.policy.opinion import Opinion, Verdict
from bot.policy.show.card import build
from bot.policy.show.views import Card
from bot.policy.standing import in_force, is_waiting
from bot.policy.state import State

REFRESH = Button("Score again", "Forget the score and look again", "refresh")
USEFUL = Button("Useful", "This score helps", "useful")
WRONG = Button("Not useful", "This score misleads", "not-useful")
APPROVE = Button("Approve exception", "Let it land in spite of the gate", "approve")
DENY = Button("Deny exception", "Keep it held", "deny")
ATTEST = Button("Attest the review", "I am the author; it was reviewed", "attest")


def respond(
    event: Event, verdict: Verdict, opinions: tuple[Opinion, ...], state: State, config: Config, now: datetime
) -> Iterable[Action]:
    if config.mode == "shadow":
        return
    card = build(state, opinions, config, now)
    yield SetCheck(
        state.pull.head_sha, conclusion(verdict, state, config.mode), card, _buttons(card, verdict, state, config, now)
    )


def conclusion(verdict: Verdict, state: State, mode: Mode) -> Conclusion | None:
    """None while the score is not there yet."""
    return None if is_waiting(state) else strength(verdict, mode)


def strength(verdict: Verdict, mode: Mode) -> Conclusion:
    """What a verdict means in each mode: only `enforce` ever fails a check."""
    if mode == "comment":
        return "neutral"
    if verdict is Verdict.PASS:
        return "success"
    return "failure" if mode == "enforce" else "neutral"


def _buttons(card: Card, verdict: Verdict, state: State, config: Config, now: datetime) -> tuple[Button, ...]:
    if is_waiting(state):
        return ()
    asked = approval.latest(state)
    if asked is not None and asked.state == "asked" and card.ask is not None and card.ask.state == "asked":
        return APPROVE, DENY, REFRESH
    attest = config.gate.action_at(in_force(state, config, now).level) == "author_attest"
    if verdict is Verdict.BLOCK and attest:
        return ATTEST, REFRESH, WRONG
    return (USEFUL, WRONG, REFRESH) if state.risk else (REFRESH,)
