"""Jobs that carry news: an event of a pull request is looked at, news of a repository is spread over its own."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.forge.envelope import Envelope
from bot.forge.port import Busy, ForgeError, Misread, Target
from bot.git.fetch import GitError, Refused, TooMuch
from bot.git.mirror import Occupied
from bot.jobs.fanout import Fanout
from bot.jobs.kinds import PULL, Events, Unknown
from bot.jobs.port import Job
from bot.line.reconcile import Reconciler
from bot.line.stale import Stale
from bot.policy.events import Changed, Commented, Due, Labelled, Pressed, Tick
from bot.policy.opinion import Verdict
from bot.policy.state import Cause
from bot.store import Inbox, Repositories

_log = structlog.get_logger(__name__)
STALE_AGAIN = timedelta(seconds=2)
OCCUPIED_AGAIN = timedelta(seconds=5)


class EventDesk:
    """`take` is the handler of both kinds; `dropped` and `dead` are told what became of a job that was not done."""

    def __init__(
        self,
        inbox: Inbox,
        repositories: Repositories,
        reconciler: Reconciler,
        fanout: Fanout,
        decided: Callable[[Verdict], None],
    ) -> None:
        self._inbox, self._repositories = inbox, repositories
        self._reconciler, self._fanout, self._decided = reconciler, fanout, decided

    def take(self, events: Events) -> None:
        """Raises what the line raises."""
        for envelope in events.envelopes:
            self._take(envelope, events.delivery)
        self._inbox.settle(events.delivery or None)

    def _take(self, envelope: Envelope, delivery: str) -> None:
        target = self._target(envelope)
        match envelope.event:
            case Changed() | Commented() | Pressed() | Labelled() | Tick() | Due() as event if (
                envelope.number is not None
            ):
                decision = self._reconciler.pull(target, envelope.number, event)
                if decision is not None:
                    self._decided(decision.verdict)
            case _:
                self._fanout.take(envelope, delivery)

    def _target(self, envelope: Envelope) -> Target:
        """By number: the name in an old delivery may not be the repository's name any more."""
        known = self._repositories.get(envelope.repository_id)
        if known is None:
            return Target(envelope.installation_id, envelope.repository_id, envelope.full_name)
        return Target(envelope.installation_id or known.installation_id, known.id, known.full_name)

    def dropped(self, job: Job) -> None:
        """Nothing is left that could be done about it."""
        self._inbox.settle(_delivery(job))

    def dead(self, job: Job, error: Exception) -> None:
        """Given up: kept with its delivery, and shown on the check."""
        self._inbox.give_up(_delivery(job), f"{type(error).__name__}: {error}")
        if job.kind != PULL.name or isinstance(error, Unknown):
            return
        for envelope in PULL.load(job.payload).envelopes:
            try:
                self._reconciler.failed(self._target(envelope), envelope.number or 0, *in_words(error))
            except ForgeError as silent:  # it cannot even be said: the sweep looks again
                _log.warning("app.failure_not_shown", words=str(silent))


def _delivery(job: Job) -> str | None:
    return str(job.payload.get("delivery") or "") or None


def in_words(error: Exception) -> tuple[str, Cause]:
    """For people: what went wrong, without what only the log should hold, and who caused it."""
    match error:
        case Refused():
            return str(error).rstrip("."), "us"
        case TooMuch():  # up to whoever pushed: a history may be made for it
            return str(error).rstrip("."), "change"
        case GitError():
            return "the repository could not be read with git", "us"
        case Misread():
            return "the forge answered in a way that this version of codechill cannot read", "forge"
        case ForgeError():
            return "the forge did not answer", "forge"
        case OSError() | SQLAlchemyError():
            return "codechill itself failed on it, and its operator finds why in the log", "us"
        case _:  # nobody knows: a content that was made for it, for all we can say
            return "codechill itself failed on it, and its operator finds why in the log", "change"


def not_before(error: Exception, at: datetime) -> datetime | None:
    """When trying again makes sense, where an error tells."""
    match error:
        case Busy():
            return error.until
        case Stale():
            return at + STALE_AGAIN
        case Occupied():  # another job fetches the same repository, perhaps from a host that hangs: do others meanwhile
            return at + OCCUPIED_AGAIN
        case _:
            return None
