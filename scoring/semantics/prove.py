"""Ask each check in turn what it knows of a file; the first that speaks decides, and a change is its weakest file."""

import time
from collections.abc import Callable
from dataclasses import replace

from scoring.change import Change, FileChange
from scoring.semantics import additions, data, docs, guards, imports, python, resources, source
from scoring.semantics.paths import classify, name
from scoring.semantics.verdict import STRENGTH, ChangeVerdict, FileVerdict, Finding, Pair, weakest

MAX_FILES = 1000
MAX_CHANGE_BYTES = 32 << 20
MAX_CHANGE_SECONDS = 60.0

Check = Callable[[Pair], Finding | None]


def lockfile(pair: Pair) -> Finding | None:
    """Never safe by itself: what it pins is code that nobody reads here."""
    if classify(pair.path) == "lockfile" or classify(pair.old_path) == "lockfile":
        return Finding(
            "H", "lockfile", f"{name(pair.path)} pins other people's code; a lockfile alone is never proved."
        )
    return None


def rename(pair: Pair) -> Finding | None:
    """A path is part of a program (imports, globs, routes), except where it only names prose."""
    if not pair.renamed or pair.old is None or pair.new is None:
        return None
    if docs.check(pair) is not None:
        return None
    if pair.old != pair.new:
        return Finding(None, "rename", "It was renamed and changed.")
    return Finding("H", "rename", "It was renamed without a change, but paths can be part of a program.")


def unchanged(pair: Pair) -> Finding | None:
    if pair.old is not None and pair.old == pair.new and not pair.renamed:
        return Finding("P", "nothing", "Both versions are the same.")
    return None


CHECKS: tuple[Check, ...] = (
    guards.mode,
    guards.attributes,
    lockfile,
    guards.content,  # before comparing: what is too large was not read to its end
    unchanged,
    rename,
    python.check,
    data.check,
    source.check,
    imports.check,
    additions.check,
    docs.check,
    resources.check,
)


def prove_file(
    old: bytes | None,
    new: bytes | None,
    path: str,
    *,
    old_path: str | None = None,
    old_mode: str = "100644",
    new_mode: str = "100644",
) -> FileVerdict:
    """What is certain about one file, from its bytes at base and head (None where it does not exist)."""
    pair = Pair(old, new, path, old_path or path, old_mode, new_mode)
    for check in CHECKS:
        if (finding := check(pair)) is not None:
            kind = (
                classify(path, old or new or b"") if finding.level is None and finding.kind == "code" else finding.kind
            )
            return FileVerdict(path, finding.level, kind, finding.words)
    # the base's content before the head's: nobody calls a file generated to have it looked at less
    return FileVerdict(path, None, classify(path, old or new or b""), _unknown(pair))


def _unknown(pair: Pair) -> str:
    if pair.old is None:
        return "The file is new."
    return "The file was deleted." if pair.new is None else "More than comments and layout changed."


def prove_change(
    change: Change, read_blob: Callable[[str], bytes], *, clock: Callable[[], float] = time.monotonic
) -> ChangeVerdict:
    """The verdict of a change and of each file. `read_blob` takes an object id; a KeyError means it is not at hand.

    `clock` counts seconds: files that a minute does not suffice for are left unproved.
    """
    if len(change.files) > MAX_FILES:
        return ChangeVerdict(None, "large", f"More than {MAX_FILES} files changed; they were not compared.")
    verdicts: list[FileVerdict] = []
    left = MAX_CHANGE_BYTES
    ends = clock() + MAX_CHANGE_SECONDS
    for file in change.files:
        old, new = _read(file.old_blob, file.old_mode, read_blob), _read(file.new_blob, file.new_mode, read_blob)
        left -= len(old or b"") + len(new or b"")
        verdicts.append(_prove(file, old, new) if left >= 0 and clock() <= ends else _skipped(file))
    return weakest(tuple(verdicts))


def _read(blob: str | None, mode: str, read_blob: Callable[[str], bytes]) -> bytes | None:
    """The content; empty for a submodule, whose id names a commit elsewhere; None where there is none."""
    if blob is None or not blob.strip("0"):
        return None
    if mode == "160000":
        return b""
    try:
        return read_blob(blob)
    except KeyError:
        return None


def _prove(file: FileChange, old: bytes | None, new: bytes | None) -> FileVerdict:
    expected = {"A": (False, True), "D": (True, False)}.get(file.status, (True, True))
    if (old is not None, new is not None) != expected:
        return FileVerdict(file.path, None, "unreadable", "Its content is not at hand.")
    old_path = file.old_path if file.status in "RC" else None
    if file.status == "R" and old != new:
        return _moved_and_changed(file, old, new)
    return prove_file(
        None if file.status == "C" else old,
        new,
        file.path,
        old_path=old_path,
        old_mode=file.old_mode,
        new_mode=file.new_mode,
    )


def _moved_and_changed(file: FileChange, old: bytes | None, new: bytes | None) -> FileVerdict:
    """The weaker of the two files it is, one that goes and one that comes: no more rests on what is called a rename."""
    gone = prove_file(old, None, file.old_path or file.path, old_mode=file.old_mode)
    come = prove_file(None, new, file.path, new_mode=file.new_mode)
    weaker = min((come, gone), key=lambda each: STRENGTH[each.level])
    return replace(weaker, path=file.path, words=weaker.words if weaker.level else "It was renamed and changed.")


def _skipped(file: FileChange) -> FileVerdict:
    return FileVerdict(file.path, None, "large", "The change is too large to compare every file.")
