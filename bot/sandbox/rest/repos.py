"""Operations on repositories: branches, rules, people, commits, contents, references."""

from typing import Any

from bot.sandbox.errors import Refusal, invalid, not_found
from bot.sandbox.git import SHA
from bot.sandbox.git_listings import NOTHING
from bot.sandbox.reports import Protection
from bot.sandbox.rest import Answer, Call, operation
from bot.sandbox.shapes import accounts, protection, stamp
from bot.sandbox.shapes import pulls as pull_shapes
from bot.sandbox.shapes import repositories as shapes
from bot.sandbox.state import ROLES
from bot.sandbox.verbs import pushes, repositories

LARGEST_CONTENT = 1024 * 1024  # bytes; GitHub leaves the content of larger files out
QUEUE = {
    "check_response_timeout_minutes": 60,
    "grouping_strategy": "ALLGREEN",
    "max_entries_to_build": 5,
    "max_entries_to_merge": 5,
    "merge_method": "MERGE",
    "min_entries_to_merge": 1,
    "min_entries_to_merge_wait_minutes": 5,
}
MORE: dict[str, dict[str, Any]] = {  # parameters of rules that are shown only
    "required_deployments": {"parameters": {"required_deployment_environments": ["production"]}},
    "commit_message_pattern": {"parameters": {"operator": "starts_with", "pattern": "JIRA-"}},
    "workflows": {"parameters": {"workflows": [{"path": ".github/workflows/must.yml", "repository_id": 1}]}},
    "code_scanning": {
        "parameters": {
            "code_scanning_tools": [
                {"tool": "CodeQL", "alerts_threshold": "errors", "security_alerts_threshold": "high_or_higher"}
            ]
        }
    },
}
OLD_NAMES = {"none": "none", "read": "read", "triage": "read", "write": "write", "maintain": "write", "admin": "admin"}


@operation("GET /repos/{owner}/{repo}", "metadata:read", "read")
def get_repository(call: Call) -> Answer:
    return Answer(body=shape(call))


def shape(call: Call) -> Any:
    """A repository with what the caller may do in it."""
    role = call.world.role(call.repository, call.caller.login)
    body = shapes.repository(call.world, call.repository)
    body["permissions"] = shapes.permissions("read" if call.caller.kind == "installation" else role)
    if parent := call.world.repositories.get(call.repository.fork_of or 0):
        body["parent"] = body["source"] = shapes.repository(call.world, parent)
    return body


@operation("PATCH /repos/{owner}/{repo}", "administration:write", "admin")
def edit_repository(call: Call) -> Answer:
    """A new name, another default branch, archived or not."""
    repository, login = call.repository, call.caller.login
    if call.body.get("name") not in {None, repository.name}:
        repositories.rename(call.world, repository, call.body["name"], login)
    if "archived" in call.body:
        repositories.archive(call.world, repository, call.body["archived"], login)
    if "default_branch" in call.body:
        call.git.commit_sha(call.body["default_branch"])
        repository.default_branch = call.body["default_branch"]
    return Answer(body=shape(call))


def branches(call: Call) -> dict[str, str]:
    """Branches and their tips."""
    return {name.removeprefix("refs/heads/"): sha for name, sha in call.git.refs("refs/heads/").items()}


@operation("GET /repos/{owner}/{repo}/branches", "contents:read", "read")
def list_branches(call: Call) -> Answer:
    """All branches, or those protected or not."""
    repository, wanted = call.repository, call.query.get("protected")
    chosen = {
        name: sha
        for name, sha in branches(call).items()
        if wanted is None or (name in repository.protections) == (wanted == "true")
    }
    return Answer(rows=[shapes.short_branch(call.world, repository, name, sha) for name, sha in chosen.items()])


def branch_name(call: Call) -> str:
    """The branch in the path. Raises Refusal (404)."""
    name = str(call.parts["branch"])
    if name not in branches(call):
        raise Refusal(404, "Branch not found")
    return name


@operation("GET /repos/{owner}/{repo}/branches/{branch}", "contents:read", "read")
def get_branch(call: Call) -> Answer:
    name = branch_name(call)
    facts = call.git.commits(branches(call)[name], limit=1)[0]
    return Answer(body=shapes.branch(call.world, call.repository, name, facts))


def protection_of(call: Call) -> Protection:
    """The protection of the branch in the path. Raises Refusal (404)."""
    rules = call.repository.protections.get(branch_name(call))
    if rules is None or "branch protection" not in rules.shown_as:
        raise Refusal(404, "Branch not protected")
    return rules


@operation("GET /repos/{owner}/{repo}/branches/{branch}/protection", "administration:read", "admin")
def get_protection(call: Call) -> Answer:
    """A branch's protection."""
    known = protection_of(call)
    return Answer(body=protection.protection(call.world, call.repository, call.parts["branch"], known))


@operation(
    "GET /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks", "administration:read", "admin"
)
def get_required_checks(call: Call) -> Answer:
    """The checks a branch asks for."""
    known = protection_of(call)
    if not known.checks:
        raise Refusal(404, "Required status checks not enabled")
    return Answer(body=protection.required_checks(call.world, call.repository, call.parts["branch"], known))


def rulesets(call: Call) -> dict[int, tuple[str, Protection]]:
    """Branches whose rules a ruleset asks for, numbered."""
    numbered = enumerate(call.repository.protections.items(), 1)
    return {number: (name, rules) for number, (name, rules) in numbered if "ruleset" in rules.shown_as}


def rules_of(known: Protection) -> list[Any]:
    """What a ruleset asks for."""
    checks = [
        {"context": name} | ({"integration_id": app} if app else {}) for name, app in sorted(known.checks.items())
    ]
    inside = {"strict_required_status_checks_policy": known.strict, "required_status_checks": checks}
    asked: list[Any] = [{"type": "required_status_checks", "parameters": inside}] if checks else []
    if (reviews := reviews_of(known)) != reviews_of(Protection()):
        asked.append({"type": "pull_request", "parameters": reviews})
    if known.merge_queue:
        asked.append({"type": "merge_queue", "parameters": QUEUE})
    kinds = {"required_signatures": known.signatures, "required_linear_history": known.linear}
    asked += [{"type": kind} for kind, wanted in kinds.items() if wanted]
    return asked + [{"type": kind} | MORE.get(kind, {}) for kind in known.more]


def reviews_of(known: Protection) -> dict[str, Any]:
    """What a ruleset asks of reviews."""
    return {
        "required_approving_review_count": known.approvals,
        "dismiss_stale_reviews_on_push": known.dismiss_stale,
        "require_code_owner_review": known.code_owners,
        "require_last_push_approval": known.last_push,
        "required_review_thread_resolution": known.conversations,
        "require_extra_approval_for_unattributed_changes": known.unattributed,
        "allowed_merge_methods": sorted(known.methods),
    }


@operation("GET /repos/{owner}/{repo}/rules/branches/{branch}", "metadata:read", "read")
def get_rules(call: Call) -> Answer:
    """The rules that rulesets ask of a branch."""
    source = {"ruleset_source_type": "Repository", "ruleset_source": call.repository.full_name}
    asked = [(number, known) for number, (name, known) in rulesets(call).items() if name == call.parts["branch"]]
    return Answer(
        rows=[{**rule, **source, "ruleset_id": number} for number, known in asked for rule in rules_of(known)]
    )


def ruleset(call: Call, number: int, name: str) -> Any:
    """A ruleset in a list."""
    made = stamp(call.repository.created_at)
    place = {"id": number, "name": f"Protect {name}", "target": "branch", "enforcement": "active"}
    source = {"source_type": "Repository", "source": call.repository.full_name}
    return {**place, **source, "node_id": f"RRS_{number}", "created_at": made, "updated_at": made}


@operation("GET /repos/{owner}/{repo}/rulesets", "metadata:read", "read")
def list_rulesets(call: Call) -> Answer:
    return Answer(rows=[ruleset(call, number, name) for number, (name, _) in rulesets(call).items()])


@operation("GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", "metadata:read", "read")
def get_ruleset(call: Call) -> Answer:
    """One ruleset; who may bypass it is shown only to those who may change it."""
    number = call.parts["ruleset_id"]
    if number not in rulesets(call):
        raise not_found()
    name, known = rulesets(call)[number]
    body = ruleset(call, number, name) | {"rules": rules_of(known)}
    may_bypass = call.caller.app_id in known.bypass if call.caller.kind == "installation" else False
    body["current_user_can_bypass"] = "always" if may_bypass else "never"
    body["conditions"] = {"ref_name": {"include": [f"refs/heads/{name}"], "exclude": []}}
    may_change = call.caller.permissions.get("administration") == "write"
    if may_change or call.world.role(call.repository, call.caller.login) == "admin":
        administrators = {"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}
        body["bypass_actors"] = [] if known.enforce_admins else [administrators]
        for app in sorted(known.bypass):
            body["bypass_actors"].append({"actor_id": app, "actor_type": "Integration", "bypass_mode": "always"})
    return Answer(body=body)


@operation("GET /repos/{owner}/{repo}/collaborators", "metadata:read", "write")
def list_collaborators(call: Call) -> Answer:
    """Who has a role here."""
    people = {login: call.world.role(call.repository, login) for login in sorted(call.repository.roles)}
    rows = [
        accounts.user(call.world, login) | {"permissions": shapes.permissions(role), "role_name": role}
        for login, role in people.items()
    ]
    return Answer(rows=rows)


@operation("GET /repos/{owner}/{repo}/collaborators/{username}", "metadata:read", "write")
def is_collaborator(call: Call) -> Answer:
    """204 for who has a role here, else 404."""
    login = call.world.account(call.parts["username"]).login
    if login not in call.repository.roles and login != call.repository.owner:
        raise not_found()
    return Answer(204)


@operation("GET /repos/{owner}/{repo}/collaborators/{username}/permission", "metadata:read", "read")
def get_permission(call: Call) -> Answer:
    """What a person may do here: the old four names, and the role."""
    login = call.world.account(call.parts["username"]).login
    role = call.world.role(call.repository, login)
    person = accounts.user(call.world, login) | {"permissions": shapes.permissions(role), "role_name": role}
    return Answer(body={"permission": OLD_NAMES[role], "role_name": role, "user": person})


@operation("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", "pull_requests:read contents:read", "read")
def list_pulls_of_commit(call: Call) -> Answer:
    """Pull requests with that head or merge commit."""
    sha = call.git.commit_sha(call.parts["commit_sha"])
    chosen = [each for each in call.repository.pulls.values() if sha in {each.head_sha, each.merge_commit_sha}]
    return Answer(rows=[pull_shapes.pull(call.world, call.repository, each, full=False) for each in chosen])


@operation("GET /repos/{owner}/{repo}/git/ref/{ref}", "contents:read", "read")
def get_ref(call: Call) -> Answer:
    """One reference."""
    name = f"refs/{call.parts['ref']}"
    known = call.git.refs(name)
    if name not in known:
        raise not_found()
    return Answer(body=shapes.reference(call.world, call.repository, name, known[name]))


@operation("GET /repos/{owner}/{repo}/git/matching-refs/{ref}", "contents:read", "read")
def list_refs(call: Call) -> Answer:
    """References that begin so."""
    wanted = f"refs/{call.parts['ref']}"
    chosen = {name: sha for name, sha in call.git.refs().items() if name.startswith(wanted)}
    return Answer(rows=[shapes.reference(call.world, call.repository, name, sha) for name, sha in chosen.items()])


@operation("POST /repos/{owner}/{repo}/git/refs", "contents:write", "write")
def create_ref(call: Call) -> Answer:
    """A new branch or tag."""
    name, sha = call.body["ref"], call.body["sha"]
    if not name.startswith(("refs/heads/", "refs/tags/")) or name in call.git.refs(name):
        raise invalid("Reference", "ref", "Reference already exists or cannot be made")
    return Answer(201, moved(call, name, sha))


@operation("PATCH /repos/{owner}/{repo}/git/refs/{ref}", "contents:write", "write")
def update_ref(call: Call) -> Answer:
    """A branch moves."""
    name, sha = f"refs/{call.parts['ref']}", call.body["sha"]
    known = call.git.refs(name).get(name)
    if known is None or not name.startswith(("refs/heads/", "refs/tags/")):
        raise Refusal(422, "Reference does not exist")
    if not call.body.get("force") and not call.git.ancestor(known, call.git.commit_sha(sha)):
        raise Refusal(422, "Update is not a fast forward")
    return Answer(200, moved(call, name, sha))


def moved(call: Call, name: str, sha: str) -> Any:
    """Move a reference and show it. Raises Refusal (422)."""
    if not SHA.match(sha) or call.git.resolve(sha) is None:
        raise Refusal(422, "Object does not exist")
    guard(call, name)
    pushes.push(call.world, call.repository, name, sha, call.caller.login)
    return shapes.reference(call.world, call.repository, name, sha)


def guard(call: Call, name: str) -> None:
    """Protected branches move by merge only, except for administrators the rules do not bind. Raises Refusal (422)."""
    rules = call.repository.protections.get(name.removeprefix("refs/heads/"))
    role = call.world.role(call.repository, call.caller.login)
    if rules and (rules.enforce_admins or ROLES.index(role) < ROLES.index("admin")):
        raise Refusal(422, "Protected branch: changes must be made through a pull request.")


@operation("DELETE /repos/{owner}/{repo}/git/refs/{ref}", "contents:write", "write")
def delete_ref(call: Call) -> Answer:
    """No branch any more."""
    name = f"refs/{call.parts['ref']}"
    if name not in call.git.refs(name) or not name.startswith(("refs/heads/", "refs/tags/")):
        raise Refusal(422, "Reference does not exist")
    guard(call, name)
    pushes.push(call.world, call.repository, name, NOTHING, call.caller.login)
    return Answer(204)
