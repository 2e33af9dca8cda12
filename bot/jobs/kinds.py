"""Every kind of job, once: what it does, what it carries, whom it must not overlap, how urgent and how often it is.

A kind has a row in JOBS and a handler that the composition root binds to it; nothing else knows it by its name. What
waits in the queue may be older than this program: a payload keeps its form, or gets a new kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from bot.forge import envelope as envelopes
from bot.forge.envelope import Envelope
from bot.forge.port import Gone, Misread, Refused
from bot.jobs.port import NewJob
from bot.plain import plain, read
from bot.policy.incidents.report import Report

P = TypeVar("P")
Errors = tuple[type[Exception], ...]

# a verdict goes before an answer, that before a look again, and that before what nobody waits for. Whoever says more
# in a while than a person does is answered after everything else.
VERDICT, PEOPLE, EDGES, USUAL, SWEEP, TALK = 20, 10, 5, 0, -10, -20
NAMES = 255  # characters of a key that the queue keeps


class Unknown(ValueError):
    """No kind of this version of codechill, or a payload that is none of its kind."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """A kind that needs no payload."""


@dataclass(frozen=True, slots=True)
class Events:
    """What a delivery told, or the clock: events with their addresses. `delivery` "" where none told it."""

    delivery: str
    envelopes: tuple[Envelope, ...]


@dataclass(frozen=True, slots=True)
class OfRepository:
    repository_id: int


@dataclass(frozen=True, slots=True)
class Training:
    """`why`: schedule, drift, or who asked for it. `kinds`: of models, by name; none: all that can be fitted here."""

    repository_id: int
    why: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """An instant at which a window of a repository opens or closes, for pull requests into one branch."""

    repository_id: int
    ref: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EdgeReport(Edge):
    """Whether all of an edge is done: `before` has each pull request's verdict before it; asked for the nth time."""

    before: Mapping[str, int | None]
    turn: int


@dataclass(frozen=True, slots=True)
class Visit:
    """`repository` by its full name; "": everything."""

    repository: str = ""


@dataclass(frozen=True, slots=True)
class Reports:
    """What was said of incidents. `delivery` "" where no request told it. `repository_id`: that of a cause which
    names none, 0 where each must."""

    delivery: str
    repository_id: int
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Build:
    """A build of which a team handed in differences: a commit, or the name of a release."""

    repository_id: int
    team: str
    release: str


@dataclass(frozen=True, slots=True)
class Importing:
    """An upload of differences that is whole, by its number."""

    repository_id: int
    upload_id: int


@dataclass(frozen=True, slots=True)
class Reviewing:
    """A question about a pull request: `about` says of which commits, and how it is asked."""

    repository_id: int
    number: int
    about: str


@dataclass(frozen=True, slots=True)
class Kind(Generic[P]):
    """A row of the table. Jobs of one key never overlap; of those that wait with the same key, one will do (`same`)."""

    name: str
    words: str  # what it does, for operators
    payload: type[P]
    key: Callable[[P], str]
    same: bool = True
    priority: int = USUAL
    every: timedelta | None = None  # by the clock, unless the operator says otherwise
    limit: timedelta = timedelta(hours=1)  # then its worker is taken for hung, and another one begins it anew
    hopeless: Errors = (Gone,)  # what it is about is gone: dropped
    final: Errors = (Misread, Unknown)  # the same again would end the same: given up at once

    def new(self, payload: P, at: datetime, *, same: str | None = None, priority: int | None = None) -> NewJob:
        """A job to be added; `same` is another name by which one that waits will do."""
        key = self.key(payload)[:NAMES]
        dedupe = same[-NAMES:] if same is not None else key if self.same else None
        return NewJob(self.name, self.dump(payload), key, at, dedupe, self.priority if priority is None else priority)

    def dump(self, payload: P) -> Mapping[str, Any]:
        """As JSON holds it."""
        body: Mapping[str, Any] = plain(payload, named=False)
        return body

    def load(self, body: Mapping[str, Any]) -> P:
        """Raises Unknown."""
        try:
            return read(self.payload, body)
        except ValidationError as error:
            why = error.errors(include_url=False)[0]["msg"]
            raise Unknown(f"a payload that is none of {self.name}: {why}") from None


@dataclass(frozen=True, slots=True)
class EventKind(Kind[Events]):
    """Its events are read by the name of their class."""

    def dump(self, payload: Events) -> Mapping[str, Any]:
        return {"delivery": payload.delivery, "envelopes": [envelopes.to_json(one) for one in payload.envelopes]}

    def load(self, body: Mapping[str, Any]) -> Events:
        try:
            carried = tuple(envelopes.from_json(one) for one in body["envelopes"])
        except (KeyError, ValueError, TypeError) as error:
            raise Unknown(f"events that are none: {type(error).__name__}") from None
        return Events(str(body.get("delivery") or ""), carried)


def pull_key(repository_id: int, number: int) -> str:
    """Events of one pull request never overlap."""
    return f"{repository_id}#{number}"


def _pull(events: Events) -> str:
    one = events.envelopes[0]
    if one.number is None:
        raise ValueError("an event of a pull request needs its number")
    return pull_key(one.repository_id, one.number)


def _repository(events: Events) -> str:
    return f"{events.envelopes[0].installation_id}/{events.envelopes[0].repository_id}"


def _clock(name: str) -> Callable[[object], str]:
    return lambda _: f"clock/{name}"


def _beat(name: str, words: str, every: timedelta, priority: int = USUAL) -> Kind[Nothing]:
    return Kind(name, words, Nothing, _clock(name), priority=priority, every=every)


LONG = timedelta(hours=12)  # the first reading of a long history
PULL = EventKind("pull", "Look at one pull request", Events, _pull, same=False, limit=LONG)
REPOSITORY = EventKind("repository", "Take news of a repository", Events, _repository, same=False, limit=LONG)
SWEEP_ALL = _beat("sweep", "Sweep every repository", timedelta(minutes=30), SWEEP)
SWEEP_ONE = Kind(
    "sweep-one",
    "Look for pull requests of a repository that no delivery told of",
    OfRepository,
    lambda one: f"clock/sweep/{one.repository_id}",
    priority=SWEEP,
)
REDELIVER = _beat("redeliver", "Ask GitHub to send again what did not arrive", timedelta(minutes=10))
REACTIONS = _beat("reactions", "Ask for 👍 and 👎 on comments", timedelta(minutes=10), SWEEP)
PRUNE = _beat("prune", "Remove what need not, or may not, be kept any longer", timedelta(days=1), SWEEP)
DOCTOR = Kind(
    "doctor",
    "See whether checks hold what they say they hold",
    Visit,
    lambda visit: f"clock/doctor/{visit.repository}" if visit.repository else "clock/doctor",
    priority=SWEEP,
    every=timedelta(days=1),
)
CALENDARS = _beat("calendars", "Read calendars at addresses", timedelta(minutes=15))
STANDING = Kind("standing", "Compare what was decided with the calendar", Nothing, _clock("standing"), priority=EDGES)
MOVED = Kind("clock-moved", "Look at everything: the clock was wrong", Nothing, _clock("moved"), priority=EDGES)
EDGE = Kind(
    "edge",
    "Look at the pull requests that a window opens or closes over",
    Edge,
    lambda edge: f"clock/edge/{edge.repository_id}/{edge.ref}",
    same=False,
    priority=EDGES,
)
EDGE_DONE = Kind(
    "edge-done",
    "Record how an edge went",
    EdgeReport,
    lambda report: f"clock/edge-done/{report.repository_id}/{report.ref}",
    same=False,
)

FIT = Kind(
    "fit",
    "Fit what a repository's own past adds to the shipped model",
    OfRepository,
    lambda one: f"fit/{one.repository_id}",
    priority=TALK,
)
RELABEL = Kind(
    "relabel",
    "Count incidents in that became known late",
    OfRepository,
    lambda one: f"relabel/{one.repository_id}",
    priority=SWEEP,
)
REPORT = Kind(
    "incident",
    "Find the change that an incident names, and keep what was said of it",
    Reports,
    _clock("incidents"),  # one after the other: two that say the same become one claim
    same=False,
    limit=LONG,
)

FOLLOW = _beat("follow", "Follow what was assessed to its outcome", timedelta(days=1), TALK)
FOLLOW_ONE = Kind(
    "follow-one",
    "Follow the assessments of one repository",
    OfRepository,
    lambda one: f"clock/follow/{one.repository_id}",
    priority=TALK,
)

RETRAIN = _beat("retrain", "Let models serve that were tried long enough, and fit others", timedelta(days=1), TALK)
RETRAIN_ONE = Kind(
    "retrain-one",
    "Fit challengers on the past of one repository and compare them with the model that serves",
    Training,
    lambda one: f"retrain/{one.repository_id}",
    priority=TALK,
    limit=LONG,
)

MEASURE = _beat("measure", "See whose measurements of models are a week old", timedelta(days=1), TALK)
MEASURE_ONE = Kind(
    "measure-one",
    "Measure models on the past of one repository, for its page",
    OfRepository,
    lambda one: f"measure/{one.repository_id}",
    priority=TALK,
    limit=LONG,
)

DIALS = _beat("dials", "Take back the trust that sources of automatic changes have lost", timedelta(minutes=5), EDGES)
GUARD = _beat("guard", "Stop what lands by itself where it does worse than all else", timedelta(hours=1), EDGES)
REVIEWS = _beat("reviews", "Open and close issues for reviews that were put off", timedelta(minutes=5), USUAL)
NOTICES = _beat("notices", "Tell people what is due, by mail, Slack, Teams or webhook", timedelta(minutes=1), EDGES)

REVIEW = Kind(
    "review",
    "Ask a language model about a change that everything else lets pass",
    Reviewing,
    lambda asked: f"review/{pull_key(asked.repository_id, asked.number)}",
)
WEIGH = Kind(
    "weigh",
    "Work out what is suggested of a build's differences",
    Build,
    lambda build: f"weigh/{build.repository_id}/{build.team}/{build.release}",
    priority=TALK,
)
RELEASE = Kind(
    "release",
    "Say on a release's commit what its differences come to",
    Build,
    lambda build: f"release/{build.repository_id}/{build.team}/{build.release}",
    priority=PEOPLE,
    hopeless=(Gone, Refused),
)
IMPORT = Kind(
    "differences",
    "Read the differences that a pipeline handed in",
    Importing,
    lambda one: f"differences/{one.repository_id}",  # one after the other: they share log templates
    same=False,
    limit=LONG,
)
LAND = _beat("land", "Look at changes whose delay is over, to land them", timedelta(minutes=1), EDGES)
LANDED = _beat("landed", "Compare what landed by itself with what was approved", timedelta(minutes=1), EDGES)

Row = Kind[Any]
JOBS: tuple[Row, ...] = (
    PULL,
    REPOSITORY,
    EDGE,
    EDGE_DONE,
    STANDING,
    MOVED,
    SWEEP_ALL,
    SWEEP_ONE,
    REDELIVER,
    CALENDARS,
    REACTIONS,
    PRUNE,
    DOCTOR,
    FIT,
    FOLLOW,
    FOLLOW_ONE,
    RELABEL,
    REPORT,
    RETRAIN,
    RETRAIN_ONE,
    MEASURE,
    MEASURE_ONE,
    DIALS,
    GUARD,
    NOTICES,
    REVIEW,
    LAND,
    LANDED,
    REVIEWS,
    WEIGH,
    RELEASE,
    IMPORT,
)
