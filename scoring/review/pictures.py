"""Pictures and fonts: whole, no longer than they say, and none that carries something behind its end."""

import re
from collections.abc import Callable

from scoring.semantics.paths import RESOURCES
from scoring.semantics.verdict import Finding

MAX_BYTES = 512 << 10
PROGRAM = re.compile(rb"(?i)<\?php|<script|<%[=@]|\balert\(|\beval\(|system\(")  # long enough to be no chance


def doubt(_: bytes | None, new: bytes | None, path: str) -> Finding | None:
    """A hint at most for what is large, or of which it is not known where it ends."""
    if new is None or not path.lower().endswith(RESOURCES):
        return None
    if len(new) > MAX_BYTES:
        return Finding("H", "resource", f"It is larger than {MAX_BYTES >> 10} KiB.")
    if PROGRAM.search(new):
        return Finding("H", "resource", "It holds what reads as a program.")
    whole = next((ends for suffix, ends in ENDS.items() if path.lower().endswith(suffix)), None)
    if whole is None or not whole(new):
        return Finding("H", "resource", "It cannot be told where it ends, or something follows its end.")
    return None


def _png(content: bytes) -> bool:
    at = 8
    while at + 12 <= len(content):
        kind = content[at + 4 : at + 8]
        at += 12 + int.from_bytes(content[at : at + 4], "big")
        if kind == b"IEND":
            return at == len(content)
    return False


def _gif(content: bytes) -> bool:
    """Walked block by block: what a browser may read as a program as well is none."""
    at = 13 + _colours(content[10:11])
    while at < len(content):
        kind, at = content[at : at + 1], at + 1
        if kind == b";":
            return at == len(content)
        if kind == b"!":
            at += 1
        elif kind == b",":
            at += 10 + _colours(content[at + 8 : at + 9])
        else:
            return False
        while at < len(content) and content[at]:  # pieces with their length before them
            at += 1 + content[at]
        at += 1
    return False


def _colours(flags: bytes) -> int:
    """Bytes of a table of colours that such flags announce."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _jpeg(content: bytes) -> bool:
    return content.endswith(b"\xff\xd9") and content.find(b"\xff\xd9\xff\xd9") < 0


def _riff(content: bytes) -> bool:
    return content[8:12] == b"WEBP" and int.from_bytes(content[4:8], "little") + 8 == len(content)


def _woff(content: bytes) -> bool:
    return int.from_bytes(content[8:12], "big") == len(content)


def _bmp(content: bytes) -> bool:
    return int.from_bytes(content[2:6], "little") == len(content)


ENDS: dict[str, Callable[[bytes], bool]] = {
    ".png": _png, ".gif": _gif, ".jpg": _jpeg, ".jpeg": _jpeg, ".webp": _riff, ".woff": _woff, ".woff2": _woff,
    ".bmp": _bmp,
}  # fmt: skip
