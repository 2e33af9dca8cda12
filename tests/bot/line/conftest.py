"""The line in memory, on a database of its own: the schema is made once and copied."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store
from tests.fakes.line import Line


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("schema") / "a.db"
    Store(f"sqlite:///{made}").close()
    return made


@pytest.fixture
def line(schema: Path, tmp_path: Path) -> Iterator[Line]:
    database = tmp_path / "a.db"
    shutil.copy(schema, database)
    here = Line(database)
    yield here
    here.store.close()
