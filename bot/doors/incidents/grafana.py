"""Grafana IRM outgoing webhooks: a label `cause`, or a line `Cause: owner/name#12` in the summary, names the cause.

Shapes after Grafana's documentation ("Configure Incident outgoing webhooks") and its Go client of the incident API
(github.com/grafana/incident-go): `event`, `time` and `incident` with `incidentID`, `title`, `severity`, `labels`,
`summary`, `isDrill`, `overviewURL` (a path). A drill is no incident.
"""

from datetime import datetime

from pydantic import Field

from bot.doors.incidents.shapes import Named, earlier, stated
from bot.forge.github.shapes import Moment, Shape, shaped
from bot.policy.incidents.report import Report


class _Label(Shape):
    """`cause:acme/shop#12` in one, or apart as key and label."""

    key: str = ""
    label: str = ""

    def pair(self) -> tuple[str, str]:
        name, _, value = self.label.partition(":")
        return (self.key, self.label) if self.key and self.key != "tags" else (name, value)


class _Incident(Shape):
    id: Named = Field(alias="incidentID")
    title: str = ""
    severity: str = ""
    labels: tuple[_Label, ...] = ()
    summary: str = ""
    is_drill: bool = Field(False, alias="isDrill")


class _Delivery(Shape):
    event: str
    time: Moment | None = None
    source: str = ""
    incident: _Incident | None = None


def read(payload: object, received: datetime) -> tuple[Report, ...]:
    """Raises Unreadable."""
    delivery = shaped(_Delivery, payload)
    incident = delivery.incident
    if not delivery.event.startswith("grafana.incident.") or incident is None or incident.is_drill:
        return ()
    cause = stated((label.pair() for label in incident.labels), incident.summary)
    report = Report(
        source="grafana-irm",
        incident=f"Grafana {incident.id}",
        at=earlier(delivery.time, received),
        by="Grafana IRM",
        cause=cause,
        evidence="the incident in Grafana IRM names it" if cause else "",
        title=incident.title,
        severity=incident.severity,
        text=incident.summary,
    )
    return (report,)
