"""The table of sources: where each sends, how it signs, and what reads it. To add one: its adapter, and its row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.config.keys import source_secrets
from bot.doors.incidents import devlake, firehydrant, grafana, incident_io, pagerduty, signed, signing
from bot.policy.incidents.report import Report
from bot.policy.text.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Source:
    """`read` takes the JSON and when it came; none: it says nothing of an incident. It raises Unreadable."""

    name: str  # of its secret in CODECHILL_INCIDENT_SECRETS, and of its address /incidents/<name>
    words: str
    scheme: signing.Scheme
    read: Callable[[object, datetime], tuple[Report, ...]]
    # it sends again what was not answered with 200, and turns itself off when that goes on: what is not for this server
    # is refused in words only
    retries: bool = True


SOURCES: tuple[Source, ...] = (
    Source("signed", "any tool: our own JSON", signing.stamped, signed.read, retries=False),
    Source("devlake", "Apache DevLake's JSON of incidents", signing.stamped, devlake.read, retries=False),
    Source("pagerduty", "PagerDuty V3 webhooks", signing.pagerduty, pagerduty.read),
    Source("incident-io", "incident.io webhooks, sent through Svix", signing.svix, incident_io.read),
    Source("firehydrant", "FireHydrant webhooks", signing.firehydrant, firehydrant.read),
    Source("grafana-irm", "Grafana IRM outgoing webhooks", signing.grafana, grafana.read),
)


def secrets_of(text: str) -> Mapping[str, tuple[str, ...]]:
    """By the name of their source. Raises ValueError for a source that there is none of."""
    secrets, known = source_secrets(text), [one.name for one in SOURCES]
    for name in secrets:
        if name not in known:
            meant = did_you_mean(name, known) or f": there is {', '.join(known)}"
            raise ValueError(f"CODECHILL_INCIDENT_SECRETS names no source of incidents with {name}{meant}")
    return secrets
