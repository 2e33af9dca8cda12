"""Forges for the same tests: one in memory and the sandbox always, and a real GitHub when the environment says where.

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
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
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
from tests.fakes.forge import MemoryForge
from tests.fakes.world import Home, World

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

    @property
    def private(self) -> bool:
        return bool(self.ask("GET", f"/repos/{self.repository}")["private"])

    # --- what the person does

    def close(self, number: int) -> None:
        self.ask("PATCH", f"/repos/{self.repository}/pulls/{number}", {"state": "closed"})

    def reopen(self, number: int) -> None:
        self.ask("PATCH", f"/repos/{self.repository}/pulls/{number}", {"state": "open"})

    def say(self, number: int, body: str) -> int:
        """The number of the comment."""
        return int(self.ask("POST", f"/repos/{self.repository}/issues/{number}/comments", {"body": body})["id"])

    def delete(self, comment: int) -> None:
        self.ask("DELETE", f"/repos/{self.repository}/issues/comments/{comment}")

    def reacted(self, comment: int) -> list[str]:
        given = self.ask("GET", f"/repos/{self.repository}/issues/comments/{comment}/reactions")
        return [each["content"] for each in given]

    def runs(self, sha: str) -> list[tuple[str, str]]:
        """Every check run on a commit: its conclusion, and what it names itself by."""
        answer = self.ask("GET", f"/repos/{self.repository}/commits/{sha}/check-runs?filter=all")
        return [(run["conclusion"], run["external_id"]) for run in answer["check_runs"]]

    def reviews(self, number: int) -> list[tuple[str, str]]:
        """Of each: its state, and the commit."""
        answer = self.ask("GET", f"/repos/{self.repository}/pulls/{number}/reviews")
        return [(each["state"].lower(), each["commit_id"]) for each in answer]

    def merged(self, number: int) -> bool:
        return bool(self.ask("GET", f"/repos/{self.repository}/pulls/{number}")["merged"])

    def labels(self, number: int) -> set[str]:
        return {each["name"] for each in self.ask("GET", f"/repos/{self.repository}/issues/{number}/labels")}

    def issue(self, number: int) -> tuple[str, str]:
        """Its title and state."""
        answer = self.ask("GET", f"/repos/{self.repository}/issues/{number}")
        return answer["title"], answer["state"]

    def open(self) -> "Change":
        """A pull request of one commit, on a branch of its own."""
        branch, title = f"contract-{uuid.uuid4().hex[:12]}", "A change to try the contract"
        self.git("fetch", "--quiet", "origin", self.default)
        self.git("checkout", "--quiet", "-B", branch, "FETCH_HEAD")
        (self.folder / f"{branch}.txt").write_text("one line\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", title)
        self.git("push", "--quiet", "origin", branch)
        body = {"title": title, "head": branch, "base": self.default, "body": "Made by a test."}
        number = self.ask("POST", f"/repos/{self.repository}/pulls", body)["number"]
        return Change(number, self.git("rev-parse", "HEAD"), branch, title)

    def tidy(self, change: "Change") -> None:
        self.close(change.number)
        self.git("push", "--quiet", "origin", "--delete", change.branch)


@dataclass(frozen=True)
class InMemory:
    """The same in memory: the forge that the tests of the line use has to keep the contract too."""

    world: World
    home: Home
    forge: MemoryForge

    repository, default = "acme/contract", "main"

    @property
    def target(self) -> Target:
        return self.world.target(self.home)

    @property
    def main(self) -> str:
        return self.home.branches["main"]

    @property
    def me(self) -> dict[str, Any]:
        person = self.world.allow(self.home, "ada", "write")
        return {"id": person.id, "login": person.login}

    @property
    def private(self) -> bool:
        return self.home.private

    def another(self) -> MemoryForge:
        return MemoryForge(self.world, _now)

    def open(self) -> "Change":
        branch, title = f"contract-{uuid.uuid4().hex[:12]}", "A change to try the contract"
        head = self.world.commit(self.home, branch, {f"{branch}.txt": "one line\n"})
        pull = self.world.open(self.home, "ada", branch, title)
        pull.body = "Made by a test."
        return Change(pull.number, head, branch, title)

    def tidy(self, change: "Change") -> None:
        self.close(change.number)

    def close(self, number: int) -> None:
        self.world.close(self.home.pulls[number])

    def reopen(self, number: int) -> None:
        self.world.close(self.home.pulls[number], again=True)

    def say(self, number: int, body: str) -> int:
        return self.world.say(self.home.pulls[number], "ada", body).id

    def delete(self, comment: int) -> None:
        self.world.delete(self.home, comment)

    def reacted(self, comment: int) -> list[str]:
        return [content for _, content, _ in self.world.reactions.get(comment, [])]

    def reviews(self, number: int) -> list[tuple[str, str]]:
        return [(each.state, each.head_sha) for each in self.home.pulls[number].reviews]

    def merged(self, number: int) -> bool:
        return self.home.pulls[number].merged

    def labels(self, number: int) -> set[str]:
        return self.home.pulls[number].labels

    def issue(self, number: int) -> tuple[str, str]:
        issue = self.home.issues[number]
        return issue.title, "open" if issue.open else "closed"

    def runs(self, sha: str) -> list[tuple[str | None, str]]:
        return [(run.conclusion, run.digest) for run in self.home.runs if run.sha == sha]


Anywhere = Place | InMemory


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


def _now() -> datetime:
    return datetime.now(UTC)


GITHUBS = ["sandbox", "the sandbox of a later version", *(["live"] if LIVE else [])]


@pytest.fixture(scope="module")
def githubs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Place]]:
    """Each made when it is first asked for."""
    made: dict[str, Place] = {}
    with ExitStack() as open_:

        def get(which: str) -> Place:
            if which not in made:
                made[which] = _github(which, tmp_path_factory.mktemp("contract"), open_)
            return made[which]

        yield get


def _github(which: str, folder: Path, open_: ExitStack) -> Place:
    if which == "live":
        api, repository, app_id, key, token = (os.environ[f"TEST_GITHUB_{name}"] for name in NAMES)
        return place(api.rstrip("/"), repository, int(app_id), pem(key), token, folder / "clone")
    box = open_.enter_context(Sandbox(folder / "forge"))
    box.world.newest = which != "sandbox"
    box.accept_permissions(contents="write", merge_queues="write", workflows="write", issues="write")
    box.add_repository("acme/contract", sample.build(folder / "past", changes=5), "main")
    return place(box.api, "acme/contract", box.app_id, box.private_key_pem, box.token(box.author), folder / "clone")


@pytest.fixture(scope="module", params=GITHUBS)
def github(request: pytest.FixtureRequest, githubs: Callable[[str], Place]) -> Place:
    return githubs(request.param)


@pytest.fixture(scope="module", params=["memory", *GITHUBS])
def anywhere(request: pytest.FixtureRequest, githubs: Callable[[str], Place]) -> Anywhere:
    """Where the port has to keep its promises."""
    if request.param != "memory":
        return githubs(request.param)
    world = World(_now)
    return InMemory(world, world.repository("acme/contract", {"README.md": "Here.\n"}), MemoryForge(world, _now))


@pytest.fixture
def change(anywhere: Anywhere) -> Iterator[Change]:
    made = anywhere.open()
    yield made
    anywhere.tidy(made)
