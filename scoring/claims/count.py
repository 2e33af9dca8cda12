"""How much code a change really adds and removes: its files parsed whole, and moved lines told apart.

A line of code holds something that is neither a comment nor, in Python, a text that stands for one. A branch is one of
WORDS as a keyword. A line is new unless a line with the same text, indentation apart, is removed in the same change:
each removed line answers for one added line, the first in the order of files and lines.
"""

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from tree_sitter import Node, Parser

from scoring.change import Change, FileChange
from scoring.facts import lexis
from scoring.facts.lexis import masked
from scoring.git import Git
from scoring.git.blobs import Blobs
from scoring.history.patch import Lines
from scoring.semantics.languages import grammar, language_of

WORDS = frozenset(
    ("if", "elif", "elsif", "elseif", "unless", "for", "foreach", "while", "until", "case", "when", "catch", "except")
) | {"rescue"}
_WORD = re.compile(rb"(?<![\w.])[a-z]+\b")
LONGEST = 1 << 20  # bytes of a file; longer ones are not code that a person wrote
COMMENTS = frozenset({"comment", "line_comment", "block_comment", "html_comment"})
# nothing to guess: a whole file tells where comments begin
_C = replace(lexis.C, stars=False, closes=())
_NO_LOOP = frozenset({"impl_item", "higher_ranked_trait_bound", "for_lifetimes"})  # `impl Trait for Type`
_SILENT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING})


@dataclass(frozen=True, slots=True)
class Counted:
    """New and lost lines of code and new branches, by path; `unread` are files that cannot be parsed."""

    added: Mapping[str, int] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)
    branches: Mapping[str, int] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """One version of a file: which of its lines hold code, and how many branches begin on each. Lines count from 1."""

    code: frozenset[int]
    branches: Mapping[int, int]


def count(git: Git, change: Change, patch: Mapping[str, Lines], files: list[FileChange]) -> Counted:
    """The counts of `files` of a change. Raises GitError."""
    added, removed, branches, unread = {}, {}, {}, set()
    new = _unpaired(patch, "added", "removed")
    lost = _unpaired(patch, "removed", "added")
    with git.blobs(LONGEST) as blobs:
        for file in files:
            path = file.path
            if path not in patch:
                continue
            after, before = _version(blobs, path, file.new_blob), _version(blobs, file.old_path or path, file.old_blob)
            if after is None or before is None:
                unread.add(path)
                continue
            added[path] = len(new[path] & after.code)
            removed[path] = len(lost[path] & before.code)
            branches[path] = sum(after.branches.get(line, 0) for line in new[path])
    return Counted(added, removed, branches, frozenset(unread))


def _version(blobs: Blobs, path: str, blob: str | None) -> Source | None:
    try:
        return read(path, blobs.read(blob)) if blob else _NOTHING
    except KeyError:  # a clone that lacks it
        return None


def _unpaired(patch: Mapping[str, Lines], side: str, other: str) -> dict[str, set[int]]:
    """The numbers of the lines of one side that no line of the other answers for."""
    left = Counter(text.strip() for lines in patch.values() for _, text in getattr(lines, other))
    unpaired: dict[str, set[int]] = {}
    for path in sorted(patch):
        here = unpaired.setdefault(path, set())
        for number, line in getattr(patch[path], side):
            text = line.strip()
            if left[text]:
                left[text] -= 1
            else:
                here.add(number)
    return unpaired


_NOTHING = Source(frozenset(), {})


def read(path: str, text: bytes) -> Source | None:
    """Where code and branches are in a file; None when no parser reads it whole."""
    if len(text) > LONGEST:
        return None
    if path.endswith((".py", ".pyi")):
        return _python(text)
    language = language_of(path, text.partition(b"\n")[0])
    if language is None:
        return None
    tree = Parser(grammar(language.module, language.function)).parse(text)
    if not tree.root_node.has_error:
        return _source(text, _leaves(tree.root_node))
    # macros make C that no grammar reads; what is comment and text in it is plain all the same
    return _source(text, _c_words(text)) if language.title in ("C", "C++") else None


def _c_words(text: bytes) -> Iterator[tuple[int, int, str]]:
    directive = False
    # the mark at the end is where a text that never closes ends, whichever of many it is
    for number, line in enumerate(masked(b"\n" + text + lexis.HUNK_END, _C).split(b"\n")):
        if line.strip():
            yield number, number, ""
        directive = directive or line.lstrip().startswith(b"#")
        for word in () if directive else _WORD.findall(line):
            yield number, number, word.decode()
        directive = directive and line.endswith(b"\\")


def _leaves(root: Node) -> Iterator[tuple[int, int, str]]:
    """First and last line (from 1) and keyword of each token that is no comment."""
    cursor = root.walk()
    while True:
        node = cursor.node
        assert node is not None  # noqa: S101 (a cursor is always on a node)
        if node.type in COMMENTS or not cursor.goto_first_child():
            if node.type not in COMMENTS and node.end_byte > node.start_byte:
                word = "" if node.is_named or (node.parent is not None and node.parent.type in _NO_LOOP) else node.type
                last = node.end_point.row + (node.end_point.column > 0)
                yield node.start_point.row + 1, max(node.start_point.row + 1, last), word
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return


def _source(text: bytes, tokens: Iterator[tuple[int, int, str]]) -> Source:
    blank = {number for number, line in enumerate(text.split(b"\n"), 1) if not line.strip()}
    code: set[int] = set()
    branches: Counter[int] = Counter()
    for first, last, word in tokens:
        code.update(range(first, last + 1))
        branches[first] += word in WORDS
    return Source(frozenset(code - blank), branches)


def _python(text: bytes) -> Source | None:
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(text).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    return _source(text, _words(tokens))


def _words(tokens: list[tokenize.TokenInfo]) -> Iterator[tuple[int, int, str]]:
    begins = True  # of a statement
    for place, token in enumerate(tokens):
        if token.type in _SILENT:
            continue
        ends = token.type in (tokenize.NEWLINE, tokenize.ENDMARKER)
        after = tokens[place + 1].type if place + 1 < len(tokens) else tokenize.NEWLINE
        docstring = begins and token.type == tokenize.STRING and after in (tokenize.NEWLINE, tokenize.COMMENT)
        if not ends and not docstring:
            yield token.start[0], token.end[0], token.string if token.type == tokenize.NAME else ""
        begins = ends
