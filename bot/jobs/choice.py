"""Which queue: the one that fits the database."""

import sqlalchemy as sa

from bot.jobs.lease import LeaseQueue
from bot.jobs.port import JobQueue
from bot.store.procrastinate import MISSING, NotInstalled


def queue_on(engine: sa.Engine) -> JobQueue:
    """The queue of a database. Raises NotInstalled where a package that it needs is missing."""
    if engine.dialect.name != "postgresql":
        return LeaseQueue(engine)
    try:
        from bot.jobs.many import ProcrastinateQueue
    except ModuleNotFoundError:
        raise NotInstalled(MISSING) from None
    return ProcrastinateQueue(engine)
