"""The composition root: the only place that knows every class. Settings in, a running App out."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from bot.clock.edges import KnownEdges
from bot.clock.redelivery import Redelivery
from bot.clock.schedule import Reach, Schedule
from bot.clock.sweeps import KINDS, Sweeps, beats
from bot.clock.thumbs import Thumbs
from bot.config.addresses import Addresses, networks, places
from bot.config.calendars import Calendars
from bot.config.keys import keys
from bot.config.repository import Configurations
from bot.config.settings import Settings
from bot.doctor.rounds import DOCTOR, go, visits
from bot.doctor.watch import Watch
from bot.doors.api import Api
from bot.doors.front import landing
from bot.doors.health import Looks, told
from bot.doors.metrics import Metrics
from bot.doors.webhook import Door, Limits, create_blueprint
from bot.forge.envelope import Envelope
from bot.forge.github.deliveries import GitHubDeliveries
from bot.forge.github.forge import GitHubForge
from bot.forge.port import Busy, Forge, ForgeError, Gone, Misread, Target
from bot.forge.shadow import ShadowForge
from bot.git.fetch import Git, GitError, Refused, TooMuch
from bot.git.mirror import Mirror, Occupied
from bot.jobs.fanout import News
from bot.jobs.intake import PULL, envelopes_of, intake
from bot.jobs.lease import LeaseQueue
from bot.jobs.port import Job
from bot.jobs.worker import Rules, Worker
from bot.line.accounts import Accounts
from bot.line.assess import MirrorAssessor
from bot.line.reconcile import Reconciler, Stale
from bot.line.render import Markdown
from bot.policy.events import Changed, Commented, Labelled, Pressed, Tick
from bot.policy.state import Cause
from bot.process.privacy import keep_private
from bot.store import Store

_log = structlog.get_logger(__name__)
STALE_AGAIN = timedelta(seconds=2)
MIRROR_WAIT_S = 1.0  # a worker waits so long for another's fetch, then does something else
OCCUPIED_AGAIN = timedelta(seconds=5)
Clock = Callable[[], datetime]
OnEnd = Callable[[Job, str, float], None]


def now() -> datetime:
    """The only clock of the server; everything below is handed it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class App:
    """Everything that runs. `web` is a WSGI application; `start` begins the work, `stop` ends it gracefully."""

    web: Flask
    worker: Worker
    schedule: Schedule
    store: Store
    queue: LeaseQueue
    reconciler: Reconciler
    clock: Clock

    def start(self, *, schedule: bool = True) -> None:
        """Without `schedule`, edges and sweeps happen only when somebody calls `schedule.look`."""
        self.worker.start()
        if schedule:
            self.schedule.start()

    def stop(self) -> None:
        self.schedule.stop()
        self.worker.stop()
        self.store.close()


def build(settings: Settings, *, clock: Clock = now) -> App:
    """Raises ValueError or OSError with one sentence when a setting does not work out."""
    ours = [settings.folder / name for name in ("mirrors", "indexes")]
    keep_private(settings.folder, [*ours, *_files_of(settings.database_url)])
    store = Store(settings.database_url)
    queue = LeaseQueue(store.engine)
    git = Git(settings.git_timeout, settings.git_protocols, _environment())
    forge: Forge = GitHubForge(
        app_id=settings.app_id,
        private_key=settings.private_key.get_secret_value(),
        api=settings.github_api,
        words=Markdown(),
        memory=store.sent,
        clock=clock,
        paced=settings.paced,
        timeout=settings.github_timeout,
    )
    if settings.shadow:
        forge = ShadowForge(forge)
    # one worker is always left for pull requests whose commits are here already
    fetches = max(1, settings.workers - 1)
    mirror = Mirror(settings.folder.absolute() / "mirrors", git=git, wait=MIRROR_WAIT_S, at_once=fetches)
    indexes = settings.folder.absolute() / "indexes"
    accounts = Accounts(forge, store, clock)
    assessor = MirrorAssessor(forge, mirror, indexes, incidents=store.incidents.of, landed=accounts.landed)
    addresses = Addresses(places(settings.calendars), networks(settings.calendar_networks))
    calendars = Calendars(store, addresses, clock)
    configurations = Configurations(forge, store, clock, calendars)
    reconciler = Reconciler(
        forge=forge,
        store=store,
        assessor=assessor,
        configurations=configurations,
        clock=clock,
    )
    news = News(forge=forge, store=store, queue=queue, clock=clock, group=reconciler.group)
    deliveries = GitHubDeliveries(
        app_id=settings.app_id, private_key=settings.private_key.get_secret_value(), api=settings.github_api
    )
    redelivery = Redelivery(deliveries, store, clock)
    sweeps = Sweeps(
        store=store,
        queue=queue,
        forge=forge,
        clock=clock,
        redelivery=redelivery,
        calendars=calendars,
        thumbs=Thumbs(forge=forge, store=store, clock=clock),
        forget=assessor.forget,
        doctor=settings.doctor_hours > 0,
    )
    metrics = Metrics(queue.depth, clock, store.findings.all)
    watch = Watch(visits(settings, os.environ, clock), store, clock)
    looks = Looks()
    handler = _Handler(store, reconciler, news, sweeps, metrics, watch)
    name = f"{socket.gethostname()}-{os.getpid()}"
    worker = Worker(
        queue,
        handler.handle,
        clock,
        name=name,
        rules=Rules(
            threads=settings.workers,
            lease=timedelta(seconds=settings.lease_seconds),
            not_before=_not_before,
            hopeless=(Gone,),
            final=(Misread,),
        ),
        on_dead=handler.dead,
        on_end=_both(handler.ended, looks.ended),
    )
    schedule = Schedule(
        store,
        queue,
        clock,
        holder=name,
        beats=beats(
            timedelta(minutes=settings.sweep_minutes),
            timedelta(minutes=settings.redelivery_minutes),
            timedelta(minutes=settings.calendar_minutes),
            timedelta(hours=settings.doctor_hours),
        ),
        edges=KnownEdges(store),
        reach=Reach(longest=timedelta(seconds=2 * settings.lease_seconds)),
    )
    web = _web(settings, store, queue, worker, metrics, looks, clock)
    if named := keys(settings.api_keys.get_secret_value()):
        web.register_blueprint(Api(store, named, clock, lambda: _at_once(schedule, worker)).blueprint())
    return App(web, worker, schedule, store, queue, reconciler, clock)


class _Handler:
    """From a job to the one who does it."""

    def __init__(
        self, store: Store, reconciler: Reconciler, news: News, sweeps: Sweeps, metrics: Metrics, watch: Watch
    ) -> None:
        self._store, self._reconciler, self._news = store, reconciler, news
        self._sweeps, self._metrics, self._watch = sweeps, metrics, watch

    def handle(self, job: Job) -> None:
        if job.kind in KINDS:
            self._sweeps.handle(job)
            return
        if job.kind == DOCTOR:
            go(self._watch, job)
            return
        guid = str(job.payload.get("delivery") or "")
        for envelope in envelopes_of(job):
            self._take(envelope, guid)
        self._store.inbox.settle(guid or None)

    def _take(self, envelope: Envelope, guid: str) -> None:
        target = self._target(envelope)
        match envelope.event:
            case Changed() | Commented() | Pressed() | Labelled() | Tick() as event if envelope.number is not None:
                decision = self._reconciler.pull(target, envelope.number, event)
                if decision is not None:
                    self._metrics.verdict(decision.verdict.name.lower())
            case _:
                self._news.take(envelope, guid)

    def _target(self, envelope: Envelope) -> Target:
        """By number: the name in an old delivery may not be the repository's name any more."""
        known = self._store.repositories.get(envelope.repository_id)
        if known is None:
            return Target(envelope.installation_id, envelope.repository_id, envelope.full_name)
        return Target(envelope.installation_id or known.installation_id, known.id, known.full_name)

    def ended(self, job: Job, outcome: str, seconds: float) -> None:
        self._metrics.job(job, outcome, seconds)
        if outcome == "dropped":  # nothing is left that could be done about it
            self._store.inbox.settle(str(job.payload.get("delivery") or "") or None)

    def dead(self, job: Job, error: Exception) -> None:
        self._store.inbox.give_up(str(job.payload.get("delivery") or "") or None, f"{type(error).__name__}: {error}")
        if job.kind != PULL:
            return
        for envelope in envelopes_of(job):
            try:
                self._reconciler.failed(self._target(envelope), envelope.number or 0, *_in_words(error))
            except ForgeError as silent:  # it cannot even be said: the sweep looks again
                _log.warning("app.failure_not_shown", words=str(silent))


def _in_words(error: Exception) -> tuple[str, Cause]:
    """For people: what went wrong, without what only the log should hold, and who caused it."""
    match error:
        case Refused():
            return str(error).rstrip("."), "us"
        case TooMuch():  # up to whoever pushed: a history may be made for it
            return str(error).rstrip("."), "change"
        case GitError():
            return "the repository could not be read with git", "us"
        case Misread():
            return "the forge answered in a way that this version of codechill cannot read", "forge"
        case ForgeError():
            return "the forge did not answer", "forge"
        case OSError() | SQLAlchemyError():
            return "codechill itself failed on it, and its operator finds why in the log", "us"
        case _:  # nobody knows: a content that was made for it, for all we can say
            return "codechill itself failed on it, and its operator finds why in the log", "change"


def _not_before(error: Exception, at: datetime) -> datetime | None:
    match error:
        case Busy():
            return error.until
        case Stale():
            return at + STALE_AGAIN
        case Occupied():  # another job fetches the same repository, perhaps from a host that hangs: do others meanwhile
            return at + OCCUPIED_AGAIN
        case _:
            return None


def _both(first: OnEnd, second: OnEnd) -> OnEnd:
    def ended(job: Job, outcome: str, seconds: float) -> None:
        first(job, outcome, seconds)
        second(job, outcome, seconds)

    return ended


def _web(
    settings: Settings,
    store: Store,
    queue: LeaseQueue,
    worker: Worker,
    metrics: Metrics,
    looks: Looks,
    clock: Clock,
) -> Flask:
    web = Flask("codechill", static_folder=None)
    web.config["MAX_CONTENT_LENGTH"] = settings.max_delivery_bytes
    door = Door(
        clock=clock,
        wake=worker.wake,
        ready=lambda: {"database": store.answers(), "worker": worker.alive(), "looks": looks.well()},
        told=lambda: {"jobs": told(queue, clock())},
        metrics=metrics.page,
        count=metrics.delivery,
    )
    limits = Limits(body=settings.max_delivery_bytes)
    web.register_blueprint(landing(settings.public_url))
    web.register_blueprint(
        create_blueprint(settings.webhook_secrets, store.inbox, intake(store, queue), limits, door=door)
    )
    return web


def _at_once(schedule: Schedule, worker: Worker) -> None:
    """A freeze by hand does not wait for the clock's next look."""
    schedule.look()
    worker.wake()


def _files_of(database: str) -> tuple[Path, ...]:
    """Where SQLite keeps a database, wherever that is."""
    url = sa.make_url(database)
    if url.get_backend_name() != "sqlite" or not url.database:
        return ()
    return tuple(Path(f"{url.database}{end}") for end in ("", "-wal", "-shm"))


def _environment() -> dict[str, str]:
    """What git inherits: where programs are, and a proxy when one is set."""
    names = ("PATH", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    return {name: os.environ[name] for name in (*names, "SSL_CERT_FILE", "GIT_SSL_CAINFO") if name in os.environ}
