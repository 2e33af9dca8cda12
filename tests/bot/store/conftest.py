"""A store in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'data' / 'codechill.db'}")
    yield opened
    opened.close()
