"""The texts of many landed changes, by one git: what models learn from."""

from collections.abc import Iterator, Sequence

from scoring.git import Git
from scoring.history.stream import patches
from scoring.text.record import Record, record_of


def records(git: Git, shas: Sequence[str], *, first_parent: bool = False) -> Iterator[Record]:
    """What is read of the commits named, in the order given. Raises ScoringError unless every one was read whole."""
    for message, patch in patches(git, shas, first_parent=first_parent):
        title, _, rest = message.partition("\n")
        yield record_of(title, rest.lstrip("\n"), patch)
