"""`/chill reviewed`: the review of a change that landed by itself, which was put off until afterwards, is done."""

from dataclasses import replace

from bot.policy.case import Case
from bot.policy.chat.answers import Answer, Call, not_yours
from bot.policy.landing_actions import CloseReview
from bot.policy.rules.gate import had_a_hand
from bot.policy.text import words

FINE = "Noted: it was reviewed, and nothing is to be done."
TAKE_BACK = (
    "Noted: it was reviewed, and should be taken back. Open the pull request that reverts it; if it caused an "
    "incident, `/chill incident cause this` tells of it."
)
HOW = "Say `/chill reviewed ok`, or `/chill reviewed revert <why>` where it should be taken back."


def reviewed(case: Case, call: Call) -> Answer:
    review = case.state.deferred
    verdict, _, why = call.rest.partition(" ")
    if call.by.id == case.pull.author.id:
        return not_yours("Only somebody else than its author can say that a change was reviewed.")
    if had_a_hand(call.by, case.state):
        return not_yours("Only somebody who had no hand in a change can say that it was reviewed.")
    if review is None:
        return Answer("No review of this change was put off.", good=False)
    if review.reviewed_by is not None:
        return Answer(f"{words.code(review.reviewed_by.login)} reviewed it already.", good=False)
    done = replace(review, reviewed_by=call.by, reviewed_at=case.now, why=why[:500])
    match verdict.lower():
        case "ok":
            return Answer(FINE, actions=(CloseReview(replace(done, verdict="ok")),))
        case "revert" if why:
            taken_back = CloseReview(replace(done, verdict="revert"))
            return Answer(TAKE_BACK, actions=(taken_back,), quoted=case.repeatable(done.why))
        case "revert":
            return Answer(f"Say why, so that its author knows. {HOW}", good=False)
        case _:
            return Answer(HOW, good=False)
