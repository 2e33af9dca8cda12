"""A group as numbers: hashed words of its attributes, and facts that were counted. No vocabulary is kept."""

import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.signals import Signal
from scoring.difftest.views import attributes, masked_text

Floats = NDArray[np.float32]
WIDTH = 1_024
_WORD = re.compile(r"<\w+>|[A-Za-z][a-z]+|[A-Z]{2,}|\d{3}|[→+-]")
KINDS = (
    "added", "removed", "type", "format", "value", "masked", "order", "repetition", "swapped", "relation", "subtree",
    "text", "slower", "log", "status", "size",
)  # fmt: skip
PARTS = ("status", "header", "body", "log", "latency")
SIGNALS = tuple(Signal)


@dataclass(frozen=True, slots=True)
class Row:
    """What a group comes to, worked out once."""

    text: Floats
    facts: dict[str, float]

    @property
    def design(self) -> Floats:
        return np.concatenate([self.text, np.array(list(self.facts.values()), dtype=np.float32)])


def facts(group: Group, past: Mapping[Label, int]) -> dict[str, float]:
    """name -> 0 to 1. `past`: how often its signature was called what in earlier releases, as known now."""
    signature = group.key.signature
    kinds, part = set(signature.kind.split()), re.split(r"[ .\[]", signature.field)[0]
    asked = max(1, group.asked_twice)
    earlier = sum(past.values())
    return {
        **{f"kind {name}": float(name in kinds) for name in KINDS},
        **{f"in {name}": float(name == part) for name in PARTS},
        **{f"signal {name.name.lower()}": float(name in group.signals) for name in SIGNALS},
        **{f"earlier {name}": past.get(name, 0) / earlier if earlier else 0.0 for name in Label},
        "seen in an earlier release": float(earlier > 0),
        "production differs by itself": group.noisy / asked,
        "production was asked twice and never differs": float(group.asked_twice > 0 and group.noisy == 0),
        "many": min(1.0, np.log10(group.count + 1) / 3),
        "one pattern": float(len(group.patterns) == 1),
    }


def words(texts: Mapping[str, str]) -> list[str]:
    """Words of each attribute, told apart by it, and pairs of neighbours."""
    named = []
    for name, text in masked_text(dict(texts)).items():
        parts = [each.lower() for each in _WORD.findall(text)]
        named += [f"{name}:{each}" for each in parts]
        named += [f"{name}:{one} {other}" for one, other in pairwise(parts)]
    return named


def hashed(named: Iterable[str]) -> Floats:
    """One row of WIDTH, of length 1: each word at the place and with the sign of its hash, by 1 + log of its count."""
    row = np.zeros(WIDTH, dtype=np.float32)
    for word, count in Counter(named).items():
        place, sign = place_of(word)
        row[place] += sign * (1 + np.log(count))
    length = float(np.linalg.norm(row))
    return row / length if length else row


def place_of(word: str) -> tuple[int, int]:
    """The column of a word and its sign."""
    code = zlib.crc32(word.encode("utf-8", "replace"))
    return code % WIDTH, 1 if code >> 16 & 1 else -1


def text_vector(group: Group, without: Collection[str] = ()) -> Floats:
    return hashed(words(attributes(group, without)))
