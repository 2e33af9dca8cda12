"""Which shipped model may be used: one that never saw this history, or the replay would know the future."""

from collections.abc import Collection, Iterator
from pathlib import Path

from scoring.models.card import WITHOUT
from scoring.models.model import Model
from scoring.models.registry import load


def unknowing(folder: Path, commits: Collection[str]) -> tuple[Model, bool]:
    """The model in `folder`, or the one beside it that learned without this history; True when all knew it.

    `commits` are all of the history's. Raises ScoringError when a model is damaged.
    """
    for each in _candidates(folder):
        model = load(each)
        if not knows(model, commits):
            return model, False
    return load(folder), True


def knows(model: Model, commits: Collection[str]) -> bool:
    """Whether the model learned from a clone of this history."""
    return any(source.first in commits or source.tip in commits for source in model.card.sources)


def _candidates(folder: Path) -> Iterator[Path]:
    yield folder
    yield from sorted(each for each in folder.glob(f"{WITHOUT}*") if (each / "card.json").is_file())
