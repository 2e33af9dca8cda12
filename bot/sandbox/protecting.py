"""Rules of branches are made on the sandbox, and what they look at: other Apps, their checks, conversations."""

from collections.abc import Collection, Sequence
from typing import Any

from bot.sandbox.owners import Account, App, Installation, Installed
from bot.sandbox.reports import CheckRun, Protection
from bot.sandbox.state import Conversation, Repository, World, pull_of
from bot.sandbox.verbs import checks, repositories

ORGANISATION = "acme"
ACTIONS = 15368  # GitHub's own App for continuous integration


class Protecting:
    """Those of the sandbox's verbs."""

    world: World

    def repository(self, repo: str) -> Repository:
        """A repository and everything in it. Raises Refusal (404)."""
        return self.world.repository(repo)

    def protect(
        self,
        repo: str,
        branch: str = "",
        required_checks: Sequence[str] = ("codechill",),
        *,
        from_app: bool = True,
        approvals: int = 0,
        strict: bool = False,
        enforce_admins: bool = True,
        merge_queue: bool = False,
        shown_as: Collection[str] = ("branch protection", "ruleset"),
        **more: Any,
    ) -> None:
        """Ask for checks (reported by the App itself, with `from_app`) and approvals before a merge into a branch.

        GitHub shows such rules as classic branch protection or as a ruleset; here as both unless told otherwise.
        `more`: other fields of Protection.
        """
        expected = self.world.app.id if from_app else None
        checks: dict[str, int | None] = dict.fromkeys(required_checks, expected)
        rules = Protection(checks, approvals, strict, enforce_admins, merge_queue, frozenset(shown_as), **more)
        with self.world.lock:
            repository = self.repository(repo)
            repositories.protect(repository, branch or repository.default_branch, rules)

    def unprotect(self, repo: str, branch: str = "") -> None:
        """Ask for nothing any more."""
        with self.world.lock:
            repository = self.repository(repo)
            repositories.protect(repository, branch or repository.default_branch, None)

    def add_app(self, app_id: int, slug: str, keys: tuple[str, str], **permissions: str) -> Installed:
        """Another App, with its private and public key, installed on the organisation. No webhooks go to it."""
        private, public = keys
        with self.world.lock:
            rights, now = {"metadata": "read", **permissions}, self.world.now()
            app = App(app_id, slug, slug, ORGANISATION, private, public, "", rights, [], now)
            made = Installed(app, Installation(self.world.new_id(), ORGANISATION, dict(rights), [], now))
            self.world.others.append(made)
            login = f"{slug}[bot]"
            self.world.accounts[login] = Account(self.world.new_id(), login, slug, "Bot")
            return made

    def converse(self, repo: str, number: int, person: str, *, resolved: bool = False) -> Conversation:
        """Begin a review thread, which somebody resolves or not."""
        with self.world.lock:
            made = Conversation(self.world.new_id(), person, resolved)
            pull_of(self.repository(repo), number).conversations.append(made)
            return made

    def report(
        self, repo: str, sha: str, name: str, conclusion: str | None = "success", app_id: int = 15368
    ) -> CheckRun:
        """A check run of another App, GitHub's own for continuous integration if none is named; None: still running."""
        said = {"conclusion": conclusion} if conclusion else {"status": "in_progress"}
        with self.world.lock:
            body = {"name": name, "head_sha": sha, **said}
            return checks.create_run(self.world, self.repository(repo), body, app_id)
