"""Check runs and statuses are reported, asked for again, and their buttons pressed."""

from datetime import datetime
from typing import Any

from bot.sandbox.errors import Refusal, invalid, not_found
from bot.sandbox.git import Git
from bot.sandbox.reports import CheckRun, CheckSuite, Status
from bot.sandbox.shapes.checks import status as status_shape
from bot.sandbox.shapes.repositories import commit as commit_shape
from bot.sandbox.state import Repository, World, writable
from bot.sandbox.verbs import merging, tell
from bot.sandbox.verbs.suites import request_suite, tell_run, tell_suite

RUNS_OF_A_NAME = 1000
STATUSES_OF_A_CONTEXT = 1000
LONGEST_OUTPUT = 65_535  # bytes


def run_of(repository: Repository, run_id: int) -> CheckRun:
    """A check run by id. Raises Refusal (404)."""
    if run_id not in repository.runs:
        raise not_found()
    return repository.runs[run_id]


def suite_of(repository: Repository, suite_id: int) -> CheckSuite:
    """A check suite by id. Raises Refusal (404)."""
    if suite_id not in repository.suites:
        raise not_found()
    return repository.suites[suite_id]


def create_run(world: World, repository: Repository, body: dict[str, Any], app_id: int = 0) -> CheckRun:
    """A new run on a commit, by the first App if no other is named. Raises Refusal (403, 422)."""
    app = app_id or world.app.id
    writable(repository)
    sha = Git(repository.folder).resolve(body["head_sha"])
    if sha is None or sha != body["head_sha"]:
        raise Refusal(422, f"No commit found for SHA: {body['head_sha']}")
    if not body["name"].strip():
        raise invalid("CheckRun", "name", "can't be blank", "missing_field")
    check_report(body)
    suite = request_suite(world, repository, sha, None, None, world.bot.login, app)
    now = world.now()
    made = CheckRun(
        world.new_id(), suite.id, repository.id, sha, body["name"], "queued", None, "", None, now, None, app_id=app
    )
    repository.runs[made.id] = made
    report(world, made, body)
    forget_old_runs(repository, made)
    tell_run(world, repository, made, "created", world.bot.login)
    after_report(world, repository, made)
    return made


def update_run(world: World, repository: Repository, run: CheckRun, body: dict[str, Any], app_id: int = 0) -> CheckRun:
    """More about a run. Raises Refusal (403, 422)."""
    writable(repository)
    if run.app_id != (app_id or world.app.id):
        raise Refusal(
            403, f"Invalid app_id `{run.app_id}` - check run can only be modified by the GitHub App that made it"
        )
    check_report(body)
    report(world, run, body)
    after_report(world, repository, run)
    return run


def check_report(body: dict[str, Any]) -> None:
    """What the schema does not say about a report. Raises Refusal (422)."""
    if body.get("status") == "completed" and not body.get("conclusion"):
        raise invalid("CheckRun", "conclusion", "is required when status is completed", "missing_field")
    if body.get("conclusion") == "stale":
        raise invalid("CheckRun", "conclusion", "only GitHub can change a check run conclusion to stale", "invalid")
    for name in ("summary", "text"):
        said = (body.get("output") or {}).get(name) or ""
        if len(said.encode("utf-8", "surrogatepass")) > LONGEST_OUTPUT:
            raise invalid("CheckRun", name, f"exceeds a maximum bytesize of {LONGEST_OUTPUT}")
    identifiers = [each["identifier"] for each in body.get("actions", [])]
    if len(set(identifiers)) != len(identifiers):
        raise invalid("CheckRun", "actions", "identifiers must be unique")


def report(world: World, run: CheckRun, body: dict[str, Any]) -> None:
    """Take over what a request says about a run; annotations add up, the rest replaces."""
    output = body.get("output") or {}
    for name in ("name", "external_id", "details_url", "status", "conclusion", "actions"):
        if name in body:
            setattr(run, name, body[name])
    for name in ("title", "summary", "text"):
        if name in output:
            setattr(run, name, output[name])
    run.annotations += output.get("annotations", [])
    if body.get("conclusion"):
        run.status, run.completed_at = "completed", moment(body.get("completed_at")) or world.now()
    elif "status" in body:
        run.conclusion, run.completed_at = None, None
    run.started_at = moment(body.get("started_at")) or run.started_at


def moment(text: str | None) -> datetime | None:
    """A time as a request writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def forget_old_runs(repository: Repository, made: CheckRun) -> None:
    """GitHub keeps 1,000 runs of a name in a suite."""
    same = [run for run in repository.runs.values() if (run.suite_id, run.name) == (made.suite_id, made.name)]
    for old in same[:-RUNS_OF_A_NAME]:
        del repository.runs[old.id]


def after_report(world: World, repository: Repository, run: CheckRun) -> None:
    """A finished run is told, and may let something be merged."""
    suite = repository.suites[run.suite_id]
    suite.updated_at = world.now()
    if run.status == "completed":
        tell_run(world, repository, run, "completed", world.bot.login)
        merging.advance(world, repository)


def click(world: World, repository: Repository, run: CheckRun, identifier: str, login: str) -> None:
    """A person presses a button of a run. Raises Refusal (403, 404)."""
    may_write(world, repository, login)
    if identifier not in {each["identifier"] for each in run.actions}:
        raise not_found()
    requested = {"identifier": identifier}
    tell_run(world, repository, run, "requested_action", login, requested_action=requested)


def rerequest(world: World, repository: Repository, run: CheckRun, login: str) -> None:
    """A person asks for one run again. Raises Refusal (403)."""
    may_write(world, repository, login)
    tell_run(world, repository, run, "rerequested", login)


def rerequest_suite(world: World, repository: Repository, suite: CheckSuite, login: str) -> None:
    """A person asks for all runs of a suite again. Raises Refusal (403)."""
    may_write(world, repository, login)
    tell_suite(world, repository, suite, "rerequested", login)


def may_write(world: World, repository: Repository, login: str) -> None:
    """Raises Refusal (403) for people who cannot push, to whom GitHub shows no buttons."""
    if world.role(repository, login) not in {"write", "maintain", "admin"} and login != world.bot.login:
        raise Refusal(403, "Must have write rights to Repository.")


def create_status(world: World, repository: Repository, sha: str, login: str, body: dict[str, Any]) -> Status:
    """A commit status. Raises Refusal (403, 404, 422)."""
    writable(repository)
    commit = Git(repository.folder).commit_sha(sha)
    context = body.get("context") or "default"
    same = [each for each in repository.statuses if (each.sha, each.context) == (commit, context)]
    if len(same) >= STATUSES_OF_A_CONTEXT:
        raise invalid("Status", "context", "This SHA and context has reached the maximum number of statuses.")
    made = Status(
        world.new_id(), repository.id, commit, context, body["state"], body.get("description"), body.get("target_url"),
        login, world.now(),
    )  # fmt: skip
    repository.statuses.append(made)
    tell_status(world, repository, made)
    merging.advance(world, repository)
    return made


def tell_status(world: World, repository: Repository, made: Status) -> None:
    """Say that a commit has a new status."""
    facts = Git(repository.folder).commits(made.sha, limit=1)[0]
    shape = status_shape(world, repository, made)
    same = ("id", "avatar_url", "state", "description", "target_url", "context", "created_at", "updated_at")
    tell(
        world,
        "status",
        repository,
        made.login,
        **{name: shape[name] for name in same},
        sha=made.sha,
        name=repository.full_name,
        commit=commit_shape(world, repository, facts),
        branches=[],
    )
