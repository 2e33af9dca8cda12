"""What the clock's jobs do: find pull requests that should be looked at, and put each into the queue."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.clock.edges import KnownEdges
from bot.clock.redelivery import Redelivery
from bot.clock.schedule import EDGE, MOVED, STANDING, Beat
from bot.clock.thumbs import TURN, Thumbs
from bot.config.calendars import Calendars
from bot.doctor.rounds import DOCTOR
from bot.forge.envelope import Envelope
from bot.forge.port import Forge, Gone, Listed, Target
from bot.jobs.intake import PRUNE, enqueue_event, enqueue_group
from bot.jobs.port import Job, JobQueue
from bot.line.accounts import FRESH
from bot.policy.events import Tick, Why
from bot.store import Delivery, KnownPull, KnownRepository, Store

_log = structlog.get_logger(__name__)

SWEEP, SWEEP_ONE, REDELIVER, EDGE_DONE = "sweep", "sweep-one", "redeliver", "edge-done"
CALENDARS, REACTIONS = "calendars", "reactions"
KINDS = frozenset({SWEEP, SWEEP_ONE, REDELIVER, PRUNE, EDGE, EDGE_DONE, CALENDARS, REACTIONS, STANDING, MOVED})

KEPT = timedelta(days=8)  # deliveries and buckets: a day longer than any forge can send again
ROTATION = timedelta(days=1)  # an open pull request is looked at again at least this often
BACK = timedelta(hours=2)  # how far a usual redelivery sweep looks
EVERYTHING_H = 6  # the first of so many hours looks at all that is kept
SKEW = timedelta(minutes=1)
REPORT = timedelta(minutes=1)  # after an edge, how often its audit record asks whether all is done
REPORTS = 15
AGAIN = timedelta(minutes=10)  # between later looks at an edge that was reported with some left
GIVEN_UP = timedelta(hours=6)  # after an edge
UNLIKE = timedelta(minutes=10)  # between two looks at a head whose decision does not fit the calendar
PUSHES = timedelta(days=400)  # who pushed to a pull request that is open for longer is not remembered
# why a repository is gone for good, or until its owner installs the App again; a suspended or archived one is kept
LEFT = frozenset({"deleted", "removed", "not found", "installation: deleted"})
GROUP = timedelta(days=1)  # no merge queue waits longer for its checks


def beats(
    sweep: timedelta, redeliver: timedelta, calendars: timedelta | None = None, doctor: timedelta | None = None
) -> tuple[Beat, ...]:
    """The usual beats, from the operator's settings; without `calendars` no address is read, without `doctor` no round
    is made."""
    often = (Beat(SWEEP, sweep, -10), Beat(REDELIVER, redeliver), Beat(REACTIONS, TURN, -10))
    usual = (*often, Beat(PRUNE, timedelta(days=1), -10), *([Beat(DOCTOR, doctor, -10)] if doctor else ()))
    return usual if calendars is None else (*usual, Beat(CALENDARS, calendars))


class Sweeps:
    """Give every job whose kind is in KINDS to `handle`."""

    def __init__(
        self,
        *,
        store: Store,
        queue: JobQueue,
        forge: Forge,
        clock: Callable[[], datetime],
        redelivery: Redelivery | None = None,
        calendars: Calendars | None = None,
        thumbs: Thumbs | None = None,
        forget: Callable[[int], None] = lambda repository_id: None,
        doctor: bool = False,
    ) -> None:
        self._store, self._queue, self._forge, self._clock, self._redelivery = store, queue, forge, clock, redelivery
        self._calendars, self._thumbs, self._edges = calendars, thumbs, KnownEdges(store)
        self._forget, self._doctor = forget, doctor

    def handle(self, job: Job) -> None:
        """Raises ForgeError when the forge must be asked and does not answer."""
        match job.kind:
            case "sweep":
                self._sweep()
            case "sweep-one":
                self._sweep_one(int(job.payload["repository_id"]))
            case "redeliver":
                self._redeliver()
            case "reactions":
                if self._thumbs is not None:
                    self._thumbs.poll()
            case "prune":
                self._prune()
            case "calendars":
                self._read_calendars()
            case "standing":
                self._compare()
            case "clock-moved":
                self._look_at_all()
            case "edge":
                self._edge(int(job.payload["repository_id"]), str(job.payload["ref"]), _at(job))
            case "edge-done":
                self._edge_done(job)
            case _:
                raise ValueError(f"no job of the clock: {job.kind}")

    def _sweep(self) -> None:
        """One job for each repository, so that one that cannot be reached does not hold up the others."""
        for one in self._store.repositories.all():
            key, now = f"clock/sweep/{one.id}", self._clock()
            self._queue.enqueue(SWEEP_ONE, {"repository_id": one.id}, key, run_at=now, dedupe=key, priority=-10)

    def _sweep_one(self, repository_id: int) -> None:
        repository = self._store.repositories.get(repository_id)
        if repository is None or repository.gone:
            return
        known = {pull.number: pull for pull in self._store.pulls.all_open(repository_id)}
        try:
            found = self._forge.open_pulls(Target(repository.installation_id, repository.id, repository.full_name))
        except Gone as error:
            self._store.repositories.mark_gone(
                repository_id, "not found"
            )  # an event of the installation brings it back
            _log.warning("sweep.repository_gone", repository=repository.full_name, words=str(error))
            return
        for number in known.keys() - {one.number for one in found}:
            self._store.pulls.close(repository_id, number)
        for one in found:
            if _due(known.get(one.number), one, self._clock()):
                self._look(repository, one.number, "sweep")

    def _redeliver(self) -> None:
        if self._redelivery is None:
            return
        now = self._clock()
        first = self._store.ticks.once(f"redeliver everything {now.date().isoformat()} {now.hour // EVERYTHING_H}", now)
        count = self._redelivery.sweep(None if first else now - BACK)
        if count:
            _log.warning("redelivery.asked", count=count)

    def _prune(self) -> None:
        before = self._clock() - KEPT
        _log.info("store.pruned", deliveries=self._store.inbox.prune(before), ticks=self._store.ticks.prune(before))
        self._store.pushes.prune(self._clock() - PUSHES)
        self._store.accounts.prune(self._clock() - FRESH)
        self._store.sent.prune(before)
        self._store.groups.prune(self._clock() - GROUP)
        for one in self._store.repositories.all(gone=True):
            if one.gone in LEFT:  # private history may be among what is kept of it
                self._forget(one.id)

    def _read_calendars(self) -> None:
        """What a calendar at an address changes, it changes for every open pull request under it."""
        if self._calendars is None:
            return
        named = self._edges.addresses()
        changed = self._calendars.refresh(named)
        for repository_id, ref in sorted({where for address in changed for where in named[address]}):
            for pull in self._store.pulls.all_open(repository_id, ref):
                self._look(pull.repository, pull.number, "configuration")

    def _compare(self) -> None:
        """Look at every head that was decided under another calendar than that of now, whatever the clock did since."""
        now = self._clock()
        marks, turn = self._edges.marks(now), int(now.timestamp() // UNLIKE.total_seconds())
        for group in self._store.groups.all_open():
            mark = marks.get((group.repository_id, group.base_ref), group.mark)
            if mark != group.mark and self._store.ticks.once(
                f"unlike {group.repository_id} {group.head_sha} {mark} {turn}", now
            ):
                enqueue_group(self._queue, group, now)
        for pull in self._store.pulls.all_open():
            mark = marks.get((pull.repository.id, pull.base_ref), pull.mark)
            name = f"unlike {pull.repository.id}#{pull.number} {mark} {turn}"
            if mark != pull.mark and pull.decided_at is not None and self._store.ticks.once(name, now):
                self._look(pull.repository, pull.number, "edge")

    def _look_at_all(self) -> None:
        """The clock was wrong for a while: what was decided by it, or left undecided, is decided again."""
        for group in self._store.groups.all_open():
            enqueue_group(self._queue, group, self._clock())
        for pull in self._store.pulls.all_open():
            self._look(pull.repository, pull.number, "clock")

    def _edge(self, repository_id: int, ref: str, at: datetime) -> None:
        """Merge groups first; then every open pull request into that branch, those ready to land before others."""
        if self._clock() < at:  # recalled before its time
            key, payload = f"clock/edge/{repository_id}/{ref}", {"repository_id": repository_id, "ref": ref}
            self._queue.enqueue(EDGE, payload | {"at": at.isoformat()}, key[:255], run_at=at, priority=5)
            return
        for group in self._store.groups.all_open(repository_id, ref):
            enqueue_group(self._queue, group, self._clock())
        covered = self._store.pulls.all_open(repository_id, ref)
        for pull in covered:
            self._look(pull.repository, pull.number, "edge")
        self._see_the_doctor(repository_id)
        before = {str(pull.number): pull.verdict for pull in covered}
        self._report(repository_id, ref, at, before, turn=1)

    def _see_the_doctor(self, repository_id: int) -> None:
        """Half a day before a window opens, and when it does: does the check hold what it says it holds?"""
        repository = self._store.repositories.get(repository_id)
        if repository is not None and self._doctor:
            key, payload = f"clock/doctor/{repository_id}", {"repository": repository.full_name}
            self._queue.enqueue(DOCTOR, payload, key, run_at=self._clock(), dedupe=key, priority=-10)

    def _edge_done(self, job: Job) -> None:
        """An audit record for each edge: how many, how many changed, how long it took, how many are left.

        When some are left after a quarter of an hour it says so, and a second record follows once they are done.
        """
        repository_id, ref, before = (
            int(job.payload["repository_id"]),
            str(job.payload["ref"]),
            dict(job.payload["before"]),
        )
        at, turn = _at(job), int(job.payload["turn"])
        now = {str(pull.number): pull for pull in self._store.pulls.all_open(repository_id, ref)}
        left = [number for number in before if number in now and not _decided_since(now[number], at)]
        over = not left or self._clock() >= at + GIVEN_UP
        if not over:
            self._report(repository_id, ref, at, before, turn=turn + 1)
        if not (over or turn == REPORTS):
            return
        done = [now[number] for number in before if number in now and number not in left]
        self._store.audit.add(
            "edge",
            at=self._clock(),
            repository_id=repository_id,
            ref=ref,
            edge=at,
            pulls=len(before),
            changed=sum(pull.verdict != before[str(pull.number)] for pull in done),
            seconds=max(((pull.decided_at or at) - at).total_seconds() for pull in done) if done else 0.0,
            left=len(left),
        )

    def _report(self, repository_id: int, ref: str, at: datetime, before: dict[str, int | None], *, turn: int) -> None:
        payload = {"repository_id": repository_id, "ref": ref, "at": at.isoformat(), "before": before, "turn": turn}
        run_at = self._clock() + (REPORT if turn <= REPORTS else AGAIN)
        self._queue.enqueue(EDGE_DONE, payload, f"clock/edge-done/{repository_id}/{ref}"[:255], run_at=run_at)

    def _look(self, repository: KnownRepository, number: int, why: Why) -> None:
        one = Envelope(repository.installation_id, repository.id, repository.full_name, number, Tick(why))
        enqueue_event(self._queue, one, Delivery("", "", b"", self._clock()))


def _at(job: Job) -> datetime:
    return datetime.fromisoformat(str(job.payload["at"]))


def _due(pull: KnownPull | None, listed: Listed, now: datetime) -> bool:
    if pull is None or pull.decided_at is None or pull.decided_at < now - ROTATION:
        return True
    if pull.decided_at > now + SKEW:  # by a clock that was ahead, perhaps in a window that is not open yet
        return True
    if (pull.head_sha, pull.base_ref) != (listed.head_sha, listed.base_ref):  # a push that no delivery told of
        return True
    return pull.as_of is not None and pull.as_of > pull.decided_at


def _decided_since(pull: KnownPull, at: datetime) -> bool:
    return pull.decided_at is not None and pull.decided_at >= at
