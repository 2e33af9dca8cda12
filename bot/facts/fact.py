"""A fact has a name, says what it needs and costs, and is asked for once a look, when somebody first needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, cast

from bot.config.repository import Configurations
from bot.facts.answers import Answers
from bot.facts.assessor import Assessor
from bot.forge.port import Forge, Landing, Target
from bot.policy.candidate import Bump
from bot.policy.events import Event
from bot.policy.state import Question
from bot.store import (
    Assessments,
    AutomaticLandings,
    Claims,
    Contents,
    DeferredReviews,
    Differences,
    DifferenceUploads,
    DifferenceWeighings,
    Exceptions,
    Findings,
    LandingQueue,
    Notes,
    Passages,
    Pulls,
    Pushes,
    Reactions,
    Slots,
    Sourced,
    Sources,
)

T = TypeVar("T")
Filled = Mapping[str, object]  # fields of State by name


@dataclass(frozen=True, slots=True)
class Cost:
    """At most, when nothing is kept from an earlier look: requests to the forge, and git processes."""

    requests: int = 0
    git: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Fact(Generic[T]):
    """One row of the table.

    `none` is what it is where there is nobody to ask: for a landing of long ago. `needs` are the facts that reading it
    may ask for. `fills` says which fields of State show it; left out, the one that has its name, if there is one.
    """

    name: str
    read: Callable[[Live, Look], T]
    none: Callable[[], T]
    needs: tuple[Fact[Any], ...] = ()
    cost: Cost = Cost()
    fills: Callable[[T], Filled] | None = None


class Releases(Protocol):
    """Knows when packages were released. Nothing here asks a network for it."""

    def released(self, bump: Bump) -> datetime | None:
        """Since when that version of that package of that ecosystem is out at the latest; None: it is not known."""
        ...


class Source(Protocol):
    """Where facts come from."""

    def find(self, fact: Fact[T], look: Look) -> T: ...


@dataclass(frozen=True, slots=True)
class Known:
    """What is in the store of a pull request, of those beside it and of its branch."""

    pulls: Pulls
    pushes: Pushes
    contents: Contents
    assessments: Assessments
    exceptions: Exceptions
    notes: Notes
    findings: Findings
    claims: Claims
    sources: Sources
    sourced: Sourced
    slots: Slots
    passages: Passages
    landing_queue: LandingQueue
    automatic_landings: AutomaticLandings
    deferred_reviews: DeferredReviews
    reactions: Reactions
    difference_uploads: DifferenceUploads
    differences: Differences
    difference_weighings: DifferenceWeighings


@dataclass(frozen=True, slots=True)
class Live:
    """The forge, the mirror and the store, as they are now. Raises ForgeError kinds and GitError."""

    forge: Forge
    store: Known
    assessor: Assessor
    configurations: Configurations
    answers: Answers | None = None  # of what is asked for; None: nobody answers
    landing: Landing | None = None  # the App that lands; None: nothing lands by itself
    releases: Releases | None = None  # release dates of packages; None: only what was seen here is known

    def find(self, fact: Fact[T], look: Look) -> T:
        return fact.read(self, look)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is written down already; nobody is asked for the rest."""

    values: Mapping[Fact[Any], Any]

    def find(self, fact: Fact[T], look: Look) -> T:
        return cast("T", self.values[fact]) if fact in self.values else fact.none()


@dataclass(slots=True)
class Look:
    """What is known so far of one pull request. Reading a fact that is not known yet asks for it."""

    source: Source
    target: Target
    number: int
    now: datetime
    event: Event | None = None  # why we look: facts are fetched, never taken from it
    questions: dict[Question, None] = field(default_factory=dict)  # without an answer, and asked of nobody yet
    _known: dict[Fact[Any], Any] = field(default_factory=dict)
    _reading: list[Fact[Any]] = field(default_factory=list)

    def __getitem__(self, fact: Fact[T]) -> T:
        if self._reading and fact not in self._reading[-1].needs:
            raise LookupError(f"the fact {self._reading[-1].name!r} does not say that it needs {fact.name!r}")
        if fact not in self._known:
            self._reading.append(fact)
            try:
                self._known[fact] = self.source.find(fact, self)
            finally:
                self._reading.pop()
        return cast("T", self._known[fact])

    def tell(self, fact: Fact[T], value: T) -> None:
        """It is known already, so nobody is asked."""
        self._known[fact] = value

    def forget(self, *facts: Fact[Any]) -> None:
        """They may have changed: they are asked for again, and so is what rests on them."""
        for fact in facts:
            self._known.pop(fact, None)
            self.forget(*(each for each in self._known if fact in each.needs))

    def facts(self) -> set[Fact[Any]]:
        """Those that are known."""
        return set(self._known)

    def beside(self, number: int) -> Look:
        """A look at another pull request of the same repository."""
        return Look(self.source, self.target, number, self.now)
