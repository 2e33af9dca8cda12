"""A tokenizer from its JSON, with the markers of a record; text never becomes a marker, whatever stands in it."""

import importlib.util
import json
from typing import Any

from scoring.errors import ScoringError
from scoring.text.record import CLOSE, OPEN

PAD, END, NO, YES, MASK = "<pad>", "<eos>", "<0>", "<1>", "<mask>"
MARKERS = (PAD, END, OPEN, CLOSE, NO, YES)


class Tokens:
    """Text to numbers and back. Thread safe. Raises ScoringError when the JSON is no tokenizer with our markers."""

    def __init__(self, plain: str) -> None:
        if importlib.util.find_spec("tokenizers") is None:
            raise ScoringError("This model reads text, which needs tokenizers; install codechill[tokenizers].")
        from tokenizers import Tokenizer

        try:
            self._made: Any = Tokenizer.from_str(plain)
        except Exception as error:  # the library raises no other
            raise ScoringError("The tokenizer of this model cannot be read; train the model again.") from error
        self._made.no_truncation()
        self._made.no_padding()
        # what looks like a marker in a text is text
        self._made.encode_special_tokens = True
        self.plain = plain
        ids = {marker: self._made.token_to_id(marker) for marker in MARKERS}
        if absent := [marker for marker, number in ids.items() if number is None]:
            raise ScoringError(f"The tokenizer of this model lacks {', '.join(absent)}; train the model again.")
        self.pad, self.end, self.open, self.close, self.no, self.yes = (int(ids[marker]) for marker in MARKERS)
        self.mask: int | None = self._made.token_to_id(MASK)

    def __len__(self) -> int:
        return int(self._made.get_vocab_size(with_added_tokens=True))

    def ids(self, text: str) -> list[int]:
        """The tokens of a text."""
        return list(self._made.encode(text, add_special_tokens=False).ids)

    def many(self, texts: list[str]) -> list[list[int]]:
        """The tokens of each text; uses all processors."""
        return [each.ids for each in self._made.encode_batch_fast(texts, add_special_tokens=False)]

    def text(self, ids: list[int]) -> str:
        """The text of tokens, markers among them."""
        return str(self._made.decode(ids, skip_special_tokens=False))


def with_markers(plain: str, more: tuple[str, ...] = ()) -> str:
    """A tokenizer's JSON with our markers added where it lacks them, behind its own tokens."""
    from tokenizers import AddedToken, Tokenizer

    made = Tokenizer.from_str(plain)
    known = {each["content"] for each in json.loads(plain)["added_tokens"]}
    made.add_special_tokens([AddedToken(marker, special=True) for marker in (*MARKERS, *more) if marker not in known])
    return str(made.to_str())
