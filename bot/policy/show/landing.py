"""Until when an exception lets a change land: windows close, and others come between."""

from datetime import datetime

from bot.policy import approval
from bot.policy.case import Case
from bot.policy.escalation import Escalation
from bot.policy.opinion import Verdict
from bot.policy.rules import freeze, gate


def lifted_until(exception: Escalation, case: Case) -> datetime | None:
    """When an exception that counts now ends to help: with its window, or once another one holds the change first."""
    last = exception.expires or case.now + approval.SIGHT
    edges = approval.edges(case.state, case.config, case.now, last)
    return next((edge for edge in edges if _holds(case, edge)), exception.expires)


def _holds(case: Case, at: datetime) -> bool:
    if approval.approved(case.state, case.config, at) is not None:
        return False
    return any(rule(case.state, case.config, at).verdict is Verdict.BLOCK for rule in (gate.opine, freeze.opine))
