"""Two GitHubs for the same tests: the sandbox always, and a real one when the environment says where it is.

TEST_GITHUB_API         https://api.github.com, or https://HOST/api/v3
TEST_GITHUB_REPOSITORY  OWNER/NAME, made for this: branches and pull requests come and go in it
TEST_GITHUB_APP_ID      of an App with the permissions of app.yml, installed on that repository
TEST_GITHUB_KEY         its private key: a path, PEM or base64
TEST_GITHUB_TOKEN       of a person who may write there, with the scope `repo`
"""

import os
import subprocess
import uuid
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from github import Auth, GithubIntegration

from bot.config.settings import pem
from bot.demo import sample
from bot.forge.github.forge import GitHubForge
from bot.forge.port import Target
from bot.line.render import Markdown
from bot.sandbox import Sandbox

NAMES = ("API", "REPOSITORY", "APP_ID", "KEY", "TOKEN")
LIVE = all(f"TEST_GITHUB_{name}" in os.environ for name in NAMES)


@dataclass(frozen=True)
class Place:
    """A repository on some GitHub, the App that is tried there, and a person beside it."""

    api: str
    repository: str
    app_id: int
    key: str
    token: str
    forge: GitHubForge
    target: Target
    folder: Path  # the person's clone

    def another(self) -> GitHubForge:
        """The same App in another process, which knows nothing of what this one did."""
        return GitHubForge(app_id=self.app_id, private_key=self.key, api=self.api, words=Markdown())

    def ask(self, verb: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What the person asks for; raises when GitHub refuses."""
        headers = {"Authorization": f"Bearer {self.token}", "X-GitHub-Api-Version": "2022-11-28"}
        answer = requests.request(verb, f"{self.api}{path}", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def git(self, *arguments: str) -> str:
        """What the person does with git; the token is in no argument."""
        host = "{0.scheme}://{0.netloc}/".format(urlsplit(self.forge.clone_url(self.target)))
        pair = b64encode(f"x-access-token:{self.token}".encode()).decode()
        given = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{host}.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {pair}",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        names = ("-c", "user.name=Ada Author", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
        command = ["git", "-C", str(self.folder), *names, *arguments]
        done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    @property
    def main(self) -> str:
        """The commit that the default branch is at."""
        return str(self.ask("GET", f"/repos/{self.repository}/branches/{self.default}")["commit"]["sha"])

    @property
    def default(self) -> str:
        return str(self.ask("GET", f"/repos/{self.repository}")["default_branch"])

    @property
    def me(self) -> dict[str, Any]:
        """The person."""
        found: dict[str, Any] = self.ask("GET", "/user")
        return found

    def comments(self, number: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", f"/repos/{self.repository}/issues/{number}/comments")
        return found


@dataclass(frozen=True)
class Change:
    """An open pull request of the person."""

    number: int
    head: str
    branch: str
    title: str


def place(api: str, repository: str, app_id: int, key: str, token: str, folder: Path) -> Place:
    app = GithubIntegration(auth=Auth.AppAuth(app_id, key), base_url=api, retry=None)
    installation = app.get_repo_installation(*repository.split("/")).id
    headers = {"Authorization": f"Bearer {token}"}
    number = requests.get(f"{api}/repos/{repository}", headers=headers, timeout=30).json()["id"]
    forge = GitHubForge(app_id=app_id, private_key=key, api=api, words=Markdown())
    here = Place(api, repository, app_id, key, token, forge, Target(installation, number, repository), folder)
    folder.mkdir()
    here.git("clone", "--quiet", forge.clone_url(here.target), ".")
    return here


@pytest.fixture(scope="module", params=["sandbox", "the sandbox of a later version", *(["live"] if LIVE else [])])
def github(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("contract")
    if request.param == "live":
        api, repository, app_id, key, token = (os.environ[f"TEST_GITHUB_{name}"] for name in NAMES)
        yield place(api.rstrip("/"), repository, int(app_id), pem(key), token, folder / "clone")
        return
    with Sandbox(folder / "forge") as box:
        box.world.newest = request.param != "sandbox"
        box.add_repository("acme/contract", sample.build(folder / "past", changes=5), "main")
        yield place(box.api, "acme/contract", box.app_id, box.private_key_pem, box.token(box.author), folder / "clone")


@pytest.fixture
def change(github: Place) -> Iterator[Change]:
    """One commit on a branch of its own, as a pull request; closed and removed afterwards."""
    branch, title = f"contract-{uuid.uuid4().hex[:12]}", "A change to try the contract"
    github.git("fetch", "--quiet", "origin", github.default)
    github.git("checkout", "--quiet", "-B", branch, "FETCH_HEAD")
    (github.folder / f"{branch}.txt").write_text("one line\n")
    github.git("add", "--all")
    github.git("commit", "--quiet", "--message", title)
    github.git("push", "--quiet", "origin", branch)
    body = {"title": title, "head": branch, "base": github.default, "body": "Made by a test."}
    number = github.ask("POST", f"/repos/{github.repository}/pulls", body)["number"]
    yield Change(number, github.git("rev-parse", "HEAD"), branch, title)
    github.ask("PATCH", f"/repos/{github.repository}/pulls/{number}", {"state": "closed"})
    github.git("push", "--quiet", "origin", "--delete", branch)
