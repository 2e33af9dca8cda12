"""A challenger against the model that serves: both fitted on what was known before the newest matured changes.

Chronological: the window is judged by what is known today, and nobody who is judged there has learned from it or from
what became known after it began.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ScoringError
from scoring.history.dataset import MATURITY, NEVER, Dataset, training_rows
from scoring.learning.metrics import Interval, captured, hits, paired
from scoring.models.model import Corpus
from scoring.models.own import fit_own
from scoring.ranking.calibration import rebase

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Scored = Callable[[Corpus, int], Floats]  # fitted on what was known when row `cut` landed: log-odds of all rows

NOT_WORSE = 0.97  # the lower end of the ratio captured must reach this at every gate in use
ERROR_MORE = 0.005  # so much more may expected and observed faults differ, as a share of changes
FAULTS = 120  # in the window, where the history has them: fewer tell little from nothing
LEAST = 30  # faults in the window: of nine, two models caught the very same ones, and that proves nothing
LONGEST = 730 * 86400  # seconds: what was long ago says little of what comes
BANDS = 10
ROUNDS = 2000


@dataclass(frozen=True, slots=True)
class Window:
    """The newest matured changes: rows cut <= row < end of a table."""

    cut: int
    end: int
    faults: int


@dataclass(frozen=True, slots=True)
class Gate:
    """What each captured of the faults in the window when the riskiest `share` of it is gated."""

    share: float
    champion: float
    challenger: float
    ratio: Interval  # challenger over champion, paired, 95 %


@dataclass(frozen=True, slots=True)
class Comparison:
    """Who was better in the window; `error` as in `calibration_error`."""

    window: Window
    gates: tuple[Gate, ...]
    champion_error: float
    challenger_error: float

    @property
    def why_not(self) -> str:
        """Why the challenger must not serve; "" when it is not worse."""
        if self.window.faults < LEAST:
            few = f"{self.window.faults} faults in the newest half of the past"
            return f"{few} are too few to judge by: {LEAST} are needed"
        for gate in self.gates:
            if not gate.ratio.low >= NOT_WORSE:
                return (
                    f"at {100 * gate.share:g} % gated it captures {gate.ratio.value:.2f} times what the present model "
                    f"does, 95 % interval {gate.ratio.low:.2f} to {gate.ratio.high:.2f}: it could be worse"
                )
        if self.challenger_error > self.champion_error + ERROR_MORE:
            return (
                f"what it expects and what was observed differ by {100 * self.challenger_error:.1f} of 100 changes, "
                f"with the present model by {100 * self.champion_error:.1f}"
            )
        return ""


def window_of(table: Dataset, now: int) -> Window:
    """The newest changes that have matured at `now`: as many as hold FAULTS faults, at most half of all, and at most
    two years where these hold LEAST.

    Raises ScoringError when nothing in them was at fault.
    """
    end = int(np.searchsorted(table.at, now - MATURITY, "right"))
    places = np.flatnonzero(table.inducing[:end] & (table.known_at[:end] < now))

    def holding(faults: int) -> int:
        """The row from which on there are so many."""
        return int(places[-faults]) if len(places) >= faults else 0

    recent = min(int(np.searchsorted(table.at, now - LONGEST)), holding(LEAST))
    cut = max(end // 2, recent, holding(FAULTS))
    faults = int((places >= cut).sum())
    if not faults:
        raise ScoringError(
            "None of the newest matured changes is known to have been at fault: there is nothing to judge by."
        )
    return Window(cut, end, faults)


def before(corpus: Corpus, cut: int) -> Corpus:
    """The rows before `cut` as they were known when that row landed."""
    table, moment = corpus.table, int(corpus.table.at[cut])
    known, ever = table.known_at[:cut], table.ever_at[:cut]
    past = replace(
        table, shas=table.shas[:cut], at=table.at[:cut], raw=table.raw[:cut], quantile=table.quantile[:cut],
        known_at=np.where(known < moment, known, NEVER), ever_at=np.where(ever < moment, ever, NEVER),
        severe=table.severe[:cut],
    )  # fmt: skip
    return replace(corpus, table=past)


def corrected(logits: Floats) -> Scored:
    """A model that never saw the repository, with what its own past adds; `logits` are those of all rows."""

    def score(corpus: Corpus, cut: int) -> Floats:
        table = corpus.table
        added = fit_own(table, cut, now=int(table.at[cut]), start=logits)
        return logits + added.logits(table.columns, table.raw, table.quantile) if added else logits

    return score


def compare(corpus: Corpus, champion: Scored, challenger: Scored, gates: Sequence[float], now: int) -> Comparison:
    """Judge both at the gates in use, shares from 0 to 1. Raises ScoringError when there is nothing to judge by."""
    table, window = corpus.table, window_of(corpus.table, now)
    rows = slice(window.cut, window.end)
    label = table.inducing[rows] & (table.known_at[rows] < now)
    ours, theirs = challenger(corpus, window.cut), champion(corpus, window.cut)
    measured = tuple(_gate(ours[rows], theirs[rows], label, share) for share in sorted(gates))
    errors = [calibration_error(table, scores, window, label) for scores in (theirs, ours)]
    return Comparison(window, measured, *errors)


def _gate(ours: Floats, theirs: Floats, label: Flags, share: float) -> Gate:
    caught = hits(ours, label, share), hits(theirs, label, share)
    ratio = paired([caught], lambda first, second: first / second if second else float("nan"), ROUNDS)
    return Gate(share, captured(theirs, label, share), captured(ours, label, share), ratio)


def calibration_error(table: Dataset, scores: Floats, window: Window, label: Flags) -> float:
    """How far expected and observed shares of faults lie apart, on average over ten bands of rising risk, 0 to 1.

    The probabilities are those of the rows before the window at the rate that was known then, as serving makes them.
    """
    rows, known = training_rows(table, window.cut)
    calm = rebase(scores[rows], float(known.mean()) if len(known) else 0.0)
    expected = calm.probability(scores[window.cut : window.end])
    bands = np.array_split(np.argsort(expected, kind="stable"), BANDS)
    return float(sum(abs(expected[band].sum() - label[band].sum()) for band in bands) / len(label))
