"""The REST interface: operations named as GitHub's description names them, so that each is checked against it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.access import Caller, Need
from bot.sandbox.git import Git
from bot.sandbox.hooks import Outbox
from bot.sandbox.state import Repository, World


@dataclass(frozen=True)
class Call:
    """One request, ready to be answered: who, where, what. `parts` are the variables of the path."""

    world: World
    outbox: Outbox
    caller: Caller
    parts: dict[str, Any]
    query: dict[str, str]
    body: dict[str, Any]
    accept: str
    repository_or_none: Repository | None
    stale: bool = False

    @property
    def repository(self) -> Repository:
        """The repository in the path."""
        if self.repository_or_none is None:
            raise AssertionError("this operation has no repository in its path")
        return self.repository_or_none

    @property
    def git(self) -> Git:
        """The git half of that repository."""
        return Git(self.repository.folder)


@dataclass(frozen=True)
class Answer:
    """Status and JSON body, or text of another media type; `rows` is a list to be cut into pages.

    `key` names the list inside an object with `total_count`, where GitHub wraps it so.
    """

    status: int = 200
    body: Any = None
    rows: Sequence[Any] | None = None
    key: str | None = None
    text: str | bytes | None = None
    media_type: str = "application/json; charset=utf-8"


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Operation:
    """One operation: its name, who may, what it does."""

    name: str
    need: Need
    handler: Handler

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.name.partition(" ")[0]

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return re.sub(r"\{(\w+)\}", lambda part: f"<{CONVERTERS.get(part[1], 'string')}:{part[1]}>", self.path)

    @property
    def path(self) -> str:
        """The path as GitHub writes it."""
        return self.name.partition(" ")[2]


NUMBERS = ("pull_number", "issue_number", "check_run_id", "check_suite_id", "comment_id", "review_id",
           "installation_id", "delivery_id", "ruleset_id", "reaction_id")  # fmt: skip
CONVERTERS = dict.fromkeys(NUMBERS, "int") | dict.fromkeys(("path", "ref", "branch", "basehead", "name"), "long")
OPERATIONS: list[Operation] = []


def operation(name: str, app: str = "", person: str = "read") -> Callable[[Handler], Handler]:
    """Register a handler. `app` lists rights of which an App needs one; `person` is the role a person needs:
    anyone, someone (signed in), a role in the repository, or nobody."""

    def register(handler: Handler) -> Handler:
        OPERATIONS.append(Operation(name, Need(tuple(app.split()), person, not name.startswith("GET ")), handler))
        return handler

    return register
