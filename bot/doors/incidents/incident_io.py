"""incident.io webhooks: a custom field named `Cause`, or a line `Cause: owner/name#12` in the summary, names the cause.

Shapes after https://api-docs.incident.io/tag/Webhooks: `event_type`, and below a key of that very name the incident:
`id`, `reference` (INC-123), `name`, `summary`, `permalink`, `severity.name`, `custom_field_entries`, `updated_at`. Of a
private incident only the id is sent: nothing is kept of it.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.doors.incidents.shapes import Named, Reference, earlier, stated
from bot.forge.github.shapes import Moment, Shape, Unreadable, shaped
from bot.policy.incidents.report import Report

_EVENTS = (
    "public_incident.incident_created_v2",
    "public_incident.incident_updated_v2",
    "public_incident.incident_status_updated_v2",
)


class _Option(Shape):
    value: str = ""


class _Value(Shape):
    value_text: str | None = None
    value_link: str | None = None
    value_option: _Option | None = None


class _Entry(Shape):
    custom_field: Reference
    values: tuple[_Value, ...] = ()

    def pairs(self) -> Iterator[tuple[str, str]]:
        for each in self.values:
            option = each.value_option.value if each.value_option else ""
            yield self.custom_field.words, each.value_text or each.value_link or option


class _Incident(Shape):
    id: Named
    reference: str = ""
    name: str = ""
    summary: str | None = None
    permalink: str | None = None
    severity: Reference | None = None
    custom_field_entries: tuple[_Entry, ...] = ()
    postmortem_document_url: str | None = None
    updated_at: Moment | None = None


class _Changed(Shape):
    """Of a status that changed, the incident lies one step deeper."""

    incident: _Incident


class _Which(Shape):
    event_type: str


def read(payload: object, received: datetime) -> tuple[Report, ...]:
    """Raises Unreadable."""
    kind = shaped(_Which, payload).event_type
    if kind not in _EVENTS:
        return ()
    incident = _incident(payload.get(kind) if isinstance(payload, dict) else None)
    pairs = [pair for entry in incident.custom_field_entries for pair in entry.pairs()]
    cause = stated(pairs, incident.summary or "")
    links = (incident.permalink, incident.postmortem_document_url)
    report = Report(
        source="incident-io",
        incident=incident.reference or f"incident.io {incident.id}",
        at=earlier(incident.updated_at, received),
        by="incident.io",
        cause=cause,
        evidence="the incident in incident.io names it" if cause else "",
        title=incident.name,
        severity=incident.severity.words if incident.severity else "",
        links=tuple(link for link in links if link),
        text=incident.summary or "",
    )
    return (report,)


def _incident(given: object) -> _Incident:
    try:
        return shaped(_Incident, given)
    except Unreadable:
        return shaped(_Changed, given).incident
