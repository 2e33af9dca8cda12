"""The line in memory with people who are told of it."""

from collections.abc import Iterator

import pytest

from tests.bot.line.conftest import anew, line
from tests.bot.notices.notices_world import Office
from tests.bot.notices.receivers import http_receiver
from tests.fakes.line import Line

__all__ = ["anew", "line"]


@pytest.fixture
def office(line: Line) -> Iterator[Office]:
    with http_receiver() as receiver:
        yield Office(line, receiver)
