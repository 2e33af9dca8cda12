"""What holds a pull request: its own state, and what the protection of its base branch asks for."""

from dataclasses import dataclass

from bot.sandbox.git import Git
from bot.sandbox.measures import base_now, merges
from bot.sandbox.state import ROLES, CheckRun, Protection, Pull, Repository, World

PASSING = {"success", "neutral", "skipped"}


@dataclass(frozen=True)
class Hold:
    """Why a pull request cannot be merged now. `waiting` is False where waiting alone changes nothing."""

    words: str
    waiting: bool = False


def latest_run(world: World, repository: Repository, sha: str, name: str, app: int | None) -> CheckRun | None:
    """The newest run of a name on a commit by the expected App; there is one App here, so another id finds none."""
    if app not in {None, world.app.id}:
        return None
    runs = [run for run in repository.runs.values() if (run.sha, run.name) == (sha, name)]
    return max(runs, key=lambda run: run.id, default=None)


def check_hold(world: World, repository: Repository, sha: str, context: str, app: int | None) -> Hold | None:
    """Why one required check holds a commit. A check run and a status of the same name must both pass."""
    run = latest_run(world, repository, sha, context, app)
    said = [each for each in repository.statuses if (each.sha, each.context) == (sha, context)] if app is None else []
    if run is None and not said:
        return Hold(f'Required status check "{context}" is expected.', waiting=True)
    if run and run.status != "completed":
        return Hold(f'Required status check "{context}" is {run.status.replace("_", " ")}.', waiting=True)
    if said and said[-1].state == "pending":
        return Hold(f'Required status check "{context}" is pending.', waiting=True)
    if (run and run.conclusion not in PASSING) or (said and said[-1].state != "success"):
        return Hold(f'Required status check "{context}" is failing.')
    return None


def commit_holds(world: World, repository: Repository, rules: Protection, sha: str) -> list[Hold]:
    """Why required checks hold a commit."""
    said = (check_hold(world, repository, sha, context, app) for context, app in sorted(rules.checks.items()))
    return [each for each in said if each]


def opinions(world: World, repository: Repository, pull: Pull) -> list[str]:
    """What each person who may write said last of it: APPROVED, CHANGES_REQUESTED or DISMISSED."""
    last = {each.login: each.state for each in pull.reviews if each.state not in {"COMMENTED", "PENDING"}}
    return [
        state for login, state in last.items() if ROLES.index(world.role(repository, login)) >= ROLES.index("write")
    ]


def holds(world: World, repository: Repository, pull: Pull) -> list[Hold]:
    """Everything that keeps a pull request from being merged now."""
    if pull.state != "open":
        return [Hold("Pull Request is not open")]
    reasons = [Hold("Pull Request is still a draft")] if pull.draft else []
    base = base_now(repository, pull)
    if not merges(repository.folder, base, pull.head_sha):
        reasons.append(Hold("Pull Request has merge conflicts"))
    rules = repository.protections.get(pull.base_ref)
    if rules is None:
        return reasons
    reasons += commit_holds(world, repository, rules, pull.head_sha)
    said = opinions(world, repository, pull)
    given = said.count("APPROVED")
    if rules.approvals and "CHANGES_REQUESTED" in said:
        reasons.append(Hold("Changes have been requested by a reviewer with write access."))
    if given < rules.approvals:
        reasons.append(Hold(f"At least {rules.approvals} approving reviews are required ({given} given).", True))
    if rules.strict and not Git(repository.folder).ancestor(base, pull.head_sha):
        reasons.append(Hold("The head branch is not up to date with the base branch."))
    return reasons


def merge_state(world: World, repository: Repository, pull: Pull) -> str:
    """GitHub's one word for it: clean, blocked, behind, dirty, draft, or unknown once closed."""
    stopped = " ".join(each.words for each in holds(world, repository, pull))
    if pull.state != "open":
        return "unknown"
    known = {"conflicts": "dirty", "draft": "draft", "up to date": "behind"}
    return next((word for part, word in known.items() if part in stopped), "blocked" if stopped else "clean")
