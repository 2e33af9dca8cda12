"""One repository, replayed once, for all tests that only look."""

import json
from pathlib import Path

import pytest
from backtest_world import Ran, call, grow


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repo = tmp_path_factory.mktemp("past") / "shop.git"
    grow(repo, 850)
    return repo


@pytest.fixture(scope="session")
def ran(past: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    out = tmp_path_factory.mktemp("ran")
    html, plain, table = out / "page.html", out / "all.json", out / "rows.csv"
    result = call(past, out, "--html", str(html), "--json", str(plain), "--csv", str(table), "--name", "acme/shop")
    assert result.exit_code == 0, result.output
    report = json.loads(plain.read_text())
    return Ran(past, out, html.read_text("utf-8"), report, table.read_text().splitlines(), result.output)
