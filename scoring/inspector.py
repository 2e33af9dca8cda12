"""Inspect a change: static rules, hunks and counts, by one function for the server and the backtest."""

from scoring.change import Change
from scoring.git import Git
from scoring.hazards import hazards
from scoring.hazards.dependencies.judge import judge
from scoring.hazards.rule import MOST, TooMuchToRead, sides_of
from scoring.history.diff import Diff
from scoring.inspection import Dependencies, Hazard, Inspection, Judged
from scoring.review.reviewer import review
from scoring.semantics import ChangeVerdict
from scoring.semantics.guards import MAX_BYTES

VERSION = 2  # raised when the same contents are judged otherwise


def inspect(
    git: Git, diff: Diff, change: Change, verdict: ChangeVerdict, percentile: float | None, *, judging: bool = True
) -> Inspection:
    """What a reading of the contents says of a change. `change` and `verdict` are read from the same `diff`.

    `percentile` is `Scorer.highest` of it, None where it could not be scored. Not `judging`: no hunk is named, so that
    nothing passes, but what forbids it is told for a fraction of the time. Raises GitError.
    """
    raised, dependencies = _looked(git, diff, change)
    return Inspection(
        hazards=raised,
        hunks=_hunks(git, change, verdict) if judging else (),
        files=len(change.files),
        lines=sum(file.added + file.deleted for file in change.files),
        proven=verdict.level == "P",
        percentile=percentile,
        dependencies=dependencies,
    )


def _hunks(git: Git, change: Change, verdict: ChangeVerdict) -> tuple[Judged, ...]:
    with git.blobs(MAX_BYTES) as blobs:
        return review(change, verdict, blobs.read)


def _looked(git: Git, diff: Diff, change: Change) -> tuple[tuple[Hazard, ...], Dependencies | None]:
    try:
        with git.blobs(MOST) as blobs:
            sides = sides_of(diff, blobs)
            dependencies, of_packages = judge(sides)
            return (*_other_files(sides.paths, change), *hazards(sides), *of_packages), dependencies
    except TooMuchToRead:
        return (Hazard("large_change", "Its contents have more bytes than are looked at."),), None
    except KeyError:
        return (Hazard("unreadable", "A content that it names is not at hand."),), None


def _other_files(paths: frozenset[str], change: Change) -> tuple[Hazard, ...]:
    """A second reading of which files it touches: trees and counted lines have to name the same ones."""
    if paths != frozenset(change.places) - _copied(change):
        return (Hazard("file_list", "Two readings of the change disagree on its files."),)
    return ()


def _copied(change: Change) -> frozenset[str]:
    """Where copies came from: those files stay as they were."""
    return frozenset(file.old_path for file in change.files if file.status == "C" and file.old_path)
