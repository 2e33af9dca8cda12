"""What the lines of a patch are made of, counted without parsing the language."""

import re
from array import array
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

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
# the lengths of both sides where they are 0, and the function that git names
_HEAD = re.compile(rb"^@@ -\d+(,0)?(?:,\d+)? \+\d+(,0)?(?:,\d+)? @@ ?([^\n]*)$", re.M)
BITS = 18  # of a hashed word
_MASK = (1 << BITS) - 1


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
LOOPS = _words("for foreach while loop do repeat")
IMPORTS = _words("import include use require using from")
NOTHINGS = _words("null NULL nil None nullptr undefined")
DEFINITIONS = _words(
    "def fn func function class struct enum interface trait impl module fun void static public private "
    "protected override"
)


# one look-up a word: its classes as digits of one number, so that adding the numbers counts all classes at once
_DIGIT = 32
_CLASSES = (BRANCHES, GUARDS, MEMORY, CONCURRENCY, CONTROL, DEFINITIONS, LOOPS, IMPORTS, NOTHINGS)
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
    loops_added: int = 0
    imports_added: int = 0
    nothings_added: int = 0  # null, None, nil, ...
    control_deleted: int = 0
    members_added: int = 0  # accesses through "->"
    indexes_added: int = 0
    comparisons_added: int = 0
    assignments_added: int = 0
    bits_added: int = 0  # shifts and bitwise operators
    hexadecimals_added: int = 0
    strings_added: int = 0
    promises: int = 0  # TODO, FIXME, XXX
    longest_line: int = 0  # bytes
    kept_words: int = 0  # different words that both added and removed lines have
    insertions: int = 0  # hunks that only add
    removals: int = 0  # hunks that only remove
    functions: int = 0  # different functions that git names beside the hunks
    words: bytes = b""  # the different words of added code, hashed to BITS bits, as unsigned numbers of four bytes
    words_gone: bytes = b""  # of removed code


NOTHING = LineCounts()
COUNTS = LineCounts._fields.index("words")  # so many of the fields are numbers, and come first


def _classes(tokens: list[bytes]) -> tuple[int, ...]:
    """Return how many of the tokens are in each of _CLASSES."""
    packed = sum(filter(None, map(_CLASS.get, tokens)))
    return tuple((packed >> _DIGIT * place) & ((1 << _DIGIT) - 1) for place in range(len(_CLASSES)))


def count(body: bytes, extension: str) -> LineCounts:
    """Return the counts of the hunks in `body` (from the first "@@" on, without context lines)."""
    heads = _HEAD.findall(body)
    added, deleted = body.count(b"\n+"), body.count(b"\n-")
    insertions, removals = (sum(bool(head[side]) for head in heads) for side in (0, 1))
    functions = len({name[:80] for *_, name in heads if name})
    if extension in PROSE:
        return LineCounts(
            len(heads), added, deleted, bytes_added=len(body), promises=_promises(body), insertions=insertions,
            removals=removals, functions=functions,
        )  # fmt: skip
    starts = _COMMENT[extension in _SLASHES]
    fresh, gone = _ADDED.findall(body) if added else (), _DELETED.findall(body) if deleted else ()
    code = [line for line in fresh if not line.startswith(starts)]
    lost = [line for line in gone if not line.startswith(starts)]
    text, old = b"\n".join(code), b"\n".join(lost)
    tokens, tokens_gone = _TOKEN.findall(text), _TOKEN.findall(old) if lost else []
    different, different_gone = set(tokens), set(tokens_gone)
    branches, guards, memory, concurrency, control, definitions, loops, imports, nothings = _classes(tokens)
    branches_deleted, guards_deleted, _, _, control_deleted, *_ = _classes(tokens_gone) if lost else (0,) * 5
    return LineCounts(
        len(heads),
        added,
        deleted,
        len(code),
        len(lost),
        len(fresh) - len(code),
        branches,
        branches_deleted,
        text.count(b"("),
        len(tokens),
        len(different),
        guards,
        memory,
        concurrency,
        control,
        definitions,
        guards_deleted,
        old.count(b"("),
        len(text),
        loops,
        imports,
        nothings,
        control_deleted,
        text.count(b"->"),
        text.count(b"["),
        text.count(b"==") + text.count(b"!=") + text.count(b"<=") + text.count(b">="),
        text.count(b" = "),
        text.count(b"<<") + text.count(b" | ") + text.count(b" & "),
        text.count(b"0x"),
        (text.count(b'"') + text.count(b"'")) // 2,
        _promises(body),
        max(map(len, code), default=0),
        len(different & different_gone),
        insertions,
        removals,
        functions,
        _hashed(different),
        _hashed(different_gone),
    )


def _promises(body: bytes) -> int:
    return body.count(b"TODO") + body.count(b"FIXME") + body.count(b"XXX")


def _hashed(tokens: set[bytes]) -> bytes:
    # in order: two processes iterate over one set differently
    return array("I", sorted({crc32(token) & _MASK for token in tokens})).tobytes()


@lru_cache(maxsize=1 << 16)
def extension(path: str) -> str:
    """Return what follows the last dot of the file's name in lower case, or "" when there is none."""
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name[1:] else ""
