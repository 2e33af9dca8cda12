"""Operations on check runs, check suites and commit statuses."""

from typing import Any

from bot.sandbox.reports import CheckRun
from bot.sandbox.rest import Answer, Call, operation
from bot.sandbox.shapes import checks as shapes
from bot.sandbox.shapes import repositories as repository_shapes
from bot.sandbox.verbs import checks


@operation("POST /repos/{owner}/{repo}/check-runs", "checks:write", "nobody")
def create_run(call: Call) -> Answer:
    """A new run."""
    return Answer(
        201,
        shapes.check_run(
            call.world,
            call.repository,
            checks.create_run(call.world, call.repository, call.body, call.caller.app_id),
        ),
    )


def run(call: Call) -> CheckRun:
    """The run in the path. Raises Refusal (404)."""
    return checks.run_of(call.repository, call.parts["check_run_id"])


@operation("GET /repos/{owner}/{repo}/check-runs/{check_run_id}", "checks:read", "read")
def get_run(call: Call) -> Answer:
    return Answer(body=shapes.check_run(call.world, call.repository, run(call)))


@operation("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", "checks:write", "nobody")
def update_run(call: Call) -> Answer:
    """More about a run."""
    known = checks.update_run(call.world, call.repository, run(call), call.body, call.caller.app_id)
    return Answer(200, shapes.check_run(call.world, call.repository, known))


@operation("GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations", "checks:read", "read")
def list_annotations(call: Call) -> Answer:
    """Annotations of a run."""
    page = f"{call.world.address}/{call.repository.full_name}/blob/{run(call).sha}"
    return Answer(rows=[annotation(each, page) for each in run(call).annotations])


def annotation(given: dict[str, Any], page: str) -> dict[str, Any]:
    """One annotation with the parts that were left out."""
    empty = dict.fromkeys(("start_column", "end_column", "title", "raw_details"))
    return {**empty, **given, "blob_href": f"{page}/{given['path']}"}


@operation("POST /repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest", "checks:write", "write")
def rerequest_run(call: Call) -> Answer:
    """Ask for it again."""
    checks.rerequest(call.world, call.repository, run(call), call.caller.login)
    return Answer(201, {})


def listed(call: Call, runs: list[CheckRun]) -> Answer:
    """Runs, newest first; only the latest of each name unless all are asked for."""
    query = call.query
    chosen = [each for each in runs if query.get("check_name") in {None, each.name}]
    chosen = [each for each in chosen if query.get("status") in {None, each.status}]
    chosen = [each for each in chosen if query.get("app_id") in {None, str(each.app_id)}]
    newest = sorted(chosen, key=lambda each: -each.id)
    if query.get("filter", "latest") == "latest":
        newest = list({(each.app_id, each.name): each for each in reversed(newest)}.values())
    rows = [shapes.check_run(call.world, call.repository, each) for each in newest]
    return Answer(rows=rows, key="check_runs")


@operation("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", "checks:read", "read")
def list_runs(call: Call) -> Answer:
    """Runs on a commit."""
    sha = call.git.commit_sha(call.parts["ref"])
    runs = [each for each in call.repository.runs.values() if each.sha == sha]
    return listed(call, runs[:-1] if call.stale else runs)


@operation("GET /repos/{owner}/{repo}/check-suites/{check_suite_id}/check-runs", "checks:read", "read")
def list_suite_runs(call: Call) -> Answer:
    suite = checks.suite_of(call.repository, call.parts["check_suite_id"])
    return listed(call, [each for each in call.repository.runs.values() if each.suite_id == suite.id])


@operation("GET /repos/{owner}/{repo}/commits/{ref}/check-suites", "checks:read", "read")
def list_suites(call: Call) -> Answer:
    """Suites on a commit."""
    sha = call.git.commit_sha(call.parts["ref"])
    chosen = [each for each in call.repository.suites.values() if each.sha == sha]
    return Answer(rows=[shapes.check_suite(call.world, call.repository, each) for each in chosen], key="check_suites")


@operation("GET /repos/{owner}/{repo}/check-suites/{check_suite_id}", "checks:read", "read")
def get_suite(call: Call) -> Answer:
    suite = checks.suite_of(call.repository, call.parts["check_suite_id"])
    return Answer(body=shapes.check_suite(call.world, call.repository, suite))


@operation("POST /repos/{owner}/{repo}/check-suites/{check_suite_id}/rerequest", "checks:write", "write")
def rerequest_suite(call: Call) -> Answer:
    """Ask for all its runs again."""
    suite = checks.suite_of(call.repository, call.parts["check_suite_id"])
    checks.rerequest_suite(call.world, call.repository, suite, call.caller.login)
    return Answer(201, {})


@operation("POST /repos/{owner}/{repo}/statuses/{sha}", "statuses:write", "write")
def create_status(call: Call) -> Answer:
    """A commit status."""
    made = checks.create_status(call.world, call.repository, call.parts["sha"], call.caller.login, call.body)
    return Answer(201, shapes.status(call.world, call.repository, made))


@operation("GET /repos/{owner}/{repo}/commits/{ref}/statuses", "statuses:read", "read")
def list_statuses(call: Call) -> Answer:
    """Statuses on a commit, newest first."""
    sha = call.git.commit_sha(call.parts["ref"])
    chosen = [each for each in reversed(call.repository.statuses) if each.sha == sha]
    return Answer(rows=[shapes.status(call.world, call.repository, each) for each in chosen])


@operation("GET /repos/{owner}/{repo}/commits/{ref}/status", "statuses:read", "read")
def get_combined_status(call: Call) -> Answer:
    """The latest status of each context and what they come to."""
    sha = call.git.commit_sha(call.parts["ref"])
    latest = {each.context: each for each in call.repository.statuses if each.sha == sha}
    states = {each.state for each in latest.values()}
    url = repository_shapes.url_of(call.world, call.repository)
    failed = states & {"failure", "error"}
    body = {
        "state": "failure" if failed else "success" if states == {"success"} else "pending",
        "statuses": [shapes.status(call.world, call.repository, each) for each in latest.values()],
        "sha": sha,
        "total_count": len(latest),
        "repository": repository_shapes.repository(call.world, call.repository),
        "commit_url": f"{url}/commits/{sha}",
        "url": f"{url}/commits/{sha}/status",
    }
    return Answer(body=body)
