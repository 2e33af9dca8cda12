"""What cannot be done ends in one sentence with the next step and exit status 2, and writes nothing: as typed."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from histories import DAY, START, Step, build, lines

from bot.__main__ import main
from scoring.scorer import SHIPPED

OUT = ("train", "evaluate", "score")


def a_model(folder: Path) -> Path:
    folder.mkdir()
    for name in ("card.json", "model.onnx"):
        shutil.copy(SHIPPED / name, folder / name)
    return folder


def without_card(folder: Path) -> None:
    (folder / "card.json").unlink()


def without_graph(folder: Path) -> None:
    (folder / "model.onnx").unlink()


def truncated(folder: Path) -> None:
    graph = (folder / "model.onnx").read_bytes()[:-1000]
    (folder / "model.onnx").write_bytes(graph)


def truncated_with_its_hash(folder: Path) -> None:
    graph = (folder / "model.onnx").read_bytes()[:1000]
    (folder / "model.onnx").write_bytes(graph)
    edit(folder, onnx_sha256=hashlib.sha256(graph).hexdigest())


def of_another_hash(folder: Path) -> None:
    edit(folder, onnx_sha256="0" * 64)


def asks_for_the_unknown(folder: Path) -> None:
    columns = json.loads((folder / "card.json").read_text())["columns"]
    edit(folder, columns=["phase_of_the_moon", *columns[1:]])


def of_another_width(folder: Path) -> None:
    edit(folder, columns=json.loads((folder / "card.json").read_text())["columns"][:-1])


def no_json(folder: Path) -> None:
    (folder / "card.json").write_text("{")


def edit(folder: Path, **changes: object) -> None:
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | changes))


MODELS: dict[Callable[[Path], None], str] = {
    without_card: "card.json is missing",
    without_graph: "model.onnx is missing",
    truncated: "does not match its card; train the model again",
    truncated_with_its_hash: "no model that can be run; train the model again",
    of_another_hash: "does not match its card; train the model again",
    asks_for_the_unknown: "'phase_of_the_moon'; use a newer codechill or train again",
    of_another_width: "columns but its card names",
    no_json: "cannot be read; train the model again",
}
INCIDENTS = {
    "incident,cause,known_at\nA,deadbeef,soon\n": "Incident 1 in i.csv has no known_at in ISO 8601",
    "incident,cause,known_at\nA,the database,2026-01-01\n": "names no cause: a commit id or a pull request number",
    "[{": "cannot be read as CSV or JSON",
    "\x01\x02": "its first line must name incident, cause, known_at, severity",
    "": "its first line must name incident, cause, known_at, severity",
    "[" * 20000: "cannot be read as CSV or JSON",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Repositories with something missing, in one folder."""
    folder = tmp_path_factory.mktemp("world")
    (folder / "plain").mkdir()
    build(folder / "empty", [])
    build(folder / "calm", [Step(f"Tidy {n}", {"a": lines(n)}, f"p{n % 3}@x.org", START + n * DAY) for n in range(30)])
    build(folder / "solo", [Step(f"Tidy {n}", {"a": lines(n)}, at=START + n * DAY) for n in range(30)])
    return folder


def typed(world: Path, tmp_path: Path, *words: str) -> tuple[int, str, str]:
    """What the command line answers, in the folder `world`."""
    told = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    with contextlib.chdir(world):
        done = CliRunner(env=told).invoke(main, words, catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def test_a_process_of_its_own_says_the_same(world: Path, tmp_path: Path) -> None:
    code = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "bot", "score", "--repo", "empty"]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": code}
    done = subprocess.run(command, cwd=world, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == typed(world, tmp_path, "score", "--repo", "empty")


def refused(world: Path, tmp_path: Path, command: str, *words: str) -> str:
    """The one sentence; nothing is printed or written beside the cache."""
    before = sorted(world.rglob("*"))
    extra = ("--out", str(tmp_path / "out")) if command == "train" else ()
    status, printed, said = typed(world, tmp_path, command, *words, *extra)
    told = [line for line in said.splitlines() if not line.startswith("Reading ")]
    assert (status, printed, len(told)) == (2, "", 1), said
    assert told[0].startswith("codechill: ")
    assert told[0].endswith(".")
    assert "Traceback" not in said
    assert sorted(world.rglob("*")) == before
    assert not (tmp_path / "out").exists()
    return told[0]


@pytest.mark.parametrize("command", OUT)
@pytest.mark.parametrize(
    ("repo", "words"),
    [
        ("nowhere", "nowhere is not a folder; name the folder of a git repository"),
        ("plain", "plain is not a git repository; name one, or clone it first"),
        ("empty", "empty has no commits yet; commit something first"),
    ],
)
def test_a_repository_that_is_none_is_refused(world: Path, tmp_path: Path, command: str, repo: str, words: str) -> None:
    assert words in refused(world, tmp_path, command, "--repo", repo)


@pytest.mark.parametrize(
    ("command", "repo", "words"),
    [
        ("train", "calm", "at least 20 are needed to train, so use the shipped model, or import incidents"),
        ("evaluate", "calm", "nothing to measure; import incidents, or name another repository"),
        ("train", "solo", "single author, so what is learned or measured there describes one person; name other"),
        ("evaluate", "solo", "single author, so what is learned or measured there describes one person; name other"),
    ],
)
def test_a_history_that_teaches_nothing_is_refused(
    world: Path, tmp_path: Path, command: str, repo: str, words: str
) -> None:
    assert words in refused(world, tmp_path, command, "--repo", repo)


@pytest.mark.parametrize("repo", ["calm", "solo"])
def test_it_can_be_scored_all_the_same(world: Path, tmp_path: Path, repo: str) -> None:
    status, printed, said = typed(world, tmp_path, "score", "--repo", repo)
    assert status == 0, said
    assert "Riskier than" in printed


@pytest.mark.parametrize("command", ["score", "evaluate"])
@pytest.mark.parametrize("spoil", MODELS, ids=lambda spoil: spoil.__name__)
def test_a_model_that_is_damaged_is_refused(
    world: Path, tmp_path: Path, command: str, spoil: Callable[[Path], None]
) -> None:
    folder = a_model(tmp_path / "model")
    spoil(folder)
    assert MODELS[spoil] in refused(world, tmp_path, command, "--repo", "calm", "--model", str(folder))


@pytest.mark.parametrize("command", OUT)
@pytest.mark.parametrize("text", INCIDENTS, ids=range(len(INCIDENTS)))
def test_a_list_of_incidents_that_cannot_be_used_is_refused(
    world: Path, tmp_path: Path, command: str, text: str
) -> None:
    (tmp_path / "i.csv").write_text(text)
    said = refused(world, tmp_path, command, "--repo", "calm", "--incidents", str(tmp_path / "i.csv"))
    assert INCIDENTS[text] in said.replace(f"{tmp_path}/", "")
