"""What the lines of a change are made of, counted without parsing the language: code apart from comments and texts.

Every count has one definition, in docs/history.md, that plain git and text tools can follow.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress
from operator import mul
from typing import NamedTuple
from zlib import crc32

from scoring.facts.kinds import LONGEST, MARK, MARKED
from scoring.facts.languages import CLASSES, NO_CALLS, Language, of_patch
from scoring.facts.lexis import HUNK_END, masked
from scoring.facts.moves import moved

_START = re.compile(rb"\n@@ -(\d+)(?:,\d+)? \+(\d+)")
_PROMISE = re.compile(rb"\b(?:TODO|FIXME|XXX)\b")
_TWICE = re.compile(rb"(?<!\S)(?:&&|\|\|)(?!\S)")
_NO_END = b"\n\\ No newline at end of file"
BITS = 18  # of a hashed word
_MASK = (1 << BITS) - 1
# one look-up a word: its classes as digits of one number, so that adding the numbers counts all classes at once
_DIGIT = 32
_ONES = (1 << _DIGIT) - 1


class LineCounts(NamedTuple):
    """Counts over the lines one change adds to and removes from one file; a tuple, since history makes millions.

    The first three, the bytes and the shapes of hunks are of any file, the rest is of code and leaves moved lines out.
    """

    hunks: int = 0
    added: int = 0
    deleted: int = 0
    code_added: int = 0  # lines of which something is left without comments
    code_deleted: int = 0
    comments_added: int = 0  # lines of which nothing is
    branches_added: int = 0  # decision words: if, for, case, catch, &&, ...
    branches_deleted: int = 0
    calls_added: int = 0  # names directly before an opening parenthesis
    words_added: int = 0
    distinct_added: int = 0
    guards_added: int = 0
    memory_added: int = 0
    concurrency_added: int = 0
    control_added: int = 0
    definitions_added: int = 0
    guards_deleted: int = 0
    calls_deleted: int = 0
    bytes_added: int = 0  # of added lines that are not blank, in any file
    loops_added: int = 0
    imports_added: int = 0
    nothings_added: int = 0  # null, None, nil, ...
    control_deleted: int = 0
    members_added: int = 0  # accesses through "->" of a pointer
    indexes_added: int = 0  # opening brackets
    comparisons_added: int = 0
    assignments_added: int = 0
    bits_added: int = 0  # shifts and bitwise operators
    hexadecimals_added: int = 0
    strings_added: int = 0
    promises: int = 0  # TODO, FIXME, XXX in added lines, comments included
    longest_line: int = 0  # bytes, of added lines
    kept_words: int = 0  # different words that both added and removed lines have
    insertions: int = 0  # hunks that only add
    removals: int = 0  # hunks that only remove
    functions: int = 0  # different functions that git names beside the hunks
    moved_in: int = 0  # added lines of code or comment that were removed elsewhere in the change
    moved_out: int = 0  # the same lines where they were removed
    branches_in: int = 0  # decision words in moved_in
    branches_out: int = 0
    marked: int = 0  # 1 where the patch shows that a generator wrote the file
    words: bytes = b""  # the different words of added code, hashed to BITS bits, as unsigned numbers of four bytes
    words_gone: bytes = b""  # of removed code

    def without_code(self) -> "LineCounts":
        """What is counted in any file, whatever is in it."""
        return LineCounts(
            self.hunks, self.added, self.deleted, bytes_added=self.bytes_added, insertions=self.insertions,
            removals=self.removals, marked=self.marked,
        )  # fmt: skip


NOTHING = LineCounts()
COUNTS = LineCounts._fields.index("words")  # so many of the fields are numbers, and come first


class _Classes(dict[bytes, int]):
    """The classes of each word of a language as digits of one number; 0 for any other word."""

    def __missing__(self, _: bytes) -> int:
        return 0


@lru_cache(maxsize=64)
def _classes(language: Language) -> _Classes:
    classes = _Classes()
    for place, name in enumerate(CLASSES):
        for word in getattr(language, name):
            for token in (word, word + b"("):
                classes[token] = classes[token] + (1 << _DIGIT * place)
    for word in NO_CALLS:
        classes[word + b"("] = classes[word + b"("] + (1 << _DIGIT * len(CLASSES))
    return classes


@dataclass(slots=True)
class Side:
    """The lines that a patch adds to a file, or those that it removes: as they are, and with comments and texts blank.

    Both are stripped and have as many lines; a line END ends each hunk in the first.
    """

    lines: list[bytes] = field(default_factory=list)
    code: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class Patch:
    """The patch of one file, read and not yet counted: what moved is known when the whole change was read."""

    language: Language | None
    base: LineCounts  # what is counted in any file
    added: Side = field(default_factory=Side)
    removed: Side = field(default_factory=Side)


def read(body: bytes, path: str, *, new: bool = False) -> Patch:
    """Read the hunks in `body` (from the newline before the first "@@" on, without context lines).

    `new` says that the file is created: only then may an added line mark it as generated.
    """
    hunks = body.split(b"\n@@ ")[1:]
    heads = [hunk.partition(b"\n")[0].partition(b" @@") for hunk in hunks]
    insertions = sum(b",0 +" in ranges for ranges, _, _ in heads)
    removals = sum(ranges.endswith(b",0") for ranges, _, _ in heads)
    base = LineCounts(
        len(heads), body.count(b"\n+"), body.count(b"\n-"), insertions=insertions, removals=removals
    )  # fmt: skip
    language = of_patch(path, body)
    marked = language is not None and _is_marked(body, new=new)
    if language is None or marked:
        return Patch(None, base._replace(bytes_added=len(body), marked=int(marked)))
    functions = len({name.strip()[:80] for _, _, name in heads} - {b""})
    gone, come = _sides(hunks)
    base = base._replace(functions=functions)
    return Patch(language, base, _side(come, b"\n+", language), _side(gone, b"\n-", language))


def _sides(hunks: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The removed and the added lines of each hunk that has some."""
    gone, come = [], []
    for hunk in hunks:
        head, cut = hunk.find(b"\n"), hunk.find(b"\n+")
        if head < 0:
            continue
        if cut != head:
            gone.append(hunk[head : cut if cut >= 0 else None])
        if cut >= 0:
            come.append(hunk[cut:])
    return gone, come


def _side(hunks: Sequence[bytes], sign: bytes, language: Language) -> Side:
    if not hunks:
        return Side()
    if any(b"\0" in hunk for hunk in hunks):
        # it would end hunks
        hunks = [hunk.replace(b"\0", b" ") for hunk in hunks]
    text = HUNK_END.join([*hunks, b""]).replace(_NO_END, b"").replace(sign, b"\n")
    if b"\r" in text:
        # a carriage return alone ends a line for what runs the code, so it hides none from the count
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = [line.strip() for line in text.split(b"\n")]
    code = [line.strip() for line in masked(text, language.lexis).split(b"\n")]
    if max(map(len, lines)) > LONGEST:
        # minified, or a table: no lines of code
        code = [b"" if len(raw) > LONGEST else line for raw, line in zip(lines, code, strict=True)]
    return Side(lines, code)


def _is_marked(body: bytes, *, new: bool) -> bool:
    start = _START.match(body)
    top = body[:6000]
    if start is None or min(int(start[1]) or MARKED, int(start[2]) or MARKED) > MARKED or b"enerated" not in top:
        return False
    lines = [line[1:] for line in top.split(b"\n")[2 : MARKED + 2] if line[:1] == b"-" or (new and line[:1] == b"+")]
    return MARK.search(b"\n".join(lines)) is not None


def count_all(patches: Sequence[Patch]) -> list[LineCounts]:
    """The counts of the patches of one change, moved lines told apart."""
    gone, come = moved([patch.removed.lines for patch in patches], [patch.added.lines for patch in patches])
    return [_counted(*each) for each in zip(patches, gone, come, strict=True)]


def count(body: bytes, path: str, *, new: bool = False) -> LineCounts:
    """The counts of one patch that is a change of its own."""
    return count_all([read(body, path, new=new)])[0]


def _staying(side: Side, places: set[int]) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """The code lines and all lines that did not move, and the code that did."""
    if not places:
        return list(filter(None, side.code)), list(filter(None, side.lines)), []
    stays = [place not in places for place in range(len(side.lines))]
    code, lines = (list(filter(None, compress(each, stays))) for each in (side.code, side.lines))
    return code, lines, [side.code[place] for place in places if side.code[place]]


def _counted(patch: Patch, gone: set[int], come: set[int]) -> LineCounts:
    language = patch.language
    if language is None:
        return patch.base
    classes = _classes(language)
    code, lines, moved_in = _staying(patch.added, come)
    lost, _, moved_out = _staying(patch.removed, gone)
    raw, text, old = (b"\n".join(each) for each in (lines, code, lost))
    tokens, tokens_gone = tokens_of(text, language), tokens_of(old, language)
    branches, loops, control, guards, memory, concurrency, imports, definitions, nothings, calls = _sums(
        tokens, classes
    )
    branches_deleted, _, control_deleted, guards_deleted, *_, calls_deleted = _sums(tokens_gone, classes)
    branches_in, branches_out = (
        _sums(tokens_of(b"\n".join(each), language), classes)[0] if each else 0 for each in (moved_in, moved_out)
    )
    base = patch.base
    return LineCounts(
        base.hunks, base.added, base.deleted, len(code), len(lost),
        len(lines) - lines.count(b"\0") - len(code), branches, branches_deleted, calls, tokens.total(),
        len(tokens), guards, memory, concurrency, control, definitions, guards_deleted, calls_deleted,
        len(raw), loops, imports, nothings, control_deleted,
        text.count(b"->") - text.count(b" ->") if language.pointers else 0,
        text.count(b"["),
        _comparisons(text),
        text.count(b" = "),
        text.count(b"<<") + text.count(b">>") + text.count(b" | ") + text.count(b" & "),
        text.count(b"0x"),
        text.count(b'""'),
        len(_PROMISE.findall(raw)) if b"TODO" in raw or b"FIXME" in raw or b"XXX" in raw else 0,
        max(map(len, lines), default=0),
        len(tokens.keys() & tokens_gone.keys()),
        base.insertions, base.removals, base.functions, len(come), len(gone), branches_in, branches_out, 0,
        _hashed(tokens), _hashed(tokens_gone),
    )  # fmt: skip


def tokens_of(text: bytes, language: Language) -> "Counter[bytes]":
    """The words of code, those before a parenthesis with it, and "&&" and "||" between blanks."""
    if not text:
        return Counter()
    tokens = Counter(language.lexis.word.findall(text))
    if b"&&" in text or b"||" in text:
        tokens.update(_TWICE.findall(text))
    for member in (*_keywords_behind(language).findall(text), *_keys(text, language)):
        # promise.catch( is a call
        tokens[member] -= 1
        tokens[b"." + member] += 1
        if not tokens[member]:
            del tokens[member]
    return tokens


def _keys(text: bytes, language: Language) -> list[bytes]:
    """The decision words that name an argument or a key, or are a symbol: "if: true", ":if"."""
    if not language.keyed or b":" not in text:
        return []
    return [b"".join(groups) for groups in _key(language).findall(b"\n" + text)]


@lru_cache(maxsize=64)
def _key(language: Language) -> re.Pattern[bytes]:
    words = sorted(word for word in language.branches if word.isalpha())
    before = b"|".join(rb"(?<=[^\w.:>](" + word + rb"):)(?!:)" for word in words)
    # it starts with the colon, so that the engine skips to the next one
    return re.compile(rb":(?:" + before + rb"|(?<=[^\w:]:)(" + b"|".join(words) + rb")\b(?!\())")


@lru_cache(maxsize=64)
def _keywords_behind(language: Language) -> re.Pattern[bytes]:
    """What finds keywords that are members: directly behind a point, an arrow or two colons."""
    words = language.branches | language.loops | language.control | language.imports | language.definitions
    either = b"|".join(sorted(word for word in words if word[:1].isalpha())) or rb"(?!)"
    return re.compile(rb"[.>:](?:(?<!\.\.)(?<=\.)|(?<=->)|(?<=::))((?:" + either + rb")\b\(?)")


def _sums(tokens: "Counter[bytes]", classes: _Classes) -> tuple[int, ...]:
    """How many of the tokens are in each of CLASSES, and the number of calls."""
    if not tokens:
        return (0,) * (len(CLASSES) + 1)
    packed = sum(map(mul, map(classes.__getitem__, tokens), tokens.values()))
    *sums, other = ((packed >> _DIGIT * place) & _ONES for place in range(len(CLASSES) + 1))
    return (*sums, sum(number for token, number in tokens.items() if token[-1] == 40) - other)


def _comparisons(text: bytes) -> int:
    """==, ===, !=, !==, <= and >=, without <<= and >>=."""
    equalities = text.count(b"==") + text.count(b"!=") - text.count(b"!==")
    return equalities + text.count(b"<=") + text.count(b">=") - text.count(b"<<=") - text.count(b">>=")


def _hashed(tokens: "Counter[bytes]") -> bytes:
    # in order: two processes iterate over one set differently
    return array("I", sorted({crc32(token) & _MASK for token in tokens})).tobytes()
