"""Whether two parts of a change need each other: when it cannot be told that they do not, they do."""

import re
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from scoring.change import Change
from scoring.errors import ScoringError
from scoring.git import DIFF, Git
from scoring.git.errors import TooMuch
from scoring.history.patch import Lines

_NAME = re.compile(rb"[A-Za-z_]\w{2,}")
# what a line defines, in any of the languages
_DEFINES = tuple(
    re.compile(pattern)
    for pattern in (
        # after a word that says so; what stands in parentheses is short, or a long line is gone through for each word
        rb"\b(?:def|class|func|fn|function|fun|sub|struct|enum|union|interface|trait|impl|mod|module|type|typedef|const"
        rb"|let|var|val|define|macro_rules!|package|record|namespace|object)\b"
        rb"(?:[ \t]*\([^)]{0,200}\))?[ \t*&]+([A-Za-z_]\w{2,})",
        # after a type and before a parenthesis
        rb"^[ \t]*[A-Za-z_][\w:<>,.\[\]*& \t]*[ \t*&]([A-Za-z_]\w{2,})[ \t]*\(",
        # as a method before its block
        rb"^[ \t]*([A-Za-z_]\w{2,})[ \t]*\([^)]*\)[ \t]*(?:\{|=>)",
        # by an assignment at the start of a line, or to a name in capitals
        rb"^([A-Za-z_]\w{2,})[ \t]*(?::?=(?!=)|:)",
        rb"^[ \t]*([A-Z_][A-Z0-9_]{2,})[ \t]*=",
    )
)
_WORDS = frozenset(b"for while switch catch return else throw new case await yield elif unless until and not".split())
_TELLING = 10  # letters and digits of a line, from which finding it on both sides is no accident
MOST_UNSEEN = 20  # names that are looked for in all of the code; with more, the parts are taken to need each other

Known = Callable[[AbstractSet[bytes]], AbstractSet[bytes]]  # of these names, those that stood in the code before


def names_before(git: Git, change: Change) -> Known:
    """What tells which names stood in the code that a change is compared with."""
    seen: set[bytes] | None = None

    def known(names: AbstractSet[bytes]) -> AbstractSet[bytes]:
        nonlocal seen
        if seen is None:
            seen = _names_of_files(git, change)
        unseen = names - seen
        if change.base and len(unseen) <= MOST_UNSEEN:
            seen.update(name for name in unseen if _stands(git, change.base, name))
        return names & seen

    return known


def _names_of_files(git: Git, change: Change) -> set[bytes]:
    blobs = [file.old_blob for file in change.files if file.old_blob and not file.old_mode.startswith("16")]
    try:
        text = git.run("cat-file", "--batch", stdin="\n".join(blobs).encode(), limits=DIFF) if blobs else b""
    except TooMuch:
        return set()  # its files are larger than anybody reads: parts of it are taken to need each other
    return set(_NAME.findall(text))


def _stands(git: Git, base: str, name: bytes) -> bool:
    try:
        git.run("grep", "-q", "-w", "-F", "-e", name.decode(), base, "--")
    except ScoringError:
        # git says nothing but "no" when a name is nowhere
        return False
    return True


def apart(one: Iterable[tuple[str, Lines]], other: Iterable[tuple[str, Lines]], known: Known) -> bool:
    """Say whether nothing shows that one part of a change needs the other.

    They need each other when lines moved from one to the other, when one names a file of the other, when a name that
    one defines, redefines or removes is used in the other, or when both use a name that the code did not have before.
    """
    one, other = list(one), list(other)
    if _moved(one, other) or _moved(other, one) or _named(one, other) or _named(other, one):
        return False
    here, there = _names(one), _names(other)
    shared = here & there
    if shared & (_defined(one) | _defined(other)):
        return False
    return not shared or shared <= known(shared)


def _all(part: Iterable[tuple[str, Lines]]) -> list[bytes]:
    return [line for _, lines in part for _, line in (*lines.added, *lines.removed)]


def _names(part: Sequence[tuple[str, Lines]]) -> set[bytes]:
    return {name for line in _all(part) for name in _NAME.findall(line)}


def _defined(part: Sequence[tuple[str, Lines]]) -> set[bytes]:
    return {name for line in _all(part) for pattern in _DEFINES for name in pattern.findall(line)} - _WORDS


def _moved(source: Sequence[tuple[str, Lines]], target: Sequence[tuple[str, Lines]]) -> bool:
    gone = {_bare(line) for _, lines in source for _, line in lines.removed}
    return any(_bare(line) in gone for _, lines in target for _, line in lines.added if len(_bare(line)) >= _TELLING)


def _bare(line: bytes) -> bytes:
    return re.sub(rb"[^A-Za-z0-9_]", b"", line)


def _named(source: Sequence[tuple[str, Lines]], target: Sequence[tuple[str, Lines]]) -> bool:
    """A file of `target` is named in `source`, by what it is called, or lies beside its test there."""
    stems = {_stem(path) for path, _ in target}
    words = {name.lower() for name in _names(source)} | {_stem(path) for path, _ in source}
    return any(stem in word for stem in stems if len(stem) >= 3 for word in words)


def _stem(path: str) -> bytes:
    name = path.rpartition("/")[2].partition(".")[0] or path.rpartition("/")[2].strip(".")
    return re.sub(r"[^a-z0-9_]", "_", name.lower()).encode("utf-8", "replace")
