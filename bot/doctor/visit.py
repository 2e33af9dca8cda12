"""One visit of the doctor: fetch, look at this machine, examine. For the command, and for the clock."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.config.settings import Settings
from bot.doctor.checks import examine
from bot.doctor.facts import Facts
from bot.doctor.fetch import Scope, fetch, lander
from bot.doctor.finding import Finding
from bot.doctor.here import here, reach
from bot.doctor.wire import Wires
from bot.setup.manifest import Profile, read


def visit(
    settings: Settings,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
    *,
    scope: Scope | None = None,
    profile: Profile = "advisory",
) -> tuple[Facts, tuple[Finding, ...]]:
    """What was looked at, and what was found, the worst first. Only reads.

    Raises Unreachable or Refused when GitHub cannot be asked, ManifestError when the manifest is missing.
    """
    manifest = read(profile)
    with Wires(settings.app_id, settings.private_key.get_secret_value(), settings.github_api) as wires:
        facts = fetch(
            wires,
            api=settings.github_api,
            here=here(settings, environment, clock()),
            clock=clock,
            scope=scope or Scope(),
            public_url=settings.public_url,
            reached=reach(settings.public_url),
        )
    if settings.landing_app_id:
        key = settings.landing_private_key.get_secret_value()
        with Wires(settings.landing_app_id, key, settings.github_api) as wires:
            facts = replace(facts, lander=lander(wires, settings.github_api))
    return facts, examine(facts, manifest)
