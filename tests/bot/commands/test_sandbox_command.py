"""`codechill sandbox`, run as a person runs it."""

import contextlib
import json
import random
import signal
import socket
import subprocess
import sys
import time
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
        repository = fetch(f"{base}/repos/acme/My-project", said["people"]["author"]["token"])
        assert repository["default_branch"] == "trunk"
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=20) == 0
    assert list(key.parent.iterdir()) == []


def test_serve_works_with_it_by_the_settings_it_wrote_and_nothing_else(source: Path, tmp_path: Path) -> None:
    port = free_port()
    webhook = f"http://127.0.0.1:{port}/webhook"
    arguments = ["--format", "json", "--repo", str(source), "--folder", str(tmp_path / "forge"), "--webhook", webhook]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True) as forge:
        assert forge.stdout is not None
        said = json.loads(forge.stdout.readline())
        serve = [sys.executable, "-m", "bot", "serve", "--env", said["settings"]]
        with subprocess.Popen(serve, stderr=subprocess.PIPE, text=True) as server:
            try:
                assert server.stderr is not None
                assert server.stderr.readline() == f"codechill listens on {webhook}\n"
                assert check_of_a_new_pull_request(said, source) == "codechill"
            finally:
                for each in (server, forge):
                    each.terminate()


def check_of_a_new_pull_request(said: dict[str, Any], source: Path) -> str:
    """Push a branch, open a pull request for it, and wait for the name of the check that appears."""
    token = said["people"]["author"]["token"]
    git = ["git", "-C", str(source), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message=second"], check=True)
    into = said["clone"].replace("http://", f"http://x-access-token:{token}@")
    subprocess.run([*git, "push", "--quiet", into, "HEAD:refs/heads/topic"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    opened = {"title": "A change", "head": "topic", "base": "trunk"}
    post(f"{said['api']}/repos/{said['repository']}/pulls", token, opened)
    for _ in range(600):
        runs = fetch(f"{said['api']}/repos/{said['repository']}/commits/{head}/check-runs", token)["check_runs"]
        if runs:
            return str(runs[0]["name"])
        time.sleep(0.1)
    return "none"


def free_port() -> int:
    """Below those that the system gives to whoever asks for any: nothing else takes it before the server does."""
    for port in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


def post(url: str, token: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    made = request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - loopback
    with request.urlopen(made, timeout=10) as answer:  # noqa: S310
        assert answer.status == 201


def fetch(url: str, token: str) -> Any:
    made = request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - loopback
    with request.urlopen(made, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def test_a_folder_that_is_no_repository_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = subprocess.run([*COMMAND, "--repo", str(tmp_path / "empty")], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("Error: ")
