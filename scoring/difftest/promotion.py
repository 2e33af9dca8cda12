"""Whether a labeller that learnt what people said since is let serve: no figure on the newest release may be worse.

Both are measured on the newest labelled release, which neither learnt from: the one that serves now, or the rules where
none does, and one that learnt from all releases before it. What is let serve then learns from the newest release, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.difftest import rules
from scoring.difftest.evaluate import Predicted, Scored, known_before, score
from scoring.difftest.labeller import Labelled, Labeller, train
from scoring.errors import ScoringError

CALIBRATED = 0.05  # calibration error up to which it is no matter that it grew


@dataclass(frozen=True, slots=True)
class Trial:
    """Both on `release`. `worse`: in what the new one is worse; empty where it may serve."""

    release: str
    former: Scored
    candidate: Scored
    worse: tuple[str, ...]


def trial(labelled: Sequence[Labelled], serving: Labeller | None) -> Trial:
    """Raises ScoringError where nothing can be learnt yet, or nothing is new to measure on."""
    newest = max((each.release for each in labelled), default=0)
    candidate = train(known_before(labelled, newest))
    if candidate is None:
        raise ScoringError("a dozen labelled groups of earlier releases are needed, with two labels among them")
    learnt = set(serving.names) if serving else set()
    now = [each for each in labelled if each.release == newest and not each.again and each.group.id not in learnt]
    if not now:
        raise ScoringError("the labeller that serves learnt from the newest labels already: label another release")
    suggest = serving.suggest if serving else rules.suggest
    former, new = (score([Predicted(each, by(each.group)) for each in now]) for by in (suggest, candidate.suggest))
    return Trial(now[0].group.key.release, former, new, worse(former, new))


def worse(former: Scored, candidate: Scored) -> tuple[str, ...]:
    """In what the second is worse, in words."""
    one, other = former.groups, candidate.groups
    seen = []
    if other.missed_regressions > one.missed_regressions:
        seen.append(f"{other.missed_regressions} regressions missed instead of {one.missed_regressions}")
    if other.cost > one.cost:
        seen.append(f"mistakes cost {other.cost:.3f} a group instead of {one.cost:.3f}")
    if (other.macro_f1 or 0.0) < (one.macro_f1 or 0.0):
        seen.append(f"macro-F1 {other.macro_f1 or 0.0:.3f} instead of {one.macro_f1 or 0.0:.3f}")
    errors = former.calibration.error, candidate.calibration.error
    if errors[0] is not None and errors[1] is not None and errors[1] > max(errors[0], CALIBRATED):
        seen.append(f"calibration error {errors[1]:.3f} instead of {errors[0]:.3f}")
    return tuple(seen)
