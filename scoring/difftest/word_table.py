"""Embeddings by a table of words that comes inside a package (wordllama, MIT): the mean of a text's tokens, offline.

Its files are read as they lie. The package itself is never imported: its own loader asks a network where it does not
find them.
"""

import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.difftest.embedding import Floats, Unembedded, directions

TABLE, TOKENIZER = "l2_supercat_256.safetensors", "l2_supercat_tokenizer_config.json"
LONGEST = 8_000  # characters of a text
_MISSING = "the table of words is not installed: pip install 'codechill[embeddings]'"


class WordTable:
    """`table`: a row a token."""

    def __init__(self, table: NDArray[np.float32], tokenizer: Path, name: str) -> None:
        """Raises Unembedded where the reader of tokens is not installed."""
        try:
            from tokenizers import Tokenizer
        except ImportError:
            raise Unembedded(_MISSING) from None
        self.name = name
        self._table = table
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()

    @classmethod
    def installed(cls) -> "WordTable":
        """Of the package's files. Raises Unembedded where it is not installed, or holds others."""
        try:
            listed = files("wordllama") or []
        except PackageNotFoundError:
            raise Unembedded(_MISSING) from None
        found = {each.name: Path(str(each.locate())) for each in listed if each.name in (TABLE, TOKENIZER)}
        if len(found) < 2:
            raise Unembedded("the installed wordllama holds other files than are known here: install wordllama 0.4")
        return cls(read_table(found[TABLE]), found[TOKENIZER], "wordllama 256")

    def embed(self, texts: Sequence[str]) -> Floats:
        encoded = self._tokenizer.encode_batch([each[:LONGEST] for each in texts], add_special_tokens=False)
        return directions(np.stack([self._mean(each.ids) for each in encoded]))

    def _mean(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        if not tokens:
            return np.zeros(self._table.shape[1], dtype=np.float32)
        return np.asarray(self._table[np.asarray(tokens)].mean(axis=0), dtype=np.float32)


def read_table(path: Path) -> NDArray[np.float32]:
    """The one table of half floats in a safetensors file. Raises Unembedded for a file of another form."""
    try:
        with path.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            ((_, entry),) = ((name, each) for name, each in header.items() if name != "__metadata__")
            rows, width = entry["shape"]
            table = np.frombuffer(file.read(), dtype="<f2").reshape(rows, width)
        if entry["dtype"] != "F16":
            raise ValueError
    except (ValueError, KeyError, TypeError, OverflowError, MemoryError):
        raise Unembedded(f"{path.name} is no table of half floats") from None
    return table.astype(np.float32)
