"""The composition root: the only place that knows every class. Settings in, a running App out."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from flask import Flask

from bot.clock.edges import KnownEdges
from bot.clock.redelivery import Redelivery
from bot.clock.schedule import Reach, Schedule
from bot.clock.sweeps import Sweeps
from bot.clock.thumbs import Thumbs
from bot.clock.turns import Covered, Turns
from bot.clock.upkeep import Ageing, prune
from bot.config.addresses import Addresses, networks, places
from bot.config.calendars import Calendars
from bot.config.differences import policy_of
from bot.config.keys import keys, upload_keys
from bot.config.repository import Configurations
from bot.config.roles import SERVE, Role
from bot.config.settings import Settings
from bot.doctor.visits import on_visit, visits
from bot.doctor.watch import Watch
from bot.doors.api import Api, Freezing
from bot.doors.differences import DifferenceDoor
from bot.doors.front import landing
from bot.doors.health import Looks, jobs_by_state
from bot.doors.incidents.door import IncidentDoor
from bot.doors.incidents.sources import secrets_of
from bot.doors.metrics import Metrics
from bot.doors.probes import Probes
from bot.doors.webhook import Door, Limits, create_blueprint
from bot.facts.fact import Known
from bot.forge.github.deliveries import GitHubDeliveries
from bot.forge.github.forge import GitHubForge
from bot.forge.port import Forge, Target
from bot.forge.shadow import ShadowForge
from bot.git.fetch import Git, inherited
from bot.git.mirror import Mirror
from bot.jobs import kinds as jobs
from bot.jobs.choice import queue_on
from bot.jobs.desk import Desk, beats, handler
from bot.jobs.fanout import Fanout
from bot.jobs.intake import intake
from bot.jobs.port import Job, JobQueue
from bot.jobs.worker import OnEnd, Rules, Worker
from bot.learning import weekly
from bot.learning.dials import Dials, Trusting
from bot.learning.handlers import handlers as learning
from bot.learning.handlers import while_reachable
from bot.learning.learned import Learned
from bot.learning.registry import Registry, chosen
from bot.line.accounts import Accounts
from bot.line.assess import MirrorAssessor
from bot.line.difference_imports import Importer
from bot.line.difftest import Builds, Tested
from bot.line.events import EventDesk, not_before
from bot.line.incidents import Incidents
from bot.line.issues import Issues
from bot.line.landed import LandedCommits
from bot.line.lands import Landable, landing_app, landing_jobs
from bot.line.perform import Changeable
from bot.line.reconcile import Reconciler
from bot.line.records import Written
from bot.line.render import Markdown
from bot.line.reviewing import Stored as Reviewed
from bot.line.reviewing import reviewing
from bot.notices.posting import posting
from bot.notices.readings import Stored as Noticed
from bot.policy.incidents.report import Report
from bot.process.privacy import keep_private
from bot.store import Store
from bot.store.engine import files_of
from bot.web.page import Stored
from bot.web.pages import FIRST
from bot.web.together import Entered, add_pages, details
from scoring.difftest.settings import TeamSettings

_log = structlog.get_logger(__name__)
MIRROR_WAIT_S = 1.0  # a worker waits so long for another's fetch, then does something else
Clock = Callable[[], datetime]


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
    queue: JobQueue
    reconciler: Reconciler
    answered: Callable[[int, str, str], None]  # of a group of differences: repository, team, release
    clock: Clock
    role: Role

    def start(self, *, schedule: bool = True) -> None:
        """Without `schedule`, edges and sweeps happen only when somebody calls `schedule.look`."""
        if self.role.works:
            self.worker.start()
        if schedule and self.role.times:
            self.schedule.start()

    def stop(self) -> None:
        self.schedule.stop()
        self.worker.stop()
        self.store.close()


def build(settings: Settings, *, clock: Clock = now, role: Role = SERVE) -> App:
    """Raises ValueError or OSError with one sentence when a setting does not work out."""
    ours = [settings.folder / name for name in ("mirrors", "indexes", "models", "uploads")]
    keep_private(settings.folder, [*ours, *files_of(settings.database_url)])
    store = Store(settings.database_url)
    queue = queue_on(store.engine)
    forge = _forge(settings, store, clock)
    mirror = _mirror(settings)
    registry = Registry(store.models, settings.folder.absolute() / "models", chosen(settings.model), clock)
    assessor = _assessor(settings, store, queue, forge, mirror, registry, clock)
    calendars = Calendars(
        store.feeds, Addresses(places(settings.calendars), networks(settings.calendar_networks)), clock
    )
    configurations = Configurations(forge, store.configurations, store.feeds, store.freezes, clock, calendars)
    incidents = Incidents(store.repositories, store.claims, store.inbox, LandedCommits(forge, mirror), forge, clock)

    def report(target: Target, said: Report) -> None:
        queue.add(jobs.REPORT.new(jobs.Reports("", target.repository_id, (said,)), clock()))

    reviews = reviewing(settings, store.only(Reviewed), mirror, queue, clock)
    issues = Issues(forge, configurations, store.claims, report, clock)
    lander = landing_app(settings, store.sent, store.limits, clock)
    reconciler = Reconciler(
        forge=forge,
        known=store.only(Known),
        changeable=store.only(Changeable),
        written=store.only(Written),
        groups=store.groups,
        assessor=assessor,
        configurations=configurations,
        clock=clock,
        report=report,
        answers=reviews,
        ask=reviews.ask if reviews else None,
        landing=lander,
    )
    builds = Builds(store.only(Tested), forge, mirror, configurations, queue, clock)
    metrics, looks = Metrics(queue.depth, clock, store.findings.all), Looks()
    fanout = Fanout(forge, store.repositories, store.pulls, store.groups, queue, clock, reconciler.group, issues.take)
    events = EventDesk(
        store.inbox, store.repositories, reconciler, fanout, lambda verdict: metrics.verdict(verdict.name.lower())
    )
    edges = KnownEdges(store.configurations, store.freezes)
    sweeps = Sweeps(
        repositories=store.repositories,
        pulls=store.pulls,
        ticks=store.ticks,
        queue=queue,
        forge=forge,
        clock=clock,
        redelivery=_redelivery(settings, store, clock),
    )
    turns = Turns(
        covered=store.only(Covered),
        edges=edges,
        queue=queue,
        clock=clock,
        calendars=calendars,
        doctor=settings.doctor_hours > 0,
    )
    dials = Dials(store.only(Trusting), clock)
    desk = Desk(
        dict(
            [
                handler(jobs.PULL, events.take),
                handler(jobs.REPOSITORY, events.take),
                handler(jobs.EDGE, turns.edge),
                handler(jobs.EDGE_DONE, turns.report),
                handler(jobs.STANDING, turns.standing),
                handler(jobs.MOVED, turns.moved),
                handler(jobs.CALENDARS, turns.calendars),
                handler(jobs.SWEEP_ALL, sweeps.everything),
                handler(jobs.SWEEP_ONE, sweeps.repository),
                handler(jobs.REDELIVER, sweeps.deliveries),
                handler(jobs.REACTIONS, Thumbs(forge=forge, reactions=store.reactions, clock=clock).take),
                handler(
                    jobs.PRUNE,
                    prune(store.only(Ageing), clock, assessor.forget, registry.forget, branch=builds.known_branch),
                ),
                handler(jobs.FIT, while_reachable(store.repositories, lambda one: assessor.fit(one.repository_id))),
                handler(
                    jobs.RELABEL, while_reachable(store.repositories, lambda one: assessor.relabel(one.repository_id))
                ),
                handler(jobs.REPORT, incidents.take),
                handler(jobs.DIALS, dials.turn),
                handler(jobs.GUARD, dials.guard),
                handler(jobs.WEIGH, builds.weigh),
                handler(jobs.RELEASE, builds.release),
                handler(jobs.REVIEW, reviews.take if reviews else lambda asked: None),
                handler(jobs.NOTICES, posting(settings, store.only(Noticed), store.only(weekly.Parts), clock).take),
                handler(jobs.IMPORT, _importer(settings, store, clock, builds).take),
                *landing_jobs(store.only(Landable), queue, forge, mirror, clock, lander),
                *learning(store.only(Learned), queue, assessor, registry, clock, settings.retrain_days),
                handler(jobs.DOCTOR, on_visit(Watch(visits(settings, os.environ, clock), store.findings, clock))),
            ]
        )
    )
    name = f"{socket.gethostname()}-{os.getpid()}"
    worker = _worker(settings, queue, desk, events, (metrics.job, looks.ended), clock, name)
    schedule = Schedule(
        store.leases,
        store.ticks,
        queue,
        clock,
        holder=name,
        beats=beats(_operators(settings)),
        edges=edges,
        reach=Reach(longest=timedelta(seconds=2 * settings.lease_seconds)),
    )
    probes = Probes(
        ready=lambda: _ready(role, store, worker, looks),
        details=lambda: {"jobs": jobs_by_state(queue, clock())},
        metrics=metrics.page,
    )
    door = Door(clock=clock, wake=worker.wake, probes=probes, count=metrics.delivery)
    web = _web(settings, store, queue, door, role)
    app = App(web, worker, schedule, store, queue, reconciler, builds.answered, clock, role)
    if not role.doors:
        return app
    if named := keys(settings.api_keys.get_secret_value()):
        web.register_blueprint(Api(store.only(Freezing), named, clock, lambda: _at_once(app)).blueprint())
    if handing_in := upload_keys(settings.upload_keys.get_secret_value()):

        def of_teams(repository_id: int) -> Mapping[str, TeamSettings]:
            return policy_of(store.configurations, repository_id, clock(), builds.branch(repository_id)).settings()

        uploads = DifferenceDoor(
            handing_in, store.difference_uploads, store.repositories, queue, of_teams, clock, worker.wake, builds.read
        )
        web.register_blueprint(uploads.blueprint())
    if why := settings.why_no_pages():
        _log.info("pages.off", words=why)
    else:
        add_pages(web, settings, store.only(Stored), store.only(Entered), queue, clock, forge, builds.answered)
    if secrets := secrets_of(settings.incident_secrets.get_secret_value()):
        told = IncidentDoor(secrets, store.inbox, store.repositories, queue, clock, worker.wake, metrics.delivery)
        web.register_blueprint(told.blueprint())
    return app


def _forge(settings: Settings, store: Store, clock: Clock) -> Forge:
    forge = GitHubForge(
        app_id=settings.app_id,
        private_key=settings.private_key.get_secret_value(),
        api=settings.github_api,
        words=Markdown(),
        memory=store.sent,
        clock=clock,
        paced=settings.paced,
        timeout=settings.github_timeout,
        details=None if settings.why_no_pages() else details(settings.public_url),
        limits=store.limits,
    )
    return ShadowForge(forge) if settings.shadow else forge


def _mirror(settings: Settings) -> Mirror:
    git = Git(settings.git_timeout, settings.git_protocols, inherited(os.environ))
    # one worker is always left for pull requests whose commits are here already
    fetches = max(1, settings.workers - 1)
    return Mirror(settings.folder.absolute() / "mirrors", git=git, wait=MIRROR_WAIT_S, at_once=fetches)


def _assessor(
    settings: Settings, store: Store, queue: JobQueue, forge: Forge, mirror: Mirror, registry: Registry, clock: Clock
) -> MirrorAssessor:
    indexes, accounts = settings.folder.absolute() / "indexes", Accounts(forge, store.accounts, clock)

    def later(kind: jobs.Kind[jobs.OfRepository]) -> Callable[[int], None]:
        def ask(repository_id: int) -> None:
            queue.add(kind.new(jobs.OfRepository(repository_id), clock()))

        return ask

    return MirrorAssessor(
        forge, mirror, indexes, models=registry.served, incidents=store.incidents.of, landed=accounts.landed,
        fit_due=later(jobs.FIT), relabel_due=later(jobs.RELABEL),
    )  # fmt: skip


def _importer(settings: Settings, store: Store, clock: Clock, builds: Builds) -> Importer:
    folder = settings.folder.absolute() / "uploads"
    parts = (store.difference_uploads, store.difference_intake, store.configurations)
    return Importer(*parts, folder, clock, builds.read, builds.branch)


def _redelivery(settings: Settings, store: Store, clock: Clock) -> Redelivery:
    key = settings.private_key.get_secret_value()
    return Redelivery(
        GitHubDeliveries(app_id=settings.app_id, private_key=key, api=settings.github_api), store.inbox, clock
    )


def _operators(settings: Settings) -> dict[str, timedelta]:
    """How often, where the operator says so; zero: never."""
    return {
        jobs.SWEEP_ALL.name: timedelta(minutes=settings.sweep_minutes),
        jobs.REDELIVER.name: timedelta(minutes=settings.redelivery_minutes),
        jobs.CALENDARS.name: timedelta(minutes=settings.calendar_minutes),
        jobs.DOCTOR.name: timedelta(hours=settings.doctor_hours),
    }


def _worker(
    settings: Settings, queue: JobQueue, desk: Desk, events: EventDesk, told: tuple[OnEnd, ...], clock: Clock, name: str
) -> Worker:
    def ended(job: Job, outcome: str, seconds: float) -> None:
        for tell in told:
            tell(job, outcome, seconds)
        if outcome == "dropped":
            events.dropped(job)

    rules = Rules(
        threads=settings.workers,
        lease=timedelta(seconds=settings.lease_seconds),
        not_before=not_before,
        hopeless=desk.hopeless,
        final=desk.final,
        limit=desk.limit,
    )
    return Worker(queue, desk.handle, clock, name=name, rules=rules, on_dead=events.dead, on_end=ended)


def _ready(role: Role, store: Store, worker: Worker, looks: Looks) -> dict[str, bool]:
    works = {"worker": worker.alive(), "looks": looks.well()} if role.works else {}
    return {"database": store.answers()} | works


def _web(settings: Settings, store: Store, queue: JobQueue, door: Door, role: Role) -> Flask:
    web = Flask("codechill", static_folder=None)
    web.config["MAX_CONTENT_LENGTH"] = settings.max_delivery_bytes
    if not role.doors:
        web.register_blueprint(door.probes.blueprint())
        return web
    limits = Limits(body=settings.max_delivery_bytes)
    web.register_blueprint(landing(settings.public_url, "" if settings.why_no_pages() else FIRST))
    web.register_blueprint(
        create_blueprint(
            settings.webhook_secrets,
            store.inbox,
            intake(store.repositories, store.pulls, store.pushes, queue, store.landing_queue.waits),
            limits,
            door=door,
        )
    )
    return web


def _at_once(app: App) -> None:
    """A freeze by hand does not wait for the clock's next look."""
    if app.role.times:
        app.schedule.look()
    else:  # another process leads the clock
        app.queue.add(jobs.STANDING.new(jobs.Nothing(), app.clock()))
    app.worker.wake()
