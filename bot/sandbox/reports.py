"""What a branch asks for before a merge, and what is reported of commits: check suites, check runs, statuses."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Protection:
    """What a branch asks for before a merge. `checks` maps a context to the App id that must report it, or None.

    GitHub has two ways to ask, which may be used together; `shown_as` says which show this.
    """

    checks: dict[str, int | None] = field(default_factory=dict)
    approvals: int = 0
    strict: bool = False
    enforce_admins: bool = True
    merge_queue: bool = False
    shown_as: frozenset[str] = frozenset({"branch protection", "ruleset"})
    dismiss_stale: bool = False
    code_owners: bool = False
    last_push: bool = False  # somebody else than who pushed last has to approve what was pushed
    conversations: bool = False  # all of them have to be resolved
    signatures: bool = False
    linear: bool = False
    methods: frozenset[str] = frozenset({"merge", "squash", "rebase"})
    unattributed: bool = False  # what an App opened needs one approval more, where any are asked for
    bypass: frozenset[int] = frozenset()  # ids of Apps that these rules do not bind
    more: tuple[str, ...] = ()  # types of rules that a ruleset brings, and that nothing here enforces


@dataclass
class CheckSuite:
    """All check runs of an App on one commit of one repository."""

    id: int
    repository_id: int
    sha: str
    branch: str | None
    before: str | None
    created_at: datetime
    updated_at: datetime
    app_id: int = 0


@dataclass
class CheckRun:
    """A check run of an App; `output` and `actions` are as sent."""

    id: int
    suite_id: int
    repository_id: int
    sha: str
    name: str
    status: str
    conclusion: str | None
    external_id: str
    details_url: str | None
    started_at: datetime | None
    completed_at: datetime | None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, str]] = field(default_factory=list)
    app_id: int = 0


@dataclass
class Status:
    """A commit status."""

    id: int
    repository_id: int
    sha: str
    context: str
    state: str
    description: str | None
    target_url: str | None
    login: str
    created_at: datetime
