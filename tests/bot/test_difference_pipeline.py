"""The pipeline that deploy/difftest shows is run here, step by step, on a service with two commits."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import yaml

from scoring.difftest.shelf import desk_of
from tests.bot.test_difference_door import SECRET, World, address, world

__all__ = ["address", "world"]
DEPLOY = Path(__file__).parents[2] / "deploy" / "difftest"
SERVICE = """import json, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer

class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        status = 404 if "missing" in self.path else 200
        body = json.dumps({"price": PRICE, "took_ns": time.perf_counter_ns(), "path": self.path}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

HTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
"""


@pytest.fixture
def repository(tmp_path: Path) -> tuple[Path, str, str]:
    """A folder with its base and its head, as a pipeline checks it out."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "deploy").mkdir()
    (folder / "deploy" / "difftest").symlink_to(DEPLOY)
    (folder / "requests.txt").write_text("/orders/17\n/orders/18\n/orders/missing\n# a note\n")
    commits = []
    git(folder, "init", "-q", "-b", "main")
    for price in ("100", "100 if '8' not in self.path else -1"):
        (folder / "app.py").write_text(SERVICE.replace("PRICE", price))
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "Set the price")
        commits.append(git(folder, "rev-parse", "HEAD").strip())
    return folder, commits[0], commits[1]


def free(count: int) -> list[str]:
    """Ports that nobody listens on."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [str(each.getsockname()[1]) for each in sockets]


def git(folder: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{part}": "ada@acme.example" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **who}
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_the_pipeline_that_is_shown_hands_in_what_differs(
    world: World, address: str, repository: tuple[Path, str, str]
) -> None:
    folder, base, head = repository
    (job,) = yaml.safe_load((DEPLOY / "differential-test.yml").read_text())["jobs"].values()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder), "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": "0" * 40, "HEAD_SHA": head, "BASE_SHA": base,
        **dict(zip(("PRODUCTION", "CANDIDATE"), free(2), strict=True)),
    }  # fmt: skip
    values = {"CODECHILL_SERVER": address, "CODECHILL_UPLOAD_KEY": SECRET, "CODECHILL_SOURCE": "codechill"}
    running = []
    try:
        for step in job["steps"]:
            if "run" not in step:
                continue
            given = environment | {name: values[name] for name in step.get("env", {})}
            # as the runner runs it: what it leaves running stays until the job ends
            output = folder / "output"
            with output.open("w") as file:
                done = subprocess.Popen(
                    ["bash", "-eo", "pipefail", "-c", step["run"]], cwd=folder, env=given, stdout=file, stderr=file,
                    start_new_session=True,
                )  # fmt: skip
                running.append(done.pid)
                assert done.wait(120) == 0, output.read_text()
        assert "differences of 3 requests were handed in" in output.read_text()
    finally:
        for session in running:
            with suppress(ProcessLookupError):
                os.killpg(session, signal.SIGTERM)
    desk = desk_of(world.store.differences.shelf(7, {}), "default")
    found = {(each.key.signature.endpoint, each.key.signature.field, each.measured_noise) for each in desk.groups}
    assert ("GET /orders/{}", "body.took_ns", True) in found
    assert ("GET /orders/{}", "body.price", False) in found
    assert desk.releases == (head,)
    assert [each.origin.baseline for each in world.told] == [base]
