"""What people say of a change that may land by itself: ship it, wait, hold it, send it back to people."""

from dataclasses import replace

from bot.policy.actions import AskReview
from bot.policy.candidate import Consent, Stop, StopRule, Waiting
from bot.policy.case import Case
from bot.policy.chat.answers import Answer, Call, not_yours
from bot.policy.landing_actions import ReleaseLanding, StopLanding
from bot.policy.managers import managers
from bot.policy.radar import objections
from bot.policy.radar.strength import mode, source_of
from bot.policy.show import landing
from bot.policy.text import words

MOST_ASKED = 3  # of more nobody would feel asked
OFF = "Automatic review is off here; `auto_review.mode` in the configuration turns it on."


def ship(case: Case, call: Call) -> Answer:
    """The author lets it land; whoever may write lets go on what was stopped."""
    if case.config.auto_review.mode == "off":
        return Answer(OFF, good=False)
    stop, author = objections.current(case.state, case.config), case.pull.author
    refusal = _not_lifted(stop, case, call)
    if refusal is not None:
        return refusal
    diff = case.state.content_name
    if diff is None:
        return Answer("Nobody can tell yet what it changes; say it again once it is scored.", good=False)
    consent = Consent(call.by, case.now, diff) if call.by.id == author.id else None
    heard = frozenset(remark.key for remark in (*objections.remarks(case.pull), *case.state.dislikes))
    return Answer(_shipped(case, consent), actions=(ReleaseLanding(heard, consent, call.by),))


def _not_lifted(stop: Stop | None, case: Case, call: Call) -> Answer | None:
    """Its author does not overrule a person who stopped it outright."""
    if stop is None:
        return None
    if stop.rule == "changes_requested":
        return Answer(landing.stopped(stop, case), good=False)
    if stop.rule == "label" and case.config.auto_review.hold_label in {each.lower() for each in case.pull.labels}:
        return Answer(f"Take the label {words.code(case.config.auto_review.hold_label)} off first.", good=False)
    by_author = call.by.id == case.pull.author.id
    if by_author and stop.rule not in ("comment", "landing") and not (stop.by and stop.by.id == call.by.id):
        return not_yours(f"{landing.stopped(stop, case)} That has to be somebody else than its author.")
    return None


def _shipped(case: Case, consent: Consent | None) -> str:
    if mode(case.state, case.config) != "enforce":
        return "Noted. Nothing lands by itself here yet: automatic review only watches or suggests."
    if not case.passage.through:
        return f"Noted, and a person has to look first. {landing.card(case).lead}"
    if consent is None and case.passage.pipeline != "ace" and case.state.wishes.consent is None:
        return "It is held no longer. It lands by itself only when its author says `/chill ship`."
    return "It lands by itself once the delay is over; the check says when. `/chill wait` takes that back."


def wait(case: Case, call: Call) -> Answer:
    return _stopped(case, call, "wait", "It waits for a reviewer, and does not land by itself.")


def review(case: Case, call: Call) -> Answer:
    """Our approval, where there is one, is taken back with the landing."""
    asked = reviewers(case)
    who = [words.code(name.removeprefix("@")) for name in (*case.pull.asked, *asked)]
    said = f"A review is asked of {words.listed(who, 'and')}." if who else "Nobody is named whom to ask for a review."
    answer = _stopped(case, call, "review", f"Sent back to people: it does not land by itself. {said}")
    return replace(answer, actions=(*answer.actions, *(AskReview(name) for name in asked)))


def reviewers(case: Case) -> tuple[str, ...]:
    """Whom to ask for a review beside those who are asked: who reviewed it before, else the owner of its source, else
    those who may answer for it. Never its author, and nobody where somebody is asked already."""
    pull, source = case.pull, source_of(case.state, case.config)
    if pull.asked:
        return ()
    before = tuple(dict.fromkeys(each.author.login for each in pull.reviews if not each.author.bot))
    owner = (source.owner,) if source and source.owner else ()
    others = before or owner or managers(case)
    return tuple(name for name in others if name.lower() != pull.author.login.lower())[:MOST_ASKED]


def hold(case: Case, call: Call) -> Answer:
    return _stopped(case, call, "hold", "Held: it does not land by itself until somebody says `/chill ship`.")


def _stopped(case: Case, call: Call, rule: StopRule, said: str) -> Answer:
    was = "" if isinstance(case.state.waiting, Waiting) else " It was not waiting to land."
    if case.config.auto_review.mode == "off":  # kept all the same: it may be turned on tomorrow
        was = " Automatic review is off here, so nothing lands by itself now either."
    return Answer(said + was, actions=(StopLanding(Stop(rule, call.by, case.now)),))
