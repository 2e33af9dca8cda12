"""A table of features kept for good: numbers only, no names, no text, so that a drop in quality is noticed anywhere."""

import zipfile
from pathlib import Path

import numpy as np

from scoring.errors import ScoringError
from scoring.history.dataset import Dataset
from scoring.ranking.quantiles import rolling


def write(data: Dataset, path: Path) -> None:
    """Write the table of a repository; commits become numbers and nothing tells who wrote them."""
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            columns=np.array(data.columns),
            at=data.at,
            raw=data.raw,
            known_at=data.known_at,
            ever_at=data.ever_at,
            severe=data.severe,
        )


def read(path: Path, name: str) -> Dataset:
    """A table written before. Raises ScoringError when it is none."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            raw = arrays["raw"]
            shas = tuple(f"{row:040x}" for row in range(len(raw)))
            columns = tuple(str(column) for column in arrays["columns"])
            known, ever = arrays["known_at"], arrays["ever_at"]
            return Dataset(name, columns, shas, arrays["at"], raw, rolling(raw), known, ever, arrays["severe"])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ScoringError(f"{path} is no frozen table.") from error
