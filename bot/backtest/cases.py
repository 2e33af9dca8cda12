"""The ten most telling landings, each with the card that would have been shown."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.backtest.measure import Figures
from bot.backtest.outcomes import Outcome, Outcomes
from bot.backtest.replay import EVENT, Replay, Replayed
from bot.policy.card import build
from bot.policy.config import Config
from bot.policy.decide import decide
from bot.policy.words import rank
from scoring.assessment import Reason
from scoring.explain import SMALLEST, readable, topic, weigh
from scoring.features import FEATURES, Feature
from scoring.features.quantiles import ranks, window

MOST = 10
SHOWN = 4  # reasons on a card


@dataclass(frozen=True, slots=True)
class Case:
    """One landing worth looking at."""

    why: str  # caught, missed, false alarm, proven
    replayed: Replayed
    outcome: Outcome | None


def choose(replayed: Iterable[Replayed], outcomes: Outcomes) -> list[Case]:
    """Caught first, but never only what flatters: what slipped through and what was held for nothing are among them."""
    open_ = [Case("", each, outcomes.by_row.get(each.landing.row)) for each in replayed if each.in_window]
    caught = sorted((case for case in open_ if case.replayed.held and case.outcome), key=_soonest)
    missed = sorted((case for case in open_ if not case.replayed.held and case.outcome), key=_soonest)
    alarms = sorted((case for case in open_ if case.replayed.held and not case.outcome), key=_riskiest)
    proven = sorted((case for case in open_ if case.replayed.proven), key=_riskiest)
    named = [("caught", caught, 4), ("missed", missed, 2), ("false alarm", alarms, 2), ("proven", proven, 2)]
    found = [replace(case, why=why) for why, cases, most in named for case in cases[:most]]
    spare = [replace(case, why=why) for why, cases, most in named for case in cases[most:]]
    return [*found, *spare[: MOST - len(found)]]


def _soonest(case: Case) -> tuple[int, float]:
    times = case.outcome.times if case.outcome else 0
    known = case.outcome.known_at if case.outcome else 0
    return -times, known - case.replayed.landing.at.timestamp()


def _riskiest(case: Case) -> tuple[float, float]:
    return -case.replayed.percentile, -case.replayed.landing.at.timestamp()


def told(case: Case, replay: Replay, config: Config, explain: Callable[[int], tuple[Reason, ...]]) -> Figures:
    """A case as plain data: what landed, the card, and what became of it."""
    landing, outcome = case.replayed.landing, case.outcome
    state = replay.state(landing, case.replayed.proven)
    assert state.risk is not None  # noqa: S101 (every replayed landing has a score)
    state = replace(state, risk=replace(state.risk, reasons=explain(landing.row)))
    card = build(state, decide(EVENT, state, config, landing.at).opinions, config, landing.at)
    after = (outcome.known_at - landing.at.timestamp()) / 86400 if outcome else None
    return {
        "why": case.why,
        "sha": landing.sha,
        "title": landing.title,
        "at": landing.at.isoformat(),
        "window": case.replayed.window,
        "rank": rank(case.replayed.percentile),
        "headline": card.headline,
        "lead": card.lead,
        "reasons": [{"words": each.words, "here": each.here, "usual": each.usual} for each in card.reasons],
        "proof": card.proof.words if card.proof else None,
        "delay_hours": None if case.replayed.hours is None else round(case.replayed.hours, 1),
        "outcome": None if outcome is None or after is None else {
            "kind": outcome.kind, "sha": outcome.evidence, "title": outcome.title, "after_days": round(after, 1),
            "times": outcome.times,
        },
    }  # fmt: skip


def explainer(replay: Replay) -> Callable[[int], tuple[Reason, ...]]:
    """Reasons for a row, from the models and the ranks of its time; no file is named, only what was known is told."""
    scores, shipped = replay.scores, replay.scores.shipped_logits

    def explain(row: int) -> tuple[Reason, ...]:
        first, last = window(row)
        reference, fitted = scores.data.raw[first:last], scores.model_at(row)
        usual = np.median(reference, axis=0)

        def score(rows: NDArray[np.float32]) -> NDArray[np.float64]:
            quantile = ranks(rows, reference)
            return scores.logits(fitted, rows, quantile, shipped(rows, quantile))

        vector = scores.data.raw[row]
        spread = np.maximum(np.abs(reference - usual).mean(axis=0), 1e-6)
        return _reasons(vector, usual, spread, weigh(FEATURES, vector, usual, score))

    return explain


def _reasons(
    vector: NDArray[np.float32], usual: NDArray[np.float32], spread: NDArray[np.float32], weights: NDArray[np.float64]
) -> tuple[Reason, ...]:
    names = tuple(dict.fromkeys(map(topic, FEATURES)))
    found: list[Reason] = []
    for place in sorted(range(len(names)), key=lambda place: -weights[place]):
        if weights[place] < SMALLEST or len(found) == SHOWN:
            break
        members = [index for index, feature in enumerate(FEATURES) if topic(feature) == names[place]]
        members.sort(key=lambda index: -abs(float(vector[index] - usual[index])) / float(spread[index]))
        reasons = (_tell(FEATURES[at], float(vector[at]), float(usual[at]), float(weights[place])) for at in members)
        reason = next((reason for reason in reasons if reason), None)
        found += [reason] if reason else []
    return tuple(found)


def _tell(feature: Feature, value: float, typical: float, weight: float) -> Reason | None:
    here, usual = readable(feature, value), readable(feature, typical)
    words = (feature.words if value > typical else feature.low).replace("{subject}", "a place it touches")
    if here == usual or not words:
        return None
    return Reason(feature.name, words[:1].upper() + words[1:], here, usual, weight)
