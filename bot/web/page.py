"""What a page is: where it stands, who may see it, what it reads, and what it makes of that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.forge.envelope import Envelope
from bot.jobs.intake import Shares
from bot.store import (
    Assessments,
    AuditLog,
    AutomaticLandings,
    Claims,
    Configurations,
    DeferredReviews,
    Differences,
    DifferenceWeighings,
    DriftLog,
    Exceptions,
    FeedbackLog,
    Findings,
    Freezes,
    Inbox,
    KnownRepository,
    LandingQueue,
    Landings,
    Measurements,
    Models,
    Outcomes,
    Passages,
    RateLimits,
    Repositories,
    Shown,
    Slots,
    Sourced,
    Sources,
    Subscriptions,
    Versions,
)
from bot.web.desks import Desks
from bot.web.learnt import Learnt

# anybody signed in; readers of the repository in its address; writers: those of them who may write to it
Who = Literal["anybody", "readers", "writers", "operators"]
FOR: Mapping[Who, str] = {
    "anybody": "everybody who signs in, each with the repositories they may read",
    "readers": "who may read the repository",
    "writers": "who may write to the repository",
    "operators": "operators of this server",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who signed in, and the repositories of this server that the forge lets them read."""

    id: int
    login: str
    repositories: tuple[KnownRepository, ...] = ()
    operator: bool = False
    writes: frozenset[int] = frozenset()  # numbers of those of them to which they may write


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a page. `repository` and `number` are those of its address, where it names some."""

    reader: Reader
    forge: str  # address of the forge that people open: https://github.com
    repository: KnownRepository | None = None
    number: int | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)  # of a page that is asked with a form; it changes nothing

    @property
    def here(self) -> KnownRepository:
        """The repository in the address. Raises LookupError on a page whose address has none."""
        if self.repository is None:
            raise LookupError("this page's address names no repository")
        return self.repository


@dataclass(frozen=True, slots=True)
class Stored:
    """What pages are made of."""

    shown: Shown
    configurations: Configurations
    freezes: Freezes
    exceptions: Exceptions
    landings: Landings
    subscriptions: Subscriptions
    repositories: Repositories
    audit: AuditLog
    assessments: Assessments
    feedback: FeedbackLog
    findings: Findings
    outcomes: Outcomes
    inbox: Inbox
    limits: RateLimits
    versions: Versions
    models: Models
    measurements: Measurements
    drift: DriftLog
    claims: Claims
    sources: Sources
    sourced: Sourced
    slots: Slots
    passages: Passages
    landing_queue: LandingQueue
    automatic_landings: AutomaticLandings
    deferred_reviews: DeferredReviews
    differences: Differences
    difference_weighings: DifferenceWeighings
    desks: Desks = field(default_factory=Desks)
    learnt: Learnt = field(default_factory=Learnt)


Answered = Callable[[int, str, str], None]  # repository, team, release


def _nobody(repository_id: int, team: str, release: str) -> None:
    """Nobody waits for answers."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a page may do for its reader: have an event of a pull request looked at, by the same line as any other, and
    tell of an answer to a group of differences."""

    store: Stored
    look: Callable[[Envelope, datetime], bool]
    shares: Shares
    answered: Answered = _nobody


@dataclass(frozen=True, slots=True)
class Told:
    """A form was carried out: where its reader goes on, and what a script of the page is told instead."""

    to: str
    words: Mapping[str, object]


class NotTaken(Exception):
    """A form that is not carried out; the message is one sentence for whoever sent it."""


class NotThere(Exception):
    """What the address names does not exist; whoever may not read it is told the same."""


@dataclass(frozen=True, slots=True)
class Page:
    """One row of PAGES. `read` takes from the store what `view` needs; `view` is pure and returns a frozen dataclass,
    `view` in its template `templates/web/<name>.html.j2`. An address may hold `<owner>`, `<repo>` and `<int:number>`.

    `nav` is its name in the navigation; "": it is reached from other pages. `read` may raise NotThere, `act` NotTaken
    and NotThere. A form is taken only with the mark that its reader was shown: `mark` in templates.
    """

    name: str
    path: str
    title: str
    who: Who
    read: Callable[[Stored, Asked, datetime], Any]
    view: Callable[[Any, Asked, datetime], Any]
    nav: str = ""
    asks: bool = False  # may be asked with a form, which changes nothing
    # carries a form out; returns the address to go on to
    act: Callable[[Desk, Asked, datetime], str | Told] | None = None

    @property
    def of_repository(self) -> bool:
        return "<owner>" in self.path


def may_see(page: Page, reader: Reader, here: KnownRepository | None) -> bool:
    """`here`: the repository in the address, where this reader may read it."""
    if page.of_repository and here is None:
        return False
    if page.who == "operators":
        return reader.operator
    return page.who != "writers" or (here is not None and here.id in reader.writes)


def readable(reader: Reader, full_name: str) -> KnownRepository | None:
    """The repository of that name, where this reader may read it."""
    return next((one for one in reader.repositories if one.full_name.lower() == full_name.lower()), None)
