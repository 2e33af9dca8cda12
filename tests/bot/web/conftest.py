"""The line in memory with the pages over it."""

import pytest

from tests.bot.line.conftest import anew, line
from tests.bot.web.web_world import Web
from tests.fakes.line import Line

__all__ = ["anew", "line"]


@pytest.fixture
def web(line: Line) -> Web:
    return Web(line)
