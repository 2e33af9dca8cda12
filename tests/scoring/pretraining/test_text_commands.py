"""`codechill pretrain` and `codechill align` on a real repository, and what they write in the server's place."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.commands.scoring import score
from bot.commands.texts import align, pretrain
from scoring.models.registry import load
from tests.scoring.histories import START, Step, build
from tests.scoring.pretraining.toys import NAMES

DAY = 86400


def history(folder: Path) -> Path:
    """Sixty changes of two people; a third frees something twice and is taken back."""
    chance = random.Random(4)
    lines = [f"{name}();" for name in NAMES]
    steps = [Step("Start", {"a.c": "\n".join(lines).encode()}, "bob@x.org", START)]
    for number in range(60):
        at = START + 4 * number * DAY
        before, more = list(lines), f"{chance.choice(NAMES)}({number});"
        lines.insert(chance.randrange(len(lines)), f"release_twice({more[:-1]});" if number % 3 == 0 else more)
        who = f"{('ann', 'bob')[number % 2]}@x.org"
        steps.append(Step(f"Add {number}\n\nTest plan: ran it", {"a.c": "\n".join(lines).encode()}, who, at))
        if number % 3 == 0:
            lines = before
            steps.append(Step(f'Revert "Add {number}"', {"a.c": "\n".join(lines).encode()}, who, at + 2 * DAY))
    build(folder, steps)
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    history(folder / "repo")
    return folder


def run(place: Path, command: Any, *arguments: object, **env: str) -> Result:
    given = ["--repo", place / "repo", "--state", place / "state", *arguments] if command is not score else arguments
    return CliRunner(env={"XDG_CACHE_HOME": str(place / "cache"), **env}).invoke(command, [str(each) for each in given])


SMALL = ("--size", "tiny", "--vocabulary", "400", "--tokens", "64", "--epochs", "2")


def test_a_history_becomes_a_model_that_the_server_asks(place: Path) -> None:
    said = run(place, pretrain, *SMALL, "--out", place / "base")
    assert said.exit_code == 0, said.stderr
    assert "tokens of 1 histories" in said.stdout
    assert sorted(each.name for each in (place / "base").iterdir()) == [
        "config.json", "model.safetensors", "tokenizer.json", "training.json",
    ]  # fmt: skip
    told = json.loads((place / "base" / "training.json").read_text())
    assert (told["recipe"]["family"], told["stopped"]) == ("causal", "done")
    options = ("--base", place / "base", "--tokens", "64", "--windows", "2", "--epochs", "6", "--batch", "16")
    said = run(place, align, *options, "--rate", "3e-3", "--out", place / "model")
    assert said.exit_code == 0, said.stderr
    assert sorted(each.name for each in (place / "model").iterdir()) == ["card.json", "model.onnx"]
    card = load(place / "model").card
    assert (card.kind, card.figures["training"]["start"]) == ("aligned", "base")
    assert card.figures["training"]["faults"] == 20
    assert card.parity < 0.1
    shown = run(
        place, score, "--repo", place / "repo", "--format", "json", "HEAD~1", CODECHILL_MODEL=str(place / "model")
    )
    assert shown.exit_code == 0, shown.stderr
    assert json.loads(shown.stdout)["model"] == "own"


def test_records_to_fine_tune_elsewhere_are_lines_of_json(place: Path) -> None:
    said = run(place, align, "--records", place / "records.jsonl")
    assert said.exit_code == 0, said.stderr
    lines = [json.loads(line) for line in (place / "records.jsonl").read_text().splitlines()]
    assert {line["completion"] for line in lines} == {"0", "1"}
    assert sum(line["completion"] == "1" for line in lines) == 20
    assert all(line["prompt"].startswith("[DRS]") and line["prompt"].endswith("[/DRS]") for line in lines)
    faults = [line for line in lines if line["completion"] == "1"]
    assert all("release_twice" in line["prompt"] for line in faults)


def test_what_is_missing_is_said_with_what_to_do(place: Path, tmp_path: Path) -> None:
    said = run(place, align, "--out", tmp_path / "model")
    assert (said.exit_code, "Name --base and --out" in said.stderr) == (2, True)
    said = run(place, align, "--base", tmp_path / "nothing", "--out", tmp_path / "model")
    assert said.exit_code == 2
    assert "tokenizer.json is missing" in said.stderr
    assert not (tmp_path / "model" / "card.json").exists()


def test_a_killed_pretraining_goes_on_where_it_was(place: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "pretrain", "--repo", place / "repo", "--state", place / "state", *SMALL]
    command = [*command, "--epochs", "4000", "--out", tmp_path / "base"]
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Pre-training"):
            break
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    said = process.stderr.read()
    assert (process.wait(60), "the same command goes on from here" in said) == (130, True)
    kept = tmp_path / "base" / "unfinished" / "pretraining.safetensors"
    assert kept.exists()
    from safetensors import safe_open

    with safe_open(kept, "pt") as file:
        step = json.loads(file.metadata()["progress"])["step"]
    assert step > 0
    done = run(place, pretrain, *SMALL, "--epochs", "4000", "--minutes", "0.0001", "--out", tmp_path / "base")
    assert done.exit_code == 0, done.stderr
    told = json.loads((tmp_path / "base" / "training.json").read_text())
    assert (told["steps"], told["stopped"]) == (step, "time")
    assert not kept.parent.exists()
