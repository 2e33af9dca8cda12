"""Classic protection of a branch as JSON."""

from bot.sandbox.reports import Protection
from bot.sandbox.shapes import Json
from bot.sandbox.shapes.repositories import checks_of, url_of
from bot.sandbox.state import Repository, World


def required_checks(world: World, repository: Repository, name: str, protection: Protection) -> Json:
    """The part of a branch's protection that names checks."""
    url = f"{url_of(world, repository)}/branches/{name}/protection/required_status_checks"
    return {
        "url": url,
        "strict": protection.strict,
        "contexts": sorted(protection.checks),
        "contexts_url": f"{url}/contexts",
        "checks": checks_of(protection),
    }


def protection(world: World, repository: Repository, name: str, known: Protection) -> Json:
    """A branch's protection."""
    url = f"{url_of(world, repository)}/branches/{name}/protection"
    shape: Json = {"url": url, "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": known.enforce_admins}}
    if known.checks:
        shape["required_status_checks"] = required_checks(world, repository, name, known)
    if known.approvals or known.code_owners or known.last_push:
        shape["required_pull_request_reviews"] = {
            "url": f"{url}/required_pull_request_reviews",
            "dismiss_stale_reviews": known.dismiss_stale,
            "require_code_owner_reviews": known.code_owners,
            "require_last_push_approval": known.last_push,
            "required_approving_review_count": known.approvals,
        }
    shape["required_linear_history"] = {"enabled": known.linear}
    shape["required_conversation_resolution"] = {"enabled": known.conversations}
    shape["required_signatures"] = {"url": f"{url}/required_signatures", "enabled": known.signatures}
    return shape | {name: {"enabled": False} for name in ("allow_force_pushes", "allow_deletions")}
