"""Says whether the App is well: facts are fetched once, then each check is a pure function over them."""

from bot.doctor.checks import CHECKS, examine
from bot.doctor.facts import Facts
from bot.doctor.fetch import Scope
from bot.doctor.finding import Finding, Severity, worst
from bot.doctor.visit import visit
from bot.doctor.wire import Refused, Unreachable

__all__ = [
    "CHECKS",
    "Facts",
    "Finding",
    "Refused",
    "Scope",
    "Severity",
    "Unreachable",
    "examine",
    "visit",
    "worst",
]
