"""Pull requests are opened, edited, labelled and reviewed."""

from typing import Any

from bot.forge.sandbox.errors import Refusal, invalid, not_found
from bot.forge.sandbox.git import Git
from bot.forge.sandbox.shapes import accounts
from bot.forge.sandbox.shapes import pulls as shapes
from bot.forge.sandbox.state import Label, Pull, Repository, Review, World, writable
from bot.forge.sandbox.verbs import tell

VERDICTS = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
LONGEST_TITLE = 256


def tell_pull(world: World, found: Repository, pull: Pull, action: str, sender: str, **more: object) -> None:
    """Say what happened to a pull request."""
    shape = shapes.pull(world, found, pull)
    tell(world, "pull_request", found, sender, action=action, number=pull.number, pull_request=shape, **more)


def keep_head(world: World, base: Repository, pull: Pull) -> None:
    """Bring the head's commits into the base repository as refs/pull/N/head, as GitHub does for forks too."""
    git = Git(base.folder)
    if pull.head_repository_id not in {None, base.id}:
        git.take(world.repositories[pull.head_repository_id or 0].folder, pull.head_sha)
    git.set_ref(f"refs/pull/{pull.number}/head", pull.head_sha)


def open_pull(
    world: World, base: Repository, head: Repository, head_ref: str, base_ref: str, login: str, **words: Any
) -> Pull:
    """A new pull request (`words`: title, body, draft). Raises Refusal (422)."""
    writable(base)
    head_sha, base_sha = Git(head.folder).resolve(head_ref), Git(base.folder).resolve(base_ref)
    if head_sha is None or base_sha is None:
        raise invalid("PullRequest", "head" if head_sha is None else "base", "no such branch", "invalid")
    if any((each.head_repository_id, each.head_ref, each.base_ref, each.state) == (head.id, head_ref, base_ref, "open")
           for each in base.pulls.values()):  # fmt: skip
        raise invalid("PullRequest", "head", f"A pull request already exists for {head.owner}:{head_ref}.")
    title = check_title(words.get("title"))
    now, number = world.now(), base.next_number
    made = Pull(
        world.new_id(), number, base.id, login, title, words.get("body"), base_ref, base_sha, head.id, head.owner,
        head_ref, head_sha, now, now, draft=bool(words.get("draft")),
    )  # fmt: skip
    keep_head(world, base, made)
    if Git(base.folder).ancestor(head_sha, base_sha):
        raise invalid("PullRequest", "head", f"No commits between {base_ref} and {head_ref}")
    base.pulls[number], base.next_number = made, number + 1
    tell_pull(world, base, made, "opened", login)
    return made


def check_title(title: object) -> str:
    """A title GitHub takes. Raises Refusal (422)."""
    if not isinstance(title, str) or not title.strip():
        raise invalid("PullRequest", "title", "title can't be blank", "missing_field")
    if len(title) > LONGEST_TITLE:
        raise invalid("PullRequest", "title", f"title is too long (maximum is {LONGEST_TITLE} characters)")
    return title


def edit(world: World, found: Repository, pull: Pull, sender: str, **wanted: Any) -> None:
    """New title, body or base. Raises Refusal (422)."""
    writable(found)
    changes: dict[str, Any] = {}
    values: dict[str, Any] = {}
    if "title" in wanted and wanted["title"] != pull.title:
        changes["title"], values["title"] = {"from": pull.title}, check_title(wanted["title"])
    if "body" in wanted and wanted["body"] != pull.body:
        changes["body"], values["body"] = {"from": pull.body or ""}, wanted["body"]
    if "base" in wanted and wanted["base"] != pull.base_ref:
        tip = Git(found.folder).resolve(wanted["base"])
        if tip is None:
            raise invalid("PullRequest", "base", "no such branch", "invalid")
        changes["base"] = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}
        values |= {"base_ref": wanted["base"], "base_sha": tip}
    if values:
        pull.changed(world.now(), **values)
        tell_pull(world, found, pull, "edited", sender, changes=changes)


def set_state(world: World, found: Repository, pull: Pull, state: str, sender: str) -> None:
    """Close or reopen. Raises Refusal (422)."""
    writable(found)
    if state == pull.state:
        return
    now = world.now()
    if state == "open":
        head = world.repositories.get(pull.head_repository_id or 0)
        tip = Git(head.folder).resolve(pull.head_ref) if head else None
        if pull.merged_at or tip is None:
            raise invalid("PullRequest", "state", "state cannot be changed. The pull request cannot be reopened.")
        pull.changed(now, state=state, closed_at=None, head_sha=tip)
        keep_head(world, found, pull)
    else:
        pull.changed(now, state=state, closed_at=now, auto_merge=None)
    tell_pull(world, found, pull, "reopened" if state == "open" else "closed", sender)


def set_draft(world: World, found: Repository, pull: Pull, draft: bool, sender: str) -> None:
    """Convert to a draft, or mark as ready for review."""
    if draft != pull.draft:
        pull.changed(world.now(), draft=draft)
        tell_pull(world, found, pull, "converted_to_draft" if draft else "ready_for_review", sender)


def set_labels(world: World, found: Repository, pull: Pull, names: list[str], sender: str) -> None:
    """Exactly these labels; unknown ones are made, as GitHub does. Raises Refusal (422)."""
    writable(found)
    if len(names) > 100 or any(not 0 < len(name) <= 50 for name in names):
        raise invalid("Label", "name", "is too long (maximum is 50 characters)")
    for name in names:
        found.labels.setdefault(name, Label(world.new_id(), name))
    before, after = set(pull.labels), set(names)
    for name in sorted(before ^ after):
        now_has = (set(pull.labels) | {name}) if name in after else (set(pull.labels) - {name})
        pull.changed(world.now(), labels=tuple(sorted(now_has)))
        shape = shapes.label(world, found, found.labels[name])
        tell_pull(world, found, pull, "labeled" if name in after else "unlabeled", sender, label=shape)


def ask_reviewers(world: World, found: Repository, pull: Pull, logins: list[str], slugs: list[str], by: str) -> None:
    """Ask people and teams for a review. Raises Refusal (422)."""
    for login in logins:
        if login == pull.login or world.role(found, login) == "none":
            raise invalid("PullRequest", "reviewers", f"Reviews may only be requested from collaborators: {login}")
    for slug in slugs:
        if (found.owner, slug) not in world.teams:
            raise invalid("PullRequest", "team_reviewers", f"no such team: {slug}")
    for login in [each for each in logins if each not in pull.requested_reviewers]:
        pull.changed(world.now(), requested_reviewers=(*pull.requested_reviewers, login))
        shape = accounts.user(world, login)
        tell_pull(world, found, pull, "review_requested", by, requested_reviewer=shape)
    for slug in [each for each in slugs if each not in pull.requested_teams]:
        pull.changed(world.now(), requested_teams=(*pull.requested_teams, slug))
        team = accounts.team(world, world.teams[found.owner, slug])
        tell_pull(world, found, pull, "review_requested", by, requested_team=team)


def unask_reviewers(world: World, found: Repository, pull: Pull, logins: list[str], slugs: list[str], by: str) -> None:
    """Take such a request back."""
    for login in [each for each in logins if each in pull.requested_reviewers]:
        left = tuple(each for each in pull.requested_reviewers if each != login)
        pull.changed(world.now(), requested_reviewers=left)
        shape = accounts.user(world, login)
        tell_pull(world, found, pull, "review_request_removed", by, requested_reviewer=shape)
    for slug in [each for each in slugs if each in pull.requested_teams]:
        pull.changed(world.now(), requested_teams=tuple(each for each in pull.requested_teams if each != slug))
        team = accounts.team(world, world.teams[found.owner, slug])
        tell_pull(world, found, pull, "review_request_removed", by, requested_team=team)


def review(world: World, found: Repository, pull: Pull, login: str, verdict: str, body: str, sha: str | None) -> Review:
    """A submitted review: APPROVE, REQUEST_CHANGES or COMMENT. Raises Refusal (422)."""
    writable(found)
    if login == pull.login and verdict != "COMMENT":
        raise Refusal(422, f"Can not {verdict.lower().replace('_', ' ')} your own pull request")
    if verdict != "APPROVE" and not body:
        raise Refusal(422, "A review needs a body unless it approves")
    made = Review(world.new_id(), login, VERDICTS[verdict], body, sha or pull.head_sha, world.now())
    waiting = tuple(each for each in pull.requested_reviewers if each != login)
    pull.changed(world.now(), reviews=[*pull.reviews, made], requested_reviewers=waiting)
    tell_review(world, found, pull, made, "submitted", login)
    return made


def dismiss(world: World, found: Repository, pull: Pull, review_id: int, sender: str) -> Review:
    """A review that no longer counts. Raises Refusal (404)."""
    known = next((each for each in pull.reviews if each.id == review_id), None)
    if known is None:
        raise not_found()
    known.state = "DISMISSED"
    tell_review(world, found, pull, known, "dismissed", sender)
    return known


def tell_review(world: World, found: Repository, pull: Pull, known: Review, action: str, sender: str) -> None:
    """Say that a review was submitted or dismissed; there its state is in small letters."""
    said = shapes.review(world, found, pull, known)
    said["state"] = known.state.lower()
    shape = shapes.pull(world, found, pull, full=False)
    tell(world, "pull_request_review", found, sender, action=action, review=said, pull_request=shape)
