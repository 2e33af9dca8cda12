"""What the lines of a patch are made of, counted without parsing the language."""

import re
from collections import Counter
from dataclasses import dataclass, fields
from functools import lru_cache

PROSE = frozenset(["md", "rst", "txt", "adoc", "html", "svg", "csv", "json", "lock", "po", "xml", "sum", "snap", "map"])
_SLASHES = frozenset(
    [
        "c",
        "h",
        "cc",
        "cpp",
        "cxx",
        "hpp",
        "hh",
        "m",
        "mm",
        "java",
        "js",
        "mjs",
        "cjs",
        "jsx",
        "ts",
        "tsx",
        "go",
        "rs",
        "swift",
        "kt",
        "kts",
        "dart",
        "scala",
        "cs",
        "php",
        "css",
        "scss",
        "less",
        "proto",
        "groovy",
    ]
)
_COMMENT = {
    True: (b"//", b"/*", b"* ", b"*/", b"*\n"),
    False: (b"#", b'"""', b"'''", b"--", b"<!--", b"%", b";;"),
}
_ADDED = re.compile(rb"^\+[ \t]*([^\s].*)$", re.M)
_DELETED = re.compile(rb"^-[ \t]*([^\s].*)$", re.M)
_TOKEN = re.compile(rb"[A-Za-z_]\w*\(?|&&|\|\|")


def _words(text: str) -> frozenset[bytes]:
    plain = text.encode().split()
    return frozenset(plain) | {word + b"(" for word in plain if word[:1].isalpha()}


BRANCHES = _words(
    "if elif else for foreach while case catch except rescue unless until when match switch select guard && ||"
)
GUARDS = _words(
    "assert expect raise throw throws panic abort error err errno fail failed warn BUG_ON WARN_ON try "
    "except catch rescue"
)
MEMORY = _words(
    "malloc calloc realloc free new delete memcpy memset memmove strcpy strncpy sizeof NULL nullptr unsafe alloc kfree "
    "rte_free"
)
CONCURRENCY = _words(
    "lock unlock mutex Mutex atomic thread Thread async await synchronized volatile spinlock rcu go chan select Arc "
    "RwLock join wait notify"
)
CONTROL = _words("return goto break continue yield defer")
DEFINITIONS = _words(
    "def fn func function class struct enum interface trait impl module fun void static public private "
    "protected override"
)


@dataclass(frozen=True, slots=True)
class LineCounts:
    """Counts over the lines one change adds to and removes from one file."""

    hunks: int = 0
    added: int = 0
    deleted: int = 0
    code_added: int = 0  # neither blank nor a comment by its first characters
    code_deleted: int = 0
    comments_added: int = 0
    branches_added: int = 0  # decision words: if, for, case, catch, &&, ...
    branches_deleted: int = 0
    calls_added: int = 0  # words followed by an opening parenthesis
    words_added: int = 0
    distinct_added: int = 0
    guards_added: int = 0
    memory_added: int = 0
    concurrency_added: int = 0
    control_added: int = 0
    definitions_added: int = 0
    guards_deleted: int = 0
    calls_deleted: int = 0
    bytes_added: int = 0


NOTHING = LineCounts()
NAMES = tuple(field.name for field in fields(LineCounts))


def _share(counts: Counter[bytes], words: frozenset[bytes]) -> int:
    return sum(map(counts.__getitem__, words & counts.keys()))


def count(body: bytes, extension: str) -> LineCounts:
    """Return the counts of the hunks in `body` (from the first "@@" on, without context lines)."""
    hunks = body.count(b"\n@@ ") + body.startswith(b"@@ ")
    added, deleted = body.count(b"\n+"), body.count(b"\n-")
    if extension in PROSE:
        return LineCounts(hunks=hunks, added=added, deleted=deleted, bytes_added=len(body))
    starts = _COMMENT[extension in _SLASHES]
    fresh, gone = _ADDED.findall(body), _DELETED.findall(body)
    code = [line for line in fresh if not line.startswith(starts)]
    lost = [line for line in gone if not line.startswith(starts)]
    text = b"\n".join(code)
    new, old = Counter(_TOKEN.findall(text)), Counter(_TOKEN.findall(b"\n".join(lost)))
    return LineCounts(
        hunks,
        added,
        deleted,
        len(code),
        len(lost),
        len(fresh) - len(code),
        _share(new, BRANCHES),
        _share(old, BRANCHES),
        text.count(b"("),
        new.total(),
        len(new),
        _share(new, GUARDS),
        _share(new, MEMORY),
        _share(new, CONCURRENCY),
        _share(new, CONTROL),
        _share(new, DEFINITIONS),
        _share(old, GUARDS),
        sum(line.count(b"(") for line in lost),
        len(text),
    )


@lru_cache(maxsize=1 << 16)
def extension(path: str) -> str:
    """Return what follows the last dot of the file's name in lower case, or "" when there is none."""
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name[1:] else ""
