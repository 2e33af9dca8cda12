"""The sandbox as one object: start it, fill it, act in it as people would, look at what came of it."""

import secrets
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from waitress.server import create_server

from bot.sandbox import access, graphql, pages, signing_in, smart_http
from bot.sandbox.faults import Faults
from bot.sandbox.hooks import Outbox
from bot.sandbox.limits import Limits
from bot.sandbox.owners import Account, App, Installation, Team, new_token
from bot.sandbox.people import People
from bot.sandbox.protecting import ORGANISATION
from bot.sandbox.server import Server, create_app
from bot.sandbox.state import (
    World,
)

PEOPLE = {"author": ("ada", "Ada Author"), "reviewer": ("ravi", "Ravi Reviewer"),
          "release_manager": ("maya", "Maya Manager")}  # fmt: skip
PERMISSIONS = {
    "metadata": "read",
    "checks": "write",
    "contents": "read",
    "issues": "read",
    "members": "read",
    "merge_queues": "read",
    "pull_requests": "write",
    "statuses": "write",
    "administration": "read",
}
EVENTS = ("check_run", "check_suite", "issue_comment", "issues", "merge_group", "pull_request", "pull_request_review",
          "push", "repository", "status")  # fmt: skip
THREADS = 16


def wall_clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


class Sandbox(People):
    """A local stand-in for GitHub with one App installed on one organisation, `acme`.

    Start and stop:
        sandbox = Sandbox(folder)            folder holds the git repositories and nothing that must be kept
        address = sandbox.start(port=0)      "http://127.0.0.1:PORT"; REST at /api/v3 (and at the root), git at
                                             /OWNER/REPO.git, pages at / and /OWNER/REPO/pull/N
        sandbox.stop()                       also `with Sandbox(folder) as sandbox:`
        sandbox.webhook_url = "http://127.0.0.1:8080/webhook"    where webhooks go; empty: nowhere
        sandbox.settle()                     wait until all webhooks are delivered
    The App:
        app_id, private_key_pem, webhook_secret, installation_id, bot_login ("codechill[bot]"),
        client (id and secret), callback_urls (a list to add to)
    The people, by login, each with `sandbox.token(login)`:
        author, reviewer, release_manager (the last is in the team acme/release-managers)
    Fill it (repositories are named "acme/NAME", pull requests by number):
        add_repository, push, sign, fork, open_pull, protect, grant, add_person, add_team
    Act as a person:
        comment, edit_comment, delete_comment, react, review, label, click, rerun, edit, close, reopen, draft,
        ask_reviewers, merge, enqueue, dequeue, auto_merge
    Look:
        comments, check_runs, check_run, pull, deliveries, repository, mergeable (why not, in words), tip,
        busy (whether a request is being worked on)
    Make trouble:
        faults (see Faults), limits.secondary = True, suspend, unsuspend, uninstall, accept_permissions,
        expire_tokens, rename, transfer, archive, delete (a fork, too), delete_branch

    Methods raise Refusal with GitHub's status and words where GitHub would refuse.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime] = wall_clock,
        permissions: Mapping[str, str] | None = None,
        events: Sequence[str] = EVENTS,
        keys: tuple[str, str] | None = None,
    ):
        folder.mkdir(parents=True, exist_ok=True)
        self.author, self.reviewer, self.release_manager = (login for login, _ in PEOPLE.values())
        git_folder = Path(tempfile.mkdtemp(prefix="git-", dir=folder))
        self.world = new_world(
            git_folder, clock, dict(permissions or PERMISSIONS), list(events), keys or access.key_pair()
        )
        self.faults = Faults()
        self.limits = Limits()
        self.outbox = Outbox(self.world, self.faults.route)
        self.world.send = self.outbox.send
        self.app = self.new_app()
        self.listener: Any = None
        self.thread: threading.Thread | None = None
        self.stopping = False

    def new_app(self) -> Any:
        """The Flask application."""
        server = Server(self.world, self.outbox, self.faults, self.limits)
        app = create_app(server)
        smart_http.add_to(app, server)
        graphql.add_to(app, server)
        pages.add_to(app, server)
        signing_in.add_to(app, self.world)
        return app

    def start(self, port: int = 0) -> str:
        """Serve on loopback (port 0: any free one) and return the address."""
        self.listener = create_server(
            self.app,
            host="127.0.0.1",
            port=port,
            threads=THREADS,
            clear_untrusted_proxy_headers=True,
            ident="GitHub.com",
        )
        self.world.address = f"http://127.0.0.1:{self.listener.effective_port}"
        self.stopping = False
        self.thread = threading.Thread(target=self.serve, name="sandbox-http", daemon=True)
        self.thread.start()
        self.outbox.start()
        return self.world.address

    def serve(self) -> None:
        """Answer until told to stop, then close; waitress' own loop would wait for idle clients to leave."""
        listener = self.listener
        while not self.stopping:
            listener.asyncore.loop(timeout=1.0, map=listener._map, count=1)
        listener.task_dispatcher.shutdown(timeout=1)
        for channel in list(listener._map.values()):
            channel.close()

    def stop(self) -> None:
        """Deliver what waits, then close."""
        self.outbox.stop()
        if self.thread is not None:
            self.stopping = True
            self.listener.pull_trigger()
            self.thread.join()
            self.thread = None

    def __enter__(self) -> "Sandbox":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Where it is, without a slash at the end; empty before `start`."""
        return self.world.address

    @property
    def api(self) -> str:
        """The REST interface as GitHub Enterprise Server places it: PyGithub's base_url."""
        return self.world.api

    @property
    def app_id(self) -> int:
        return self.world.app.id

    @property
    def private_key_pem(self) -> str:
        """The App's private key."""
        return self.world.app.private_key_pem

    @property
    def webhook_secret(self) -> str:
        """What webhooks are signed with."""
        return self.world.app.webhook_secret

    @property
    def webhook_url(self) -> str:
        """Where webhooks go; empty means nowhere."""
        return self.world.app.webhook_url

    @webhook_url.setter
    def webhook_url(self, url: str) -> None:
        self.world.app.webhook_url = url

    @property
    def installation_id(self) -> int:
        """The App's installation on acme."""
        return self.world.installation.id

    @property
    def bot_login(self) -> str:
        """The App's own account."""
        return self.world.bot.login

    @property
    def client(self) -> tuple[str, str]:
        """The App's client id and secret, for signing people in."""
        return self.world.app.client_id, self.world.app.client_secret

    @property
    def callback_urls(self) -> list[str]:
        """Where people may be sent back to when they signed in."""
        return self.world.app.callback_urls

    def token(self, login: str) -> str:
        """A person's token."""
        return self.world.account(login).token

    def busy(self) -> bool:
        """Whether any request is being worked on, also one whose sender is gone."""
        dispatcher = self.listener.task_dispatcher
        return bool(dispatcher.active_count or dispatcher.queue)

    def settle(self, timeout: float = 30.0) -> bool:
        """Wait until no webhook is on its way; False when that took longer than `timeout` seconds."""
        return self.outbox.settle(timeout)


def new_world(
    folder: Path,
    clock: Callable[[], datetime],
    permissions: dict[str, str],
    events: list[str],
    keys: tuple[str, str],
) -> World:
    """An organisation, its people and team, the App (with its private and public key) installed on it."""
    private, public = keys
    now = clock().astimezone(UTC).replace(microsecond=0)
    secret = secrets.token_hex(20)
    app = App(4711, "codechill", "codechill", ORGANISATION, private, public, secret, permissions, events, now)
    world = World(folder, clock, app, Installation(815, ORGANISATION, dict(permissions), list(events), now))
    world.accounts = {login: Account(number, login, name, "User", new_token())
                      for number, (login, name) in enumerate(PEOPLE.values(), 101)}  # fmt: skip
    world.accounts[ORGANISATION] = Account(100, ORGANISATION, "Acme", "Organization")
    world.accounts["web-flow"] = Account(19864447, "web-flow", "GitHub", addresses={"noreply@github.com"})
    world.accounts["codechill[bot]"] = Account(200, "codechill[bot]", "codechill", "Bot")
    world.members[ORGANISATION] = {login for login, _ in PEOPLE.values()}
    manager = PEOPLE["release_manager"][0]
    world.teams[ORGANISATION, "release-managers"] = Team(
        300, ORGANISATION, "release-managers", "Release managers", {manager}
    )
    return world
