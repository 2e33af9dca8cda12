"""YAML as a stream of events that its readers agree about: nothing is resolved, nothing only some accept is let in."""

import re
from collections.abc import Hashable, Iterator

import yaml

MAX_YAML_DEPTH = 100
MAX_YAML = 1 << 18  # bytes; the reader in pure Python takes about a second for these
TEMPLATE = re.compile(r"(?<!\$)\{\{|\{%|<%|\$\[\[|\[%|@@\w+@@")
CLOSE_COMMENT = re.compile(r"""["'\]},]#""")
_MARGIN = re.compile(r" *(?:[-?] +)*")
# A bare word that every YAML reader takes for a string, so that quoting it changes nothing.
PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
SPECIAL_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nil", "none", "inf", "nan", "infinity"}


class Refused(ValueError):
    """Readers may disagree about this document."""


def no_repeats(keys: list[str]) -> None:
    """Raises Refused where a key is repeated."""
    if len(set(keys)) != len(keys):
        raise Refused("A key is repeated: readers disagree which value counts.")


def read_yaml(text: str) -> Hashable:
    """The stream of events, where nothing is resolved: anchors, tags, keys in order, and the text of every scalar."""
    if TEMPLATE.search(text):
        raise Refused("It looks like a template: comments in it may be code.")
    if CLOSE_COMMENT.search(text):
        raise Refused("Readers disagree whether a comment may follow a sign without a blank.")
    if len(text) > MAX_YAML:
        raise Refused(f"It is larger than {MAX_YAML >> 10} KiB and was not compared.")
    if _depth(text) > MAX_YAML_DEPTH:
        raise Refused("It is nested too deeply to be compared.")
    events = list(yaml.parse(text, Loader=yaml.SafeLoader))
    _check_keys(events)
    _check_margins(events, text.split("\n"))
    plain = tuple(_event(event) for event in events)
    # a second reader, from which those of most other languages descend
    if plain != tuple(_event(event) for event in yaml.parse(text, Loader=yaml.CSafeLoader)):
        raise Refused("Two YAML readers disagree about it.")
    return plain


def _depth(text: str) -> int:
    """How deeply brackets nest, those in strings included; the reader takes time for each level at each token."""
    depth = deepest = 0
    for match in re.finditer(r"[\[{]|[\]}]", text):
        depth += 1 if match[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _event(event: yaml.Event) -> Hashable:
    kind = type(event).__name__
    if isinstance(event, yaml.ScalarEvent):
        plain = not event.style and not _surely_string(event.value)
        return (kind, event.anchor, event.tag, plain, event.value)
    if isinstance(event, yaml.DocumentStartEvent):
        return (kind, event.version, tuple((event.tags or {}).items()))
    if isinstance(event, yaml.CollectionStartEvent):
        return (kind, event.anchor, event.tag)
    return (kind, getattr(event, "anchor", None))


def _surely_string(text: str) -> bool:
    return PLAIN_WORD.fullmatch(text) is not None and text.lower() not in SPECIAL_WORDS


def _check_keys(events: list[yaml.Event]) -> None:
    """Raises Refused where a mapping repeats a key."""
    stack: list[tuple[bool, list[str]]] = []  # is it a mapping, and what it holds so far (keys and values alike)
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            is_mapping, items = stack.pop()
            if is_mapping:
                no_repeats([key for key in items[::2] if key])
            continue
        if stack and isinstance(event, yaml.NodeEvent):
            stack[-1][1].append(event.value if isinstance(event, yaml.ScalarEvent) else "")
        if isinstance(event, yaml.CollectionStartEvent):
            stack.append((isinstance(event, yaml.MappingStartEvent), []))


def _check_margins(events: list[yaml.Event], lines: list[str]) -> None:
    """Raises Refused where what goes over several lines returns to the margin: old readers take it, new ones do not."""
    for first, last in _spans(events):
        if any(_at_margin(lines[first], line) for line in lines[first + 1 : last + 1]):
            raise Refused("Readers disagree whether its lines are indented enough.")


def _spans(events: list[yaml.Event]) -> Iterator[tuple[int, int]]:
    """The first and the last line of every flow collection, and of every scalar that is not a block."""
    starts: list[int | None] = []
    for event in events:
        if event.start_mark is None or event.end_mark is None:
            continue
        line = event.start_mark.line
        if isinstance(event, yaml.CollectionStartEvent):
            starts.append(line if event.flow_style else None)
        elif isinstance(event, yaml.CollectionEndEvent):
            first = starts.pop()
            if first is not None:
                yield first, line
        elif isinstance(event, yaml.ScalarEvent) and event.style not in ("|", ">"):
            yield line, event.end_mark.line


def _at_margin(first: str, line: str) -> bool:
    margin = len(_MARGIN.match(first)[0])  # type: ignore[index]  # matches any line
    indent = len(line) - len(line.lstrip(" "))
    closes = line.strip()[:1] in ("]", "}")
    return bool(line.strip()) and (indent < margin or (indent == margin and not closes))
