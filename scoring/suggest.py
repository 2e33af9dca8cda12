"""What would lower the score: parts of the change are taken out, and what stays is scored again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scoring.assessment import Reason, Suggestion
from scoring.change import FileChange
from scoring.features import BY_NAME
from scoring.history.lines import LineCounts

WORTHWHILE = 0.03  # fall in percentile below which an author should not be asked to do anything
_TRIED = 12  # parts of a large change that are tried: the largest ones
_SHOWN = 3

Files = Sequence[tuple[FileChange, LineCounts]]
Rank = Callable[[Sequence[Files]], Sequence[float]]  # percentile of each of several smaller changes


@dataclass(frozen=True, slots=True)
class Part:
    """Some files of the change that could go on their own."""

    subject: str  # a path, or a folder with "/" at its end
    words: str
    rest: Files


def parts(files: Files) -> list[Part]:
    """Return the parts worth trying: single files of a small change, folders of a large one."""
    if len(files) < 2:
        return []
    groups: dict[str, list[int]] = {}
    for place, (file, _) in enumerate(files):
        groups.setdefault(file.path, []).append(place)
        if len(files) > 2 and "/" in file.path:
            groups.setdefault(file.path.rpartition("/")[0] + "/", []).append(place)
    ranked = sorted(groups.items(), key=lambda item: -sum(files[place][1].added for place in item[1]))
    found = []
    for subject, places in ranked[:_TRIED]:
        taken = set(places)
        rest = [each for place, each in enumerate(files) if place not in taken]
        if rest and (subject.endswith("/") is False or len(places) > 1):
            found.append(Part(subject, "Move {subject} to its own pull request", rest))
    return found


def suggestions(files: Files, percentile: float, rank: Rank, reasons: Sequence[Reason]) -> tuple[Suggestion, ...]:
    """Return what lowers the score, best first, then advice on the strongest reasons that no scoring can check."""
    tried = parts(files)
    after = list(rank([part.rest for part in tried])) if tried else []
    better = sorted(
        (
            (rank_after, part)
            for rank_after, part in zip(after, tried, strict=True)
            if rank_after <= percentile - WORTHWHILE
        ),
        key=lambda pair: (pair[0], pair[1].subject),
    )
    found = [
        Suggestion(f"{part.words}: what stays would rank at {round(100 * rank_after)}.", rank_after, part.subject)
        for rank_after, part in better[:_SHOWN]
    ]
    hints = (_hint(reason) for reason in reasons if reason.weight > 0)
    # splitting is only ever proposed when scoring has shown that it helps
    advice = list(dict.fromkeys(hint for hint in hints if hint and not hint.startswith("Split")))
    return (*found, *(Suggestion(hint) for hint in advice[: max(0, _SHOWN - len(found))]))


def _hint(reason: Reason) -> str:
    """Return what helps against a reason, "" when nothing does or when the advice is for the opposite case."""
    feature = BY_NAME.get(reason.feature)
    if feature is None or (feature.words and reason.words == feature.low):
        return ""
    return feature.hint
