"""JSON, TOML and YAML: proved when both versions hold the same data in the same order, written in the same words."""

import json
import re
import tomllib
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import yaml

from scoring.semantics import guards, lexical
from scoring.semantics.paths import is_specimen, name
from scoring.semantics.verdict import Finding, Pair

MAX_YAML_DEPTH = 100
MAX_YAML = 1 << 18  # bytes; the reader in pure Python takes about a second for these
TEMPLATE = re.compile(r"(?<!\$)\{\{|\{%|<%|\$\[\[|\[%|@@\w+@@")
DIRECTIVE = re.compile(
    r"#\s*(?:cloud-config|yaml-language-server|yamllint|renovate:|nosec|nosemgrep|checkov:|kics-scan|trivy:|tfsec|noqa|"
    r"prettier-ignore|fmt:|type:|taplo|ansible-lint|dprint-ignore|zizmor:|actionlint|cspell:|language=|///|!|x-release-please|"
    r"dependabot|spectral-disable|\$schema|pragma|vim?:|-\*-|%|yaml|helm-docs|--|@|\{|include|import|autogen)|#:schema|coding[:=]",
    re.IGNORECASE,
)
# A bare word that every YAML reader takes for a string, so that quoting it changes nothing.
PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
SPECIAL_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nil", "none", "inf", "nan", "infinity"}


class Refused(ValueError):
    """Readers may disagree about this document."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written: 1, 1.0 and 1e0 are three numbers to some reader."""

    text: str


def check(pair: Pair) -> Finding | None:
    """P when the data is equal; a refusal when readers could disagree; None when it differs or cannot be read."""
    suffix = name(pair.path).rpartition(".")[2].lower()
    if (
        pair.old is None
        or pair.new is None
        or suffix not in READERS
        or name(pair.old_path).rpartition(".")[2].lower() != suffix
    ):
        return None
    texts = guards.comparable(pair.old, pair.new)
    if isinstance(texts, Finding):
        return texts
    reader, language = READERS[suffix]
    if language == "YAML" and len({tuple(lexical.words(text, lexical.YAML_WORDS)) for text in texts}) > 1:
        return None
    try:
        old, new = (reader(text.removeprefix("\ufeff")) for text in texts)
    except Refused as why:
        return Finding(None, "data", str(why))
    except (ValueError, RecursionError, MemoryError, yaml.YAMLError):
        return Finding(None, "data", f"It cannot be read as {language}.")
    if old != new:
        return None
    if directives(texts[0]) != directives(texts[1]):
        return Finding(None, "directive", "A comment that tools act on changed or moved.")
    level = "S" if is_specimen(pair.path) else "P"
    return Finding(level, "data", f"Both versions hold the same {language} data in the same order.")  # type: ignore[arg-type]


def directives(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if (at := line.find("#")) >= 0 and DIRECTIVE.search(line, at)]


def read_json(text: str) -> Hashable:
    """The data with order, types and number text kept. Raises ValueError; Refused for a repeated key."""

    def pairs(items: list[tuple[str, object]]) -> object:
        _no_repeats([key for key, _ in items])
        return ("object", *items)

    def constant(text: str) -> object:
        raise Refused(f"{text} is not JSON.")

    return _frozen(
        json.loads(text, object_pairs_hook=pairs, parse_int=Number, parse_float=Number, parse_constant=constant)
    )


def _no_repeats(keys: list[str]) -> None:
    if len(set(keys)) != len(keys):
        raise Refused("A key is repeated: readers disagree which value counts.")


def _frozen(value: object) -> Hashable:
    """Types made part of the value, so that True is not 1 and a list is not an object."""
    if isinstance(value, list):
        return ("list", *(_frozen(item) for item in value))
    if isinstance(value, tuple):
        return ("object", *((key, _frozen(item)) for key, item in value[1:]))
    if isinstance(value, dict):
        return ("object", *((key, _frozen(item)) for key, item in value.items()))
    return (type(value).__name__, value if isinstance(value, str | Number) else repr(value))


def read_toml(text: str) -> Hashable:
    """As read_json; integers and dates are compared by value, floats by their text."""
    return _frozen(tomllib.loads(text, parse_float=Number))


def read_yaml(text: str) -> Hashable:
    """The stream of events, where nothing is resolved: anchors, tags, keys in order, and the text of every scalar."""
    if TEMPLATE.search(text):
        raise Refused("It looks like a template: comments in it may be code.")
    if len(text) > MAX_YAML:
        raise Refused(f"It is larger than {MAX_YAML >> 10} KiB and was not compared.")
    if _depth(text) > MAX_YAML_DEPTH:
        raise Refused("It is nested too deeply to be compared.")
    events = list(yaml.parse(text, Loader=yaml.SafeLoader))
    _check_keys(events)
    return tuple(_event(event) for event in events)


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
        plain = event.style is None and not _surely_string(event.value)
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
                _no_repeats([key for key in items[::2] if key])
            continue
        if stack and isinstance(event, yaml.NodeEvent):
            stack[-1][1].append(event.value if isinstance(event, yaml.ScalarEvent) else "")
        if isinstance(event, yaml.CollectionStartEvent):
            stack.append((isinstance(event, yaml.MappingStartEvent), []))


READERS: dict[str, tuple[Callable[[str], Hashable], str]] = {
    "json": (read_json, "JSON"),
    "toml": (read_toml, "TOML"),
    "yaml": (read_yaml, "YAML"),
    "yml": (read_yaml, "YAML"),
}
