"""What has waited long enough lands: approved, read back, merged; what may not goes to a person, and is told why."""

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.policy.candidate import DayPlace, Inspection, Stop, Trust, Waiting
from bot.policy.case import Case
from bot.policy.content import Content
from bot.policy.events import Event
from bot.policy.gatekeeping import Gatekeeping
from bot.policy.landing_actions import Approve, Land, StopLanding, Withdraw
from bot.policy.opinion import Verdict
from bot.policy.radar import landing, preflight
from bot.policy.radar.flood import CHANGES
from bot.policy.radar.landing import Step
from bot.policy.radar.stage import Answer
from bot.policy.radar.strength import source_of
from bot.policy.text import words

NOBODY_LANDS = (
    "The App that lands is not set up for this repository, so nothing lands by itself here: a person merges it."
)
PATIENCE = timedelta(days=3)  # what does not pass by itself until then is for a person


def respond(case: Case, event: Event | None) -> Iterable[StopLanding | Approve | Withdraw | Land]:
    yield from _withdrawn(case)
    if case.state.waiting is None or not isinstance(case.landing, Waiting):
        return
    if not landing.is_due(case.state, case.now):
        yield from _beforehand(case)
        return
    match _next(case):
        case Step() as step:
            yield from _actions(case, step)
        case answer if answer.outcome == "person" or _is_too_late(case):
            yield StopLanding(Stop("landing", None, case.now, answer.why))


def _next(case: Case) -> Step | Answer:
    if not case.passage.through:
        return case.passage.answer
    wanted = case.landing if isinstance(case.landing, Waiting) else None
    return landing.next_step(case.state, case.now, wanted=wanted, held=case.verdict is not Verdict.PASS)


def _is_too_late(case: Case) -> bool:
    waiting = case.state.waiting
    if case.passage.lacks_time_alone:
        return False  # it is in line, however long that is
    return waiting is not None and case.verdict is Verdict.PASS and case.now >= waiting.land_after + PATIENCE


def _beforehand(case: Case) -> Iterable[StopLanding]:
    """What no waiting changes is told at once, not after a day."""
    if not case.state.lands:
        yield StopLanding(Stop("landing", None, case.now, NOBODY_LANDS))
        return
    gate = case.state.gatekeeping
    if isinstance(gate, Gatekeeping):
        lasting = (each for each in preflight.obstacles(gate, case.pull) if not each.passing)
        for obstacle in lasting:
            yield StopLanding(Stop("landing", None, case.now, obstacle.words))
            return


def _actions(case: Case, step: Step) -> Iterable[Approve | Land]:
    """Nothing lands of a source that nobody can count."""
    pull, waiting, trust = case.pull, case.state.waiting, case.state.trust
    if waiting is None or not isinstance(trust, Trust):
        return
    if step.what == "approve":
        yield Approve(step.head_sha, pull.base_ref, _review(case, waiting))
    else:
        yield Land(step.head_sha, pull.base_ref, pull.base_sha, step.method, _place(case, trust))


def _review(case: Case, waiting: Waiting) -> str:
    since = words.when(waiting.since.astimezone(ZoneInfo(case.config.timezone)))
    return f"It passed every stage of automatic review, waited since {since}, and nobody objected."


def _withdrawn(case: Case) -> Iterable[Withdraw]:
    """Our approval is alive only while this head waits to land with it: a crash may have left one behind."""
    lander, waiting, pull = case.state.lander, case.state.waiting, case.pull
    if lander is None:
        return
    for review in pull.reviews:
        ours = review.author.id == lander.id and review.state == "approved"
        lands = waiting is not None and case.landing == waiting and review.head_sha == pull.head_sha
        if ours and not lands:
            yield Withdraw(review.number, "Nothing waits to land with this approval any more.")


def _place(case: Case, trust: Trust) -> DayPlace:
    inspection, content = case.state.inspection, case.state.content
    source = source_of(case.state, case.config)
    return DayPlace(
        key=trust.key,
        day=f"{case.now.astimezone(ZoneInfo(case.config.timezone)):%Y-%m-%d}",
        limit=source.daily_limit if source is not None else CHANGES,
        step=trust.dial,
        author=case.pull.author.id,
        lines=inspection.lines if isinstance(inspection, Inspection) else 0,
        paths=content.paths if isinstance(content, Content) else (),
    )
