"""What the lines of a patch are made of, counted without parsing the language."""

import re
from functools import lru_cache
from typing import NamedTuple

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


# one look-up a word: its classes as digits of one number, so that adding the numbers counts all classes at once
_DIGIT = 32
_CLASSES = (BRANCHES, GUARDS, MEMORY, CONCURRENCY, CONTROL, DEFINITIONS)
_CLASS = {
    word: sum(1 << _DIGIT * place for place, words in enumerate(_CLASSES) if word in words)
    for word in frozenset().union(*_CLASSES)
}


class LineCounts(NamedTuple):
    """Counts over the lines one change adds to and removes from one file; a tuple, since history makes millions."""

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


def _classes(tokens: list[bytes]) -> tuple[int, ...]:
    """Return how many of the tokens are in each of _CLASSES."""
    packed = sum(filter(None, map(_CLASS.get, tokens)))
    return tuple((packed >> _DIGIT * place) & ((1 << _DIGIT) - 1) for place in range(len(_CLASSES)))


def count(body: bytes, extension: str) -> LineCounts:
    """Return the counts of the hunks in `body` (from the first "@@" on, without context lines)."""
    hunks = body.count(b"\n@@ ") + body.startswith(b"@@ ")
    added, deleted = body.count(b"\n+"), body.count(b"\n-")
    if extension in PROSE:
        return LineCounts(hunks=hunks, added=added, deleted=deleted, bytes_added=len(body))
    starts = _COMMENT[extension in _SLASHES]
    fresh, gone = _ADDED.findall(body) if added else (), _DELETED.findall(body) if deleted else ()
    code = [line for line in fresh if not line.startswith(starts)]
    lost = [line for line in gone if not line.startswith(starts)]
    text, old = b"\n".join(code), b"\n".join(lost)
    tokens = _TOKEN.findall(text)
    branches, guards, memory, concurrency, control, definitions = _classes(tokens)
    branches_deleted, guards_deleted, *_ = _classes(_TOKEN.findall(old)) if lost else (0, 0)
    return LineCounts(
        hunks,
        added,
        deleted,
        len(code),
        len(lost),
        len(fresh) - len(code),
        branches,
        branches_deleted,
        text.count(b"("),
        len(tokens),
        len(set(tokens)),
        guards,
        memory,
        concurrency,
        control,
        definitions,
        guards_deleted,
        old.count(b"("),
        len(text),
    )


@lru_cache(maxsize=1 << 16)
def extension(path: str) -> str:
    """Return what follows the last dot of the file's name in lower case, or "" when there is none."""
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name[1:] else ""
