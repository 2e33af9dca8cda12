"""What a file is to git: only regular files that stay so can be judged by their contents."""

import re
from collections.abc import Iterator

from scoring.hazards.rule import MOST, File, Sides, is_text
from scoring.inspection import Hazard
from scoring.semantics import guards, resources
from scoring.semantics.verdict import Pair

ATTRIBUTES = frozenset((".gitattributes", ".gitmodules", ".lfsconfig", ".mailmap"))
# Windows: no such signs, no such names whatever their ending, and blanks and points at the end are cut off; ~1 is short
# for a longer name (CVE-2019-1352), and ::$DATA for the file itself.
_ODD = re.compile(r'(?i)[<>:"|?*\\]|[. ]$|~\d|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)')
_KINDS = {"120000": ("symlink", "A symbolic link is touched."), "160000": ("submodule", "A submodule is touched.")}


def modes(file: File) -> Iterator[Hazard]:
    """Links, submodules and permissions; a file that comes has to be an ordinary one."""
    present = [mode for content, mode in ((file.old, file.old_mode), (file.new, file.new_mode)) if content is not None]
    for mode in dict.fromkeys(present):
        if mode in _KINDS:
            yield Hazard("mode", _KINDS[mode][1], file.path)
        elif mode not in guards.REGULAR:
            yield Hazard("mode", "It is not a regular file.", file.path)
    if len({*present}) > 1:
        yield Hazard("mode", "Its permissions or its type change.", file.path)
    elif file.old is None and file.new_mode == "100755":
        yield Hazard("mode", "A new file may be run.", file.path)


def pointers(file: File) -> Iterator[Hazard]:
    """git LFS keeps the content elsewhere, and nobody sees it here."""
    if any((content or b"").startswith(guards.LFS) for content in (file.old, file.new)):
        yield Hazard("lfs_pointer", "Its content lies elsewhere: this is a pointer of git LFS.", file.path)


def attributes(file: File) -> Iterator[Hazard]:
    """What git and the forge make of other files decides what reviewers get to see, and how contents are changed."""
    if file.path.rsplit("/", 1)[-1].lower() in ATTRIBUTES:
        yield Hazard("attributes", "It decides how git shows or changes other files.", file.path)


def large(file: File) -> Iterator[Hazard]:
    """What was not read to its end was not looked at."""
    if any(len(content or b"") > MOST for content in (file.old, file.new)):
        yield Hazard("large_file", f"It has more than {MOST >> 20} MiB and was not read to its end.", file.path)


def binary(file: File) -> Iterator[Hazard]:
    """No text, and no picture or font that reads as one."""
    if all(content is None or is_text(content) for content in (file.old, file.new)):
        return
    verdict = resources.check(Pair(file.old, file.new, file.path, file.path, file.old_mode, file.new_mode))
    if verdict is None or verdict.level != "S":
        yield Hazard("binary", "It is no text, so nothing can be read of it.", file.path)


def names(file: File) -> Iterator[Hazard]:
    """Names that some system reads as another: a stream of a file, a device, an ending that is cut off."""
    if file.old is None and any(_ODD.search(part) for part in file.path.split("/")):
        yield Hazard("odd_name", "Its name is another one on some systems, or none.", file.path)


def same_names(sides: Sides) -> Iterator[Hazard]:
    """Where case does not count (macOS, Windows) one of two such files takes the place of the other.

    Of files that do not change only the one in small letters is asked for: no list of a folder is read.
    """
    coming = [file.path for file in sides.files if file.old is None]
    for path in coming:
        folded = path.casefold()
        twins = {other for other in sides.paths if other.casefold() == folded} - {path}
        if any(sides.at("head", other) for other in {*twins, folded} - {path}):
            yield Hazard("same_name", "Another file has the same name but for small and capital letters.", path)
