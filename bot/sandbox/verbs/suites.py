"""Check suites and what is said about them and their runs."""

from bot.sandbox.reports import CheckRun, CheckSuite
from bot.sandbox.shapes.checks import check_run, check_suite
from bot.sandbox.state import Repository, World
from bot.sandbox.verbs import tell


def request_suite(
    world: World,
    repository: Repository,
    sha: str,
    branch: str | None,
    before: str | None,
    sender: str,
    app_id: int = 0,
) -> CheckSuite:
    """An App's check suite on a commit, the first one's if none is named, who is told when it is new."""
    app = app_id or world.app.id
    existing = next((each for each in repository.suites.values() if (each.sha, each.app_id) == (sha, app)), None)
    if existing:
        return existing
    now, identity = world.now(), world.new_id()
    suite = CheckSuite(identity, repository.id, sha, branch, before, now, now, app)
    repository.suites[identity] = suite
    if app == world.app.id:
        tell_suite(world, repository, suite, "requested", sender)
    return suite


def tell_suite(world: World, repository: Repository, suite: CheckSuite, action: str, sender: str) -> None:
    """Say that a suite was requested, asked for again, or is complete."""
    tell(world, "check_suite", repository, sender, action=action, check_suite=check_suite(world, repository, suite))


def tell_run(world: World, repository: Repository, run: CheckRun, action: str, sender: str, **more: object) -> None:
    """Say that a run was created, completed, asked for again, or that somebody pressed one of its buttons."""
    shape = check_run(world, repository, run)
    suite = check_suite(world, repository, repository.suites[run.suite_id])
    inner = ("id", "node_id", "head_branch", "head_sha", "status", "conclusion", "url", "before", "after",
             "pull_requests", "app", "created_at", "updated_at")  # fmt: skip
    whole = shape | {"check_suite": {name: suite[name] for name in inner}}
    tell(world, "check_run", repository, sender, action=action, check_run=whole, **more)
