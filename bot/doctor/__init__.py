"""Says whether the App is well: facts are fetched once, then each check is a pure function over them."""

from bot.doctor.checks import CHECKS, examine
from bot.doctor.facts import Facts
from bot.doctor.finding import Finding, Severity, worst

__all__ = ["CHECKS", "Facts", "Finding", "Severity", "examine", "worst"]
