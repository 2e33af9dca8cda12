"""Doc comments of Rust are attributes: one that documents nothing does not compile, and macros may read the others."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from scoring.semantics.trees import COMMENTS, Tree

ITEMS = frozenset(
    {
        "const_item", "static_item", "function_item", "function_signature_item", "struct_item", "enum_item",
        "union_item", "trait_item", "impl_item", "mod_item", "type_item", "associated_type", "use_declaration",
        "foreign_mod_item",        "extern_crate_declaration", "macro_definition", "field_declaration", "enum_variant",
    }
)  # fmt: skip
HOLDERS = frozenset({"source_file", "declaration_list", "field_declaration_list", "enum_variant_list", "block"})
# Attributes that neither read doc comments nor hand them on. Any other may.
QUIET = re.compile(
    r"#!?\[\s*(?:derive\(\s*(?:(?:Debug|Clone|Copy|PartialEq|Eq|PartialOrd|Ord|Hash|Default|Serialize|Deserialize|Error)\s*,?\s*)*\)|"
    r"(?:allow|expect|warn|deny|forbid|cfg|doc|serde|error|from|source|default|inline|must_use|test|repr|non_exhaustive|deprecated|cold|track_caller|"
    r"ignore|should_panic|no_mangle|feature|macro_use|path|recursion_limit|no_std|target_feature)\b)"
)
RUN = re.compile(r"```|~~~|^(?://[/!]|[ \t]*\*)?(?: {5,}|\t)\S", re.MULTILINE)  # an example, which `cargo test` runs


def doc_comments(tree: Tree) -> list[Node]:
    """Every doc comment, in order."""
    return [node for node in _nodes(tree.root) if node.type in COMMENTS and not tree.is_comment(node)]


def _nodes(root: Node) -> Iterator[Node]:
    todo = [root]
    while todo:
        node = todo.pop()
        yield node
        todo += reversed(node.children)


def is_misplaced(node: Node) -> bool:
    """Whether a doc comment documents nothing, so that the file does not compile or a strict build refuses it."""
    if node.parent is None or node.parent.type not in HOLDERS:
        return True
    inner = any(child.type == "inner_doc_comment_marker" for child in node.children)
    return not _is_first(node) if inner else _documented(node) is None


def _is_first(node: Node) -> bool:
    """Whether nothing but comments and inner attributes stands before it where it may stand: in a file or module."""
    before = node.prev_sibling
    while before is not None and (before.type in COMMENTS or before.type in ("inner_attribute_item", "shebang", "{")):
        if any(child.type == "outer_doc_comment_marker" for child in before.children):
            return False
        before = before.prev_sibling
    return before is None and node.parent is not None and node.parent.type in ("source_file", "declaration_list")


def _documented(node: Node) -> Node | None:
    """The item that an outer doc comment speaks of."""
    after = node.next_sibling
    while after is not None and (after.type in COMMENTS or after.type == "attribute_item"):
        if any(child.type == "inner_doc_comment_marker" for child in after.children):
            return None
        after = after.next_sibling
    return after if after is not None and after.type in ITEMS else None


def documented(tree: Tree) -> int:
    """How many things have documentation. A build may insist that all have."""
    starts = {(item.start_byte if (item := _documented(node)) else -1) for node in doc_comments(tree)}
    return len(starts)


def may_be_read(tree: Tree) -> bool:
    """Whether an attribute in the file may make something of doc comments, or an example in them is run by tests."""
    attributes = (n for n in _nodes(tree.root) if n.type in ("attribute_item", "inner_attribute_item"))
    if any(QUIET.match(tree.text(node).decode("utf-8", "replace")) is None for node in attributes):
        return True
    return any(RUN.search(tree.text(node).decode("utf-8", "replace")) for node in doc_comments(tree))
