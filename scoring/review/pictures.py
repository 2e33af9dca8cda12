"""Pictures and fonts: whole, no longer than they say, and none that carries something behind its end."""

from collections.abc import Callable

from scoring.semantics.paths import RESOURCES
from scoring.semantics.verdict import Finding

MAX_BYTES = 512 << 10


def doubt(_: bytes | None, new: bytes | None, path: str) -> Finding | None:
    """A hint at most for what is large, or of which it is not known where it ends."""
    if new is None or not path.lower().endswith(RESOURCES):
        return None
    if len(new) > MAX_BYTES:
        return Finding("H", "resource", f"It is larger than {MAX_BYTES >> 10} KiB.")
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
    return content.endswith(b"\0;")


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
