"""`codechill jobs`: what the server has to do, and what it gave up."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import click
import sqlalchemy as sa

from bot.commands.database import ROW, Unusable, with_stored
from bot.jobs import JobQueue, queue_on
from bot.jobs.dead import DeadJobs
from bot.jobs.port import Listed
from bot.policy.text.whole import visible
from bot.store import AuditLog

State = Literal["waiting", "running", "dead"]
LONGEST_ERROR = 200  # characters of an error on a line; --format json has it whole

_chosen = click.argument("ids", nargs=-1, type=ROW, metavar="[ID]...")
_all = click.option("--all", "everything", is_flag=True, help="Every dead job.")


class Nothing(click.ClickException):
    """The answer is no: exit status 1."""

    exit_code = 1


@click.group()
def jobs() -> None:
    """List the jobs of a server, and revive or remove those that it gave up.

    A job that failed too often is dead: nothing happens to it until somebody retries or drops it. Open pull requests
    are looked at again from time to time all the same.

    \b
      codechill jobs list --state dead
      codechill jobs retry 1042
      codechill jobs drop --all --reason "The repository was deleted"

    Exit status: 0 done, 1 there is no such job, 2 the database could not be read.
    """


@jobs.command("list")
@with_stored("engine")
@click.option("--state", type=click.Choice(["waiting", "running", "dead"]), help="Only these.")
@click.option("--limit", type=ROW, default=100, show_default=True, help="At most so many.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_(engine: sa.Engine, state: State | None, limit: int, style: str) -> None:
    """List jobs, newest first."""
    queue = queue_on(engine)
    jobs = queue.listed(state, limit)
    if style == "json":
        click.echo(json.dumps([_row(job) for job in jobs], indent=2))
        return
    depth = queue.depth(datetime.now(UTC))
    click.echo(f"{depth.waiting} waiting, {depth.running} running, {depth.dead} dead")
    click.echo("".join(f"{line}\n" for job in jobs for line in _lines(job)), nl=False)


@jobs.command()
@with_stored("engine", "audit")
@_chosen
@_all
def retry(engine: sa.Engine, audit: AuditLog, ids: tuple[int, ...], everything: bool) -> None:
    """Let dead jobs run again, with their attempts forgotten."""
    queue, now = queue_on(engine), datetime.now(UTC)
    dead = DeadJobs(queue, audit)
    done = [one for one in _named(queue, ids, everything) if dead.retry(one, now)]
    _tell(done, ids, "will run again")


@jobs.command()
@with_stored("engine", "audit")
@_chosen
@_all
@click.option("--reason", required=True, help="Why, for the audit log.")
def drop(engine: sa.Engine, audit: AuditLog, ids: tuple[int, ...], everything: bool, reason: str) -> None:
    """Remove dead jobs for good."""
    queue, now = queue_on(engine), datetime.now(UTC)
    dead = DeadJobs(queue, audit)
    done = [one for one in _named(queue, ids, everything) if dead.drop(one, now, reason=reason)]
    _tell(done, ids, "removed")


def _named(queue: JobQueue, ids: tuple[int, ...], everything: bool) -> tuple[int, ...]:
    if bool(ids) == everything:
        raise Unusable("name the jobs by the numbers that `codechill jobs list --state dead` shows, or use --all")
    return tuple(job.id for job in queue.listed("dead", None)) if everything else ids


def _tell(done: list[int], asked: tuple[int, ...], words: str) -> None:
    click.echo(f"{len(done)} job{'' if len(done) == 1 else 's'} {words}.")
    missing = sorted(set(asked) - set(done))
    if missing:
        raise Nothing(f"no dead job has the number {', '.join(map(str, missing))}")


def _row(job: Listed) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "key": job.key,
        "state": job.state,
        "attempts": job.attempts,
        "run_at": job.run_at.isoformat(),
        "error": job.error,
    }


def _lines(job: Listed) -> Iterator[str]:
    at = job.run_at.isoformat(timespec="seconds")
    yield visible(f"{job.id:>8}  {job.state:<7}  {job.kind:<10}  {job.key}  {job.attempts} attempts  {at}")
    if job.error:
        yield visible(f"{'':>8}  {' '.join(job.error.split())[:LONGEST_ERROR]}")
