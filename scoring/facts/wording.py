"""The words of a change, hashed, and what they were worth so far: those of its lines and paths, none of its message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from scoring.facts.lines import BITS, LineCounts

SPACES = 3  # words of added lines, of removed lines, of the paths: the same word weighs differently
MOST = 4096  # different words of one change that count; of more, an arbitrary but fixed part

Ids = NDArray[np.uint32]
NO_WORDS: Ids = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Wording:
    """What the words of a change say of it. The sums are of weights, in log-odds; 0 where there are no words."""

    ids: Ids = field(default_factory=lambda: NO_WORDS, compare=False)
    risk: float = 0.0  # the log-odds above those of a change without words
    total: float = 0.0
    added: float = 0.0
    removed: float = 0.0
    places: float = 0.0
    unseen: float = 0.0  # the share of the words in added lines that no change before had


SILENT = Wording()


def hashed(lines: Sequence[LineCounts], paths: Iterable[str]) -> Ids:
    """The different words of a change, hashed, in ascending order: first those of the space 0, then of 1, ..."""
    places = {part for path in paths for part in (path, *path.split("/"))}
    spaces = (
        _joined([counts.words for counts in lines if counts.words]),
        _joined([counts.words_gone for counts in lines if counts.words_gone]),
        _hash(part.encode(errors="surrogateescape") for part in places),
    )
    return np.concatenate([ids[:MOST] + np.uint32(space << BITS) for space, ids in enumerate(spaces)])


def _joined(files: Sequence[bytes]) -> Ids:
    ids: Ids = np.frombuffer(b"".join(files), dtype=np.uint32)
    # those of one file are different and in order
    return np.unique(ids) if len(files) > 1 else ids


def _hash(words: Iterable[bytes]) -> Ids:
    return np.array(sorted({crc32(word) & ((1 << BITS) - 1) for word in set(words)}), dtype=np.uint32)
