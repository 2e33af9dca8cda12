"""JSON, TOML and YAML: proved when both versions hold the same data in the same order, written in the same words."""

import json
import re
import tomllib
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import yaml

from scoring.semantics import guards, lexical, prose
from scoring.semantics.events import Refused, no_repeats, read_yaml
from scoring.semantics.paths import is_specimen, name
from scoring.semantics.verdict import Finding, Pair

DIRECTIVE = re.compile(
    r"#\s*(?:cloud-config|yaml-language-server|yamllint|renovate:|nosec|nosemgrep|checkov:|kics-scan|trivy:|tfsec|noqa|"
    r"prettier-ignore|fmt:|type:|taplo|ansible-lint|dprint-ignore|zizmor:|actionlint|cspell:|language=|///|!|x-release-please|"
    r"dependabot|ratchet:|kpt-|gitleaks:|trufflehog:|keep-sorted|jinja|\[|spectral-disable|\$schema|pragma|vim?:|-\*-|%|yaml|helm-docs|--(?!-)|@|\{|include|import|autogen)|#:schema|coding[:=]",
    re.IGNORECASE,
)
COMMENT = re.compile(r"(?<!\S)#.*")
WORDS = re.compile(r"\w+")
# Readers of TOML keep more digits of a second than are compared here, and some keep Z apart from +00:00.
FINE_TIME = re.compile(r"\d\d:\d\d:\d\d\.\d{7}")
OFFSET = re.compile(r"(?<=:\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")


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
    if language != "JSON" and unspoken(texts[0]) != unspoken(texts[1]):
        return Finding(
            "S", "data", f"Both versions hold the same {language} data, but a tool may obey a changed comment."
        )
    level = "S" if is_specimen(pair.path) else "P"
    return Finding(level, "data", f"Both versions hold the same {language} data in the same order.")  # type: ignore[arg-type]


def directives(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if (at := line.find("#")) >= 0 and DIRECTIVE.search(line, at)]


def unspoken(text: str) -> list[tuple[int, str]]:
    """Every comment in a block that does not read as prose, with the number of words of data before it."""
    blocks: list[list[tuple[int, str]]] = []
    words, before = 0, ""
    for line in text.split("\n"):
        data, comment = _parted(line)
        words += len(WORDS.findall(data))
        if comment and not data.strip() and before and not before.startswith("\n"):
            blocks[-1].append((words, comment))
        elif comment:
            blocks.append([(words, comment)])
        before = comment if not data.strip() else f"\n{comment}"
    return [line for block in blocks if not _is_said(block) for line in block]


def _parted(line: str) -> tuple[str, str]:
    """The data and the comment of a line, or what looks like one."""
    match = COMMENT.search(line)
    return (line, "") if match is None else (line[: match.start()], line[match.start() :].strip())


def _is_said(block: list[tuple[int, str]]) -> bool:
    # a sign without a word, `#-`, says nothing to anybody in data
    return prose.is_prose([prose.without_hash(comment) for _, comment in block if WORDS.search(comment)])


def read_json(text: str) -> Hashable:
    """The data with order, types and number text kept. Raises ValueError; Refused for a repeated key."""

    def pairs(items: list[tuple[str, object]]) -> object:
        no_repeats([key for key, _ in items])
        return ("object", *items)

    def constant(text: str) -> object:
        raise Refused(f"{text} is not JSON.")

    return _frozen(
        json.loads(text, object_pairs_hook=pairs, parse_int=Number, parse_float=Number, parse_constant=constant)
    )


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
    """As read_json; integers and local dates are compared by value, floats and offsets by their text."""
    if FINE_TIME.search(text):
        raise Refused("It holds a time with more digits than are compared.")
    if "\r" in text and ('"""' in text or "'''" in text):
        raise Refused("Its strings go over lines, and readers disagree about line ends with a carriage return.")
    return ("toml", tuple(OFFSET.findall(text)), _frozen(tomllib.loads(text, parse_float=Number)))


READERS: dict[str, tuple[Callable[[str], Hashable], str]] = {
    "json": (read_json, "JSON"),
    "toml": (read_toml, "TOML"),
    "yaml": (read_yaml, "YAML"),
    "yml": (read_yaml, "YAML"),
}
