"""What it takes to land by itself, put together: the second App, and jobs that look at what is due and what landed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.config.settings import Settings
from bot.forge.github.landing_app import GitHubLandingApp
from bot.forge.limits import Limits
from bot.forge.memory import Memory
from bot.forge.port import Forge, Landing
from bot.git.mirror import Mirror
from bot.jobs import kinds as jobs
from bot.jobs.desk import handler
from bot.jobs.port import Job, JobQueue
from bot.line.deferred_reviews import ReviewDesk
from bot.line.due import DueLandings
from bot.line.integrity import Integrity
from bot.store import AutomaticLandings, DeferredReviews, LandingQueue, Repositories

Clock = Callable[[], datetime]


def landing_app(settings: Settings, memory: Memory, limits: Limits, clock: Clock) -> Landing | None:
    """None where the operator names none, or lets the server only look on."""
    if not settings.landing_app_id or settings.shadow:
        return None
    return GitHubLandingApp(
        app_id=settings.landing_app_id,
        private_key=settings.landing_private_key.get_secret_value(),
        judging=settings.app_id,
        api=settings.github_api,
        clock=clock,
        memory=memory,
        paced=settings.paced,
        timeout=settings.github_timeout,
        limits=limits,
    )


@dataclass(frozen=True, slots=True)
class Landable:
    """What those jobs need of the store."""

    repositories: Repositories
    landing_queue: LandingQueue
    automatic_landings: AutomaticLandings
    deferred_reviews: DeferredReviews


def landing_jobs(
    store: Landable, queue: JobQueue, forge: Forge, mirror: Mirror, clock: Clock, app: Landing | None
) -> tuple[tuple[str, Callable[[Job], None]], ...]:
    due = DueLandings(store.repositories, store.landing_queue, queue, clock)
    integrity = Integrity(forge, mirror, store.automatic_landings, store.repositories, clock)
    reviews = ReviewDesk(app, store.deferred_reviews, store.repositories, clock)
    return (
        handler(jobs.LAND, due.take),
        handler(jobs.LANDED, integrity.take),
        handler(jobs.REVIEWS, reviews.take),
    )
