"""One comment, made only when there is something to say, then edited in place for good."""

from collections.abc import Iterable
from datetime import datetime

from bot.policy import approval
from bot.policy.actions import Action, PutComment, RemoveComment, Reply
from bot.policy.config import Config
from bot.policy.events import Event
from bot.policy.opinion import Opinion, Verdict
from bot.policy.show.card import build
from bot.policy.standing import in_force, is_waiting
from bot.policy.state import State

LOUD = ("held", "free", "misconfigured")  # tones that make a comment; the others only change one that is there


def respond(
    event: Event, verdict: Verdict, opinions: tuple[Opinion, ...], state: State, config: Config, now: datetime
) -> Iterable[Action]:
    if config.mode == "shadow" or is_waiting(state):
        return
    card = build(state, opinions, config, now)
    yield from (RemoveComment(comment) for comment in state.pull.spare)
    if state.pull.comment is not None or card.tone in LOUD:
        yield PutComment(card)
    if state.pull.comment is not None and _crossed(verdict, state, config, now):
        yield _note(verdict, card.headline, state, config, now)


def _crossed(verdict: Verdict, state: State, config: Config, now: datetime) -> bool:
    """The check on this very head said the opposite until now, and no answer about an exception has just told why."""
    check = state.pull.check
    if config.mode == "comment" or check is None or check.head_sha != state.pull.head_sha:
        return False
    held = "failure" if config.mode == "enforce" else "neutral"
    if verdict is Verdict.BLOCK:
        return check.conclusion == "success" and not _just_ended(state, now)
    return check.conclusion == held and approval.approved(state, config, now) is None


def _just_ended(state: State, now: datetime) -> bool:
    """An exception was taken back or voided in this very run, and a reply says so."""
    last = approval.latest(state)
    if last is None:
        return False
    fallen = approval.lapse(last, state, now) if last.state == "approved" else None
    return (last.ended_at == now and last.state in ("denied", "void")) or (fallen is not None and fallen[0] == "void")


def _note(verdict: Verdict, headline: str, state: State, config: Config, now: datetime) -> Reply:
    """A comment of its own, since an edit tells nobody."""
    stretch = in_force(state, config, now)
    since = stretch.since.isoformat() if stretch.since else "ever"
    asked = approval.latest(state)
    key = f"crossed:{state.pull.head_sha}:{verdict.name}:{since}:{asked.id + asked.state if asked else ''}"
    return Reply(key=key, words=f"{headline}.")
