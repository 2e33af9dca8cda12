"""What the doctor looks at: what GitHub says of the App, and what is true on this machine. No client, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.doors.health import Work
from bot.store import KnownSign


@dataclass(frozen=True, slots=True)
class App:
    """The App as GitHub has it now; `settings_url` is its settings page."""

    id: int
    slug: str
    permissions: Mapping[str, str]
    events: frozenset[str]
    settings_url: str
    install_url: str


@dataclass(frozen=True, slots=True)
class Installation:
    """One account's installation. `problem` says why its repositories could not be looked at; `left_out` counts
    those that were not, because there were too many."""

    id: int
    account: str
    permissions: Mapping[str, str]
    events: frozenset[str]
    url: str
    suspended: bool = False
    repositories: int = 0
    left_out: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Lander:
    """The second App, which lands. `refused` says why GitHub does not know it."""

    app: App | None
    refused: str = ""
    installations: tuple[Installation, ...] = ()


@dataclass(frozen=True, slots=True)
class Hook:
    """The App's webhook. `url` is empty when there is none."""

    url: str
    content_type: str = "json"
    verifies: bool = True
    has_secret: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver. `status_code` 0: nothing answered."""

    guid: str
    at: datetime
    event: str
    status_code: int
    status: str

    @property
    def arrived(self) -> bool:
        return 200 <= self.status_code < 400


@dataclass(frozen=True, slots=True)
class Requirement:
    """One check that a branch requires, and what requires it. `app_id` None: whoever reports it is believed."""

    context: str
    app_id: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Bypass:
    """Who need not obey: `actors` in words; None where GitHub does not show them to this App."""

    source: str
    actors: tuple[str, ...] | None
    url: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch that changes are merged into, and what holds there. `mode` is the repository's: enforce, advise, ..."""

    repository: str
    name: str
    settings_url: str
    mode: str = "enforce"
    default: bool = True
    required: tuple[Requirement, ...] = ()
    bypasses: tuple[Bypass, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """The server's own door, knocked at from here. `status` 0: nothing answered, and `words` say why."""

    url: str
    status: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of this machine: `state` is ready, absent (not made yet), behind (an older form), or broken."""

    state: Literal["ready", "absent", "behind", "broken"]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Here:
    """What is true on this machine. `free` is in bytes; `git` is a version, empty when there is no git."""

    folder: str
    database: Part
    model: Part
    free: int
    git: tuple[int, ...]
    unknown_settings: tuple[str, ...] = ()
    work: Work | None = None  # None: the database does not tell
    drift: tuple[tuple[str, KnownSign], ...] = ()  # what alarms, by the repository's name


@dataclass(frozen=True, slots=True)
class Facts:
    """`skew` is this machine's clock minus GitHub's, in seconds. `refused` says why GitHub does not know the App.
    `unseen` are repositories that were asked for and that the App does not reach."""

    now: datetime
    here: Here
    skew: float | None = None
    app: App | None = None
    refused: str = ""
    public_url: str = ""
    hook: Hook | None = None
    reached: Reached | None = None
    deliveries: tuple[Delivery, ...] = ()
    installations: tuple[Installation, ...] = ()
    branches: tuple[Branch, ...] = ()
    unseen: tuple[str, ...] = ()
    lander: Lander | None = None  # None: nothing lands by itself
