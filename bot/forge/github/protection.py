"""What a branch asks for before something lands, as GitHub's JSON shows it: classic protection, and rulesets."""

from typing import Annotated, TypeVar

from pydantic import BeforeValidator

from bot.forge.github.shapes import Shape

T = TypeVar("T")


def _listed(rows: object) -> object:
    return () if rows is None else rows


Rows = Annotated[tuple[T, ...], BeforeValidator(_listed)]  # GitHub leaves a list out, or sends null, where it is empty


class RequiredContext(Shape):
    """A check that classic protection requires; `app_id` as `source_of` reads it."""

    context: str
    app_id: int | None = None


class StatusChecks(Shape):
    """Older servers name contexts only."""

    enforcement_level: str | None = None  # everyone, non_admins, off
    checks: Rows[RequiredContext] = ()
    contexts: Rows[str] = ()


class Summary(Shape):
    """Classic protection as the list of branches shows it, to everybody who may read."""

    enabled: bool = True
    required_status_checks: StatusChecks | None = None


class ListedBranch(Shape):
    name: str
    protection: Summary | None = None


class Enabled(Shape):
    enabled: bool = False


class Login(Shape):
    login: str


class Slug(Shape):
    slug: str


class Allowances(Shape):
    """Who may land without a review."""

    users: Rows[Login] = ()
    teams: Rows[Slug] = ()
    apps: Rows[Slug] = ()


class RequiredReviews(Shape):
    bypass_pull_request_allowances: Allowances | None = None


class Protection(Shape):
    """Classic protection in full: for an App that may read administration."""

    enforce_admins: Enabled | None = None
    required_pull_request_reviews: RequiredReviews | None = None


class RulesetCheck(Shape):
    """A check that a ruleset requires; `integration_id` as `source_of` reads it."""

    context: str
    integration_id: int | None = None


class RuleParameters(Shape):
    """Of every type of rule together: each has some of them."""

    required_status_checks: Rows[RulesetCheck] = ()
    strict_required_status_checks_policy: bool = False
    required_approving_review_count: int = 0
    require_code_owner_review: bool = False
    require_last_push_approval: bool = False
    required_review_thread_resolution: bool = False
    require_extra_approval_for_unattributed_changes: bool = False
    required_reviewers: Rows[object] = ()  # teams that have to review some paths
    allowed_merge_methods: tuple[str, ...] | None = None


class Rule(Shape):
    """A rule that holds on a branch, and the ruleset that brings it."""

    type: str
    ruleset_id: int = 0
    ruleset_source: str = ""
    parameters: RuleParameters | None = None


class BypassActor(Shape):
    actor_type: str
    actor_id: int | None = None
    bypass_mode: str = ""


class Ruleset(Shape):
    """`bypass_actors` None: GitHub does not show them to this App."""

    name: str = ""
    bypass_actors: tuple[BypassActor, ...] | None = None
    current_user_can_bypass: str = ""  # always, pull_requests_only, never, exempt; "": an older server


def source_of(app_id: int | None) -> int | None:
    """GitHub says -1, or nothing, where any source is believed."""
    return app_id if app_id is not None and app_id > 0 else None
