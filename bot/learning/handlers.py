"""What the clock and people start here, as handlers of jobs."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from bot.forge.port import Gone
from bot.git.fetch import GitError
from bot.jobs import kinds as jobs
from bot.jobs.desk import handler
from bot.jobs.kinds import OfRepository
from bot.jobs.port import Job, JobQueue
from bot.learning.evidence import Evidence
from bot.learning.follow import Follow
from bot.learning.learned import Learned
from bot.learning.measure import Measure
from bot.learning.registry import Registry
from bot.learning.retrain import Retrain
from bot.learning.watch import DriftWatch
from bot.line.assess import MirrorAssessor
from bot.store import Repositories
from scoring.errors import ScoringError


class About(Protocol):
    """A payload that names a repository."""

    @property
    def repository_id(self) -> int: ...


P = TypeVar("P", bound=About)


def handlers(
    learned: Learned,
    queue: JobQueue,
    assessor: MirrorAssessor,
    registry: Registry,
    clock: Callable[[], datetime],
    days: int,
) -> tuple[tuple[str, Callable[[Job], None]], ...]:
    """`days`: how often models are fitted by the clock, 0 for never."""
    evidence = Evidence(assessor.git, assessor.history, learned.incidents.of)
    follow = Follow(learned.repositories, learned.outcomes, learned.exceptions, learned.audit, queue, evidence, clock)
    retrain = Retrain(learned, queue, registry, assessor.history, clock, days)
    drift = DriftWatch(learned, queue, assessor.history, clock)

    measure = Measure(learned, queue, registry, assessor.history, clock)

    def reachable(do: Callable[[P], None]) -> Callable[[P], None]:
        return while_reachable(learned.repositories, do)

    def followed(one: OfRepository) -> None:
        follow.repository(one)
        drift.repository(one)  # it reads what became of assessments

    return (
        handler(jobs.FOLLOW, follow.everything),
        handler(jobs.FOLLOW_ONE, reachable(followed)),
        handler(jobs.RETRAIN, retrain.everything),
        handler(jobs.RETRAIN_ONE, reachable(retrain.repository)),
        handler(jobs.MEASURE, measure.everything),
        handler(jobs.MEASURE_ONE, reachable(measure.repository)),
    )


def while_reachable(repositories: Repositories, do: Callable[[P], None]) -> Callable[[P], None]:
    """What is done with a repository's history, given up where the App was removed meanwhile: `Gone`."""

    def done(one: P) -> None:
        try:
            do(one)
        except (ScoringError, GitError) as error:
            known = repositories.get(one.repository_id)
            if known is None or known.gone:
                raise Gone("the App may not see this repository any more") from error
            raise

    return done
