"""What makes texts comparable: hashed words, a table of words inside a package, or an endpoint that somebody names."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np

from bot.commands.difftest_model import ANSWER_S, KEY, at_address, key_of_models
from bot.reviewer.embeddings import AT_ONCE, Embeddings
from bot.reviewer.service import Silent
from scoring.difftest.embedding import Cached, Embedder, Floats, Hashed, Unembedded, directions
from scoring.difftest.privacy import private
from scoring.difftest.row_file import RowFile
from scoring.difftest.word_table import WordTable

R = TypeVar("R")
LONGEST = 8_000  # characters of a text that is sent; most models read no more
Kept = Callable[[Path], list[Embedder]]  # a project's folder -> embedders that keep their rows in it


class EndpointEmbedder:
    """What leaves this machine is masked again, and cut."""

    def __init__(self, name: str, embeddings: Embeddings) -> None:
        self.name, self._embeddings = name, embeddings

    def embed(self, texts: Sequence[str]) -> Floats:
        """Raises Unembedded."""
        rows = [row for start in range(0, len(texts), AT_ONCE) for row in self._rows(texts[start : start + AT_ONCE])]
        return directions(np.array(rows, dtype=np.float32))

    def _rows(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        # many endpoints refuse an empty text
        sent = [private(each)[:LONGEST] or "-" for each in texts]
        try:
            return self._embeddings.embed(sent, self._embeddings.clock() + ANSWER_S).rows
        except Silent as error:
            raise Unembedded(
                f"--embeddings {self.name}: {error}; what was embedded is kept, so try again, or leave it out"
            ) from None


def embedding_options(command: Callable[..., R]) -> Callable[..., R]:
    """Hand `embedders` to a command: a project's folder -> what it was told to embed with. Adds --embeddings.

    Stands under `model_options`, whose network it shares.
    """

    @wraps(command)
    def run(*args: Any, embeddings: tuple[str, ...], model_network: str, **more: Any) -> R:
        made = [_named(each, model_network) for each in dict.fromkeys(embeddings)]
        return command(*args, embedders=lambda folder: [each(folder) for each in made], **more)

    return click.option(
        "--embeddings", multiple=True, metavar="hashed|wordllama|NAME@ADDRESS",
        help=f"How near examples are found: by hashed words (default), by the table of words of the extra "
        f"`embeddings`, or by an endpoint: small@https://models.example/v1, its key in {KEY}.",
    )(run)  # fmt: skip


def _named(given: str, network: str) -> Callable[[Path], Embedder]:
    """Raises click.UsageError, and Unembedded where the table is not installed."""
    if given == "hashed":
        return lambda _: Cached(Hashed())
    if given == "wordllama":
        table = WordTable.installed()
        return lambda _: Cached(table)
    if "@" not in given:
        raise click.UsageError("--embeddings: write hashed, wordllama or NAME@ADDRESS")
    name, address, addresses = at_address(given, network, "--embeddings")
    embedder = EndpointEmbedder(name, Embeddings(address, name, addresses, key_of_models()))
    return lambda folder: Cached(embedder, RowFile(folder / "embeddings", given), AT_ONCE)
