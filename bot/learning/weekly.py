"""A week read from the store, and written as Markdown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.config.repository import ORGANISATION, composed
from bot.learning.week import Readings, Span, Week, span_named, span_of, week
from bot.line.render import Markdown
from bot.policy.config import Config
from bot.store import Configurations, DriftLog, Exceptions, FeedbackLog, KnownRepository, Landings, Outcomes


@dataclass(frozen=True, slots=True)
class Parts:
    """Components of the store that a week is read from."""

    outcomes: Outcomes
    landings: Landings
    exceptions: Exceptions
    feedback: FeedbackLog
    drift: DriftLog
    configurations: Configurations


def zone_of(configurations: Configurations, repository_id: int, now: datetime) -> str:
    """The time zone of the repository's configuration; UTC where none is known."""
    return next((config.timezone for config in _configs(configurations, repository_id, now)), "UTC")


def modes_of(configurations: Configurations, repository_id: int, now: datetime) -> frozenset[str]:
    """Modes of its branches, where they are known."""
    return frozenset(config.mode for config in _configs(configurations, repository_id, now))


def _configs(configurations: Configurations, repository_id: int, now: datetime) -> Iterator[Config]:
    for known in configurations.in_force(ORGANISATION, {repository_id}):
        config = composed(known, now)
        if config is not None:
            yield config


def span(parts: Parts, repository_id: int, name: str, now: datetime) -> Span:
    """The week of that name, "": the one that `now` is in. Raises ValueError for what is no week."""
    zone = zone_of(parts.configurations, repository_id, now)
    today = span_of(now.date(), zone)
    return span_named(name, zone) if name else span_of(today.day_of(now), zone)


def read(parts: Parts, repository_id: int, of: Span, now: datetime) -> Week:
    readings = Readings(
        outcomes=parts.outcomes.between(repository_id, of.since, of.until),
        landings=parts.landings.since(of.since, [repository_id]),
        requests=[(number, each) for _, number, each in parts.exceptions.all(repository_id)],
        feedback=parts.feedback.all(repository_id, of.since),
        signs=parts.drift.newest(repository_id),
    )
    return week(of, readings, now)


def markdown(home: KnownRepository, of: Week, forge: str) -> str:
    """The report. `forge` is the address that people open: https://github.com."""
    page = f"{forge}/{home.full_name}"
    return Markdown().report("week.md.j2", page=page, zone=of.span.zone, week=of, name=home.full_name)
