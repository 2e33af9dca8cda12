"""Jobs that were given up: somebody lets one run again or removes it for good, and the audit log says who and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.jobs.port import JobQueue
from bot.store import AuditLog


@dataclass(frozen=True, slots=True)
class DeadJobs:
    """`facts` go into the record. False: there is no dead job of that number, and nothing is recorded."""

    queue: JobQueue
    audit: AuditLog

    def retry(self, job_id: int, now: datetime, **facts: Any) -> bool:
        with self.audit.write() as connection:
            done = self.queue.revive(job_id, now, connection)
            if done:
                self.audit.add("job retried", at=now, connection=connection, job=job_id, **facts)
            return done

    def drop(self, job_id: int, now: datetime, **facts: Any) -> bool:
        with self.audit.write() as connection:
            done = self.queue.drop(job_id, connection)
            if done:
                self.audit.add("job dropped", at=now, connection=connection, job=job_id, **facts)
            return done
