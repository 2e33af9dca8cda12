"""What people do on the sandbox, and what is there to be seen afterwards. Each raises Refusal as GitHub would."""

from collections.abc import Sequence
from pathlib import Path

from bot.sandbox.errors import Refusal
from bot.sandbox.git import SHA, Git
from bot.sandbox.git_listings import NOTHING
from bot.sandbox.hooks import Delivery, Outbox
from bot.sandbox.owners import Account, Team, new_token
from bot.sandbox.protecting import ORGANISATION, Protecting
from bot.sandbox.reports import CheckRun
from bot.sandbox.rules import holds
from bot.sandbox.state import Comment, Pull, QueueEntry, Reaction, Repository, Review, World, pull_of, thread_of
from bot.sandbox.verbs import checks, conversation, issues, merging, pulls, pushes, queue, repositories


class People(Protecting):
    """The verbs of a sandbox; whoever holds the world has them."""

    world: World
    outbox: Outbox
    author = reviewer = release_manager = ""

    # fill it

    def add_repository(
        self, full_name: str, source: Path | None = None, default_branch: str = "main", private: bool = True
    ) -> Repository:
        """A repository, empty or with the branch `default_branch` of a git repository on this disk.

        Objects are read from `source` where they are, not copied: it must stay. Author and reviewer may write, the
        release manager maintains. Raises Refusal, GitFailed.
        """
        with self.world.lock:
            made = repositories.add(self.world, full_name, source, default_branch, private)
            made.roles = {self.author: "write", self.reviewer: "write", self.release_manager: "maintain"}
            if self.world.app.webhook_url and self.world.covered(made):
                repositories.tell_selection(self.world, [made], "added", self.release_manager)
            return made

    def push(self, repo: str, ref: str, sha: str, person: str = "") -> None:
        """Move a branch (`main` or `refs/heads/main`) to a commit the repository has; forty zeros drop it."""
        full = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
        with self.world.lock:
            pushes.push(self.world, self.repository(repo), full, sha, person or self.author)

    def fork(self, repo: str, person: str) -> Repository:
        """A person's fork of a repository, made when first asked for."""
        with self.world.lock:
            return repositories.fork(self.world, self.repository(repo), person)

    def open_pull(
        self,
        repo: str,
        *,
        title: str,
        author: str = "",
        body: str | None = None,
        base: str = "",
        head_sha: str = "",
        head_ref: str = "",
        fork: bool = False,
        draft: bool = False,
    ) -> Pull:
        """A pull request from a branch that exists (`head_ref`) or from a commit (`head_sha`), which gets a branch.

        With `fork` the branch is in the author's fork, itself a real repository.
        """
        with self.world.lock:
            repository, login = self.repository(repo), author or self.author
            head = repositories.fork(self.world, repository, login) if fork else repository
            if head_sha:
                if not SHA.match(head_sha):
                    raise Refusal(422, f"{head_sha} is not a full SHA")
                head_ref = head_ref or f"change-{head_sha[:10]}"
                Git(head.folder).take(repository.folder, head_sha)
                pushes.push(self.world, head, f"refs/heads/{head_ref}", head_sha, login)
            words = {"title": title, "body": body, "draft": draft}
            return pulls.open_pull(
                self.world, repository, head, head_ref, base or repository.default_branch, login, **words
            )

    def grant(self, repo: str, person: str, role: str) -> None:
        """Give a person a role: none, read, triage, write, maintain or admin."""
        with self.world.lock:
            repositories.grant(self.repository(repo), person, role)

    def add_person(
        self, login: str, name: str = "", *, member: bool = False, bot: bool = False, number: int = 0
    ) -> str:
        """One more account, in the organisation or not; returns its token. `number`: what it is known by."""
        with self.world.lock:
            account = Account(
                number or self.world.new_id(), login, name or login, "Bot" if bot else "User", new_token()
            )
            self.world.accounts[login] = account
            if member:
                self.world.members[ORGANISATION].add(login)
            return account.token

    def sign(self, repo: str, *commits: str, by_github: bool = False) -> None:
        """Give commits a signature that the forge verified: their committer's, or its own where it made them itself."""
        with self.world.lock:
            self.repository(repo).signed.update(commits)
            if by_github:
                self.world.signed_by_github.update(commits)

    def confirm(self, login: str, address: str) -> None:
        """One more mail address of an account: commits with it are that account's."""
        with self.world.lock:
            self.world.accounts[login].addresses.add(address.lower())

    def add_team(self, slug: str, people: Sequence[str], organisation: str = ORGANISATION) -> Team:
        with self.world.lock:
            made = Team(self.world.new_id(), organisation, slug, slug.replace("-", " ").title(), set(people))
            self.world.teams[organisation, slug] = made
            return made

    # act as a person

    def comment(self, repo: str, number: int, person: str, body: str) -> Comment:
        """A comment on a pull request."""
        with self.world.lock:
            return conversation.comment(self.world, self.repository(repo), number, person, body)

    def edit_comment(self, repo: str, comment_id: int, person: str, body: str) -> None:
        """Change a comment, also somebody else's."""
        with self.world.lock:
            repository = self.repository(repo)
            conversation.edit(self.world, repository, conversation.comment_of(repository, comment_id), body, person)

    def delete_comment(self, repo: str, comment_id: int, person: str) -> None:
        """Delete a comment, also somebody else's."""
        with self.world.lock:
            repository = self.repository(repo)
            conversation.delete(self.world, repository, conversation.comment_of(repository, comment_id), person)

    def react(self, repo: str, comment_id: int, person: str, content: str) -> Reaction:
        """React to a comment: +1, -1, laugh, hooray, confused, heart, rocket or eyes. No webhook tells of it."""
        with self.world.lock:
            known = conversation.comment_of(self.repository(repo), comment_id)
            return conversation.react(self.world, known, person, content)[0]

    def review(self, repo: str, number: int, person: str, verdict: str = "APPROVE", body: str = "") -> Review:
        """A review: APPROVE, REQUEST_CHANGES or COMMENT (the last two with a body)."""
        with self.world.lock:
            repository = self.repository(repo)
            return pulls.review(self.world, repository, pull_of(repository, number), person, verdict, body, None)

    def label(self, repo: str, number: int, person: str, *names: str) -> None:
        """Give a pull request exactly these labels."""
        with self.world.lock:
            repository = self.repository(repo)
            issues.set_labels(self.world, repository, thread_of(repository, number), list(names), person)

    def click(self, repo: str, check_run_id: int, identifier: str, person: str) -> None:
        """Press a button of a check run."""
        with self.world.lock:
            repository = self.repository(repo)
            checks.click(self.world, repository, checks.run_of(repository, check_run_id), identifier, person)

    def rerun(self, repo: str, check_run_id: int, person: str) -> None:
        """Ask for a check run again."""
        with self.world.lock:
            repository = self.repository(repo)
            checks.rerequest(self.world, repository, checks.run_of(repository, check_run_id), person)

    def edit(self, repo: str, number: int, person: str, **values: str) -> None:
        """Another title, body or base."""
        with self.world.lock:
            repository = self.repository(repo)
            pulls.edit(self.world, repository, pull_of(repository, number), person, **values)

    def close(self, repo: str, number: int, person: str) -> None:
        """Close a pull request."""
        with self.world.lock:
            repository = self.repository(repo)
            pulls.set_state(self.world, repository, pull_of(repository, number), "closed", person)

    def reopen(self, repo: str, number: int, person: str) -> None:
        """Open it again."""
        with self.world.lock:
            repository = self.repository(repo)
            pulls.set_state(self.world, repository, pull_of(repository, number), "open", person)

    def draft(self, repo: str, number: int, person: str, draft: bool = True) -> None:
        """Convert to a draft, or mark as ready for review."""
        with self.world.lock:
            repository = self.repository(repo)
            pulls.set_draft(self.world, repository, pull_of(repository, number), draft, person)

    def merge(self, repo: str, number: int, person: str, sha: str | None = None, method: str = "merge") -> Pull:
        """Merge, if the rules of the branch allow. Raises Refusal (405 with the reasons, 409 when the head moved)."""
        with self.world.lock:
            return merging.merge(self.world, self.repository(repo), number, person, sha, method)

    def enqueue(self, repo: str, number: int, person: str) -> QueueEntry:
        """Put it into the merge queue: a merge commit on gh-readonly-queue/... and merge_group.checks_requested."""
        with self.world.lock:
            return merging.enqueue(self.world, self.repository(repo), number, person)

    def dequeue(self, repo: str, number: int, person: str) -> None:
        """Take it, and what was built on top of it, out of the merge queue."""
        with self.world.lock:
            repository = self.repository(repo)
            queue.leave(self.world, repository, pull_of(repository, number), "manual", person)

    def ask_reviewers(self, repo: str, number: int, person: str, *logins: str, teams: Sequence[str] = ()) -> None:
        """Ask people and teams for a review."""
        with self.world.lock:
            repository = self.repository(repo)
            pulls.ask_reviewers(self.world, repository, pull_of(repository, number), list(logins), list(teams), person)

    def auto_merge(self, repo: str, number: int, person: str, method: str = "merge") -> Pull:
        """Ask for a merge once nothing holds it."""
        with self.world.lock:
            return merging.wish(self.world, self.repository(repo), number, person, method)

    # look

    def pull(self, repo: str, number: int) -> Pull:
        """A pull request. Raises Refusal (404)."""
        return pull_of(self.repository(repo), number)

    def tip(self, repo: str, ref: str = "") -> str:
        """The commit a branch points to. Raises Refusal (404)."""
        repository = self.repository(repo)
        return Git(repository.folder).commit_sha(ref or repository.default_branch)

    def comments(self, repo: str, number: int) -> list[Comment]:
        """Comments on a pull request, oldest first."""
        with self.world.lock:
            return [each for each in self.repository(repo).comments.values() if each.number == number]

    def check_runs(self, repo: str, sha: str) -> list[CheckRun]:
        """Check runs on a commit, oldest first."""
        with self.world.lock:
            return [each for each in self.repository(repo).runs.values() if each.sha == sha]

    def check_run(self, repo: str, sha: str, name: str = "codechill") -> CheckRun | None:
        """The newest run of a name on a commit, which is the one that counts."""
        return next((each for each in reversed(self.check_runs(repo, sha)) if each.name == name), None)

    def mergeable(self, repo: str, number: int) -> list[str]:
        """Why a pull request cannot be merged now, in GitHub's words; empty when it can."""
        with self.world.lock:
            repository = self.repository(repo)
            return [each.words for each in holds(self.world, repository, pull_of(repository, number))]

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to deliver a webhook, oldest first."""
        return list(self.outbox.log)

    def redeliver(self, delivery_id: int) -> None:
        """Send a delivery once more, with its GUID. Raises KeyError."""
        self.outbox.redeliver(delivery_id)

    # make trouble

    def suspend(self) -> None:
        """Suspend the installation: its tokens are refused."""
        with self.world.lock:
            repositories.tell_installation(self.world, "suspend", self.release_manager)
            self.world.installation.suspended_at = self.world.now()

    def unsuspend(self) -> None:
        """Let it work again."""
        with self.world.lock:
            self.world.installation.suspended_at = None
            repositories.tell_installation(self.world, "unsuspend", self.release_manager)

    def uninstall(self) -> None:
        """Remove the installation: tokens end, repositories are not found."""
        with self.world.lock:
            repositories.tell_installation(self.world, "deleted", self.release_manager)
            self.world.installation.deleted = True

    def accept_permissions(self, **permissions: str) -> None:
        """The organisation accepts new permissions of the App: `accept_permissions(contents="write")`."""
        with self.world.lock:
            self.world.app.permissions.update(permissions)
            self.world.installation.permissions = {**self.world.installation.permissions, **permissions}
            repositories.tell_installation(self.world, "new_permissions_accepted", self.release_manager)

    def expire_tokens(self) -> None:
        """All installation tokens end now."""
        with self.world.lock:
            for token in self.world.tokens.values():
                token.expires_at = self.world.valid_at()

    def rename(self, repo: str, name: str) -> None:
        """Rename a repository; its old name redirects."""
        with self.world.lock:
            repositories.rename(self.world, self.repository(repo), name, self.release_manager)

    def transfer(self, repo: str, owner: str) -> None:
        """Give a repository to another account, where the App may not be installed."""
        with self.world.lock:
            repositories.transfer(self.world, self.repository(repo), owner, self.release_manager)

    def archive(self, repo: str, archived: bool = True) -> None:
        """Make a repository read-only, or not."""
        with self.world.lock:
            repositories.archive(self.world, self.repository(repo), archived, self.release_manager)

    def delete(self, repo: str) -> None:
        """Delete a repository, or a fork."""
        with self.world.lock:
            repositories.delete(self.world, self.repository(repo), self.release_manager)

    def delete_branch(self, repo: str, branch: str, person: str = "") -> None:
        self.push(repo, branch, NOTHING, person)
