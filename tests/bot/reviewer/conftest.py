"""A reviewer that asks a scripted endpoint."""

from collections.abc import Iterator

import pytest
from model_bench import Bench, benched


@pytest.fixture
def bench() -> Iterator[Bench]:
    with benched() as bench:
        yield bench
