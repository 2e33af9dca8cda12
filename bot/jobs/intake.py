"""From stored deliveries to their jobs, one each, in the transaction that stores them."""

import hashlib
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

import sqlalchemy as sa

from bot.forge.envelope import Envelope, Pushed, Reachable, RepositoryEvent, Ungrouped, Unreachable
from bot.jobs.kinds import NAMES, PEOPLE, PULL, REPOSITORY, SWEEP, TALK, USUAL, VERDICT, Events
from bot.jobs.port import JobQueue, NewJob
from bot.policy.chat.grammar import mentioned
from bot.policy.events import Changed, Commented, Due, Event, Labelled, Pressed, Queued, Tick, commander
from bot.policy.incidents.issue import Issue
from bot.policy.pull import Person
from bot.store import Delivery, Enqueue, KnownGroup, KnownRepository, Pulls, Pushes, Repositories, SeenPull, SeenPush

EARLY = timedelta(minutes=2)  # by which the forge's clock may be ahead of ours
SAID, WHILE = 12, timedelta(minutes=10)  # words of one person, and on one pull request, before that is so


def intake(
    repositories: Repositories,
    pulls: Pulls,
    pushes: Pushes,
    queue: JobQueue,
    waits: Callable[[int, int, sa.Connection], bool] = lambda repository_id, number, connection: False,
) -> Enqueue:
    """What the webhook calls for new deliveries, inside the transaction that stores them. `waits`: whether a pull
    request waits to land by itself, so that whatever is said on it counts."""

    shares = Shares()

    def ignored(delivery: Delivery, connection: sa.Connection) -> bool:
        """Said among people, on what does not wait to land by itself."""
        one = delivery.envelopes[0] if delivery.envelopes else None
        if one is None or not isinstance(one.event, Commented) or mentioned(one.event.comment.body):
            return False
        return one.number is None or not waits(one.repository_id, one.number, connection)

    def enqueue(deliveries: Sequence[Delivery], connection: sa.Connection) -> Sequence[bool]:
        received = [(one, each.received_at) for each in deliveries for one in each.envelopes]
        _reached(repositories, [one for one, _ in received], connection)
        pulls.saw(*_seen(received), connection=connection)
        moved = [push for delivery in deliveries for one in delivery.envelopes for push in _push(one, delivery)]
        pushes.saw(*moved, connection=connection)
        made = [None if ignored(each, connection) else _job(each, shares) for each in deliveries]
        added = iter(queue.add_all([job for job in made if job is not None], connection))
        return [job is not None and next(added) for job in made]

    return enqueue


def look(queue: JobQueue, one: Envelope, at: datetime, delivery: str = "") -> bool:
    """Have one event of one pull request looked at; a mere change that waits already is not queued again."""
    return queue.add(_of_pull(one, at, delivery))


def look_later(queue: JobQueue, one: Envelope, at: datetime, name: str) -> bool:
    """A timer of one pull request: an event at a moment to come, one for each name; an earlier moment moves it there.

    It may come early, when the clock was put right: whoever asked for it looks at what is true then.
    """
    job = _of_pull(one, at, "")
    return queue.add(replace(job, dedupe=f"{job.key} timer {name}"[:NAMES]))


class Shares:
    """How much people say: of each person, and on each pull request. Safe to share between threads."""

    def __init__(self) -> None:
        self._said: deque[tuple[datetime, tuple[str, ...]]] = deque()
        self._count: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, now: datetime, *of: str) -> bool:
        """Count one more; False where one of the shares is used up."""
        with self._lock:
            while self._said and self._said[0][0] <= now - WHILE:
                self._count -= Counter(self._said.popleft()[1])  # keeps no zeros
            some = all(self._count[one] < SAID for one in of)
            if some:
                self._said.append((now, of))
                self._count.update(of)
            return some


def _job(delivery: Delivery, shares: Shares) -> NewJob | None:
    if not delivery.envelopes:
        return None
    one, *more = delivery.envelopes
    if isinstance(one.event, Issue):
        # whoever does a lot to issues is answered after everything else
        job = REPOSITORY.new(Events(delivery.guid, delivery.envelopes), delivery.received_at)
        few = shares.take(delivery.received_at, f"person {one.event.by.id}", f"issues {one.repository_id}")
        return job if few else replace(job, priority=TALK)
    if one.number is not None and not more:
        job, person = _of_pull(one, delivery.received_at, delivery.guid), _person(one.event)
        if person is None or shares.take(delivery.received_at, f"person {person.id}", f"pull {job.key}"):
            return job
        return replace(job, priority=TALK)
    return REPOSITORY.new(Events(delivery.guid, delivery.envelopes), delivery.received_at)


def _person(event: Event | RepositoryEvent) -> Person | None:
    """Whose words these are, where somebody may say as much as they like."""
    return None if isinstance(event, RepositoryEvent) else commander(event)


def _of_pull(one: Envelope, at: datetime, delivery: str) -> NewJob:
    job, same = PULL.new(Events(delivery, (one,)), at, priority=_priority(one.event)), _same(one.event)
    return replace(job, dedupe=f"{job.key} {same}") if same else job


def decide_group(queue: JobQueue, group: KnownGroup, at: datetime) -> bool:
    """A merge group that waits is decided again, before anything else: nobody can take a merge back."""
    event = Queued(group.head_sha, group.head_ref, f"refs/heads/{group.base_ref}")
    one = Envelope(group.installation_id, group.repository_id, group.full_name, None, event)
    same = f"group {group.repository_id} {group.head_sha}"
    return queue.add(REPOSITORY.new(Events("", (one,)), at, same=same, priority=VERDICT))


def _same(event: Event | RepositoryEvent) -> str | None:
    """What makes two waiting events one: facts are fetched when the job runs, so one look serves both."""
    match event:
        case Changed(what):
            return what
        case Tick(why):
            return f"tick {why}"
        case Due():
            return "due"
        case Labelled(label, by):  # off and on again while the first waits asks for nothing more
            return f"label {by.id} {hashlib.sha256(label.encode('utf-8', 'replace')).hexdigest()[:16]}"
        case Commented() | Pressed() | Queued() | Pushed() | Reachable() | Unreachable() | Ungrouped() | Issue():
            return None
        case _:
            assert_never(event)


def _priority(event: Event | RepositoryEvent) -> int:
    match event:
        case Changed():
            return VERDICT
        case Commented() | Pressed() | Labelled():
            return PEOPLE
        case Tick("sweep"):
            return SWEEP
        case Tick() | Queued() | Due() | Pushed() | Reachable() | Unreachable() | Ungrouped() | Issue():
            return USUAL
        case _:
            assert_never(event)


def _reached(repositories: Repositories, envelopes: Sequence[Envelope], connection: sa.Connection) -> None:
    reached = [one for one in envelopes if one.repository_id and not isinstance(one.event, Unreachable)]
    known = {KnownRepository(one.repository_id, one.installation_id, one.full_name): None for one in reached}
    repositories.saw(*known, connection=connection)
    for one in envelopes:
        if isinstance(one.event, Reachable) and not one.repository_id:
            repositories.installation_back(one.installation_id, connection)


def _seen(received: Sequence[tuple[Envelope, datetime]]) -> list[SeenPull]:
    return [
        SeenPull(one.repository_id, one.number, *_as_of(one.event, at))
        for one, at in received
        if one.number is not None and isinstance(one.event, Changed | Labelled)
    ]


def _push(one: Envelope, delivery: Delivery) -> Iterator[SeenPush]:
    """Who brought a branch to where it is: told by the push itself, and for a fork's branch by its pull request."""
    match one.event:
        case Pushed(_, sha, by=Person() as by) | Changed("opened" | "synchronize", _, str(sha), Person() as by):
            yield SeenPush(one.repository_id, sha, by.id, delivery.received_at)
        case _:
            return


def _as_of(event: Changed | Labelled, received: datetime) -> tuple[datetime | None, str]:
    """A moment that has not come yet is none: kept as the newest it would make every look seem too early."""
    as_of, head = (event.at, "") if isinstance(event, Labelled) else (event.as_of, event.head_sha or "")
    return (None if as_of is not None and as_of > received + EARLY else as_of), head
