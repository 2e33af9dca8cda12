"""Pictures and fonts: strong evidence, when their first bytes say that they are what their name says."""

from scoring.semantics.paths import RESOURCES, is_specimen, is_test
from scoring.semantics.verdict import Finding, Pair

MAGIC: dict[str, tuple[bytes, ...]] = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".gif": (b"GIF87a", b"GIF89a"),
    ".webp": (b"RIFF",),
    ".ico": (b"\0\0\1\0",),
    ".bmp": (b"BM",),
    ".woff": (b"wOFF",),
    ".woff2": (b"wOF2",),
    ".ttf": (b"\0\1\0\0", b"true"),
    ".otf": (b"OTTO",),
}


def check(pair: Pair) -> Finding | None:
    """S for a picture or font that is new or was replaced; SVG and HTML are code and are not looked at here."""
    suffix = next((ending for ending in RESOURCES if pair.path.lower().endswith(ending)), None)
    if suffix is None or pair.new is None or pair.renamed:
        return None
    if not pair.new.startswith(MAGIC.get(suffix, ())):
        return Finding(None, "resource", "Its content is not what its name says.")
    if is_test(pair.path) or is_specimen(pair.path):
        return Finding("H", "resource", "Only a picture or font changed, but tests may compare it.")
    return Finding("S", "resource", "Only a picture or font changed, going by its first bytes.")
