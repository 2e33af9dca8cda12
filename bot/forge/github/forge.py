"""GitHub as a forge: what it answers becomes our own frozen facts at once, what we decide becomes requests."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, assert_never

from bot.forge import markers
from bot.forge.github.authors import commit_authors
from bot.forge.github.endpoints import Endpoints
from bot.forge.github.hosts import web_of
from bot.forge.github.labels import label
from bot.forge.github.lander import GitHubLander
from bot.forge.github.shapes import CheckRunFacts, CommentFacts, PullFacts, RepositoryFacts, ReviewFacts, person
from bot.forge.github.wire import GitHubWire
from bot.forge.github.wire import path_of as _at
from bot.forge.github.writes import GitHubWrites
from bot.forge.limits import Limits
from bot.forge.memory import Forgetful, Memory, Thing
from bot.forge.port import Authors, Ended, ForgeAction, Gone, Listed, Reactions, Refused, Target, Words
from bot.policy.actions import AskReview, PutComment, React, RemoveComment, Reply, SetCheck, SetLabel
from bot.policy.chat.remarks import remarks
from bot.policy.group import numbers
from bot.policy.pull import CheckRun, Comment, Life, Person, PullRequest, Repository, Review, ReviewState

_LARGEST_FILE = 1_000_000  # bytes of a configuration or calendar file
_SPARE = 3  # of our check runs on a commit beside the newest: as many are made to say the same
MOST_BODY = 20_000  # characters of a description that are kept
_THUMBS = ("+1", "-1")
_REVIEWS: dict[str, ReviewState] = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes_requested",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
}


def _now() -> datetime:
    return datetime.now(UTC)


class GitHubForge:
    """A repository is asked for by its name and known by its number: a name may have become another's."""

    def __init__(
        self,
        *,
        app_id: int,
        private_key: str,
        api: str,
        words: Words,
        memory: Memory | None = None,
        clock: Callable[[], datetime] = _now,
        paced: bool = True,
        timeout: int = 15,
        details: Callable[[str, SetCheck], str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`memory`: of what was sent, for as long as the process without one. `paced`: keep below GitHub's secondary
        limits; a GitHub Enterprise Server usually has none. `details`: the address that a check's details lead to, by
        the repository's name, "" for none; None: GitHub's own page of each check. `limits`: who notes what is
        left of the primary ones."""
        self._app_id = app_id
        self._api = api.rstrip("/")
        self._words, self._details = words, details
        self._wire = GitHubWire(
            app_id=app_id,
            private_key=private_key,
            api=self._api,
            clock=clock,
            paced=paced,
            timeout=timeout,
            limits=limits,
        )
        self._reads = Endpoints(self._wire)
        self._writes = GitHubWrites(self._wire, memory or Forgetful(), clock)
        self.lander = GitHubLander(self._wire, self._reads, self._writes)

    # --- reading

    def repository(self, target: Target) -> Repository:
        return _repository(self._reads.repository(target))

    def pull(self, target: Target, number: int) -> PullRequest:
        facts = self._reads.pull(target, number)
        head, home = facts.head, facts.base
        target = _named(target, home.repo)
        ours, theirs = self._comments(target, number)
        cards = [comment for comment in ours if comment.digest is not None]
        answered = frozenset(reply for each in ours if (reply := markers.reply_to(each.body)) is not None)
        branch, checks = self._reads.branch(target, home.ref), self.checks_of(target, head.sha)
        return PullRequest(
            repository=_repository(home.repo),
            number=int(number),
            title=facts.title,
            author=person(facts.user),
            head_sha=head.sha,
            head_ref=head.ref,
            # the tip now: GitHub's base.sha stays where the branch was when the pull request was last pushed to
            base_sha=branch.commit.sha if branch else home.sha,
            base_ref=home.ref,
            draft=facts.draft,
            open=facts.state == "open",
            auto_merge=facts.auto_merge is not None,
            mergeable=facts.mergeable,
            protected=branch is not None and branch.protected,
            updated_at=facts.updated_at,
            body=(facts.body or "")[:MOST_BODY],
            labels=frozenset(label.name for label in facts.labels),
            reviews=tuple(_reviews(self._reads.reviews(target, number))),
            comment=cards[0] if cards else None,
            spare=(*(comment.id for comment in cards[1:]), *markers.doubles([(each.id, each.body) for each in ours])),
            replied_to=answered,
            noted=frozenset(note for c in ours if (note := markers.note_of(c.body)) is not None),
            life=self._life(target, facts),
            remarks=remarks(theirs, answered),
            asked=facts.asked,
        ).showing(checks)

    def _life(self, target: Target, facts: PullFacts) -> Life | None:
        if facts.created_at is None:
            return None
        landed_as = self._reads.landed_as(target, facts) if facts.merged_at else ""
        return Life(facts.created_at, facts.closed_at, facts.merged_at, landed_as)

    def listed(self, target: Target, number: int) -> Listed:
        facts = self._reads.pull(target, number)
        _named(target, facts.base.repo)
        return Listed(int(number), facts.head.sha, facts.base.ref)

    def ended(self, target: Target, number: int) -> Ended:
        facts = self._reads.pull(target, number)
        _named(target, facts.base.repo)
        return Ended(
            number=int(number),
            merged=facts.merged,
            sha=self._reads.landed_as(target, facts) if facts.merged else "",
            head_sha=facts.head.sha,
            head_ref=facts.head.ref,
            base_ref=facts.base.ref,
            title=facts.title,
            body=(facts.body or "")[:MOST_BODY],
            author=person(facts.user),
            by=facts.merged_by.person() if facts.merged_by else None,
        )

    def landed_with(self, target: Target, sha: str) -> tuple[int, ...]:
        listed = self._reads.pulls_of(target, sha)
        here = (pull for pull in listed if pull.merged_at is not None and pull.base.repo.id == target.repository_id)
        return tuple(sorted(pull.number for pull in here))

    def open_pulls(self, target: Target) -> tuple[Listed, ...]:
        listed = self._reads.open_pulls(self._present(target))
        return tuple(Listed(pull.number, pull.head.sha, pull.base.ref) for pull in listed)

    def file(self, target: Target, path: str, ref: str) -> str | None:
        file = self._reads.file(target, path, ref)
        if file is None or file.type != "file":
            return None
        if file.size > _LARGEST_FILE:
            raise Refused(f"{path} is larger than one megabyte")
        return file.text()

    def access(self, target: Target, person: Person, teams: frozenset[str]) -> frozenset[str]:
        if person.bot:
            return frozenset()
        answer = self._reads.permission(target, person.login)
        # a login can be taken over by somebody else: the number must still be the same person's
        if answer.user is None or answer.user.id != person.id:
            return frozenset()
        granted = {"admin": {"write", "admin"}, "write": {"write"}}.get(answer.permission or "", set())
        for team in teams:
            organisation, _, slug = team.removeprefix("@").partition("/")
            if self._reads.membership(target, organisation, slug, person.login).state == "active":
                granted.add(team)
        return frozenset(granted)

    def may_read(self, target: Target, person: Person) -> bool:
        answer = self._reads.permission(self._present(target), person.login)
        if answer.user is None or answer.user.id != person.id:
            return False
        return answer.permission in ("read", "write", "admin")

    def reactions(self, target: Target, number: int) -> Reactions | None:
        ours = (each for each in self._reads.comments(target, number) if each.by_app(self._app_id))
        card = next((each for each in ours if markers.comment_digest(each.body or "") is not None), None)
        # the list of comments counts the reactions: most are settled with this one request
        if card is None or card.reactions is None or not (card.reactions.plus or card.reactions.minus):
            return None
        thumbs = [each for each in self._reads.reactions(target, card.id) if each.content in _THUMBS and each.user]
        author = person(self._reads.issue(target, number).user)
        return Reactions(author, tuple((person(each.user), each.content == "+1", each.created_at) for each in thumbs))

    def commit_authors(self, target: Target, number: int, also: frozenset[str]) -> Authors | None:
        return commit_authors(self._wire, target, number, api=self._api, also=also)

    def landed_by(self, target: Target, person: Person) -> tuple[str, ...]:
        listed = self._reads.landed_by(target, person.login)
        # a login can be taken over by somebody else: the number must still be the same person's
        return tuple(each.sha for each in listed if each.author is not None and each.author.id == person.id)

    def clone_url(self, target: Target) -> str:
        return f"{web_of(self._api)}{_at(target).removeprefix('/repos')}.git"

    def token(self, target: Target) -> str:
        return self._wire.token(target)

    def group_members(self, target: Target, head_sha: str, head_ref: str, base_ref: str) -> tuple[int, ...]:
        target = self._present(target)
        base = base_ref.removeprefix("refs/heads/")
        ahead = self._reads.ahead(target, base, head_sha) | {head_sha}
        # entries queued before this one lie under it, and each has a branch of its own at its commit
        refs = [each.ref for each in self._reads.queued(target, base) if each.object.sha in ahead]
        members = {number for ref in (*refs, head_ref) for number in numbers(ref, base)}
        return tuple(sorted(members)) if numbers(head_ref, base) else ()

    def tip(self, target: Target, ref: str) -> str:
        branch = self._reads.branch(target, ref.removeprefix("refs/heads/"))
        if branch is None:
            raise Gone(f"{target.full_name} has no branch {ref}")
        return branch.commit.sha

    def checks_of(self, target: Target, sha: str) -> dict[str, CheckRun]:
        self._writes.settled(target, sha)
        runs = sorted(map(_check, self._reads.check_runs(target, sha, self._app_id)), key=lambda run: run.id)
        return {name: _newest([run for run in runs if run.name == name]) for name in {run.name for run in runs}}

    # --- writing

    def perform(self, target: Target, pull: PullRequest, action: ForgeAction) -> int | None:
        match action:
            case SetCheck():
                existing = pull.check_named(action.name)
                at_head = existing is not None and existing.head_sha == action.head_sha
                return self._set_check(target, action, existing if at_head else None)
            case PutComment():
                return self._put_comment(target, pull, action)
            case Reply():
                path, body = f"{_at(target)}/issues/{pull.number}/comments", {"body": self._words.reply(action)}
                thing = _of_pull(target, pull.number, f"reply {action.digest}")
                return self._writes.make(target, thing, path, body, _share(pull, action.by), again=False)
            case RemoveComment():
                self._remove_comment(target, action.comment)
            case React():
                path = f"{_at(target)}/issues/comments/{int(action.comment)}/reactions"
                self._wire.send(target, "POST", path, {"content": action.content}, _share(pull, action.by))
            case SetLabel(name, on):
                label(self._wire, target, pull.number, {name} if on else (), () if on else {name})
            case AskReview(who):
                self._wire.send(
                    target, "POST", f"{_at(target)}/pulls/{pull.number}/requested_reviewers", _named_in(who)
                )
            case _:
                assert_never(action)
        return None

    def check_commit(self, target: Target, action: SetCheck) -> None:
        self._set_check(target, action, self.checks_of(target, action.head_sha).get(action.name))

    def _set_check(self, target: Target, action: SetCheck, existing: CheckRun | None) -> int:
        title, summary = self._words.check(action)
        fields: dict[str, Any] = {
            "external_id": action.digest,
            "status": "completed" if action.conclusion else "in_progress",
            "output": {"title": title, "summary": summary},
        }
        if self._details and (address := self._details(target.full_name, action)):
            fields["details_url"] = address
        if action.conclusion:
            fields["conclusion"] = action.conclusion
            fields["actions"] = [
                {"label": b.label, "description": b.description, "identifier": b.identifier} for b in action.buttons
            ]
        runs, of_commit = f"{_at(target)}/check-runs", {"name": action.name, "head_sha": action.head_sha}
        thing = Thing(target.repository_id, action.head_sha, f"check {action.name}")
        if action.conclusion is None and (existing is None or existing.status == "completed"):
            # a completed run cannot go back to in progress: a new one of the same name takes its place
            return self._writes.make(target, thing, runs, {**of_commit, **fields}, again=existing is not None)
        # GitHub takes no run away, and which of two counts it does not promise: all say the same, the newest last
        for run in existing.spare if existing and action.conclusion else ():
            with suppress(Gone):
                self._writes.edit(target, thing, f"{runs}/{run}", fields)
        return self._writes.put(target, thing, existing.id if existing else None, runs, runs, fields, **of_commit)

    def _put_comment(self, target: Target, pull: PullRequest, action: PutComment) -> int:
        body = markers.sealed(self._words.comment(action))
        base = f"{_at(target)}/issues"
        card, known = _of_pull(target, pull.number, "card"), pull.comment.id if pull.comment else None
        edit, make = f"{base}/comments", f"{base}/{pull.number}/comments"
        return self._writes.put(target, card, known, edit, make, {"body": body})

    def _remove_comment(self, target: Target, comment: int) -> None:
        with suppress(Gone):  # somebody was faster
            self._wire.send(target, "DELETE", f"{_at(target)}/issues/comments/{int(comment)}", {})

    # --- what is ours

    def _comments(self, target: Target, number: int) -> tuple[list[Comment], list[Comment]]:
        """Ours, and those of everybody else."""
        ours: list[Comment] = []
        theirs: list[Comment] = []
        for each in self._reads.comments(target, number):
            (ours if each.by_app(self._app_id) else theirs).append(_comment(each))
        return ours, theirs

    def _present(self, target: Target) -> Target:
        """Under its present name. Raises Gone when its name is another repository's now."""
        return _named(target, self._reads.repository(target))


def _newest(runs: list[CheckRun]) -> CheckRun:
    *older, newest = runs[-_SPARE - 1 :]
    spare = tuple(run.id for run in older if run.digest != newest.digest)
    return replace(newest, digest=None, spare=spare) if spare else newest


def _named(target: Target, home: RepositoryFacts) -> Target:
    if home.id != target.repository_id:
        raise Gone(f"{target.full_name} is another repository now")
    return replace(target, full_name=home.full_name)


def _of_pull(target: Target, number: int, name: str) -> Thing:
    return Thing(target.repository_id, f"#{number}", name)


def _share(pull: PullRequest, by: int | None) -> tuple[str, ...]:
    """Whose share an answer takes from; a note for everybody takes from nobody's."""
    return () if by is None else (f"person {by}", f"pull {pull.repository.id}#{pull.number}")


def _repository(facts: RepositoryFacts) -> Repository:
    return Repository(facts.id, facts.full_name, facts.default_branch, facts.archived, facts.private)


def _reviews(listed: Iterable[ReviewFacts]) -> Iterator[Review]:
    for each in listed:
        state = _REVIEWS.get(each.state)
        if state is not None and each.user is not None and each.submitted_at is not None:
            yield Review(each.user.person(), state, each.commit_id or "", each.submitted_at, each.id)


def _named_in(who: str) -> dict[str, list[str]]:
    """A login, or a team as "@org/team"."""
    _, team, slug = who.partition("/")
    return {"team_reviewers": [slug]} if team else {"reviewers": [who.removeprefix("@")]}


def _comment(facts: CommentFacts) -> Comment:
    body, edited = facts.body or "", facts.updated_at != facts.created_at
    return Comment(facts.id, person(facts.user), body, facts.created_at, edited, markers.comment_digest(body))


def _check(facts: CheckRunFacts) -> CheckRun:
    return CheckRun(
        facts.id, facts.head_sha, facts.status, facts.conclusion, facts.external_id or None, name=facts.name
    )
