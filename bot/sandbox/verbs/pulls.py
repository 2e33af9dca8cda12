"""Pull requests are opened, edited and reviewed."""

from typing import Any

from bot.sandbox.errors import Refusal, invalid, not_found
from bot.sandbox.git import Git
from bot.sandbox.shapes import accounts
from bot.sandbox.shapes import pulls as shapes
from bot.sandbox.state import Pull, Repository, Review, World, writable
from bot.sandbox.verbs import tell

VERDICTS = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
LONGEST_TITLE = 256


def tell_pull(world: World, repository: Repository, pull: Pull, action: str, sender: str, **more: object) -> None:
    """Say what happened to a pull request."""
    shape = shapes.pull(world, repository, pull)
    tell(world, "pull_request", repository, sender, action=action, number=pull.number, pull_request=shape, **more)


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


def check_title(title: object, resource: str = "PullRequest") -> str:
    """A title GitHub takes. Raises Refusal (422)."""
    if not isinstance(title, str) or not title.strip():
        raise invalid(resource, "title", "title can't be blank", "missing_field")
    if len(title) > LONGEST_TITLE:
        raise invalid(resource, "title", f"title is too long (maximum is {LONGEST_TITLE} characters)")
    return title


def edit(world: World, repository: Repository, pull: Pull, sender: str, **wanted: Any) -> None:
    """New title, body or base. Raises Refusal (422)."""
    writable(repository)
    changes: dict[str, Any] = {}
    values: dict[str, Any] = {}
    if "title" in wanted and wanted["title"] != pull.title:
        changes["title"], values["title"] = {"from": pull.title}, check_title(wanted["title"])
    if "body" in wanted and wanted["body"] != pull.body:
        changes["body"], values["body"] = {"from": pull.body or ""}, wanted["body"]
    if "base" in wanted and wanted["base"] != pull.base_ref:
        tip = Git(repository.folder).resolve(wanted["base"])
        if tip is None:
            raise invalid("PullRequest", "base", "no such branch", "invalid")
        changes["base"] = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}
        values |= {"base_ref": wanted["base"], "base_sha": tip}
    if values:
        pull.changed(world.now(), **values)
        tell_pull(world, repository, pull, "edited", sender, changes=changes)


def set_state(world: World, repository: Repository, pull: Pull, state: str, sender: str) -> None:
    """Close or reopen. Raises Refusal (422)."""
    writable(repository)
    if state == pull.state:
        return
    now = world.now()
    if state == "open":
        head = world.repositories.get(pull.head_repository_id or 0)
        tip = Git(head.folder).resolve(pull.head_ref) if head else None
        if pull.merged_at or tip is None:
            raise invalid("PullRequest", "state", "state cannot be changed. The pull request cannot be reopened.")
        pull.changed(now, state=state, closed_at=None, head_sha=tip)
        keep_head(world, repository, pull)
    else:
        pull.changed(now, state=state, closed_at=now, auto_merge=None)
    tell_pull(world, repository, pull, "reopened" if state == "open" else "closed", sender)


def set_draft(world: World, repository: Repository, pull: Pull, draft: bool, sender: str) -> None:
    """Convert to a draft, or mark as ready for review."""
    if draft != pull.draft:
        pull.changed(world.now(), draft=draft)
        tell_pull(world, repository, pull, "converted_to_draft" if draft else "ready_for_review", sender)


def ask_reviewers(
    world: World, repository: Repository, pull: Pull, logins: list[str], slugs: list[str], by: str
) -> None:
    """Ask people and teams for a review. Raises Refusal (422)."""
    for login in logins:
        if login == pull.login or world.role(repository, login) == "none":
            raise invalid("PullRequest", "reviewers", f"Reviews may only be requested from collaborators: {login}")
    for slug in slugs:
        if (repository.owner, slug) not in world.teams:
            raise invalid("PullRequest", "team_reviewers", f"no such team: {slug}")
    for login in [each for each in logins if each not in pull.requested_reviewers]:
        pull.changed(world.now(), requested_reviewers=(*pull.requested_reviewers, login))
        shape = accounts.user(world, login)
        tell_pull(world, repository, pull, "review_requested", by, requested_reviewer=shape)
    for slug in [each for each in slugs if each not in pull.requested_teams]:
        pull.changed(world.now(), requested_teams=(*pull.requested_teams, slug))
        team = accounts.team(world, world.teams[repository.owner, slug])
        tell_pull(world, repository, pull, "review_requested", by, requested_team=team)


def unask_reviewers(
    world: World, repository: Repository, pull: Pull, logins: list[str], slugs: list[str], by: str
) -> None:
    """Take such a request back."""
    for login in [each for each in logins if each in pull.requested_reviewers]:
        left = tuple(each for each in pull.requested_reviewers if each != login)
        pull.changed(world.now(), requested_reviewers=left)
        shape = accounts.user(world, login)
        tell_pull(world, repository, pull, "review_request_removed", by, requested_reviewer=shape)
    for slug in [each for each in slugs if each in pull.requested_teams]:
        pull.changed(world.now(), requested_teams=tuple(each for each in pull.requested_teams if each != slug))
        team = accounts.team(world, world.teams[repository.owner, slug])
        tell_pull(world, repository, pull, "review_request_removed", by, requested_team=team)


def review(
    world: World, repository: Repository, pull: Pull, login: str, verdict: str | None, body: str, sha: str | None
) -> Review:
    """A review: APPROVE, REQUEST_CHANGES or COMMENT submits it, None begins one. Raises Refusal (403, 422)."""
    writable(repository)
    if any((each.login, each.state) == (login, "PENDING") for each in pull.reviews):
        raise Refusal(422, "User can only have one pending review per pull request")
    made = Review(world.new_id(), login, "PENDING", body, sha or pull.head_sha, world.now())
    if verdict is not None:
        check_verdict(pull, login, verdict, body)
    pull.reviews.append(made)
    if verdict is not None:
        submit(world, repository, pull, made, verdict, body)
    return made


def check_verdict(pull: Pull, login: str, verdict: str, body: str) -> None:
    """Whether a person may say this of a pull request. Raises Refusal (422)."""
    if login == pull.login and verdict != "COMMENT":
        raise Refusal(422, f"Can not {verdict.lower().replace('_', ' ')} your own pull request")
    if verdict != "APPROVE" and not body:
        raise Refusal(422, "A review needs a body unless it approves")


def submit(world: World, repository: Repository, pull: Pull, known: Review, verdict: str, body: str) -> None:
    """A pending review counts from now on. Raises Refusal (422)."""
    if known.state != "PENDING":
        raise Refusal(422, "Can not submit a review that is not pending")
    check_verdict(pull, known.login, verdict, body or known.body)
    known.state, known.body, known.submitted_at = VERDICTS[verdict], body or known.body, world.now()
    waiting = tuple(each for each in pull.requested_reviewers if each != known.login)
    pull.changed(world.now(), requested_reviewers=waiting)
    tell_review(world, repository, pull, known, "submitted", known.login)


def review_of(pull: Pull, review_id: int, login: str) -> Review:
    """A review by id, as far as this person sees it. Raises Refusal (404)."""
    known = next((each for each in pull.reviews if each.id == review_id), None)
    if known is None or (known.state == "PENDING" and known.login != login):
        raise not_found()
    return known


def reword(world: World, repository: Repository, pull: Pull, known: Review, body: str, sender: str) -> None:
    """Another body. Raises Refusal (403, 422)."""
    writable(repository)
    if known.login != sender:
        raise Refusal(403, "Must be the author of the review.")
    before, known.body = known.body, body
    if known.state != "PENDING":
        tell_review(world, repository, pull, known, "edited", sender, changes={"body": {"from": before}})


def drop_review(pull: Pull, known: Review) -> None:
    """A pending review is given up. Raises Refusal (422)."""
    if known.state != "PENDING":
        raise Refusal(422, "Can not delete a non-pending pull request review")
    pull.reviews.remove(known)


def dismiss(world: World, repository: Repository, pull: Pull, review_id: int, sender: str) -> Review:
    """A review that no longer counts. Raises Refusal (404, 422)."""
    known = review_of(pull, review_id, sender)
    if known.state not in {"APPROVED", "CHANGES_REQUESTED"}:
        raise Refusal(422, f"Can not dismiss a {known.state.lower()} pull request review")
    known.state = "DISMISSED"
    tell_review(world, repository, pull, known, "dismissed", sender)
    return known


def tell_review(
    world: World, repository: Repository, pull: Pull, known: Review, action: str, sender: str, **more: object
) -> None:
    """Say that a review was submitted, edited or dismissed; there its state is in small letters."""
    said = shapes.review(world, repository, pull, known)
    said["state"] = known.state.lower()
    shape = shapes.pull(world, repository, pull, full=False)
    tell(world, "pull_request_review", repository, sender, action=action, review=said, pull_request=shape, **more)
