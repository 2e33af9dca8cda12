"""An event with its address: which repository and pull request it is about. What a delivery becomes past the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.plain import plain, read
from bot.policy.events import Changed, Commented, Due, Event, Labelled, Pressed, Queued, Tick
from bot.policy.incidents.issue import Issue
from bot.policy.pull import Person


@dataclass(frozen=True, slots=True)
class Pushed:
    """A branch moved: pull requests into it may conflict, and its configuration may have changed."""

    ref: str  # "refs/heads/main"
    after: str
    paths: tuple[str, ...] = ()  # files the push names; a long push names only some of them
    complete: bool = True  # whether `paths` is all of them
    by: Person | None = None  # who pushed


@dataclass(frozen=True, slots=True)
class Reachable:
    """The App may see the repository: it was installed, renamed, transferred, brought back, or given permissions."""

    why: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The App may not see it any more: uninstalled, suspended, deleted, archived."""

    why: str


@dataclass(frozen=True, slots=True)
class Ungrouped:
    """A merge group is over: merged, or taken apart."""

    head_sha: str


RepositoryEvent = Pushed | Reachable | Unreachable | Ungrouped | Issue


@dataclass(frozen=True, slots=True)
class Envelope:
    """About one repository. `number` None with a Changed or Pressed: find the pull requests by its head_sha."""

    installation_id: int  # 0: the delivery names none
    repository_id: int  # 0: every repository of the installation
    full_name: str
    number: int | None
    event: Event | RepositoryEvent


_KINDS: Mapping[str, type[Event | RepositoryEvent]] = {
    kind.__name__: kind
    for kind in (
        Changed,
        Commented,
        Pressed,
        Labelled,
        Tick,
        Queued,
        Due,
        Pushed,
        Reachable,
        Unreachable,
        Ungrouped,
        Issue,
    )
}


def to_json(envelope: Envelope) -> dict[str, Any]:
    """Plain values, for a job's payload."""
    body: dict[str, Any] = plain(envelope, named=False)
    return body | {"is": type(envelope.event).__name__}


def from_json(body: Mapping[str, Any]) -> Envelope:
    """The same envelope again. Raises KeyError or ValueError when it is none."""
    event = read(_KINDS[body["is"]], body["event"])
    return Envelope(body["installation_id"], body["repository_id"], body["full_name"], body["number"], event)
