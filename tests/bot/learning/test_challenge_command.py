"""`codechill model try` compares on a clone what the server would compare, the same figures each time."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from bot.commands.model import model
from tests.bot.learning.test_retrain import DAY, SIZE, START, history


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The options that name a clone in which every sixth change is at fault."""
    folder = tmp_path_factory.mktemp("try")
    shas = history(folder / "shop")
    rows = (
        f"I{n},{shas[n]},{datetime.fromtimestamp(START + (n + 3) * DAY, UTC).isoformat()},low"
        for n in range(0, SIZE - 10, 6)
    )
    incidents = folder / "incidents.csv"
    incidents.write_text("\n".join(["incident,cause,known_at,severity", *rows]) + "\n")
    return ("--repo", str(folder / "shop"), "--state", str(folder / "state"), "--incidents", str(incidents))


def test_a_challenger_that_is_not_worse_ends_with_success_and_one_that_could_be_with_no(clone: tuple[str, ...]) -> None:
    run = CliRunner().invoke(model, ["try", *clone, "--kind", "table1", "--gate", "50", "--format", "json"])
    told = json.loads(run.stdout)["table1"]
    assert (run.exit_code, told["why_not"]) == (0, "")
    assert [gate["share"] for gate in told["gates"]] == [0.5]
    assert told["window"]["faults"] >= 30
    again = CliRunner().invoke(model, ["try", *clone, "--kind", "table1", "--gate", "50", "--format", "json"])
    assert again.stdout == run.stdout
    refused = CliRunner().invoke(model, ["try", *clone, "--kind", "table1"])
    assert refused.exit_code == 1
    assert "refused: at 5 % gated it captures" in refused.stdout
    assert "none of them is shown to be no worse" in refused.output
