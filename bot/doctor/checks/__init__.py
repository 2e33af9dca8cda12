"""All checks. Each is pure: facts and the manifest in, findings out."""

from collections.abc import Callable, Iterator

from bot.doctor.checks import app, enforcement, landing, machine, webhook, work
from bot.doctor.facts import Facts
from bot.doctor.finding import Finding, ranked
from bot.setup.manifest import Manifest

Check = Callable[[Facts, Manifest], Iterator[Finding]]

CHECKS: dict[str, Check] = {
    "clock": app.clock,
    "credentials": app.credentials,
    "permissions": app.permissions,
    "events": app.events,
    "installations": app.installations,
    "webhook": webhook.address,
    "reachable": webhook.reachable,
    "deliveries": webhook.deliveries,
    "required": enforcement.required,
    "bypass": enforcement.bypass,
    "landing": landing.lander,
    "database": machine.database,
    "model": machine.model,
    "disk": machine.disk,
    "git": machine.git,
    "settings": machine.settings,
    "jobs": work.jobs,
    "looks": work.looks,
    "share": work.share,
    "floods": work.floods,
    "drift": work.drift,
}


def examine(facts: Facts, manifest: Manifest) -> tuple[Finding, ...]:
    """Everything that was found, the worst first."""
    return ranked(finding for check in CHECKS.values() for finding in check(facts, manifest))
