"""PagerDuty V3 webhooks: a note `Cause: owner/name#12` on an incident, or a custom field of that name, names its cause.

Shapes after https://developer.pagerduty.com/docs/webhooks-overview: `event.event_type`, `event.occurred_at`,
`event.agent` and `event.data`, which is the incident; of `incident.annotated` it is a note and of
`incident.custom_field_values.updated` the fields, both with a reference to the incident.
"""

from datetime import datetime

from bot.doors.incidents.shapes import Reference, earlier, stated
from bot.forge.github.shapes import Moment, Shape, Unreadable, shaped
from bot.policy.incidents.report import Report


class _Field(Shape):
    name: str = ""
    display_name: str = ""
    value: object = None


class _Data(Reference):
    title: str = ""
    priority: Reference | None = None
    incident: Reference | None = None  # of a note, and of fields
    content: str = ""
    custom_fields: tuple[_Field, ...] = ()


class _Event(Shape):
    event_type: str
    occurred_at: Moment | None = None
    agent: Reference | None = None
    data: _Data


class _Delivery(Shape):
    event: _Event


class _Kind(Shape):
    event_type: str = ""


class _Which(Shape):
    event: _Kind


def read(payload: object, received: datetime) -> tuple[Report, ...]:
    """Raises Unreadable. What is about a service, or a test of the subscription (`pagey.ping`), says nothing."""
    if not shaped(_Which, payload).event.event_type.startswith("incident."):
        return ()
    event = shaped(_Delivery, payload).event
    resource, incident = event.data, event.data.incident or event.data
    if not incident.id.strip():
        raise Unreadable("event.data: it does not say which incident it is about")
    fields = [
        (name, str(each.value or "")) for each in resource.custom_fields for name in (each.name, each.display_name)
    ]
    cause, by = stated(fields, resource.content), event.agent.words if event.agent else ""
    report = Report(
        source="pagerduty",
        incident=f"PagerDuty {incident.id}",
        at=earlier(event.occurred_at, received),
        by=by or "PagerDuty",
        cause=cause,
        evidence=f"{'a note' if resource.content else 'a field'} in PagerDuty names it" if cause else "",
        title=resource.title or incident.words,
        severity=resource.priority.words if resource.priority else "",
        links=(incident.html_url,) if incident.html_url else (),
        text=resource.content if cause else "",
    )
    return (report,)
