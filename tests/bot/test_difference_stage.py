"""A running App, a pull request, and the command that its pipeline runs: the check says what waits."""

import json
from pathlib import Path

from click.testing import CliRunner

from bot.commands.difftest import difftest
from bot.demo.stage import stage
from tests.bot.conftest import BASIC, Place, settled

SECRET = "correct-horse-battery"
LINE = {"endpoint": "GET /orders/17", "field": "body.total", "kind": "value", "left": "100", "right": "99"}


def hand_in(place: Place, address: str, number: int, file: Path, *rows: dict[str, str]) -> str:
    """As the pipeline of the pull request would; the conclusion of the check on its head then."""
    head = place.stage.sandbox.pull(place.name, number).head_sha
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    environment = {"CODECHILL_SERVER": address, "CODECHILL_UPLOAD_KEY": SECRET, "GITHUB_REPOSITORY": "acme/shop"}
    done = CliRunner().invoke(difftest, ["upload", "--build", head, str(file)], env=environment)
    assert done.exit_code == 0, done.output
    assert f"{len(rows)} are new, 0 were there already" in done.output
    place.settle()
    check = place.stage.sandbox.check_run(place.name, head, "differential-test")
    assert check is not None
    return str(check.conclusion)


def test_what_a_pipeline_hands_in_to_a_running_app_is_on_its_pull_request(tmp_path: Path, shop: Path) -> None:
    with stage(tmp_path, upload_keys=f"acme/shop={SECRET}") as running:
        place = settled(running, "acme/shop", shop)
        place.configure(BASIC)
        number = place.open(place.change("web/theme.py", b"DARK = True\n"))
        assert hand_in(place, running.address, number, tmp_path / "a.jsonl", LINE) == "action_required"
        other = place.open(place.change("web/theme.py", b"DARK = False\n"))
        assert hand_in(place, running.address, other, tmp_path / "b.jsonl") == "success"
