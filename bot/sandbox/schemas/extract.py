"""Cut the vendored schemas out of GitHub's OpenAPI descriptions: only what the sandbox speaks, as plain JSON Schema.

Run by hand when the descriptions move on, with the folder that holds the two unpacked npm packages:

    python -m bot.sandbox.schemas.extract node_modules/@octokit
"""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OPERATIONS = """
GET /app
GET /app/hook/config
GET /app/hook/deliveries
GET /app/hook/deliveries/{delivery_id}
POST /app/hook/deliveries/{delivery_id}/attempts
GET /app/installations
GET /app/installations/{installation_id}
POST /app/installations/{installation_id}/access_tokens
GET /installation/repositories
DELETE /installation/token
GET /rate_limit
GET /user
GET /user/installations
GET /user/installations/{installation_id}/repositories
GET /users/{username}
GET /users/{username}/installation
GET /orgs/{org}
GET /orgs/{org}/installation
GET /orgs/{org}/members
GET /orgs/{org}/members/{username}
GET /orgs/{org}/repos
GET /orgs/{org}/memberships/{username}
GET /orgs/{org}/teams
GET /orgs/{org}/teams/{team_slug}
GET /orgs/{org}/teams/{team_slug}/members
GET /orgs/{org}/teams/{team_slug}/memberships/{username}
GET /repos/{owner}/{repo}
PATCH /repos/{owner}/{repo}
GET /repos/{owner}/{repo}/installation
GET /repos/{owner}/{repo}/branches
GET /repos/{owner}/{repo}/branches/{branch}
GET /repos/{owner}/{repo}/branches/{branch}/protection
GET /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks
GET /repos/{owner}/{repo}/rules/branches/{branch}
GET /repos/{owner}/{repo}/rulesets
GET /repos/{owner}/{repo}/rulesets/{ruleset_id}
GET /repos/{owner}/{repo}/collaborators
GET /repos/{owner}/{repo}/collaborators/{username}
GET /repos/{owner}/{repo}/collaborators/{username}/permission
GET /repos/{owner}/{repo}/commits
GET /repos/{owner}/{repo}/commits/{ref}
GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls
GET /repos/{owner}/{repo}/commits/{ref}/check-runs
GET /repos/{owner}/{repo}/commits/{ref}/check-suites
GET /repos/{owner}/{repo}/commits/{ref}/status
GET /repos/{owner}/{repo}/commits/{ref}/statuses
POST /repos/{owner}/{repo}/statuses/{sha}
GET /repos/{owner}/{repo}/compare/{basehead}
GET /repos/{owner}/{repo}/contents/{path}
GET /repos/{owner}/{repo}/git/commits/{commit_sha}
GET /repos/{owner}/{repo}/git/trees/{tree_sha}
GET /repos/{owner}/{repo}/git/blobs/{file_sha}
GET /repos/{owner}/{repo}/git/ref/{ref}
GET /repos/{owner}/{repo}/git/matching-refs/{ref}
POST /repos/{owner}/{repo}/git/refs
PATCH /repos/{owner}/{repo}/git/refs/{ref}
DELETE /repos/{owner}/{repo}/git/refs/{ref}
POST /repos/{owner}/{repo}/check-runs
GET /repos/{owner}/{repo}/check-runs/{check_run_id}
PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}
GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations
POST /repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest
GET /repos/{owner}/{repo}/check-suites/{check_suite_id}
GET /repos/{owner}/{repo}/check-suites/{check_suite_id}/check-runs
POST /repos/{owner}/{repo}/check-suites/{check_suite_id}/rerequest
GET /repos/{owner}/{repo}/issues
POST /repos/{owner}/{repo}/issues
GET /repos/{owner}/{repo}/issues/{issue_number}
PATCH /repos/{owner}/{repo}/issues/{issue_number}
GET /repos/{owner}/{repo}/issues/{issue_number}/comments
POST /repos/{owner}/{repo}/issues/{issue_number}/comments
GET /repos/{owner}/{repo}/issues/comments
GET /repos/{owner}/{repo}/issues/comments/{comment_id}
PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}
DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}
GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions
POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions
DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}
GET /repos/{owner}/{repo}/issues/{issue_number}/labels
POST /repos/{owner}/{repo}/issues/{issue_number}/labels
PUT /repos/{owner}/{repo}/issues/{issue_number}/labels
DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels
DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}
GET /repos/{owner}/{repo}/issues/{issue_number}/reactions
POST /repos/{owner}/{repo}/issues/{issue_number}/reactions
GET /repos/{owner}/{repo}/labels
POST /repos/{owner}/{repo}/labels
GET /repos/{owner}/{repo}/labels/{name}
PATCH /repos/{owner}/{repo}/labels/{name}
DELETE /repos/{owner}/{repo}/labels/{name}
GET /repos/{owner}/{repo}/pulls
POST /repos/{owner}/{repo}/pulls
GET /repos/{owner}/{repo}/pulls/{pull_number}
PATCH /repos/{owner}/{repo}/pulls/{pull_number}
GET /repos/{owner}/{repo}/pulls/{pull_number}/commits
GET /repos/{owner}/{repo}/pulls/{pull_number}/files
GET /repos/{owner}/{repo}/pulls/{pull_number}/merge
PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge
GET /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers
POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers
DELETE /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers
GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews
POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews
GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}
PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}
DELETE /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}
POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/events
PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals
PUT /repos/{owner}/{repo}/pulls/{pull_number}/update-branch
"""

EVENTS = """
ping check-run-completed check-run-created check-run-requested-action check-run-rerequested
check-suite-completed check-suite-requested check-suite-rerequested installation-created installation-deleted
installation-new-permissions-accepted installation-suspend installation-unsuspend
installation-repositories-added installation-repositories-removed issue-comment-created issue-comment-deleted
issue-comment-edited issues-closed issues-edited issues-labeled issues-opened issues-reopened issues-unlabeled
label-created label-deleted label-edited
merge-group-checks-requested merge-group-destroyed pull-request-auto-merge-disabled
pull-request-auto-merge-enabled pull-request-closed pull-request-converted-to-draft pull-request-dequeued
pull-request-edited pull-request-enqueued pull-request-labeled pull-request-opened
pull-request-ready-for-review pull-request-reopened pull-request-review-request-removed
pull-request-review-requested pull-request-synchronize pull-request-unlabeled pull-request-review-dismissed
pull-request-review-edited pull-request-review-submitted push
repository-archived repository-unarchived repository-deleted
repository-renamed repository-transferred repository-edited status
"""

# Where the description contradicts itself: this list asks for an account that is of both kinds at once.
CORRECTIONS = {
    ("GET /app/installations", "200"): {"type": "array", "items": {"$ref": "#/components/schemas/installation"}},
}
SIDE = {"label", "ref", "repo", "sha", "user"}  # of a pull request: without a repository once its fork is deleted
PROSE = {"description", "title", "example", "examples", "externalDocs", "deprecated", "default"}
METHODS = {"get", "post", "put", "patch", "delete"}
KEPT_FORMATS = {"date-time"}  # the other formats differ between the description and what GitHub sends


def plain(schema: Any) -> Any:
    """One OpenAPI 3.0 or 3.1 schema as JSON Schema 2020-12: `nullable` becomes a type, prose goes."""
    if isinstance(schema, list):
        return [plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    wanted = {
        key: plain_part(key, part) for key, part in schema.items() if key not in PROSE and not key.startswith("x-")
    }
    if wanted.get("format") not in KEPT_FORMATS:
        wanted.pop("format", None)
    if set(wanted.get("properties", ())) >= SIDE:
        wanted["properties"]["repo"] = {"anyOf": [wanted["properties"]["repo"], {"type": "null"}]}
    nullable = wanted.pop("nullable", False)
    return {"anyOf": [wanted, {"type": "null"}]} if nullable else wanted


def plain_part(key: str, part: Any) -> Any:
    """A named part of a schema; in a map of properties the keys are names, not keywords."""
    if key in {"properties", "patternProperties"}:
        return {name: plain(schema) for name, schema in part.items()}
    return part if key in {"required", "enum", "const"} else plain(part)


def references(node: Any) -> Iterator[str]:
    """Every `$ref` under a node."""
    if isinstance(node, dict):
        for key, part in node.items():
            if key == "$ref" and isinstance(part, str):
                yield part
            else:
                yield from references(part)
    elif isinstance(node, list):
        for part in node:
            yield from references(part)


def look_up(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """A parameter, body or response, its `$ref` followed."""
    while "$ref" in node:
        reference = node["$ref"]
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    return node


def json_schema(document: dict[str, Any], node: dict[str, Any]) -> Any:
    """The JSON schema of a body or response, or None where there is no JSON body."""
    content = look_up(document, node).get("content", {})
    return plain(content["application/json"]["schema"]) if "application/json" in content else None


def operation(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Query, body and responses of one operation named like `GET /rate_limit`."""
    method, path = name.split(" ")
    entry = document["paths"][path]
    described = entry[method.lower()]
    parameters = [look_up(document, each) for each in [*entry.get("parameters", []), *described.get("parameters", [])]]
    query = {each["name"]: plain(look_up(document, each["schema"])) for each in parameters if each["in"] == "query"}
    body = described.get("requestBody")
    return {
        "query": query,
        "body": json_schema(document, body) if body else None,
        "body_required": bool(body and look_up(document, body).get("required")),
        "responses": {
            status: CORRECTIONS.get((name, status)) or json_schema(document, each)
            for status, each in described["responses"].items()
        },
    }


def with_components(document: dict[str, Any], entries: dict[str, Any]) -> dict[str, Any]:
    """The entries with every component they reach, and nothing else."""
    schemas: dict[str, Any] = {}
    waiting = list(references(entries))
    while waiting:
        name = waiting.pop().rpartition("/")[2]
        if name not in schemas:
            schemas[name] = plain(document["components"]["schemas"][name])
            waiting.extend(references(schemas[name]))
    marked = [document["components"]["schemas"][name] for name in schemas]
    return {
        "entries": entries,
        "components": {"schemas": dict(sorted(schemas.items()))},
        "removed": sorted({name for schema in marked for name in removed(schema)}),
    }


def removed(schema: dict[str, Any]) -> Iterator[str]:
    """Names of properties that a later version of the interface leaves out (`x-github-breaking-changes`)."""
    for change in schema.get("x-github-breaking-changes", ()):
        patch = change["patch"]
        if isinstance(patch, dict):
            yield from (name for name, part in patch.get("properties", {}).items() if part is None)
        else:
            steps = [each["path"].split("/") for each in patch if each["op"] == "remove"]
            yield from (path[-1] for path in steps if len(path) > 1 and path[-2] == "properties")


def known(document: dict[str, Any]) -> list[str]:
    """The name of every operation that GitHub has, served here or not."""
    return sorted(
        f"{method.upper()} {path}" for path, entry in document["paths"].items() for method in METHODS & set(entry)
    )


def write(target: Path, extract: dict[str, Any]) -> None:
    """The same bytes for the same extract: no time, no file name in the gzip header."""
    target.write_bytes(gzip.compress(json.dumps(extract, sort_keys=True, separators=(",", ":")).encode(), mtime=0))


def main(packages: Path, target: Path) -> None:
    """Read both descriptions, write `rest.json.gz`, `webhooks.json.gz`, `VERSION` and `LICENSE`."""
    rest = json.loads((packages / "openapi/generated/api.github.com.json").read_text())
    hooks = json.loads((packages / "openapi-webhooks/generated/api.github.com.json").read_text())
    served = with_components(rest, {name: operation(rest, name) for name in OPERATIONS.strip().splitlines()})
    write(target / "rest.json.gz", served | {"known": known(rest)})
    payloads = {name: json_schema(hooks, hooks["webhooks"][name]["post"]["requestBody"]) for name in EVENTS.split()}
    write(target / "webhooks.json.gz", with_components(hooks, payloads))
    versions = [f"{name} {version_of(packages / name)}" for name in ("openapi", "openapi-webhooks")]
    (target / "VERSION").write_text("".join(f"@octokit/{line}\n" for line in versions))
    (target / "LICENSE").write_text((packages / "openapi/LICENSE").read_text())


def version_of(package: Path) -> str:
    """The version an unpacked npm package states."""
    return str(json.loads((package / "package.json").read_text())["version"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent)
