"""A started sandbox with one small repository, and a place where its webhooks arrive."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from github import Auth, Github
from sandbox_kit import REPO, History, Receiver

from bot.sandbox import Sandbox
from bot.sandbox.access import key_pair


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    made = History(tmp_path_factory.mktemp("history"))
    made.git("init", "--quiet", "--initial-branch=main")
    made.commit("one", engine="1\n2\n3\n4\n5\n6\n7\n8\n9\n", docs__read="hello\n")
    made.commit("two", **{"engine": "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", ".github__codechill.yml": "version: 1\n"})
    made.commit("three", docs__read="hello again\n")
    made.git("checkout", "--quiet", "-b", "change", made.shas["two"])
    made.commit("change", engine="0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", fuel="full\n")
    made.git("checkout", "--quiet", "-b", "clash", made.shas["two"])
    made.commit("clash", docs__read="goodbye\n")
    made.git("checkout", "--quiet", "main")
    return made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(kept.status)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/webhook"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def keys() -> tuple[str, str]:
    return key_pair()


@pytest.fixture
def empty_box(tmp_path: Path, keys: tuple[str, str]) -> Iterator[Sandbox]:
    with Sandbox(tmp_path / "box", keys=keys) as made:
        yield made


@pytest.fixture
def box(empty_box: Sandbox, history: History) -> Sandbox:
    empty_box.add_repository(REPO, history.folder)
    return empty_box


@pytest.fixture
def pull(box: Sandbox, history: History) -> int:
    return box.open_pull(REPO, title="A change", body="why", head_sha=history.shas["change"]).number


@pytest.fixture
def bot(box: Sandbox) -> Github:
    """PyGithub as the App on its installation, without its pauses."""
    auth = Auth.AppAuth(box.app_id, box.private_key_pem).get_installation_auth(box.installation_id)
    return Github(base_url=box.api, auth=auth, retry=None, seconds_between_requests=0, seconds_between_writes=0)
