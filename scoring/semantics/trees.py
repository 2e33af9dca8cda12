"""Two versions of a source file as syntax trees: whether they are equal, and what lies between their tokens.

A list of tokens is not enough: in Go and JavaScript a line's end can end a statement, so whole trees are compared.
"""

import re
import time
from dataclasses import dataclass

from tree_sitter import Node, Parser

from scoring.semantics.languages import Language, grammar, pattern

LONGEST_SIGN = 16  # bytes of a token that is looked at by what stands beside it
COMMENTS = frozenset({"comment", "line_comment", "block_comment", "html_comment"})
MAX_SECONDS = 2.0  # for one version of one file; ordinary code takes milliseconds


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands before a token (or the end): text with its comments, and the text without them."""

    text: str
    comments: tuple[str, ...]
    rest: str  # what is neither comment nor blank
    left: str = ""  # the token before it, empty at the start and where it is long
    right: str = ""  # the token after it, likewise

    @property
    def breaks(self) -> bool:
        return "\n" in self.text

    def joined(self, by: str) -> str:
        """The text without its comments, lines that a backslash joins put together with `by` between them."""
        text = self.text
        for comment in self.comments:
            text = text.replace(comment, " ", 1)
        return re.sub(r"\\\r?\n", by, text)


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree without errors, with the bytes it was read from."""

    root: Node
    source: bytes
    language: Language
    docs: bool = True  # whether doc comments are part of the program

    def text(self, node: Node) -> bytes:
        """The bytes of a node. Not Node.text: that asks the reader again, which crashes once the parser is gone."""
        return self.source[node.start_byte : node.end_byte]

    def at(self, node: Node) -> "Tree":
        """The part of the tree below a node."""
        return Tree(node, self.source, self.language, self.docs)

    def is_comment(self, node: Node) -> bool:
        if node.type not in COMMENTS:
            return False
        return not self.docs or pattern(self.language.docs).search(_decode(self.text(node))) is None

    def is_whole(self, node: Node) -> bool:
        """Whether a node is compared by its exact bytes."""
        return node.type in self.language.opaque or node.type in COMMENTS

    def children(self, node: Node) -> list[Node]:
        """The children that are part of the program."""
        return [child for child in node.children if not self.is_comment(child)]


def parse(language: Language, source: bytes) -> Tree | None:
    """The tree; None when it has errors or the time was up."""
    view = memoryview(source)
    ends = time.monotonic() + MAX_SECONDS
    try:
        tree = Parser(grammar(language.module, language.function)).parse(
            lambda offset, _: view[offset:], progress_callback=lambda _, __: time.monotonic() > ends
        )
    except ValueError:  # the time was up
        return None
    return None if tree.root_node.has_error else Tree(tree.root_node, source, language)


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def same(old: Tree, new: Tree) -> bool:
    """Whether two trees are equal but for comments and positions."""
    todo = [(old.root, new.root)]
    while todo:
        left, right = todo.pop()
        if left.type != right.type:
            return False
        if old.text(left) == new.text(right) and left.descendant_count == right.descendant_count:
            continue
        if old.is_whole(left):
            return False
        pairs = old.children(left), new.children(right)
        if len(pairs[0]) != len(pairs[1]) or not (pairs[0] or _same_leaf(old, new, left, right)):
            return False
        todo += zip(*pairs, strict=True)
    return True


def _same_leaf(old: Tree, new: Tree, left: Node, right: Node) -> bool:
    if left.child_count + right.child_count:
        return True  # both hold nothing but comments
    if old.text(left) == new.text(right):
        return True
    return _is_line_end(old, left) and _is_line_end(new, right)


def _is_line_end(tree: Tree, node: Node) -> bool:
    """A blank that is a token, as in Go. Not the blank between two parts of a string, which is a node with a name."""
    return not node.is_named and not tree.text(node).strip()


def gaps(tree: Tree) -> list[Gap]:
    """What stands before each token, and after the last. Every byte of the source is in a token or in a gap."""
    spaces: list[Gap] = []
    comments: list[Node] = []
    at = 0
    left = ""
    todo = [tree.root]
    while todo:
        node = todo.pop()
        if tree.is_comment(node):
            comments.append(node)
        elif node.child_count and not tree.is_whole(node):
            todo += reversed(node.children)
        elif tree.text(node) and not _is_line_end(tree, node):
            right = _decode(tree.text(node)) if node.end_byte - node.start_byte <= LONGEST_SIGN else ""
            spaces.append(_gap(tree.source, at, node.start_byte, comments, (left, right)))
            comments, at, left = [], node.end_byte, right
    spaces.append(_gap(tree.source, at, len(tree.source), comments, (left, "")))
    return spaces


def _gap(source: bytes, start: int, end: int, comments: list[Node], beside: tuple[str, str]) -> Gap:
    rest: list[bytes] = []
    at = start
    for comment in comments:
        rest.append(source[at : comment.start_byte])
        at = max(at, comment.end_byte)
    rest.append(source[at:end])
    return Gap(
        _decode(source[start:end]),
        tuple(_decode(source[comment.start_byte : comment.end_byte]).rstrip("\r\n") for comment in comments),
        "".join(_decode(b" ".join(rest)).split()),
        *beside,
    )
