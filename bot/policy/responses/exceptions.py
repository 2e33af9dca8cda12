"""An exception that no longer stands is put away, and people are told when a push took it from them."""

from collections.abc import Iterable
from dataclasses import replace

from bot.policy.actions import Reply, SaveEscalation
from bot.policy.case import Case
from bot.policy.events import Event
from bot.policy.standing import approval


def respond(case: Case, event: Event | None) -> Iterable[SaveEscalation | Reply]:
    for escalation in case.state.escalations:
        lapsed = approval.lapse(escalation, case.state, case.now) if escalation.state in ("asked", "approved") else None
        if lapsed is None:
            continue
        became, why = lapsed
        yield SaveEscalation(replace(escalation, state=became, ended_at=case.now, ended_because=why))
        if became == "void" and case.config.mode != "shadow":
            was = "approval" if escalation.state == "approved" else "request"
            yield Reply(
                key=f"void:{escalation.id}",
                words=f"The {was} of an exception no longer holds: {why}. "
                "Ask again with `/chill justify` if it cannot wait.",
            )
