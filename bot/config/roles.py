"""What one process of a server does: everything, or one part of it beside others on the same database."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """`doors`: takes webhooks and shows pages; `works`: does jobs; `times`: may lead the clock."""

    name: str
    doors: bool = False
    works: bool = False
    times: bool = False


SERVE = Role("serve", doors=True, works=True, times=True)
WEB = Role("web", doors=True)
WORKER = Role("worker", works=True)
CLOCK = Role("clock", times=True)
