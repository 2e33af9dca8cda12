"""Jobs on PostgreSQL: procrastinate keeps them in tables of its own, and this reads them in our words.

What is ours in a row: `args` holds the key, the payload as JSON text (its own type would refuse characters that people
write) and what went wrong last. A job that is due waits in the queue `ready` under the lock of its key; one that is
meant for later waits in the queue `later` without a lock, since one under a lock would hold up all behind it.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ENUM, JSONB
from sqlalchemy.types import TypeDecorator

from bot.store.tables import jobs

READY, LATER = "ready", "later"

STATES = ("todo", "doing", "succeeded", "failed", "cancelled", "aborting", "aborted")


class Aware(TypeDecorator[datetime]):
    """A moment with its zone, read as UTC whatever the zone of the session."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


_theirs = sa.MetaData()
rows = sa.Table(
    "procrastinate_jobs",
    _theirs,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("queue_name", sa.String(128), nullable=False),
    sa.Column("task_name", sa.String(128), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("lock", sa.Text),
    sa.Column("queueing_lock", sa.Text),
    sa.Column("args", JSONB, nullable=False),
    sa.Column("status", ENUM(*STATES, name="procrastinate_job_status", create_type=False), nullable=False),
    sa.Column("scheduled_at", Aware),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("worker_id", sa.BigInteger),
)
workers = sa.Table(
    "procrastinate_workers",
    _theirs,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("last_heartbeat", Aware, nullable=False),
)

_state = sa.case(
    (rows.c.status == "todo", "waiting"),
    (rows.c.status == "doing", "running"),
    else_="dead",  # failed, and whatever somebody cancelled with procrastinate's own tools
)
# the columns of the table `jobs`, in which SQLite keeps the same
queued = sa.select(
    rows.c.id,
    rows.c.task_name.label("kind"),
    rows.c.args["payload"].astext.label("payload"),
    rows.c.args["key"].astext.label("key"),
    rows.c.queueing_lock.label("dedupe"),
    rows.c.priority,
    _state.label("state"),
    sa.func.coalesce(rows.c.scheduled_at, sa.func.now(), type_=Aware).label("run_at"),
    (rows.c.attempts + sa.case((rows.c.status == "doing", 1), else_=0)).label("attempts"),
    sa.cast(rows.c.worker_id, sa.Text).label("worker"),
    # who held it then holds it no longer where it is copied to
    sa.case((rows.c.status == "doing", rows.c.scheduled_at), else_=sa.null()).label("lease_until"),
    sa.func.coalesce(rows.c.args["error"].astext, "").label("error"),
).subquery("queued")


def jobs_on(dialect: str) -> sa.FromClause:
    """Where a database keeps its jobs, with the columns of `jobs`."""
    return queued if dialect == "postgresql" else jobs


def args(key: str, payload: str, error: str = "") -> dict[str, str]:
    """What is ours in a row; `payload` is JSON text in ASCII."""
    return {"key": storable(key), "payload": payload, "error": storable(error)}


def storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half a character."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def adopt(connection: sa.Connection) -> int:
    """Move what lies in the table `jobs`, after an upgrade or a restore, to where it is worked on; returns how many."""
    moved = 0
    for row in connection.execute(sa.select(jobs).order_by(jobs.c.id)).all():
        dead = row.state == "dead"
        later = not dead and not row.attempts and row.run_at > datetime.now(UTC)
        values = {
            "id": row.id,
            "queue_name": LATER if later else READY,
            "task_name": row.kind,
            "priority": row.priority,
            "lock": None if later else storable(row.key),
            "queueing_lock": row.dedupe,
            "args": args(row.key, row.payload, row.error),
            "status": "failed" if dead else "todo",
            "scheduled_at": row.run_at,
            "attempts": row.attempts,
        }
        connection.execute(sa.insert(rows), values)
        moved += 1
    if moved:
        connection.execute(sa.delete(jobs))
        most = sa.select(sa.func.max(rows.c.id)).scalar_subquery()
        connection.execute(sa.select(sa.func.setval("procrastinate_jobs_id_seq", most)))
    return moved
