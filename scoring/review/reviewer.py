"""Judge every changed stretch of a change: by what is certain of its whole file, or step by step.

Where a file as a whole cannot be proved, its stretches are put in one after the other, and each step is judged as a
change of its own: from a file to one that does the same, to one that does the same. A step that says nothing alone is
tried together with its neighbours, which may belong to it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scoring.change import Change, FileChange
from scoring.inspection import Category, Hunk, Judged
from scoring.review import additions, evidence, observers, pages, pictures, speech
from scoring.review.lines import Stretch, split, stretches
from scoring.semantics.prove import MAX_CHANGE_BYTES, MAX_CHANGE_SECONDS, prove_file
from scoring.semantics.verdict import ChangeVerdict, FileVerdict, Finding

MAX_STEPPED_BYTES = 256 << 10  # of a file that is judged step by step
MAX_STEPS = 40  # stretches of such a file
MOST_TOGETHER = 6  # neighbours of Python that are tried as one step: a name is used in several places
CATEGORIES: dict[str, Category] = {
    "formatting": "formatting",
    "data": "formatting",
    "comments": "docs_comments",
    "docstrings": "docs_comments",
    "docs": "docs_comments",
    "imports": "import_cleanup",
    "tests": "tests_added",
    "resource": "static_resource",
}
# What proofs of behaviour leave open and a reviewer would not: each may only take away.
DOUBTS = (speech.doubt, pages.doubt, observers.doubt, additions.doubt, pictures.doubt)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is known of a step. It counts as safe at P or S and with a category."""

    level: str | None
    category: Category | None
    words: str

    @property
    def safe(self) -> bool:
        return self.level in ("P", "S") and self.category is not None

    def of(self, hunk: Hunk) -> Judged:
        return Judged(hunk, self.level, self.category, self.words)  # type: ignore[arg-type]


def review(
    change: Change,
    verdict: ChangeVerdict,
    read_blob: Callable[[str], bytes],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Judged, ...]:
    """Every stretch of every file; a file of which none can be told counts as one, with counts of 0.

    `verdict` is what was proved of the same change; a file that it does not name is unknown. `read_blob` takes an
    object id; a KeyError means it is not at hand. `clock` counts seconds.
    """
    left, ends = MAX_CHANGE_BYTES, clock() + MAX_CHANGE_SECONDS
    proved = {file.path: file for file in verdict.files}
    judged: list[Judged] = []
    for file in change.files:
        try:
            old, new = _blob(file.old_blob, file.old_mode, read_blob), _blob(file.new_blob, file.new_mode, read_blob)
        except KeyError:
            judged.append(Opinion(None, None, "Its content is not at hand.").of(_whole(file.path)))
            continue
        left -= len(old or b"") + len(new or b"")
        if left < 0 or clock() > ends or file.path not in proved:
            judged.append(Opinion(None, None, "The change is too large to read every file.").of(_whole(file.path)))
        else:
            hopeless = any(each.level is None for each in judged)  # a person has to look: no file is worth long work
            judged += _file(file, old, new, proved[file.path], lambda: clock() > ends, steps=not hopeless)
    return tuple(judged)


def _blob(blob: str | None, mode: str, read_blob: Callable[[str], bytes]) -> bytes | None:
    if blob is None or not blob.strip("0"):
        return None
    return b"" if mode == "160000" else read_blob(blob)


def _file(
    file: FileChange,
    old: bytes | None,
    new: bytes | None,
    verdict: FileVerdict,
    late: Callable[[], bool],
    *,
    steps: bool,
) -> list[Judged]:
    expected = {"A": (False, True), "D": (True, False)}.get(file.status, (True, True))
    if (old is not None, new is not None) != expected:
        return [Opinion(None, None, "Its content is not at hand.").of(_whole(file.path))]
    if file.status not in "AMD":
        return [Opinion(None, None, "It was moved, copied or made a file of another kind.").of(_whole(file.path))]
    return review_file(old, new, file.path, verdict, late, steps=steps)


def review_file(
    old: bytes | None,
    new: bytes | None,
    path: str,
    verdict: FileVerdict,
    late: Callable[[], bool] = lambda: False,
    *,
    steps: bool = True,
) -> list[Judged]:
    """Every stretch of one file, of which `verdict` is known as a whole; without `steps` by that alone."""
    lines = split(old or b""), split(new or b"")
    changed = stretches(*lines)
    if not changed:
        return [Opinion(None, None, verdict.words).of(_whole(path))]
    whole = _opinion(old, new, path, Finding(verdict.level, verdict.kind, verdict.words))
    stepped = steps and not whole.safe and old is not None and new is not None and evidence.may_hold(verdict.kind)
    if stepped and len(changed) <= MAX_STEPS and max(len(old or b""), len(new or b"")) <= MAX_STEPPED_BYTES:
        return _steps(lines, changed, path, whole, late)
    return [whole.of(_hunk(path, each)) for each in changed]


def _steps(
    lines: tuple[list[bytes], list[bytes]],
    changed: tuple[Stretch, ...],
    path: str,
    whole: Opinion,
    late: Callable[[], bool],
) -> list[Judged]:
    judged: list[Judged] = []
    at, safe = 0, True
    before = b"".join(lines[0])
    while at < len(changed) and safe:
        count, opinion = _step(lines, changed, at, before, path, whole, late)
        judged += [opinion.of(_hunk(path, each)) for each in changed[at : at + count]]
        at += count
        safe = opinion.safe
        before = b"".join(_applied(lines, changed, at))
    rest = Opinion(None, None, "It was not judged, as a stretch before it needs a person anyway.")
    return [*judged, *(rest.of(_hunk(path, each)) for each in changed[at:])]


def _step(
    lines: tuple[list[bytes], list[bytes]],
    changed: tuple[Stretch, ...],
    at: int,
    before: bytes,
    path: str,
    whole: Opinion,
    late: Callable[[], bool],
) -> tuple[int, Opinion]:
    """How many stretches are judged together, and what of them."""
    alone: Opinion | None = None
    most = MOST_TOGETHER if path.endswith(".py") else 1
    for count in range(1, min(most, len(changed) - at) + 1):
        if late():
            return len(changed) - at, Opinion(None, None, "Time was up before every stretch was judged.")
        after = b"".join(_applied(lines, changed, at + count))
        verdict = prove_file(before, after, path)
        opinion = _opinion(before, after, path, Finding(verdict.level, verdict.kind, verdict.words))
        if opinion.safe:
            return count, opinion
        alone = alone or opinion
    return 1, alone if alone is not None and alone.level == "H" else whole if whole.level is None else alone or whole


def _applied(lines: tuple[list[bytes], list[bytes]], changed: tuple[Stretch, ...], count: int) -> Iterator[bytes]:
    """The old lines with the first `count` stretches put in."""
    old, new = lines
    at = 0
    for each in changed[:count]:
        yield from old[at : each.old]
        yield from new[each.new : each.new + each.new_count]
        at = each.old + each.old_count
    yield from old[at:]


def _opinion(old: bytes | None, new: bytes | None, path: str, finding: Finding) -> Opinion:
    if finding.level is None and evidence.may_hold(finding.kind) and old is not None and new is not None:
        finding = evidence.find(old, new, path) or finding
    category = CATEGORIES.get(finding.kind) or evidence.CATEGORIES.get(finding.kind)
    opinion = Opinion(finding.level, category if finding.level else None, finding.words)
    if opinion.safe:
        for doubt in DOUBTS:
            if (why := doubt(old, new, path)) is not None:
                return Opinion(why.level, category if why.level else None, why.words)
    return opinion


def _whole(path: str) -> Hunk:
    return Hunk(path, 0, 0, 0, 0)


def _hunk(path: str, each: Stretch) -> Hunk:
    """Counted from 1; where a side has none, the line before it, as git writes it."""
    return Hunk(path, each.old + (each.old_count > 0), each.old_count, each.new + (each.new_count > 0), each.new_count)
