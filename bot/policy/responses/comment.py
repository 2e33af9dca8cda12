"""One comment, made only when there is something to say, then edited in place for good."""

from collections.abc import Iterable

from bot.policy.actions import PutComment, RemoveComment, Reply
from bot.policy.case import Case
from bot.policy.events import Event
from bot.policy.opinion import Verdict
from bot.policy.standing import approval

LOUD = ("held", "free", "misconfigured")  # tones that make a comment, as a suggestion does; others only change one


def respond(case: Case, event: Event | None) -> Iterable[RemoveComment | PutComment | Reply]:
    if case.config.mode == "shadow" or case.waiting:
        return
    yield from (RemoveComment(comment) for comment in case.pull.spare)
    if case.pull.comment is not None or case.card.tone in LOUD or case.card.by_itself:
        yield PutComment(case.card)
    if case.pull.comment is not None and _crossed(case):
        yield _note(case)


def _crossed(case: Case) -> bool:
    """The check on this very head said the opposite until now, and no answer about an exception has just told why."""
    check, mode = case.pull.check, case.config.mode
    if mode == "comment" or check is None or check.head_sha != case.pull.head_sha:
        return False
    held = "failure" if mode == "enforce" else "neutral"
    if case.verdict is Verdict.BLOCK:
        return check.conclusion == "success" and not _just_ended(case)
    return check.conclusion == held and case.exception is None


def _just_ended(case: Case) -> bool:
    """An exception was taken back or voided in this very run, and a reply says so."""
    last = approval.latest(case.state)
    if last is None:
        return False
    lapsed = approval.lapse(last, case.state, case.now) if last.state == "approved" else None
    ended = last.ended_at == case.now and last.state in ("denied", "void")
    return ended or (lapsed is not None and lapsed[0] == "void")


def _note(case: Case) -> Reply:
    """A comment of its own, since an edit tells nobody."""
    since = case.in_force.since.isoformat() if case.in_force.since else "ever"
    asked = approval.latest(case.state)
    key = f"crossed:{case.pull.head_sha}:{case.verdict.name}:{since}:{asked.id + asked.state if asked else ''}"
    return Reply(key=key, words=f"{case.card.headline}.")
