"""`codechill sandbox`, run as a person runs it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib import request

import pytest

COMMAND = [sys.executable, "-m", "bot", "sandbox"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "My project.git"
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "init", "--quiet", "--initial-branch=trunk", str(folder)], check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message=first"], check=True)
    return folder


@pytest.fixture
def running(source: Path, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    arguments = ["--format", "json", "--repo", str(source), "--folder", str(tmp_path / "forge")]
    started = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True)
    yield started
    started.kill()
    started.communicate()


def test_it_prints_all_a_client_needs_serves_it_and_ends_well(running: "subprocess.Popen[str]") -> None:
    assert running.stdout is not None
    said = json.loads(running.stdout.readline())
    assert set(said["people"]) == {"author", "reviewer", "release_manager"}
    key = Path(said["private_key_file"])
    assert key.read_text().startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert key.stat().st_mode & 0o077 == 0
    assert said["clone"] == f"{said['address']}/acme/My-project.git"
    for base in (said["address"], said["api"]):
        found = fetch(f"{base}/repos/acme/My-project", said["people"]["author"]["token"])
        assert found["default_branch"] == "trunk"
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=20) == 0
    assert list(key.parent.iterdir()) == []


def fetch(url: str, token: str) -> Any:
    made = request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - loopback
    with request.urlopen(made, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def test_a_folder_that_is_no_repository_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = subprocess.run([*COMMAND, "--repo", str(tmp_path / "empty")], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("Error: ")
