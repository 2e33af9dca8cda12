"""The queues that must keep the promise."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from queue_backends import open_queue

from bot.queue import JobQueue
from bot.store import Store


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'codechill.db'}"


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    opened = Store(address)
    yield opened
    opened.close()


@pytest.fixture
def queue(store: Store, address: str) -> JobQueue:
    return open_queue(address)
