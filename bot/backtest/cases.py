"""The ten most telling landings, each with the card that would have been shown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bot.backtest.landings import Landing, Past
from bot.backtest.measure import Figures
from bot.backtest.outcomes import Outcome, Outcomes
from bot.backtest.replay import Replay, Replayed
from bot.line.terminal import plain_reason
from bot.policy.config import Config
from bot.policy.decide import case_of
from bot.policy.text.words import rank
from scoring.assessment import Reason
from scoring.claims.known import Witness
from scoring.claims.table import CLAIMS
from scoring.claims.tell import reasons
from scoring.claims.weights import shares
from scoring.git import Git
from scoring.history.read import commit_change
from scoring.models.model import Rows
from scoring.models.registry import kind_of
from scoring.ranking.quantiles import ranks, window

MOST = 10


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
    first = [replace(case, why=why) for why, cases, most in named for case in cases[:most]]
    spare = [replace(case, why=why) for why, cases, most in named for case in cases[most:]]
    return [*first, *spare[: MOST - len(first)]]


def _soonest(case: Case) -> tuple[int, float]:
    times = case.outcome.times if case.outcome else 0
    known = case.outcome.known_at if case.outcome else 0
    return -times, known - case.replayed.landing.at.timestamp()


def _riskiest(case: Case) -> tuple[float, float]:
    return -case.replayed.percentile, -case.replayed.landing.at.timestamp()


def figures(case: Case, replay: Replay, config: Config, explain: Callable[[Landing], tuple[Reason, ...]]) -> Figures:
    """A case as plain data: what landed, the card, and what became of it."""
    landing, outcome = case.replayed.landing, case.outcome
    state = replay.state(landing, case.replayed.proven)
    assert state.risk is not None  # noqa: S101 (every replayed landing has a score)
    state = replace(state, risk=replace(state.risk, reasons=explain(landing)))
    card = case_of(state, config, landing.at).card
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
        "reasons": [plain_reason(each) for each in card.reasons],
        "because": card.because,
        "proof": card.proof.words if card.proof else None,
        "delay_hours": None if case.replayed.hours is None else round(case.replayed.hours, 1),
        "outcome": None if outcome is None or after is None else {
            "kind": outcome.kind, "sha": outcome.evidence, "title": outcome.title, "after_days": round(after, 1),
            "times": outcome.times,
        },
    }  # fmt: skip


@dataclass(frozen=True)
class _Archive:
    """The landings as claims look at them."""

    git: Git
    past: Past
    first_parent: bool = True

    def repaired(self) -> Mapping[str, str]:
        return self.past.repaired

    def medians(self, shas: Sequence[str]) -> Mapping[str, float]:
        rows = [self._rows[sha] for sha in shas if sha in self._rows]
        middle = np.median(self.past.raw[rows], axis=0) if rows else np.zeros(len(self.past.columns))
        return dict(zip(self.past.columns, map(float, middle), strict=True))

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {landing.sha: landing.row for landing in self.past.landings}


def explainer(replay: Replay) -> Callable[[Landing], tuple[Reason, ...]]:
    """Reasons for a landing, from the models, the ranks and what was known at its time."""
    scores, columns = replay.scores, replay.past.columns
    by_columns = kind_of(scores.model.card.kind).by_columns
    witness = Witness(_Archive(replay.contents.git, replay.past))

    def explain(landing: Landing) -> tuple[Reason, ...]:
        first, last = window(landing.row)
        reference, fitted = scores.dataset.raw[first:last], scores.model_at(landing.row)
        usual = np.median(reference, axis=0)

        def score(rows: NDArray[np.float32]) -> NDArray[np.float64]:
            quantile = ranks(rows, reference)
            # a model of words or text says the same whatever becomes of columns
            said = scores.model.logits(Rows(columns, rows, quantile)) if by_columns else np.zeros(len(rows))
            return scores.logits(fitted, rows, quantile, said)

        low, high = np.searchsorted(scores.parts.rows, [landing.row, landing.row + 1])
        looked = scores.parts.raw[low:high] if high > low else scores.dataset.raw[landing.row : landing.row + 1]
        # what gates is told: the whole, or its riskiest part
        vector = looked[int(score(looked).argmax())]
        change = commit_change(replay.contents.repository, landing.sha)
        carried = shares(CLAIMS, columns, vector, usual, score, float(scores.extra[landing.row]))
        return reasons(witness.known(change, change.lines, tip=change.base), carried)

    return explain
