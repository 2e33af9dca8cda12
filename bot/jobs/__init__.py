"""Jobs, one at a time for each key. `port` says what a queue promises; the other modules keep the promise."""

from bot.jobs.choice import queue_on
from bot.jobs.lease import LeaseQueue
from bot.jobs.port import Dead, Depth, Job, JobQueue, NewJob

__all__ = ["Dead", "Depth", "Job", "JobQueue", "LeaseQueue", "NewJob", "queue_on"]
