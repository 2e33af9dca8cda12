"""Many small changes are one large one: what lands by itself in a day is added up by author and by path."""

from bot.policy.candidate import Churn, Inspection
from bot.policy.config.auto_review import AutoReview, ChangeSource
from bot.policy.pull import Unknown
from bot.policy.radar.gates import Shut
from bot.policy.text.words import code

CHANGES = 10  # of a person, in a day
SIZES = 2  # a person's changes of a day together may be as large as so many that are just small enough
TIMES = 3  # that a file may change by itself in a day


def flood(
    churn: Churn, inspection: Inspection | Unknown, source: ChangeSource | None, policy: AutoReview
) -> Shut | None:
    """Sources have a daily limit of their own. What a dependency update changes (a lockfile) changes with each."""
    if churn.most >= TIMES and (source is None or source.kind != "dependencies"):
        return Shut("path_churn", f"{code(churn.path)} changed {churn.most} times today without anybody looking.")
    if source is not None:
        return None
    lines = churn.lines + (inspection.lines if isinstance(inspection, Inspection) else 0)
    if churn.changes >= CHANGES or (churn.changes and lines > SIZES * policy.size.lines):
        together = f"{churn.changes} changes of this author landed by themselves today"
        return Shut("author_churn", f"{together}, with this one {lines} lines.")
    return None
