"""Pull requests whose truth is known because of how they were made, and what automatic review does with them."""

from bench.corpus import dependencies, kinds, languages, later, pulls, traps, trees
from bench.corpus.case import Case


def corpus() -> tuple[Case, ...]:
    """All of them; no two have the same category, language and name."""
    return tuple(case for part in (languages, traps, kinds, trees, dependencies, pulls, later) for case in part.cases())


__all__ = ["Case", "corpus"]
