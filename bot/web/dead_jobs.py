"""An operator lets a dead job run again, or removes it for good: with a reason, which the audit log keeps."""

from datetime import datetime

import structlog

from bot.jobs.choice import queue_on
from bot.jobs.dead import DeadJobs
from bot.web.page import Asked, Desk, NotTaken, NotThere

_log = structlog.get_logger(__name__)
LONGEST = 500  # characters of a reason


def act(desk: Desk, asked: Asked, now: datetime) -> str:
    """Takes `job`, `deed` (retry, drop) and `reason`. Raises NotTaken, NotThere."""
    jobs = DeadJobs(queue_on(desk.store.audit.engine), desk.store.audit)
    number, deed = asked.form.get("job", ""), asked.form.get("deed", "")
    reason = " ".join(asked.form.get("reason", "").split())
    carry_out = {"retry": jobs.retry, "drop": jobs.drop}.get(deed)
    if carry_out is None or not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotThere
    if not reason or len(reason) > LONGEST:
        raise NotTaken(f"Give a reason, of {LONGEST} characters at most: the audit log keeps it.")
    by = {"id": asked.reader.id, "login": asked.reader.login}
    if not carry_out(int(number), now, by=by, reason=reason):
        raise NotTaken(f"Job {number} is dead no longer: somebody was faster.")
    _log.info("job.decided", deed=deed, job=int(number), by=asked.reader.login)
    return "#dead"
