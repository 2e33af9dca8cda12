"""What the check of automatic review says: whether it lands by itself, when, or who stopped it, and what comes next."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.policy.candidate import Stop, StopRule, Waiting
from bot.policy.case import Case
from bot.policy.config.auto_review import share_of
from bot.policy.radar.funnel import STAGES
from bot.policy.radar.stage import Candidate
from bot.policy.radar.stages import risk
from bot.policy.radar.strength import mode, source_of
from bot.policy.text import words
from bot.policy.views import Card

HELD: Mapping[StopRule, str] = {
    "hold": "held it",
    "review": "sent it back to people",
    "wait": "wants to wait for a reviewer",
    "label": "put on the label that holds it",
    "comment": "commented on it",
    "thumb": "gave it 👎",
    "changes_requested": "asked for changes",
    "landing": "has to look at it",
}
_PIPELINES = {
    "ace": "It passed every stage of automatic review, and nobody has to look.",
    "verification": "It passed every stage of automatic review. Somebody looks at it afterwards.",
    "approval": "It passed every stage of automatic review at the stricter threshold, and nobody has to look.",
}


def card(case: Case) -> Card:
    landing = case.landing
    if isinstance(landing, Waiting):
        why = case.passage.answer.why or _PIPELINES[landing.pipeline]
        return Card("quiet", f"Lands by itself {when(landing, case)}", why + _STOPPABLE)
    if landing.stop is not None:
        return Card("quiet", "Stopped: it does not land by itself", stopped(landing.stop, case))
    if not case.passage.through:
        return Card("quiet", *_unfinished(case))
    return Card("quiet", *_through(landing.rule, case))


_STOPPABLE = " Anybody who may write here can stop it until then: with the button, a comment, or `/chill hold`."


def when(waiting: Waiting, case: Case) -> str:
    later = max(waiting.land_after, case.passage.answer.until or waiting.land_after)
    return f"after {words.when(later.astimezone(ZoneInfo(case.config.timezone)))}"


def stopped(stop: Stop, case: Case) -> str:
    if stop.rule == "landing":
        return f"{stop.words} {_RELEASE}"
    by = words.code(stop.by.login) if stop.by else "somebody"
    return f"{words.capital(by)} {HELD[stop.rule]}. {_NEXT.get(stop.rule, _RELEASE)}"


_RELEASE = "A person who may write here lets it go on with `/chill ship`; the delay begins anew then."
_NEXT: Mapping[StopRule, str] = {
    "changes_requested": "It goes on once they approve, or that review is dismissed.",
    "label": "It goes on once a person takes the label off; the delay begins anew then.",
    "wait": "Its author lets it land by itself after all with `/chill ship`.",
}


def suggested(case: Case) -> str:
    """Why it could land by itself; "" where it could not, or where more or less than a suggestion is wanted."""
    if mode(case.state, case.config) != "suggest" or not case.passage.through:
        return ""
    why = [_WHY.get(name) or _rank(case, name) for name in case.passage.passed]
    clauses = words.listed([_whose(case), *(clause for clause in why if clause)], "and")
    return f"Automatic review only suggests here, and would let it: {clauses}."


_WHY: Mapping[str, str] = {
    "eligible": "nothing keeps its source or its paths out",
    "static": "no static rule speaks against it",
    "review": "every changed stretch of it is known to be safe",
}


def _whose(case: Case) -> str:
    source = source_of(case.state, case.config)
    return f"it is of the source {words.code(source.name)}" if source else "it is its author's own"


def _rank(case: Case, stage: str) -> str:
    threshold = risk.threshold_of(Candidate(case.state, case.config, case.now, case.passage.pipeline))
    if stage != risk.STAGE.name or threshold is None:
        return ""
    return f"as a whole and by each part it is among the safest {words.percent(share_of(threshold))} here"


def _unfinished(case: Case) -> tuple[str, str]:
    answer, asks = case.passage.answer, {stage.name: stage.words for stage in STAGES}
    question = asks.get(case.passage.stage, "")
    if answer.until is not None:
        when_ = words.when(answer.until.astimezone(ZoneInfo(case.config.timezone)))
        return f"Looked at again after {when_}", f"{answer.why} Until then a person may review it as usual.".strip()
    if answer.outcome == "waits":
        return "Automatic review is not through yet", f"{question} {answer.why}".strip()
    return "A person looks at this change", f"{question} {answer.why} Nothing else changes: review it as usual.".strip()


def _through(rule: str, case: Case) -> tuple[str, str]:
    if mode(case.state, case.config) != "enforce":
        return (
            "It could land by itself",
            "It passed every stage. Nothing is approved or merged here: this is a suggestion.",
        )
    if rule == "draft":
        return "It can land by itself once it is no draft", "It passed every stage of automatic review."
    return (
        "It can land by itself if its author wants that",
        "It passed every stage of automatic review. Its author says so with `/chill ship`, or leaves it to a reviewer.",
    )
