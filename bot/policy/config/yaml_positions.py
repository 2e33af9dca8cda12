"""Read YAML as text with positions: every scalar stays as it was written, every key knows its line and column.

Nothing is guessed from a value's look (`22:00` is not 1320, `no` is not false); types are the reader's business.
"""

from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from bot.policy.config.yaml_words import explained
from bot.policy.text.whole import whole

MAX_CHARS = 64 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 24
_MERGED = (
    "<< is not read here, so that every setting stands where it counts: write out what it would bring in; "
    "a whole value may be given by its alias, like weekly: *name"
)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One-based."""

    line: int
    column: int


class Unreadable(ValueError):
    """The text is no YAML we read; `place` is where, when known."""

    def __init__(self, words: str, place: Place | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.place = place


@dataclass(frozen=True, slots=True)
class Document:
    """Plain values (dict, list, str, None) and where each key and each value stands."""

    value: object
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place | None:
        """The value's place, or that of the nearest thing around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path)

    def key_place(self, path: Path) -> Place | None:
        return self.keys.get(path) or self.place(path)


def read(text: str) -> Document:
    """Raises Unreadable, with the place, for anything but one plain, moderately sized YAML document."""
    if len(text) > MAX_CHARS:
        raise Unreadable(f"the file is larger than {MAX_CHARS // 1024} KiB")
    try:
        _check_depth(text)
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        said, where = explained(error, text)
        raise Unreadable(said, Place(*(where or (1, 1)))) from None
    except yaml.reader.ReaderError as error:
        raise Unreadable(f"the file holds a character that YAML forbids ({error.reason})") from None
    document = Document({} if node is None else None)
    return document if node is None else _Walk(document).run(node)


def _check_depth(text: str) -> None:
    """Events come from a loop, so depth is known before anything recurses."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise Unreadable(f"the file is nested deeper than {MAX_DEPTH} levels", _place(event.start_mark))


class _Walk:
    """One pass over the nodes; aliases are followed, so the budget counts what they expand to."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.left = MAX_NODES

    def run(self, node: yaml.Node) -> Document:
        value = self._value(node, ())
        return Document(value, self.document.keys, self.document.values)

    def _value(self, node: yaml.Node, path: Path) -> object:
        place = _place(node.start_mark)
        self.left -= 1
        if self.left < 0 or len(path) > MAX_DEPTH:
            raise Unreadable("the file's anchors and aliases expand to too much; write the values out", place)
        self.document.values[path] = place
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode():
                _no_tag(node, "tag:yaml.org,2002:seq")
                return [self._value(item, (*path, at)) for at, item in enumerate(node.value)]
            case _:
                return _scalar(cast(yaml.ScalarNode, node))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        _no_tag(node, "tag:yaml.org,2002:map")
        mapping: dict[str, object] = {}
        for key_node, value_node in node.value:
            place = _place(key_node.start_mark)
            key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                raise Unreadable("a key must be a plain word", place)
            if key == "<<" and not key_node.style:
                raise Unreadable(_MERGED, place)
            if key in mapping:
                first = self.document.keys[(*path, key)]
                raise Unreadable(f"{key} is given twice; it stands on line {first.line} already", place)
            self.document.keys[(*path, key)] = place
            mapping[key] = self._value(value_node, (*path, key))
        return mapping


def _scalar(node: yaml.ScalarNode) -> str | None:
    _no_tag(node, "tag:yaml.org,2002:str")
    text = whole(str(node.value))
    empty = not node.style and text.lower() in ("", "~", "null")
    return None if empty else text


def _no_tag(node: yaml.Node, plain: str) -> None:
    if node.tag != plain:
        raise Unreadable("YAML tags (!) are not read here; write the plain value", _place(node.start_mark))


def _place(mark: yaml.error.Mark | Any) -> Place:
    return Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)
