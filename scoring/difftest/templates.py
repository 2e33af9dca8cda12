"""Log lines as templates: a small fixed-depth tree after Drain (He et al., 2017), kept as JSON.

Lines are put into a leaf by their number of words and their first words, and join the template there that they are
most like. A word in which two lines of one template differ becomes <*>.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from scoring.difftest.masks import bare, masked
from scoring.errors import ScoringError

LIKE = 0.4
DEPTH = 4  # levels of the tree: its root, the number of words, DEPTH - 3 words, the leaf
CHILDREN = 100
LONGEST = 60  # words of a line that are looked at
REST = "<*>"
_NUMBER = re.compile(r"(?<![\w<])[+-]?\d+(?:\.\d+)?(?![\w>])")


@dataclass(slots=True)
class Template:
    """`name` is the first line that came: it stays while words become open."""

    words: list[str]
    count: int = 0
    name: str = ""

    def __str__(self) -> str:
        return " ".join(self.words)


@dataclass(slots=True)
class Templates:
    """Grows with each line; the same lines in the same order give the same templates."""

    leaves: dict[str, list[Template]] = field(default_factory=dict)
    _names: dict[str, set[str]] = field(default_factory=dict)

    def add(self, line: str) -> Template:
        """The template of a line, which it may have changed."""
        words = words_of(line)
        leaf = self.leaves.setdefault(self._path(words), [])
        best = max(leaf, key=lambda each: _likeness(each.words, words), default=None)
        if best is None or _likeness(best.words, words) < LIKE:
            best = Template(words, name=" ".join(words))
            leaf.append(best)
        best.words = [one if one == other else REST for one, other in zip(best.words, words, strict=True)]
        best.count += 1
        return best

    def plain(self) -> dict[str, Any]:
        """All of it as JSON has it; equal trees give equal values."""
        return {path: [[each.words, each.count, each.name] for each in leaf] for path, leaf in self.leaves.items()}

    @classmethod
    def read(cls, value: Any) -> "Templates":
        """What `plain` gave. Raises ScoringError for anything else."""
        try:
            tree = cls({str(path): [_template(each) for each in leaf] for path, leaf in value.items()})
        except (ValueError, TypeError, AttributeError) as error:
            raise ScoringError("these are no log templates: remove the file, and import again") from error
        for path in tree.leaves:
            parts = path.split("\x1f")
            for place in range(1, len(parts)):
                tree._names.setdefault("\x1f".join(parts[:place]), set()).add(parts[place])
        return tree

    def _path(self, words: Sequence[str]) -> str:
        path = str(len(words))
        for word in words[: DEPTH - 3]:
            named = self._names.setdefault(path, set())
            if any(char.isdigit() for char in word) or "<" in word or (word not in named and len(named) >= CHILDREN):
                word = REST
            named.add(word)
            path = f"{path}\x1f{word}"
        return path


def _template(shown: Sequence[Any]) -> Template:
    words, count, name = shown
    return Template([str(each) for each in words], int(count), str(name))


def words_of(line: str) -> list[str]:
    """The words of a line with its values masked, at most LONGEST."""
    return list(_words(line))


@lru_cache(maxsize=4_096)
def _words(line: str) -> list[str]:
    return _NUMBER.sub("<n>", bare(masked(line[:4_000]))).split()[:LONGEST]


def _likeness(template: Sequence[str], words: Sequence[str]) -> float:
    """The share of words that are the same; a word that is open in the template counts for nothing."""
    if not words:
        return 1.0
    return sum(one == other and one != REST for one, other in zip(template, words, strict=True)) / len(words)
