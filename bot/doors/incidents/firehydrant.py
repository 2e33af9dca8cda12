"""FireHydrant webhooks: a line `Cause: owner/name#12` in the summary or description, or a label `cause`, names it.

Shapes after https://docs.firehydrant.com/docs/webhooks, "Incident Event Payload": `event.resource_type`, and
`data.incident` with `id`, `number`, `name`, `summary`, `description`, `severity.slug`, `labels`, `updated_at`.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator

from bot.doors.incidents.shapes import Named, earlier, of_mapping, stated
from bot.forge.github.shapes import Moment, Shape, shaped
from bot.policy.incidents.report import Report

_FORMAT = "%Y-%m-%d %H:%M:%S %Z"  # 2023-07-25 13:34:49 UTC


def _moment(given: object) -> object:
    try:
        return datetime.strptime(str(given), _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return given  # as ISO 8601 writes it, then


class _Slug(Shape):
    slug: str = ""


class _Incident(Shape):
    id: Named
    number: int = 0
    name: str = ""
    summary: str | None = None
    description: str | None = None
    customer_impact_summary: str | None = None
    severity: _Slug | str | None = None
    labels: dict[str, object] | tuple[object, ...] = ()
    updated_at: Annotated[Moment, BeforeValidator(_moment)] | None = None


class _Data(Shape):
    incident: _Incident


class _Delivery(Shape):
    data: _Data


class _Event(Shape):
    resource_type: str = ""


class _Which(Shape):
    event: _Event


def read(payload: object, received: datetime) -> tuple[Report, ...]:
    """Raises Unreadable. Changes, alerts and other resources say nothing."""
    if shaped(_Which, payload).event.resource_type != "incident":
        return ()
    incident = shaped(_Delivery, payload).data.incident
    texts = [text for text in (incident.summary, incident.description, incident.customer_impact_summary) if text]
    labels = of_mapping(incident.labels) if isinstance(incident.labels, dict) else []
    cause = stated(labels, *texts)
    severity = incident.severity
    report = Report(
        source="firehydrant",
        incident=f"FireHydrant {incident.number or incident.id}",
        at=earlier(incident.updated_at, received),
        by="FireHydrant",
        cause=cause,
        evidence="the incident in FireHydrant names it" if cause else "",
        title=incident.name,
        severity=severity.slug if isinstance(severity, _Slug) else severity or "",
        text="\n\n".join(texts),
    )
    return (report,)
