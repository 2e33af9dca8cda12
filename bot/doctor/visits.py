"""The doctor's rounds: once a day over everything, and over one repository when a window is near."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.config.settings import Settings
from bot.doctor.facts import Facts
from bot.doctor.fetch import Scope
from bot.doctor.finding import Finding
from bot.doctor.visit import visit
from bot.doctor.watch import Visit, Watch
from bot.jobs import kinds as jobs


def visits(settings: Settings, environment: Mapping[str, str], clock: Callable[[], datetime]) -> Visit:
    """A visit to everything (""), or to one repository."""

    def look(repository: str) -> tuple[Facts, tuple[Finding, ...]]:
        return visit(settings, environment, clock, scope=Scope((repository,) if repository else ()))

    return look


def on_visit(watch: Watch) -> Callable[[jobs.Visit], None]:
    """A handler of jobs."""

    def go(visit: jobs.Visit) -> None:
        watch.look("a window is near" if visit.repository else "daily", visit.repository)

    return go
