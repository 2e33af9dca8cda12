"""Turns of the calendar: whatever one changes, the pull requests and merge groups under it are decided again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock.edges import KnownEdges
from bot.config.calendars import Calendars
from bot.forge.envelope import Envelope
from bot.jobs.intake import decide_group, look
from bot.jobs.kinds import DOCTOR, EDGE, EDGE_DONE, Edge, EdgeReport, Nothing, Visit
from bot.jobs.port import JobQueue
from bot.policy.events import Tick, Why
from bot.store import AuditLog, Groups, KnownPull, KnownRepository, Pulls, Repositories, Ticks

REPORT = timedelta(minutes=1)  # after an edge, how often its audit record asks whether all is done
REPORTS = 15
AGAIN = timedelta(minutes=10)  # between later looks at an edge that was reported with some left
GIVEN_UP = timedelta(hours=6)  # after an edge
UNLIKE = timedelta(minutes=10)  # between two looks at a head whose decision does not fit the calendar


@dataclass(frozen=True, slots=True)
class Covered:
    """What stands under a calendar, and where it is written down what a turn of it did."""

    repositories: Repositories
    pulls: Pulls
    groups: Groups
    ticks: Ticks
    audit: AuditLog


class Turns:
    """Its methods are handlers of jobs. `doctor`: whether it is called when a window is near."""

    def __init__(
        self,
        *,
        covered: Covered,
        edges: KnownEdges,
        queue: JobQueue,
        clock: Callable[[], datetime],
        calendars: Calendars,
        doctor: bool = False,
    ) -> None:
        self._covered, self._edges, self._queue, self._clock = covered, edges, queue, clock
        self._calendars, self._doctor = calendars, doctor

    def calendars(self, _: Nothing) -> None:
        """What a calendar at an address changes, it changes for every open pull request under it."""
        named = self._edges.addresses()
        changed = self._calendars.refresh(named)
        for repository_id, ref in sorted({where for address in changed for where in named[address]}):
            for pull in self._covered.pulls.all_open(repository_id, ref):
                self._look(pull.repository, pull.number, "configuration")

    def standing(self, _: Nothing) -> None:
        """Look at every head that was decided under another calendar than that of now, whatever the clock did since."""
        now = self._clock()
        marks, turn = self._edges.marks(now), int(now.timestamp() // UNLIKE.total_seconds())
        for group in self._covered.groups.all_open():
            mark = marks.get((group.repository_id, group.base_ref), group.mark)
            name = f"unlike {group.repository_id} {group.head_sha} {mark} {turn}"
            if mark != group.mark and self._covered.ticks.once(name, now):
                decide_group(self._queue, group, now)
        for pull in self._covered.pulls.all_open():
            mark = marks.get((pull.repository.id, pull.base_ref), pull.mark)
            name = f"unlike {pull.repository.id}#{pull.number} {mark} {turn}"
            if mark != pull.mark and pull.decided_at is not None and self._covered.ticks.once(name, now):
                self._look(pull.repository, pull.number, "edge")

    def moved(self, _: Nothing) -> None:
        """The clock was wrong for a while: what was decided by it, or left undecided, is decided again."""
        for group in self._covered.groups.all_open():
            decide_group(self._queue, group, self._clock())
        for pull in self._covered.pulls.all_open():
            self._look(pull.repository, pull.number, "clock")

    def edge(self, edge: Edge) -> None:
        """Merge groups first; then every open pull request into that branch, those ready to land before others."""
        if self._clock() < edge.at:  # recalled before its time
            self._queue.add(EDGE.new(edge, edge.at))
            return
        for group in self._covered.groups.all_open(edge.repository_id, edge.ref):
            decide_group(self._queue, group, self._clock())
        covered = self._covered.pulls.all_open(edge.repository_id, edge.ref)
        for pull in covered:
            self._look(pull.repository, pull.number, "edge")
        self._see_the_doctor(edge.repository_id)
        self._report(edge, {str(pull.number): pull.verdict for pull in covered}, turn=1)

    def report(self, report: EdgeReport) -> None:
        """An audit record for each edge: how many, how many changed, how long it took, how many are left.

        When some are left after a quarter of an hour it says so, and a second record follows once they are done.
        """
        at, before = report.at, report.before
        now = {str(pull.number): pull for pull in self._covered.pulls.all_open(report.repository_id, report.ref)}
        left = [number for number in before if number in now and not _decided_since(now[number], at)]
        over = not left or self._clock() >= at + GIVEN_UP
        if not over:
            self._report(report, before, turn=report.turn + 1)
        if not (over or report.turn == REPORTS):
            return
        done = [now[number] for number in before if number in now and number not in left]
        self._covered.audit.add(
            "edge",
            at=self._clock(),
            repository_id=report.repository_id,
            ref=report.ref,
            edge=at,
            pulls=len(before),
            changed=sum(pull.verdict != before[str(pull.number)] for pull in done),
            seconds=max(((pull.decided_at or at) - at).total_seconds() for pull in done) if done else 0.0,
            left=len(left),
        )

    def _see_the_doctor(self, repository_id: int) -> None:
        """Half a day before a window opens, and when it does: does the check hold what it says it holds?"""
        repository = self._covered.repositories.get(repository_id)
        if repository is not None and self._doctor:
            self._queue.add(DOCTOR.new(Visit(repository.full_name), self._clock()))

    def _report(self, edge: Edge, before: Mapping[str, int | None], *, turn: int) -> None:
        report = EdgeReport(edge.repository_id, edge.ref, edge.at, before, turn)
        self._queue.add(EDGE_DONE.new(report, self._clock() + (REPORT if turn <= REPORTS else AGAIN)))

    def _look(self, repository: KnownRepository, number: int, why: Why) -> None:
        one = Envelope(repository.installation_id, repository.id, repository.full_name, number, Tick(why))
        look(self._queue, one, self._clock())


def _decided_since(pull: KnownPull, at: datetime) -> bool:
    return pull.decided_at is not None and pull.decided_at >= at
