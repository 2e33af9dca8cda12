"""What the words of changes were worth here so far: a regression over hashed words that learns while history is read.

Every change teaches it twice at most: as harmless when it lands, as at fault when a later commit blames it. It is asked
before it is taught, so what it says of a change was known when that change landed. The step of each weight shrinks
with the steps it took before (AdaGrad, Duchi et al. 2011). What its author says of a change is none of its words: these
weigh in what gates.
"""

import math

import numpy as np
from numpy.typing import NDArray

from scoring.facts.lines import BITS
from scoring.facts.wording import SILENT, SPACES, Ids, Wording
from scoring.history.store import Store

_BLOCK = 256  # weights read and written together
_RATE = 0.5
_START = 1.0  # imagined squared steps before the first
_FAULT = 5.0  # a fault teaches as much as so many harmless changes: they are that much rarer in training, too
_BIAS = -3.0
_BIAS_RATE = 0.01


class Weights:
    """The regression itself: what each word weighs, all in memory."""

    def __init__(self, bias: float = _BIAS) -> None:
        self.bias = bias
        self._weight = np.zeros(SPACES << BITS, dtype=np.float32)
        self._steps = np.zeros(SPACES << BITS, dtype=np.float32)  # squared, summed

    def of(self, ids: Ids) -> NDArray[np.float32]:
        return self._weight[ids]

    def unseen(self, ids: Ids) -> float:
        """The share of words that were never learned."""
        return float((self._steps[ids] == 0).mean()) if len(ids) else 0.0

    def learn(self, ids: Ids, *, fault: bool) -> None:
        """Count the words of a change in: as harmless, or as those of one that is now known to have been at fault."""
        if not len(ids):
            return
        scale = 1.0 / math.sqrt(len(ids))
        odds = self.bias + float(self._weight[ids].sum()) * scale
        p = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))
        error = (p - 1.0) * _FAULT if fault else p
        step = error * scale
        self._steps[ids] += np.float32(step * step)
        self._weight[ids] -= np.float32(_RATE * step) / np.sqrt(np.float32(_START) + self._steps[ids])
        self.bias -= _BIAS_RATE * error

    def block(self, block: int) -> bytes:
        """One block of what was learned, to be kept."""
        here = slice(block * _BLOCK, (block + 1) * _BLOCK)
        return self._weight[here].tobytes() + self._steps[here].tobytes()

    def set_block(self, block: int, packed: bytes) -> None:
        here = slice(block * _BLOCK, (block + 1) * _BLOCK)
        self._weight[here], self._steps[here] = np.frombuffer(packed, dtype=np.float32).reshape(2, _BLOCK)


class Vocabulary:
    """The weights of one repository, in memory as far as they were looked at and in `store` as a whole."""

    def __init__(self, store: Store, *, blank: bool) -> None:
        self._store = store
        self._weights = Weights(float(store.meta("bias") or _BIAS))
        # a store that was empty at first needs no look-ups for what memory does not hold
        self._blank = blank
        self._held = np.full((SPACES << BITS) // _BLOCK, blank)
        self._dirty = np.zeros((SPACES << BITS) // _BLOCK, dtype=bool)

    def look(self, ids: Ids) -> Wording:
        """What is known of the words as of now."""
        if not len(ids):
            return SILENT
        self._hold(ids)
        weights = self._weights.of(ids)
        ends = np.searchsorted(ids, [(space + 1) << BITS for space in range(SPACES)])
        starts = (0, *ends[:-1])
        added, removed, places = (float(weights[start:end].sum()) for start, end in zip(starts, ends, strict=True))
        total = added + removed + places
        unseen = self._weights.unseen(ids[: ends[0]])
        return Wording(ids, total / math.sqrt(len(ids)), total, added, removed, places, unseen)

    def learn(self, ids: Ids, *, fault: bool) -> None:
        """Count the words of a change in: as harmless, or as those of one that is now known to have been at fault."""
        self._hold(ids)
        self._weights.learn(ids, fault=fault)
        self._dirty[ids // _BLOCK] = True

    def flush(self) -> None:
        """Write what changed; call inside `store.writing()`."""
        changed = map(int, np.flatnonzero(self._dirty))
        self._store.put_words((block, self._weights.block(block)) for block in changed)
        self._store.set_meta("bias", repr(self._weights.bias))
        self._dirty[:] = False

    def _hold(self, ids: Ids) -> None:
        if self._blank:
            return
        blocks = np.unique(ids // _BLOCK)
        for block in map(int, blocks[~self._held[blocks]]):
            packed = self._store.words(block)
            if packed is not None:
                self._weights.set_block(block, packed)
            self._held[block] = True
