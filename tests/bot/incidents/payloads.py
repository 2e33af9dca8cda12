"""What each tool sends, written by hand after its documentation (the docstring of each adapter names it), and its
signature. {cause} stands where a person names the cause there."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.doors.incidents.signing import stamp

SVIX_KEY = base64.b64encode(b"0123456789abcdef01234567").decode()
SECRETS = {
    "signed": "correct-horse-battery",
    "devlake": "correct-horse-devlake",
    "pagerduty": "correct-horse-pagerduty",
    "incident-io": f"whsec_{SVIX_KEY}",
    "firehydrant": "correct-horse-firehydrant",
    "grafana-irm": "correct-horse-grafana",
}
Headers = dict[str, str]


def by_stamp(secret: str, body: bytes, now: datetime) -> Headers:
    time = str(int(now.timestamp()))
    return {"X-Codechill-Time": time, "X-Codechill-Signature": stamp(secret, time, body)}


def by_pagerduty(secret: str, body: bytes, now: datetime) -> Headers:
    mark = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-PagerDuty-Signature": f"v1={'0' * 64},v1={mark}", "X-Webhook-Id": "01BWNVKV3TRB6FGBQSRTA9HIVN"}


def by_svix(secret: str, body: bytes, now: datetime) -> Headers:
    name, time = f"msg_{hashlib.sha256(body).hexdigest()[:20]}", str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mark = base64.b64encode(hmac.new(key, f"{name}.{time}.".encode() + body, hashlib.sha256).digest()).decode()
    return {"webhook-id": name, "webhook-timestamp": time, "webhook-signature": f"v2,x v1,{mark}"}


def by_firehydrant(secret: str, body: bytes, now: datetime) -> Headers:
    return {"fh-signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def by_grafana(secret: str, body: bytes, now: datetime) -> Headers:
    time, digest = str(int(now.timestamp())), base64.b64encode(hashlib.sha256(body).digest()).decode()
    mark = hmac.new(secret.encode(), f"{digest}:{time}:v1".encode(), hashlib.sha256).hexdigest()
    return {"gi-signature": f"t={time},v1={mark}"}


SIGNS: dict[str, Callable[[str, bytes, datetime], Headers]] = {
    "signed": by_stamp,
    "devlake": by_stamp,
    "pagerduty": by_pagerduty,
    "incident-io": by_svix,
    "firehydrant": by_firehydrant,
    "grafana-irm": by_grafana,
}


def pagerduty_event(kind: str, resource: dict[str, Any]) -> dict[str, Any]:
    agent = {
        "html_url": "https://acme.pagerduty.com/users/PLH1HKV",
        "id": "PLH1HKV",
        "self": "https://api.pagerduty.com/users/PLH1HKV",
        "summary": "Maya Manager",
        "type": "user_reference",
    }
    event = {
        "id": "5ac64822-4adc-4fda-ade0-410becf0de4f",
        "event_type": kind,
        "resource_type": "incident",
        "occurred_at": "2026-11-24T11:58:00.169Z",
        "agent": agent,
        "client": None,
        "data": resource,
    }
    return {"event": event}


PAGERDUTY_INCIDENT = {
    "id": "PGR0VU2",
    "type": "incident",
    "self": "https://api.pagerduty.com/incidents/PGR0VU2",
    "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
    "number": 2,
    "status": "triggered",
    "incident_key": "d3640fbd41094207a1c11e58e46b1662",
    "created_at": "2026-11-24T11:40:00Z",
    "title": "Checkout fails",
    "service": {"id": "PF9KMXH", "summary": "Checkout", "type": "service_reference", "html_url": None},
    "assignees": [],
    "priority": {"id": "PSO75BM", "summary": "P1", "type": "priority_reference", "html_url": None},
    "urgency": "high",
    "resolve_reason": None,
}
PAGERDUTY_NOTE = {
    "incident": {
        "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
        "id": "PGR0VU2",
        "self": "https://api.pagerduty.com/incidents/PGR0VU2",
        "summary": "Checkout fails",
        "type": "incident_reference",
    },
    "id": "P1LA53D",
    "content": "Cause: {cause}\nThe cache was never filled",
    "trimmed": False,
    "type": "incident_note",
}
PAGERDUTY_FIELDS = {
    "incident": PAGERDUTY_NOTE["incident"],
    "custom_fields": [
        {"id": "PX1", "name": "root_cause", "display_name": "Root cause", "type": "field_value", "value": "{cause}"},
        {"id": "PX2", "name": "customers", "display_name": "Customers", "type": "field_value", "value": 12},
    ],
    "changed_custom_fields": ["root_cause"],
    "type": "incident_field_values",
}
INCIDENT_IO = {
    "event_type": "public_incident.incident_updated_v2",
    "public_incident.incident_updated_v2": {
        "id": "01FDAG4SAP5TYPT98WGR2N7W91",
        "reference": "INC-123",
        "name": "Checkout fails",
        "summary": "The cache was never filled",
        "permalink": "https://app.incident.io/incidents/123",
        "mode": "standard",
        "visibility": "public",
        "severity": {"id": "01FCNDV6P870EA6S7TK1DSYDG0", "name": "Critical", "rank": 3, "description": "Down"},
        "incident_status": {"id": "01FCNDV6P870EA6S7TK1DSYD5H", "category": "closed", "name": "Closed"},
        "custom_field_entries": [
            {
                "custom_field": {"id": "01FCNDV6P870EA6S7TK1DSYDG0", "name": "Caused by", "field_type": "text"},
                "values": [{"value_text": "{cause}", "value_link": None, "value_option": None}],
            }
        ],
        "created_at": "2026-11-24T11:40:00Z",
        "updated_at": "2026-11-24T11:58:00Z",
    },
}
FIREHYDRANT = {
    "data": {
        "incident": {
            "conference_bridges": [],
            "created_at": "2026-11-24 11:40:00 UTC",
            "current_milestone": "resolved",
            "customer_impact_summary": "",
            "description": "The cache was never filled\n\nRoot cause: {cause}",
            "id": "04d9fd1a-ba9c-417d-b396-58a6e2c374de",
            "labels": [],
            "name": "Checkout fails",
            "number": 602,
            "priority": {"description": "", "slug": "P1"},
            "severity": {"description": "Down", "slug": "SEV1", "type": "unexpected_downtime"},
            "summary": "",
            "tags": [],
            "updated_at": "2026-11-24 11:58:00 UTC",
        }
    },
    "event": {"operation": "UPDATED", "resource_type": "incident"},
}
GRAFANA = {
    "version": "v1.0.0",
    "id": "webhook-out-6409be79a7ee628da2a70dbe",
    "source": "/grafana/incident",
    "time": "2026-11-24T11:58:00Z",
    "event": "grafana.incident.added.label",
    "incident": {
        "incidentID": "19",
        "severity": "critical",
        "labels": [{"key": "tags", "label": "cause:{cause}", "description": "", "colorHex": "#000000"}],
        "isDrill": False,
        "createdTime": "2026-11-24T11:40:00Z",
        "status": "active",
        "title": "Checkout fails",
        "overviewURL": "/a/grafana-irm-app/incidents/19/checkout-fails",
        "summary": "The cache was never filled",
    },
}
DEVLAKE = {
    "url": "https://tracker.example/browse/DLK-1234",
    "issue_key": "DLK-1234",
    "title": "Checkout fails",
    "description": "The cache was never filled\n\nCause: {cause}",
    "type": "INCIDENT",
    "status": "DONE",
    "severity": "sev1",
    "creator_name": "Maya Manager",
    "created_date": "2026-11-24T11:40:00+00:00",
    "updated_date": "2026-11-24T11:58:00+00:00",
}
SIGNED = {
    "incident": "INC-204",
    "cause": "{cause}",
    "severity": "sev1",
    "title": "Checkout fails",
    "root_cause": "The cache was never filled",
    "at": "2026-11-24T11:58:00Z",
    "by": "maya",
}


@dataclass(frozen=True)
class Sent:
    """One request of a tool, the name that the incident has then, and who says so."""

    source: str
    payload: Any
    incident: str
    by: str

    def body(self, cause: str = "acme/shop#12") -> bytes:
        return json.dumps(self.payload).replace("{cause}", cause).encode()


NAMING = [
    Sent("signed", SIGNED, "INC-204", "maya"),
    Sent("devlake", DEVLAKE, "DLK-1234", "Maya Manager"),
    Sent("devlake", [DEVLAKE], "DLK-1234", "Maya Manager"),
    Sent("pagerduty", pagerduty_event("incident.annotated", PAGERDUTY_NOTE), "PagerDuty PGR0VU2", "Maya Manager"),
    Sent(
        "pagerduty",
        pagerduty_event("incident.custom_field_values.updated", PAGERDUTY_FIELDS),
        "PagerDuty PGR0VU2",
        "Maya Manager",
    ),
    Sent("incident-io", INCIDENT_IO, "INC-123", "incident.io"),
    Sent("firehydrant", FIREHYDRANT, "FireHydrant 602", "FireHydrant"),
    Sent("grafana-irm", GRAFANA, "Grafana 19", "Grafana IRM"),
]
