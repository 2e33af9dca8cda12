"""From a stored delivery to its one job, in the delivery's own transaction."""

import json
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from bot.forge import envelope as envelopes
from bot.forge.envelope import Envelope, Reachable, Unreachable
from bot.forge.github_webhook import read
from bot.policy.events import Changed, Commented, Pressed, Queued, Tick
from bot.queue.port import Job, JobQueue
from bot.store import Delivery, KnownGroup, KnownRepository, Store

PULL, REPOSITORY = "pull", "repository"  # the kinds of job: one event of one pull request; news of repositories

# what a person waits for goes before what a push asks for, and that before what nobody waits for
PEOPLE, USUAL, SWEEP = 10, 0, -10


def pull_key(repository_id: int, number: int) -> str:
    """Events of one pull request never overlap."""
    return f"{repository_id}#{number}"


def intake(store: Store, queue: JobQueue) -> Callable[[Delivery, sa.Connection], bool]:
    """What the webhook calls for each new delivery. Raises Unreadable."""

    def enqueue(delivery: Delivery, connection: sa.Connection) -> bool:
        found = read(delivery.event, json.loads(delivery.body))
        for one in found:
            _remember(store, one, connection)
        if not found:
            return False
        if len(found) == 1 and found[0].number is not None:
            return enqueue_event(queue, found[0], delivery, connection)
        return _enqueue_news(queue, found, delivery, connection)

    return enqueue


def envelopes_of(job: Job) -> tuple[Envelope, ...]:
    """What a job of ours carries."""
    return tuple(envelopes.from_json(one) for one in job.payload["envelopes"])


def enqueue_event(queue: JobQueue, one: Envelope, delivery: Delivery, connection: sa.Connection | None = None) -> bool:
    """One event of one pull request; a mere change that waits already is not queued again."""
    if one.number is None:
        raise ValueError("an event of a pull request needs its number")
    key = pull_key(one.repository_id, one.number)
    same = _same(one.event)
    return queue.enqueue(
        PULL,
        {"delivery": delivery.guid, "envelopes": [envelopes.to_json(one)]},
        key,
        run_at=delivery.received_at,
        dedupe=f"{key} {same}" if same else None,
        priority=_priority(one.event),
        connection=connection,
    )


def enqueue_group(queue: JobQueue, group: KnownGroup, at: datetime) -> bool:
    """A merge group that waits is decided again, before anything else: nobody can take a merge back."""
    event = Queued(group.head_sha, group.head_ref, f"refs/heads/{group.base_ref}")
    one = Envelope(group.installation_id, group.repository_id, group.full_name, None, event)
    return queue.enqueue(
        REPOSITORY,
        {"delivery": "", "envelopes": [envelopes.to_json(one)]},
        f"{group.installation_id}/{group.repository_id}",
        run_at=at,
        dedupe=f"group {group.repository_id} {group.head_sha}",
        priority=PEOPLE,
    )


def _same(event: object) -> str | None:
    """What makes two waiting events one: facts are fetched when the job runs, so one look serves both."""
    match event:
        case Changed(what):
            return what
        case Tick(why):
            return f"tick {why}"
        case _:
            return None


def _priority(event: object) -> int:
    match event:
        case Commented() | Pressed():
            return PEOPLE
        case Tick("sweep"):
            return SWEEP
        case _:
            return USUAL


def _enqueue_news(queue: JobQueue, found: tuple[Envelope, ...], delivery: Delivery, connection: sa.Connection) -> bool:
    payload = {"delivery": delivery.guid, "envelopes": [envelopes.to_json(one) for one in found]}
    key = f"{found[0].installation_id}/{found[0].repository_id}"
    return queue.enqueue(REPOSITORY, payload, key, run_at=delivery.received_at, connection=connection)


def _remember(store: Store, one: Envelope, connection: sa.Connection) -> None:
    if one.repository_id and not isinstance(one.event, Unreachable):
        known = KnownRepository(one.repository_id, one.installation_id, one.full_name)
        store.saw_repository(known, connection)
    if isinstance(one.event, Reachable) and not one.repository_id:
        store.installation_back(one.installation_id, connection)
    if one.number is not None and isinstance(one.event, Changed):
        store.saw_pull(one.repository_id, one.number, one.event.as_of, one.event.head_sha, connection)
