"""What holds a pull request: its own state, and what the protection of its base branch asks for."""

from dataclasses import dataclass

from bot.sandbox.git import Git
from bot.sandbox.measures import base_now, merges
from bot.sandbox.reports import CheckRun, Protection
from bot.sandbox.state import ROLES, Pull, Repository, Review, World

PASSING = {"success", "neutral", "skipped"}
BINDING = {"update", "required_deployments", "workflows", "code_scanning", "commit_message_pattern"}  # hold a merge


@dataclass(frozen=True)
class Hold:
    """Why a pull request cannot be merged now. `waiting` is False where waiting alone changes nothing."""

    words: str
    waiting: bool = False


def latest_run(world: World, repository: Repository, sha: str, name: str, app: int | None) -> CheckRun | None:
    """The newest run of a name on a commit by the expected App, by any where none is expected."""
    runs = [run for run in repository.runs.values() if (run.sha, run.name) == (sha, name) and app in {None, run.app_id}]
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


def counts(world: World, repository: Repository, login: str) -> bool:
    """Whether somebody's review counts: a person's who may write, an App's as `World.app_reviews` says."""
    app = world.app_of(login)
    if app is None:
        return ROLES.index(world.role(repository, login)) >= ROLES.index("write")
    may_write = app.installation.permissions.get("contents") == "write" and world.covered(repository, app.app.id)
    return {"contents": may_write, "always": True, "never": False}[world.app_reviews]


def opinions(world: World, repository: Repository, pull: Pull) -> list[Review]:
    """What each whose review counts said last of it: APPROVED, CHANGES_REQUESTED or DISMISSED."""
    last = {each.login: each for each in pull.reviews if each.state not in {"COMMENTED", "PENDING"}}
    return [each for login, each in last.items() if counts(world, repository, login)]


def needed(world: World, rules: Protection, pull: Pull) -> int:
    """How many approvals the branch asks for; what an App opened may need one more, where any are asked for."""
    extra = rules.unattributed and world.account(pull.login).kind == "Bot"
    return rules.approvals + (1 if extra and rules.approvals else 0)


def review_holds(world: World, repository: Repository, rules: Protection, pull: Pull) -> list[Hold]:
    """Why reviews hold a pull request."""
    said = opinions(world, repository, pull)
    approved = [each for each in said if each.state == "APPROVED"]
    if rules.dismiss_stale:
        approved = [each for each in approved if each.sha == pull.head_sha]
    asked, reasons = needed(world, rules, pull), []
    reviewed = bool(rules.approvals or rules.last_push or rules.code_owners)
    if reviewed and any(each.state == "CHANGES_REQUESTED" for each in said):
        reasons.append(Hold("Changes have been requested by a reviewer with write access."))
    if len(approved) < asked:
        reasons.append(Hold(f"At least {asked} approving reviews are required ({len(approved)} given).", True))
    pusher = pull.pushed_by or pull.login
    if rules.last_push and not any(each.sha == pull.head_sha and each.login != pusher for each in approved):
        reasons.append(Hold("The most recent push must be approved by somebody else than who pushed it.", True))
    if rules.code_owners and repository.code_owners and not {r.login for r in approved} & repository.code_owners:
        reasons.append(Hold("Review from code owners is required.", True))
    if rules.conversations and not all(each.resolved for each in pull.conversations):
        reasons.append(Hold("A conversation must be resolved before this pull request can be merged."))
    return reasons


def decision(world: World, repository: Repository, pull: Pull) -> str | None:
    """GraphQL's word for what the reviews come to; None where no review is asked for and none requests changes."""
    rules = repository.protections.get(pull.base_ref) or Protection()
    said = {each.state for each in opinions(world, repository, pull)}
    if "CHANGES_REQUESTED" in said:
        return "CHANGES_REQUESTED"
    if not (rules.approvals or rules.code_owners or rules.last_push):
        return None
    waiting = [each for each in review_holds(world, repository, rules, pull) if each.waiting]
    return "REVIEW_REQUIRED" if waiting else "APPROVED"


def holds(world: World, repository: Repository, pull: Pull) -> list[Hold]:
    """Everything that keeps a pull request from being merged now."""
    if pull.state != "open":
        return [Hold("Pull Request is not open")]
    reasons = [Hold("Pull Request is still a draft")] if pull.draft else []
    base, git = base_now(repository, pull), Git(repository.folder)
    if not merges(repository.folder, base, pull.head_sha):
        reasons.append(Hold("Pull Request has merge conflicts"))
    rules = repository.protections.get(pull.base_ref)
    if rules is None:
        return reasons
    reasons += commit_holds(world, repository, rules, pull.head_sha)
    reasons += review_holds(world, repository, rules, pull)
    unsigned = set(git.commit_shas(pull.head_sha, base)) - repository.signed if rules.signatures else set()
    if unsigned:
        reasons.append(Hold("Commits must have verified signatures."))
    reasons += [Hold(f"Repository rule violations found: {each}") for each in rules.more if each in BINDING]
    if rules.strict and not git.ancestor(base, pull.head_sha):
        reasons.append(Hold("The head branch is not up to date with the base branch."))
    return reasons


def merge_state(world: World, repository: Repository, pull: Pull) -> str:
    """GitHub's one word for it: clean, blocked, behind, dirty, draft, or unknown once closed."""
    stopped = " ".join(each.words for each in holds(world, repository, pull))
    if pull.state != "open":
        return "unknown"
    known = {"conflicts": "dirty", "draft": "draft", "up to date": "behind"}
    return next((word for part, word in known.items() if part in stopped), "blocked" if stopped else "clean")
