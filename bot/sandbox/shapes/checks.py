"""Check runs, check suites and commit statuses as JSON."""

from bot.sandbox.git import Git
from bot.sandbox.reports import CheckRun, CheckSuite, Status
from bot.sandbox.shapes import Json, accounts, repositories, stamp, stamp_or_none
from bot.sandbox.shapes.repositories import url_of
from bot.sandbox.state import Repository, World


def pull_requests(world: World, repository: Repository, sha: str) -> list[Json]:
    """The open pull requests of this repository with that head; those from forks are not shown, as on GitHub."""
    url = url_of(world, repository)
    small = {"id": repository.id, "name": repository.name, "url": url}
    return [
        {
            "id": each.id,
            "number": each.number,
            "url": f"{url}/pulls/{each.number}",
            "head": {"ref": each.head_ref, "sha": each.head_sha, "repo": small},
            "base": {"ref": each.base_ref, "sha": each.base_sha, "repo": small},
        }
        for each in repository.pulls.values()
        if each.head_sha == sha and each.state == "open" and each.head_repository_id == repository.id
    ]


def check_run(world: World, repository: Repository, run: CheckRun) -> Json:
    url = f"{url_of(world, repository)}/check-runs/{run.id}"
    return {
        "id": run.id,
        "node_id": f"CR_{run.id}",
        "name": run.name,
        "head_sha": run.sha,
        "external_id": run.external_id,
        "url": url,
        "html_url": f"{world.address}/{repository.full_name}/runs/{run.id}",
        "details_url": run.details_url or f"{world.address}/{repository.full_name}/runs/{run.id}",
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": stamp_or_none(run.started_at),
        "completed_at": stamp_or_none(run.completed_at),
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": len(run.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": run.suite_id},
        "app": accounts.reporter(world, run.app_id),
        "pull_requests": pull_requests(world, repository, run.sha),
    }


def runs_of(repository: Repository, suite: CheckSuite) -> list[CheckRun]:
    """The check runs of a suite, newest first."""
    return [run for run in reversed(repository.runs.values()) if run.suite_id == suite.id]


def suite_state(repository: Repository, suite: CheckSuite) -> tuple[str, str | None]:
    """Status and conclusion of a suite, which follow from its runs."""
    runs = runs_of(repository, suite)
    if not runs:
        return "queued", None
    if any(run.status != "completed" for run in runs):
        return "in_progress", None
    said = {run.conclusion for run in runs}
    order = ("failure", "action_required", "timed_out", "cancelled", "success", "neutral", "skipped", "stale")
    return "completed", next(each for each in order if each in said)


def check_suite(world: World, repository: Repository, suite: CheckSuite) -> Json:
    url, (status, conclusion) = f"{url_of(world, repository)}/check-suites/{suite.id}", suite_state(repository, suite)
    facts = Git(repository.folder).commits(suite.sha, limit=1)[0]
    return {
        "id": suite.id,
        "node_id": f"CS_{suite.id}",
        "head_branch": suite.branch,
        "head_sha": suite.sha,
        "status": status,
        "conclusion": conclusion,
        "url": url,
        "before": suite.before,
        "after": suite.sha,
        "pull_requests": pull_requests(world, repository, suite.sha),
        "app": accounts.reporter(world, suite.app_id),
        "repository": repositories.repository(world, repository),
        "created_at": stamp(suite.created_at),
        "updated_at": stamp(suite.updated_at),
        "rerequestable": True,
        "runs_rerequestable": True,
        "head_commit": {
            "id": facts.sha,
            "tree_id": facts.tree,
            "message": facts.message,
            "timestamp": facts.author.when.isoformat(),
            "author": {"name": facts.author.name, "email": facts.author.email},
            "committer": {"name": facts.committer.name, "email": facts.committer.email},
        },
        "latest_check_runs_count": len({run.name for run in runs_of(repository, suite)}),
        "check_runs_url": f"{url}/check-runs",
    }


def status(world: World, repository: Repository, known: Status) -> Json:
    """A commit status."""
    return {
        "id": known.id,
        "node_id": f"SC_{known.id}",
        "url": f"{url_of(world, repository)}/statuses/{known.sha}",
        "avatar_url": None,
        "state": known.state,
        "description": known.description,
        "target_url": known.target_url,
        "context": known.context,
        "created_at": stamp(known.created_at),
        "updated_at": stamp(known.created_at),
        "creator": accounts.user(world, known.login),
    }
