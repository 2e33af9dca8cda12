"""A queue from its address, also for the process that a test kills."""

from bot.jobs import JobQueue, LeaseQueue
from bot.store.engine import open_engine


def open_queue(address: str) -> JobQueue:
    return LeaseQueue(open_engine(address))
