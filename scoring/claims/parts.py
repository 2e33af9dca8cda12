"""What would lower a score: a part of the change on its own, told with where both halves would rank."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scoring.assessment import Suggestion
from scoring.change import FileChange
from scoring.claims.claim import is_code
from scoring.claims.depends import Known, apart
from scoring.facts.lines import LineCounts
from scoring.history.patch import Lines

WORTHWHILE = 0.03  # fall in percentile below which an author should not be asked to do anything
TRIED = 12  # parts of a large change that are tried: the largest ones

Files = Sequence[tuple[FileChange, LineCounts]]
Rank = Callable[[Sequence[Files]], Sequence[float]]  # percentile of each of several smaller changes


@dataclass(frozen=True, slots=True)
class Part:
    """Some files of the change that could go on their own, and what stays."""

    subject: str  # a path, or a folder with "/" at its end
    files: Files
    rest: Files


def parts(files: Files) -> list[Part]:
    """The parts worth trying, the largest first: single files and folders; both halves hold code."""
    groups: dict[str, list[int]] = {}
    for place, (file, _) in enumerate(files):
        groups.setdefault(file.path, []).append(place)
        folders = file.path.split("/")[:-1]
        for depth in range(1, len(folders) + 1):
            groups.setdefault("/".join(folders[:depth]) + "/", []).append(place)
    ranked = sorted(groups.items(), key=lambda item: (-sum(files[place][1].added for place in item[1]), item[0]))
    whole, parted, seen = frozenset(range(len(files))), [], set()
    for subject, places in ranked:
        taken = frozenset(places)
        part = Part(subject, [files[place] for place in places], [x for at, x in enumerate(files) if at not in taken])
        # two halves are the same two, whichever of them is called the part
        if taken not in seen and whole - taken not in seen and _has_code(part.files) and _has_code(part.rest):
            parted.append(part)
        seen.add(taken)
    return parted[:TRIED]


def suggestions(
    files: Files, lines: Mapping[str, Lines], percentile: float, rank: Rank, known: Known
) -> tuple[Suggestion, ...]:
    """The parts that nothing of the rest needs and whose going leaves both halves lower, best first.

    Whether that is worth saying is for those to judge who know the gate.
    """
    free = [part for part in parts(files) if _apart(part, lines, known)]
    if not free:
        return ()
    ranks = list(rank([half for part in free for half in (part.files, part.rest)]))
    lowering = [
        Suggestion(part.subject, tuple(file.path for file, _ in part.files), moved, stays)
        for part, moved, stays in zip(free, ranks[::2], ranks[1::2], strict=True)
        if max(moved, stays) <= percentile - WORTHWHILE
    ]
    return tuple(sorted(lowering, key=lambda each: (max(each.moved, each.stays), each.subject)))


def _apart(part: Part, lines: Mapping[str, Lines], known: Known) -> bool:
    # a file without lines to look at (binary, a new mode, a submodule) could be needed anywhere
    if any(file.path not in lines for file, _ in (*part.files, *part.rest)):
        return False
    one, other = ([(file.path, lines[file.path]) for file, _ in half] for half in (part.files, part.rest))
    return apart(one, other, known)


def _has_code(files: Files) -> bool:
    return any(is_code(file) for file, _ in files)
