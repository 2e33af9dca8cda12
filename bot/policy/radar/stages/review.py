"""What reviewers say: the deterministic one has to know every hunk; a language model may veto or confirm.

A hunk of a manifest or a lock file is none of the nine categories: the static rules explain all of it, package by
package, or have it refused, so here it is enough that they found nothing (docs/auto-review-rules.md).
"""

from typing import get_args

from bot.policy.candidate import Category, Inspection, Judged, ModelReview, Signal
from bot.policy.config.auto_review import Reviewer
from bot.policy.pull import AWAITED, Unknown
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person, waits
from bot.policy.radar.stages import static
from bot.policy.text.words import code

CATEGORIES: frozenset[str] = frozenset(get_args(Category))
SAFE = ("P", "S")
SIGNALS: frozenset[str] = frozenset(get_args(Signal))


def judge(candidate: Candidate) -> Answer:
    inspection, review = candidate.state.inspection, candidate.state.review
    if isinstance(inspection, Unknown):
        return person("contents_unknown", f"Its contents could not be read: {inspection.why}.")
    answer = _by_rules(inspection)
    return of_model(review, candidate.config.auto_review.reviewer) if answer == PASSED else answer


def _by_rules(inspection: Inspection) -> Answer:
    """Whether every hunk, counted by us, is safe for certain or by strong evidence."""
    explained = _explained(inspection)
    if not inspection.hunks or len({each.hunk.path for each in inspection.hunks}) < inspection.files:
        return person("hunks_missing", "Not every changed file of it could be told apart into what changed.")
    doubtful = [each for each in inspection.hunks if not _safe(each) and each.hunk.path not in explained]
    if not doubtful:
        return PASSED
    first = next((each for each in doubtful if each.level is None), doubtful[0])
    rule = "hunk_unknown" if first.level is None else "hunk_hinted"
    counts = f"{len(doubtful)} of {len(inspection.hunks)} changed stretches"
    where = f"{counts} not known to be safe, the first in {code(first.hunk.path)}"
    return person(rule, f"A person has to look: {where}. {first.words}".strip())


def _safe(judged: Judged) -> bool:
    return judged.level in SAFE and judged.category in CATEGORIES


def _explained(inspection: Inspection) -> frozenset[str]:
    """Files of packages whose every change is one of a version that the static rules let pass."""
    packages = inspection.dependencies
    unexplained = any(each.rule != static.MAJOR for each in inspection.hazards)
    if packages is None or not packages.bumps or unexplained:
        return frozenset()
    return frozenset(packages.files)


def of_model(review: ModelReview | Unknown | None, asked: Reviewer) -> Answer:
    """None where no model is asked: then what the rules say stands."""
    if review is None:
        return PASSED
    if isinstance(review, Unknown):
        if review == AWAITED:
            return waits("model_awaited", "The language model's answer is still to come.")
        return person("model_unknown", f"The language model did not confirm it: {review.why}.")
    for rule, vetoed, why in _vetoes(review, asked):
        if vetoed:
            return person(rule, f"The language model does not confirm it: {why}.")
    return PASSED


def _vetoes(review: ModelReview, asked: Reviewer) -> tuple[tuple[str, bool, str], ...]:
    safe = review.accepts and bool(review.categories) and review.categories <= CATEGORIES
    signals = ", ".join(sorted(review.signals & SIGNALS)) or "one that is not known"
    return (
        ("model_category", not safe, review.why or "it names no safe category for a part of it"),
        ("model_signals", bool(review.signals), f"it sees signs of risk ({signals})"),
        (
            "model_confidence",
            not asked.min_confidence <= review.confidence <= 10,
            f"its confidence is {review.confidence} of 10, {asked.min_confidence} are needed",
        ),
        (
            "model_effort",
            not 1 <= review.effort <= asked.max_effort,
            f"it takes a review for {review.effort} of 5 in effort, {asked.max_effort} are the most",
        ),
    )


STAGE = Stage("review", "Is every hunk of it safe?", judge)
