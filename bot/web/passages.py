"""Automatic review on the page of a pull request: how far it came and why, whether it waits, and each decision."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.policy.candidate import DeferredReview
from bot.policy.radar.funnel import STAGES
from bot.policy.show.landing import HELD
from bot.store import AutomaticLanding
from bot.store.landing_queue import Place
from bot.store.passages import KnownPassage
from bot.web.page import Stored
from bot.web.words import SHORT

OUTCOMES: Mapping[str, str] = {
    "passed": "passed", "refused": "refused", "person": "to a person", "waits": "waits for a fact", "error": "failed",
}  # fmt: skip
PIPELINES: Mapping[str, str] = {
    "ace": "of a source, read by nobody", "approval": "of a person, read by nobody",
    "verification": "of a person, reviewed afterwards",
}  # fmt: skip
MOST = 50  # decisions that are shown, the newest


@dataclass(frozen=True, slots=True)
class Passed:
    """What is known of one pull request."""

    decisions: tuple[KnownPassage, ...]  # oldest first
    place: Place
    landings: tuple[AutomaticLanding, ...]
    review: DeferredReview | None


def read(store: Stored, repository_id: int, number: int) -> Passed:
    tried = store.automatic_landings.all([repository_id])
    return Passed(
        store.passages.of(repository_id, number),
        store.landing_queue.of(repository_id, number),
        tuple(each for each in tried if each.number == number),
        store.deferred_reviews.of(repository_id, number),
    )


# --- what is shown


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage, and what it said of the change."""

    name: str
    question: str
    outcome: str  # in words; "": it was not asked
    tone: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    at: datetime
    head: str
    mode: str
    outcome: str
    stage: str
    rule: str
    why: str
    policy: str
    model: str


@dataclass(frozen=True, slots=True)
class Automatic:
    """`stages` are those of the newest decision; `stopped`: by whom and how it does not land, "": by nobody."""

    mode: str
    source: str
    pipeline: str
    stages: tuple[Stage, ...]
    land_after: datetime | None
    stopped: str
    landings: tuple[AutomaticLanding, ...]
    review: DeferredReview | None
    decisions: tuple[Decision, ...]  # newest first
    more: int


def shown(known: Passed) -> Automatic | None:
    """None: nothing was ever decided of it."""
    if not known.decisions:
        return None
    last, waiting = known.decisions[-1].decided, known.place.waiting
    return Automatic(
        mode=last.mode,
        source=last.source,
        pipeline=PIPELINES[last.pipeline],
        stages=tuple(_stages(known.decisions[-1])),
        land_after=waiting.land_after if waiting else None,
        stopped=_stopped(known.place),
        landings=known.landings,
        review=known.review,
        decisions=tuple(_decision(each) for each in reversed(known.decisions[-MOST:])),
        more=max(0, len(known.decisions) - MOST),
    )


def _stages(row: KnownPassage) -> Iterator[Stage]:
    decided = row.decided
    passed = {name: rule for name, _, rule in (each.partition(": ") for each in decided.passed)}
    for stage in STAGES:
        if stage.name in passed:
            yield Stage(stage.name, stage.words, "passed", "good", passed[stage.name], "")
        elif stage.name == decided.stage:
            tone = "good" if decided.outcome == "passed" else "held"
            yield Stage(stage.name, stage.words, OUTCOMES[decided.outcome], tone, decided.rule, decided.why)
        else:
            yield Stage(stage.name, stage.words, "", "", "", "")


def _stopped(place: Place) -> str:
    stop = place.wishes.stop
    if stop is None:
        return ""
    if stop.rule == "landing":
        return stop.words
    return f"{stop.by.login if stop.by else 'Somebody'} {HELD[stop.rule]}."


def _decision(row: KnownPassage) -> Decision:
    decided = row.decided
    why = decided.why if decided.outcome != "passed" else ""
    stage = decided.stage if decided.outcome != "passed" else ""
    return Decision(
        row.at, decided.head_sha[:SHORT], decided.mode, OUTCOMES[decided.outcome], stage, decided.rule, why,
        decided.policy, decided.model,
    )  # fmt: skip
