"""JSON Lines of our own form: see docs/difftest.schema.json."""

from collections.abc import Iterator

from scoring.difftest.readers.source import Problem, Sources, objects
from scoring.difftest.record import Difference
from scoring.difftest.schema import read_difference
from scoring.errors import ScoringError


def read(sources: Sources) -> Iterator[Difference | Problem]:
    for place, value in objects(sources.primary):
        if isinstance(value, Problem):
            yield value
            continue
        try:
            yield read_difference(value, sources.origin)
        except ScoringError as error:
            yield Problem(place, str(error))
