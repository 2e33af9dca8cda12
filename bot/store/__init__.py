"""What must outlive the process, in our words. The embedded queue shares the database, and its transactions."""

from contextlib import AbstractContextManager
from dataclasses import MISSING, fields
from typing import TypeVar

import sqlalchemy as sa

from bot.store.accounts import Accounts
from bot.store.assessments import Assessments
from bot.store.audit import AuditLog, Broken, Record
from bot.store.automatic_landings import AutomaticLanding, AutomaticLandings, LandingStop
from bot.store.claims import Claims
from bot.store.configurations import Configurations, KnownConfiguration, LastGood
from bot.store.contents import Contents
from bot.store.courses import Course, Courses
from bot.store.deferred_reviews import DeferredReviews, KnownReview
from bot.store.difference_intake import DifferenceIntake
from bot.store.difference_uploads import DifferenceUploads, Upload, Wanted
from bot.store.difference_weighings import Cause, DifferenceWeighings, Weighed, Weighing
from bot.store.differences import Differences
from bot.store.drift import DriftLog, KnownSign
from bot.store.engine import BUSY, open_engine, reading, writing
from bot.store.exceptions import Exceptions
from bot.store.exhibits import Exhibit, Exhibits
from bot.store.feedback import Feedback, FeedbackLog
from bot.store.feeds import Feeds, KnownFeed
from bot.store.findings import Findings, KnownFinding
from bot.store.freezes import Freezes
from bot.store.groups import Groups, KnownGroup
from bot.store.hindsights import Hindsight, Hindsights
from bot.store.inbox import Delivery, Enqueue, Inbox
from bot.store.incidents import Incidents
from bot.store.landing_queue import LandingQueue
from bot.store.landings import Landing, Landings
from bot.store.leases import Leases
from bot.store.limits import RateLimits
from bot.store.measurements import Measurement, Measurements
from bot.store.migrate import migrate
from bot.store.model_reviews import ModelReviews
from bot.store.model_tokens import ModelTokens
from bot.store.models import KnownModel, Models
from bot.store.notes import Notes
from bot.store.notices import KnownNotice, Notices
from bot.store.outcomes import Followed, Outcome, Outcomes
from bot.store.passages import Passages
from bot.store.private import PrivateReason, PrivateReasons
from bot.store.pulls import KnownPull, Lived, Pulls, SeenPull
from bot.store.pushes import Pushes, SeenPush
from bot.store.reactions import Reactions, Thumb
from bot.store.reads import Read, Reads
from bot.store.repositories import KnownRepository, Repositories
from bot.store.sent import Sent
from bot.store.sessions import Session, Sessions
from bot.store.shown import Shown, ShownPull, Sight
from bot.store.slots import Slot, Slots
from bot.store.sourced import Sourced, SourcedChange
from bot.store.sources import Sources, Standing
from bot.store.subscriptions import Subscription, Subscriptions
from bot.store.ticks import Ticks
from bot.store.versions import Versions

Part = TypeVar("Part")

__all__ = [
    "Accounts",
    "Assessments",
    "AuditLog",
    "AutomaticLanding",
    "AutomaticLandings",
    "Broken",
    "Cause",
    "Claims",
    "Configurations",
    "Contents",
    "Course",
    "Courses",
    "DeferredReviews",
    "Delivery",
    "DifferenceIntake",
    "DifferenceUploads",
    "DifferenceWeighings",
    "Differences",
    "DriftLog",
    "Enqueue",
    "Exceptions",
    "Exhibit",
    "Exhibits",
    "Feedback",
    "FeedbackLog",
    "Feeds",
    "Findings",
    "Followed",
    "Freezes",
    "Groups",
    "Hindsight",
    "Hindsights",
    "Inbox",
    "Incidents",
    "KnownConfiguration",
    "KnownFeed",
    "KnownFinding",
    "KnownGroup",
    "KnownModel",
    "KnownNotice",
    "KnownPull",
    "KnownRepository",
    "KnownReview",
    "KnownSign",
    "Landing",
    "LandingQueue",
    "LandingStop",
    "Landings",
    "LastGood",
    "Leases",
    "Lived",
    "Measurement",
    "Measurements",
    "ModelReviews",
    "ModelTokens",
    "Models",
    "Notes",
    "Notices",
    "Outcome",
    "Outcomes",
    "Passages",
    "PrivateReason",
    "PrivateReasons",
    "Pulls",
    "Pushes",
    "RateLimits",
    "Reactions",
    "Read",
    "Reads",
    "Record",
    "Repositories",
    "SeenPull",
    "SeenPush",
    "Sent",
    "Session",
    "Sessions",
    "Shown",
    "ShownPull",
    "Sight",
    "Slot",
    "Slots",
    "Sourced",
    "SourcedChange",
    "Sources",
    "Standing",
    "Store",
    "Subscription",
    "Subscriptions",
    "Thumb",
    "Ticks",
    "Upload",
    "Versions",
    "Wanted",
    "Weighed",
    "Weighing",
]


class Store:
    """One database, and a component for each thing that is kept in it: hand out the component, not the store.

    Safe to share between threads. Opening it applies the migrations that are missing. A writer waits up to `busy`
    seconds for others. What the database cannot do raises sqlalchemy.exc.SQLAlchemyError.
    """

    def __init__(self, url: str, *, busy: float = BUSY) -> None:
        self.engine: sa.Engine = open_engine(url, busy=busy)
        migrate(self.engine)
        self.audit = audit = AuditLog(self.engine)
        # what comes in, and what is known by it
        self.inbox = Inbox(self.engine)
        self.repositories = Repositories(self.engine)
        self.pulls = Pulls(self.engine)
        self.pushes = Pushes(self.engine)
        self.groups = Groups(self.engine)
        # what decides
        self.configurations = Configurations(self.engine)
        self.feeds = Feeds(self.engine)
        self.freezes = Freezes(self.engine, audit)
        self.contents = Contents(self.engine)
        self.assessments = Assessments(self.engine)
        self.sources = Sources(self.engine, audit)
        self.incidents = Incidents(self.engine, audit, self.sources)
        self.claims = Claims(self.engine, audit, self.incidents, self.sources)
        self.exceptions = Exceptions(self.engine, audit)
        self.private_reasons = PrivateReasons(self.engine, audit)
        self.accounts = Accounts(self.engine)
        self.findings = Findings(self.engine)
        self.outcomes = Outcomes(self.engine, audit)
        self.models = Models(self.engine, audit)
        self.model_reviews = ModelReviews(self.engine, audit)
        self.model_tokens = ModelTokens(self.engine)
        self.drift = DriftLog(self.engine, audit)
        self.measurements = Measurements(self.engine)
        # what landed by itself
        self.sourced = Sourced(self.engine)
        self.slots = Slots(self.engine)
        self.hindsights = Hindsights(self.engine, audit)
        self.reads = Reads(self.engine)
        self.courses = Courses(self.engine)
        self.exhibits = Exhibits(self.engine)
        # what reviews and lands itself
        self.passages = Passages(self.engine)
        self.landing_queue = LandingQueue(self.engine, audit)
        self.automatic_landings = AutomaticLandings(self.engine, audit)
        self.deferred_reviews = DeferredReviews(self.engine, audit)
        # differences between two builds
        self.difference_uploads = DifferenceUploads(self.engine, audit)
        self.difference_intake = DifferenceIntake(self.engine)
        self.differences = Differences(self.engine, audit)
        self.difference_weighings = DifferenceWeighings(self.engine)
        # what was said, by us and to us
        self.notes = Notes(self.engine)
        self.sent = Sent(self.engine)
        self.notices = Notices(self.engine)
        self.limits = RateLimits(self.engine)
        self.versions = Versions(self.engine)
        self.feedback = FeedbackLog(self.engine)
        self.reactions = Reactions(self.engine)
        # what people see, and what came of it
        self.shown = Shown(self.engine)
        self.landings = Landings(self.engine)
        self.subscriptions = Subscriptions(self.engine, audit)
        self.sessions = Sessions(self.engine)
        # what the clock did
        self.leases = Leases(self.engine)
        self.ticks = Ticks(self.engine)

    def only(self, kind: type[Part]) -> Part:
        """The components that a dataclass names, for who needs more than a few; what makes itself is none of them."""
        named = [each.name for each in fields(kind) if each.default_factory is MISSING]  # type: ignore[arg-type]
        return kind(**{name: getattr(self, name) for name in named})

    def read(self) -> AbstractContextManager[sa.Connection]:
        return reading(self.engine)

    def write(self) -> AbstractContextManager[sa.Connection]:
        """The one transaction that spans components: hand the connection to each method that shall join."""
        return writing(self.engine)

    def answers(self) -> bool:
        """Whether the database can be read now."""
        try:
            with self.read() as connection:
                return bool(connection.scalar(sa.text("SELECT 1")) == 1)
        except sa.exc.SQLAlchemyError:
            return False

    def close(self) -> None:
        self.engine.dispose()
