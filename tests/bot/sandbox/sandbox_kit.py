"""What the sandbox's tests share: a small history, a place for webhooks, clients."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib import error, request

from github import Auth, Github, GithubIntegration

from bot.sandbox import Sandbox

REPO = "acme/rocket"


@dataclass
class History:
    """A git repository: `main` with three commits, and `change`, one commit beside the last."""

    folder: Path
    shas: dict[str, str] = field(default_factory=dict)

    def git(self, *arguments: str) -> str:
        names = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
        command = ["git", "-C", str(self.folder), *names, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, name: str, **files: str) -> str:
        for path, content in files.items():
            place = self.folder / path.replace("__", "/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", name)
        self.shas[name] = self.git("rev-parse", "HEAD")
        return self.shas[name]


@dataclass
class Receiver:
    """Where webhooks arrive; it answers with `status`."""

    url: str = ""
    status: int = 202
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        return [
            ".".join(filter(None, (head["X-GitHub-Event"], json.loads(body).get("action")))) for head, body in self.got
        ]

    def last(self, event: str) -> dict[str, Any]:
        found = [json.loads(body) for head, body in self.got if head["X-GitHub-Event"] == event]
        return found[-1]  # type: ignore[no-any-return]


def integration(box: Sandbox) -> GithubIntegration:
    return GithubIntegration(auth=Auth.AppAuth(box.app_id, box.private_key_pem), base_url=box.api, retry=None)


def as_person(box: Sandbox, login: str) -> Github:
    auth = Auth.Token(box.token(login))
    return Github(base_url=box.api, auth=auth, retry=None, seconds_between_requests=0, seconds_between_writes=0)


def ask(
    box: Sandbox, path: str, token: str = "", method: str = "GET", body: Any = None, **headers: str
) -> tuple[int, Any, Any]:
    """One request without any client library: status, JSON or text, headers."""
    said = {"Authorization": f"Bearer {token}"} if token else {}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    data = None if body is None else json.dumps(body).encode()
    made = request.Request(box.address + path, data, said, method=method)  # noqa: S310 - loopback
    try:
        with request.urlopen(made, timeout=10) as answer:  # noqa: S310
            return answer.status, parsed(answer.read()), answer.headers
    except error.HTTPError as refused:
        return refused.code, parsed(refused.read()), refused.headers


def parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode()


def installation_token(box: Sandbox, **wanted: Any) -> str:
    path = f"/app/installations/{box.installation_id}/access_tokens"
    status, body, _ = ask(box, path, app_jwt(box), "POST", wanted)
    assert status == 201, body
    return str(body["token"])


def app_jwt(box: Sandbox) -> str:
    return Auth.AppAuth(box.app_id, box.private_key_pem).create_jwt()
