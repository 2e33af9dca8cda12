"""Which change between the two builds a group is most likely of: what its words and files have in common with it.

Evidence, and no proof: a line says in what they agree. Which changes lie between two builds is known here alone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from scoring.difftest.groups import Group
from scoring.difftest.masks import bare, masked
from scoring.difftest.views import attributes

LEAST = 2.0  # below it nothing is said: one common word of many changes is none
SHOWN = 3
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]{2,}|[A-Z]{2,}")
_COMMON = frozenset((
    "the", "and", "for", "with", "from", "that", "this", "not", "get", "post", "put", "body", "header", "value",
    "added", "removed", "masked", "status", "type", "nothing", "number", "list", "dict", "src", "lib", "test", "tests",
    "index", "main", "app", "init", "py", "js", "ts", "go", "md", "json", "html", "css", "yml", "yaml",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Between:
    """A change between the builds: a pull request or a commit. `words` are its title and message."""

    id: str
    words: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """`common`: the words in which they agree, the rarest first; `files` of the change that hold one of them."""

    change: Between
    weight: float
    common: tuple[str, ...]
    files: tuple[str, ...]


class Intent:
    """The changes between two builds, looked through once."""

    def __init__(self, changes: Iterable[Between]) -> None:
        self._changes = [(each, _of_change(each)) for each in changes]
        held = Counter(word for _, words in self._changes for word in words)
        # a word of every change tells none apart, one of a single change tells most
        self._worth = {word: log((1 + len(self._changes)) / count) for word, count in held.items()}

    def of(self, group: Group) -> list[Link]:
        """The likeliest changes first, at most SHOWN; none where nothing but common words agrees."""
        spoken = _of_group(group)
        links = [self._link(change, spoken & words) for change, words in self._changes]
        likely = [each for each in links if each.weight >= LEAST]
        return sorted(likely, key=lambda each: (-each.weight, each.change.id))[:SHOWN]

    def _link(self, change: Between, common: set[str]) -> Link:
        ordered = sorted(common, key=lambda word: (-self._worth[word], word))
        named = tuple(file for file in change.files if _words(file) & common)
        # a file that is named as the endpoint or the field weighs as much again
        weight = sum(self._worth[word] * (2 if any(word in _words(file) for file in named) else 1) for word in ordered)
        return Link(change, weight, tuple(ordered[:8]), named[:8])


def _of_group(group: Group) -> set[str]:
    signature = group.key.signature
    texts = attributes(group, ("comments", "tags", "calls"))
    spoken: Sequence[str] = (signature.endpoint, signature.field, signature.kind, *texts.values(), *group.patterns)
    return set().union(*(_words(bare(masked(each))) for each in spoken))


def _of_change(change: Between) -> set[str]:
    return set().union(_words(change.words), *(_words(each) for each in change.files))


def _words(text: str) -> set[str]:
    """camelCase, snake_case and paths as their words, plurals as one."""
    plain = re.sub(r"<[^<>]*>", " ", text)
    words = {each.lower() for each in _WORD.findall(plain)}
    return {each.removesuffix("s") if len(each) > 3 else each for each in words} - _COMMON
