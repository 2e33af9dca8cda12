"""Operations on pull requests: list, open, edit, files, merge, reviews, reviewers."""

from bot.sandbox import media
from bot.sandbox.access import sees
from bot.sandbox.errors import Refusal, invalid, not_found
from bot.sandbox.git import Git
from bot.sandbox.measures import base_now
from bot.sandbox.rest import Answer, Call, operation
from bot.sandbox.shapes import accounts
from bot.sandbox.shapes import pulls as shapes
from bot.sandbox.shapes import repositories as repository_shapes
from bot.sandbox.state import ROLES, Pull, Repository, pull_of
from bot.sandbox.verbs import merging, pulls, pushes

LISTED_FILES = 3000
LISTED_COMMITS = 250
DIFF_FILES = 300
DIFF_LINES = 20_000


def pull(call: Call) -> Pull:
    """The pull request in the path. Raises Refusal (404)."""
    return pull_of(call.repository, call.parts["pull_number"])


@operation("GET /repos/{owner}/{repo}/pulls", "pull_requests:read", "read")
def list_pulls(call: Call) -> Answer:
    """Pull requests by state, head and base."""
    query, rows = call.query, sorted(call.repository.pulls.values(), key=lambda each: each.number)
    state = query.get("state", "open")
    chosen = [each for each in rows if state in {"all", each.state}]
    if "head" in query:
        chosen = [each for each in chosen if f"{each.head_owner}:{each.head_ref}" == query["head"]]
    if "base" in query:
        chosen = [each for each in chosen if each.base_ref == query["base"]]
    if query.get("sort") == "updated":
        chosen.sort(key=lambda each: (each.updated_at, each.number))
    newest_first = query.get("direction", "desc" if query.get("sort", "created") == "created" else "asc") == "desc"
    ordered = list(reversed(chosen)) if newest_first else chosen
    return Answer(rows=[shapes.pull(call.world, call.repository, each, full=False) for each in ordered])


@operation("POST /repos/{owner}/{repo}/pulls", "pull_requests:write", "read")
def create_pull(call: Call) -> Answer:
    """A new pull request from a branch here or in a fork (`owner:branch`)."""
    owner, colon, ref = call.body["head"].rpartition(":")
    head = fork_of(call, owner) if colon and owner != call.repository.owner else call.repository
    if ROLES.index(call.world.role(head, call.caller.login)) < ROLES.index("write") and call.caller.kind == "person":
        raise invalid("PullRequest", "head", "is not a branch you may write to", "invalid")
    words = {name: call.body.get(name) for name in ("title", "body", "draft")}
    made = pulls.open_pull(call.world, call.repository, head, ref, call.body["base"], call.caller.login, **words)
    return Answer(201, shapes.pull(call.world, call.repository, made))


def fork_of(call: Call, owner: str) -> Repository:
    """Somebody's fork of the repository. Raises Refusal (422)."""
    for each in call.world.repositories.values():
        if each.owner == owner and each.fork_of == call.repository.id and sees(call.world, call.caller, each):
            return each
    raise invalid("PullRequest", "head", "no such fork", "invalid")


@operation("GET /repos/{owner}/{repo}/pulls/{pull_number}", "pull_requests:read", "read")
def get_pull(call: Call) -> Answer:
    """One pull request; as a diff or as mail where the media type asks for it."""
    known, form = pull(call), media.asked(call.accept)
    if form == "diff":
        return Answer(text=diff(call, known), media_type=media.of("diff"))
    if form == "patch":
        diff(call, known)
        base = call.git.merge_base(known.base_sha, known.head_sha)
        return Answer(text=call.git.mail(f"{base}..{known.head_sha}"), media_type=media.of("patch"))
    if call.stale and known.earlier:
        known = known.earlier
    return Answer(body=shapes.pull(call.world, call.repository, known))


def diff(call: Call, known: Pull) -> str:
    """The unified diff of a pull request. Raises Refusal (406) where GitHub finds it too large."""
    base = call.git.merge_base(known.base_sha, known.head_sha)
    text = call.git.diff(base, known.head_sha)
    if text.count("\n") > DIFF_LINES or len(call.git.changed_files(base, known.head_sha, False)) > DIFF_FILES:
        errors = [{"resource": "PullRequest", "field": "diff", "code": "too_large"}]
        raise Refusal(406, f"Sorry, the diff exceeded the maximum number of lines ({DIFF_LINES})", errors)
    return text


@operation("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", "pull_requests:write", "read")
def edit_pull(call: Call) -> Answer:
    """Title, body, base or state, by its author or people who may write."""
    known, login = pull(call), call.caller.login
    role = call.world.role(call.repository, login)
    if call.caller.kind == "person" and known.login != login and ROLES.index(role) < ROLES.index("triage"):
        raise Refusal(403, "Must have triage rights to Repository.")
    wanted = {name: call.body[name] for name in ("title", "body", "base") if name in call.body}
    pulls.edit(call.world, call.repository, known, login, **wanted)
    if "state" in call.body:
        pulls.set_state(call.world, call.repository, known, call.body["state"], login)
    return Answer(body=shapes.pull(call.world, call.repository, known))


@operation("GET /repos/{owner}/{repo}/pulls/{pull_number}/commits", "pull_requests:read", "read")
def list_commits(call: Call) -> Answer:
    """Its commits, oldest first, at most 250."""
    known = pull(call)
    facts = call.git.commits(known.head_sha, f"^{known.base_sha}", limit=LISTED_COMMITS)
    return Answer(rows=[repository_shapes.commit(call.world, call.repository, each) for each in reversed(facts)])


@operation("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", "pull_requests:read", "read")
def list_files(call: Call) -> Answer:
    """Its files, at most 3,000."""
    known = pull(call)
    files = call.git.changed_files(call.git.merge_base(known.base_sha, known.head_sha), known.head_sha)
    rows = [repository_shapes.file(call.world, call.repository, each, known.head_sha) for each in files[:LISTED_FILES]]
    return Answer(rows=rows)


@operation("GET /repos/{owner}/{repo}/pulls/{pull_number}/merge", "contents:read", "read")
def is_merged(call: Call) -> Answer:
    """204 when merged, else 404."""
    if pull(call).merged_at is None:
        raise not_found()
    return Answer(204)


@operation("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge", "contents:write", "write")
def merge(call: Call) -> Answer:
    """Merge it, if the rules of the branch allow."""
    done = merging.merge(
        call.world,
        call.repository,
        pull(call).number,
        call.caller.login,
        sha=call.body.get("sha"),
        method=call.body.get("merge_method", "merge"),
        title=call.body.get("commit_title"),
        message=call.body.get("commit_message"),
    )
    return Answer(body={"sha": done.merge_commit_sha, "merged": True, "message": "Pull Request successfully merged"})


@operation("PUT /repos/{owner}/{repo}/pulls/{pull_number}/update-branch", "pull_requests:write", "write")
def update_branch(call: Call) -> Answer:
    """Merge the base into the head."""
    known = pull(call)
    if call.body.get("expected_head_sha", known.head_sha) != known.head_sha:
        raise Refusal(422, "expected head sha didn't match current head ref.")
    head = call.world.repositories.get(known.head_repository_id or 0)
    if head is None:
        raise Refusal(422, "The head repository is gone.")
    base = base_now(call.repository, known)
    Git(head.folder).take(call.repository.folder, base)
    made = merging.update_commit(call.world, head, known, base, call.caller.login)
    pushes.push(call.world, head, f"refs/heads/{known.head_ref}", made, call.caller.login)
    page = f"{call.world.address}/{call.repository.full_name}/pull/{known.number}"
    return Answer(202, {"message": "Updating pull request branch.", "url": page})


@operation("GET /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", "pull_requests:read", "read")
def list_reviewers(call: Call) -> Answer:
    """Who was asked for a review."""
    known, world = pull(call), call.world
    teams = [accounts.team(world, world.teams[call.repository.owner, each]) for each in known.requested_teams]
    return Answer(body={"users": [accounts.user(world, each) for each in known.requested_reviewers], "teams": teams})


@operation("POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", "pull_requests:write", "write")
def ask_reviewers(call: Call) -> Answer:
    """Ask people and teams for a review."""
    asked = (call.body.get("reviewers", []), call.body.get("team_reviewers", []))
    pulls.ask_reviewers(call.world, call.repository, pull(call), *asked, call.caller.login)
    return Answer(201, shapes.pull(call.world, call.repository, pull(call), full=False))


@operation("DELETE /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", "pull_requests:write", "write")
def unask_reviewers(call: Call) -> Answer:
    """Take such a request back."""
    asked = (call.body.get("reviewers", []), call.body.get("team_reviewers", []))
    pulls.unask_reviewers(call.world, call.repository, pull(call), *asked, call.caller.login)
    return Answer(200, shapes.pull(call.world, call.repository, pull(call), full=False))
