"""GitHub as a forge: what it answers becomes our own frozen facts at once, what we decide becomes requests."""

import base64
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote

from bot.forge import markers
from bot.forge.github.authors import commit_authors
from bot.forge.github.hosts import web_of
from bot.forge.github.wire import GitHubWire
from bot.forge.github.wire import path_of as _at
from bot.forge.github.writes import GitHubWrites
from bot.forge.memory import Forgetful, Memory, Thing
from bot.forge.port import Authors, ForgeAction, Gone, Listed, Reactions, Refused, Target, Words
from bot.policy.actions import PutComment, React, RemoveComment, Reply, SetCheck
from bot.policy.group import numbers
from bot.policy.pull import CheckRun, Comment, Person, PullRequest, Repository, Review

CHECK = "codechill"
_LARGEST_FILE = 1_000_000  # bytes of a configuration or calendar file
MOST_LANDED = 100  # commits of an account that are asked for: one page
_SPARE = 3  # of our check runs on a commit beside the newest: as many are made to say the same
MOST_BODY = 20_000  # characters of a description that are kept
_THUMBS = ("+1", "-1")
_REVIEWS = {
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
    ) -> None:
        """`memory`: of what was sent, for as long as the process without one. `paced`: keep below GitHub's secondary
        limits; a GitHub Enterprise Server usually has none."""
        self._app_id = app_id
        self._api = api.rstrip("/")
        self._words = words
        self._wire = GitHubWire(
            app_id=app_id,
            private_key=private_key,
            api=self._api,
            clock=clock,
            paced=paced,
            timeout=timeout,
        )
        self._writes = GitHubWrites(self._wire, memory or Forgetful(), clock)

    # --- reading

    def repository(self, target: Target) -> Repository:
        return _repository(self._wire.get(target, _at(target)))

    def pull(self, target: Target, number: int) -> PullRequest:
        data = self._wire.get(target, f"{_at(target)}/pulls/{int(number)}")
        head, home = data["head"], data["base"]
        target = _named(target, home["repo"])
        base = _at(target)
        ours = self._our_comments(target, number)
        cards = [comment for comment in ours if comment.digest is not None]
        branch = self._wire.get(target, f"{base}/branches/{quote(home['ref'], safe='')}", missing={})
        reviews = self._wire.pages(target, f"{base}/pulls/{int(number)}/reviews")
        return PullRequest(
            repository=_repository(home["repo"]),
            number=int(number),
            title=data["title"],
            author=_person(data["user"]),
            head_sha=head["sha"],
            head_ref=head["ref"],
            # the tip now: GitHub's base.sha stays where the branch was when the pull request was last pushed to
            base_sha=(branch.get("commit") or home)["sha"],
            base_ref=home["ref"],
            fork=head["repo"] is None or head["repo"]["id"] != home["repo"]["id"],
            draft=bool(data.get("draft")),
            open=data["state"] == "open",
            merged=bool(data.get("merged")),
            auto_merge=data.get("auto_merge") is not None,
            mergeable=data.get("mergeable"),
            protected=bool(branch.get("protected")),
            created_at=_time(data["created_at"]),
            updated_at=_time(data["updated_at"]),
            body=(data.get("body") or "")[:MOST_BODY],
            labels=frozenset(label["name"] for label in data["labels"]),
            reviews=tuple(_review(review) for review in reviews if review["state"] in _REVIEWS and review.get("user")),
            check=self._our_check(target, head["sha"]),
            comment=cards[0] if cards else None,
            spare=tuple(comment.id for comment in cards[1:]),
            replied_to=frozenset(n for c in ours if (n := markers.reply_to(c.body)) is not None),
            noted=frozenset(note for c in ours if (note := markers.note_of(c.body)) is not None),
        )

    def open_pulls(self, target: Target) -> tuple[Listed, ...]:
        target = self._present(target)
        return tuple(_listed(pull) for pull in self._wire.pages(target, f"{_at(target)}/pulls", state="open"))

    def file(self, target: Target, path: str, ref: str) -> str | None:
        found = self._wire.get(target, f"{_at(target)}/contents/{quote(path)}", missing={}, ref=ref)
        if not isinstance(found, dict) or found.get("type") != "file":
            return None
        if found["size"] > _LARGEST_FILE:
            raise Refused(f"{path} is larger than one megabyte")
        return base64.b64decode(found["content"]).decode("utf-8", "replace")

    def access(self, target: Target, person: Person, teams: frozenset[str]) -> frozenset[str]:
        if person.bot:
            return frozenset()
        login = quote(person.login, safe="")
        answer = self._wire.get(target, f"{_at(target)}/collaborators/{login}/permission", missing={})
        # a login can be taken over by somebody else: the number must still be the same person's
        if (answer.get("user") or {}).get("id") != person.id:
            return frozenset()
        level = str(answer.get("permission"))
        granted = {"admin": {"write", "admin"}, "write": {"write"}}.get(level, set())
        for team in teams:
            organisation, _, slug = team.removeprefix("@").partition("/")
            path = f"/orgs/{quote(organisation, safe='')}/teams/{quote(slug, safe='')}/memberships/{login}"
            if self._wire.get(target, path, missing={}).get("state") == "active":
                granted.add(team)
        return frozenset(granted)

    def reactions(self, target: Target, number: int) -> Reactions | None:
        issue = f"{_at(target)}/issues/{int(number)}"
        cards = [c for c in self._wire.pages(target, f"{issue}/comments") if self._is_ours(c) and _is_card(c)]
        # the list of comments counts the reactions: most are settled with this one request
        if not cards or not any((cards[0].get("reactions") or {}).get(content) for content in _THUMBS):
            return None
        given = self._wire.pages(target, f"{_at(target)}/issues/comments/{cards[0]['id']}/reactions")
        thumbs = [each for each in given if each["content"] in _THUMBS and each.get("user")]
        author = _person(self._wire.get(target, issue)["user"])
        found = [(_person(each["user"]), each["content"] == "+1", _time(each["created_at"])) for each in thumbs]
        return Reactions(author, tuple(found))

    def commit_authors(self, target: Target, number: int, also: frozenset[str]) -> Authors | None:
        return commit_authors(self._wire, target, number, api=self._api, also=also)

    def landed_by(self, target: Target, person: Person) -> tuple[str, ...]:
        try:
            listed = self._wire.get(
                target, f"{_at(target)}/commits", missing=[], author=person.login, per_page=MOST_LANDED
            )
        except Refused:  # an empty repository, or an account that may not be asked about
            return ()
        # a login can be taken over by somebody else: the number must still be the same person's
        return tuple(each["sha"] for each in listed if (each.get("author") or {}).get("id") == person.id)

    def clone_url(self, target: Target) -> str:
        return f"{web_of(self._api)}{_at(target).removeprefix('/repos')}.git"

    def token(self, target: Target) -> str:
        return self._wire.token(target)

    def group_members(self, target: Target, head_sha: str, head_ref: str, base_ref: str) -> tuple[int, ...]:
        target = self._present(target)
        base = base_ref.removeprefix("refs/heads/")
        span = f"{quote(base, safe='')}...{quote(head_sha, safe='')}"
        compared = self._wire.get(target, f"{_at(target)}/compare/{span}", per_page=250)
        ahead = {commit["sha"] for commit in compared["commits"]} | {head_sha}
        # entries queued before this one lie under it, and each has a branch of its own at its commit
        queue = f"{_at(target)}/git/matching-refs/heads/gh-readonly-queue/{quote(base)}/"
        refs = [ref["ref"] for ref in self._wire.pages(target, queue) if ref["object"]["sha"] in ahead]
        found = tuple(number for ref in (*refs, head_ref) for number in numbers(ref, base))
        return tuple(sorted(set(found))) if numbers(head_ref, base) else ()

    def tip(self, target: Target, ref: str) -> str:
        path = f"{_at(target)}/branches/{quote(ref.removeprefix('refs/heads/'), safe='')}"
        return str(self._wire.get(target, path)["commit"]["sha"])

    def check_of(self, target: Target, sha: str) -> CheckRun | None:
        return self._our_check(target, sha)

    # --- writing

    def perform(self, target: Target, pull: PullRequest, action: ForgeAction) -> None:
        match action:
            case SetCheck():
                existing = pull.check if pull.check and pull.check.head_sha == action.head_sha else None
                self._set_check(target, action, existing)
            case PutComment():
                self._put_comment(target, pull, action)
            case Reply():
                path, body = f"{_at(target)}/issues/{pull.number}/comments", {"body": self._words.reply(action)}
                thing = _of_pull(target, pull.number, f"reply {action.comment or action.digest}")
                self._writes.make(target, thing, path, body, _share(pull, action.by), again=True)
            case RemoveComment():
                self._remove_comment(target, action.comment)
            case React():
                path = f"{_at(target)}/issues/comments/{int(action.comment)}/reactions"
                self._wire.send(target, "POST", path, {"content": action.content}, _share(pull, action.by))

    def check_commit(self, target: Target, action: SetCheck) -> None:
        self._set_check(target, action, self._our_check(target, action.head_sha))

    def _set_check(self, target: Target, action: SetCheck, existing: CheckRun | None) -> None:
        title, summary = self._words.check(action)
        fields: dict[str, Any] = {
            "external_id": action.digest,
            "status": "completed" if action.conclusion else "in_progress",
            "output": {"title": title, "summary": summary},
        }
        if action.conclusion:
            fields["conclusion"] = action.conclusion
            fields["actions"] = [
                {"label": b.label, "description": b.description, "identifier": b.identifier} for b in action.buttons
            ]
        runs, of_commit = f"{_at(target)}/check-runs", {"name": CHECK, "head_sha": action.head_sha}
        thing = Thing(target.repository_id, action.head_sha, "check")
        if action.conclusion is None and (existing is None or existing.status == "completed"):
            # a completed run cannot go back to in progress: a new one of the same name takes its place
            self._writes.make(target, thing, runs, {**of_commit, **fields}, again=existing is not None)
            return
        # GitHub takes no run away, and which of two counts it does not promise: all say the same, the newest last
        for run in existing.spare if existing and action.conclusion else ():
            with suppress(Gone):
                self._writes.edit(target, thing, f"{runs}/{run}", fields)
        self._writes.put(target, thing, existing.id if existing else None, runs, runs, fields, **of_commit)

    def _put_comment(self, target: Target, pull: PullRequest, action: PutComment) -> None:
        body = markers.sealed(self._words.comment(action))
        base = f"{_at(target)}/issues"
        card, known = _of_pull(target, pull.number, "card"), pull.comment.id if pull.comment else None
        edit, make = f"{base}/comments", f"{base}/{pull.number}/comments"
        self._writes.put(target, card, known, edit, make, {"body": body})

    def _remove_comment(self, target: Target, comment: int) -> None:
        with suppress(Gone):  # somebody was faster
            self._wire.send(target, "DELETE", f"{_at(target)}/issues/comments/{int(comment)}", {})

    # --- what is ours

    def _our_comments(self, target: Target, number: int) -> list[Comment]:
        self._writes.settled(target, f"#{int(number)}")
        comments = self._wire.pages(target, f"{_at(target)}/issues/{int(number)}/comments")
        # ours by the App that wrote it: a marker alone could be anybody's
        return [_comment(c) for c in comments if self._is_ours(c)]

    def _is_ours(self, comment: dict[str, Any]) -> bool:
        return (comment.get("performed_via_github_app") or {}).get("id") == self._app_id

    def _our_check(self, target: Target, sha: str) -> CheckRun | None:
        path = f"{_at(target)}/commits/{quote(sha, safe='')}/check-runs"
        self._writes.settled(target, sha)
        found = self._wire.pages(target, path, "check_runs", check_name=CHECK, filter="all", app_id=self._app_id)
        runs = sorted((_check(r) for r in found if (r.get("app") or {}).get("id") == self._app_id), key=lambda r: r.id)
        if not runs:
            return None
        *older, newest = runs[-_SPARE - 1 :]
        spare = tuple(run.id for run in older if run.digest != newest.digest)
        return replace(newest, digest=None, spare=spare) if spare else newest

    def _present(self, target: Target) -> Target:
        """Under its present name. Raises Gone when its name is another repository's now."""
        return _named(target, self._wire.get(target, _at(target)))


def _named(target: Target, home: dict[str, Any]) -> Target:
    if int(home["id"]) != target.repository_id:
        raise Gone(f"{target.full_name} is another repository now")
    return replace(target, full_name=home["full_name"])


def _of_pull(target: Target, number: int, name: str) -> Thing:
    return Thing(target.repository_id, f"#{number}", name)


def _share(pull: PullRequest, by: int | None) -> tuple[str, ...]:
    """Whose share an answer takes from; a note for everybody takes from nobody's."""
    return () if by is None else (f"person {by}", f"pull {pull.repository.id}#{pull.number}")


def _is_card(comment: dict[str, Any]) -> bool:
    return markers.comment_digest(comment.get("body") or "") is not None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _person(user: dict[str, Any] | None) -> Person:
    if user is None:  # the account was deleted; GitHub shows its ghost
        return Person(10137, "ghost")
    return Person(int(user["id"]), user["login"], user.get("type") == "Bot")


def _repository(data: dict[str, Any]) -> Repository:
    marks = bool(data.get("archived")), bool(data.get("private"))
    return Repository(int(data["id"]), data["full_name"], data["default_branch"], *marks)


def _listed(data: dict[str, Any]) -> Listed:
    return Listed(int(data["number"]), data["head"]["sha"], data["base"]["ref"])


def _review(data: dict[str, Any]) -> Review:
    state = cast(Any, _REVIEWS[data["state"]])
    return Review(_person(data["user"]), state, data.get("commit_id") or "", _time(data["submitted_at"]))


def _comment(data: dict[str, Any]) -> Comment:
    body = data.get("body") or ""
    edited = data["updated_at"] != data["created_at"]
    return Comment(
        data["id"], _person(data["user"]), body, _time(data["created_at"]), edited, markers.comment_digest(body)
    )


def _check(data: dict[str, Any]) -> CheckRun:
    return CheckRun(data["id"], data["head_sha"], data["status"], data["conclusion"], data.get("external_id") or None)
