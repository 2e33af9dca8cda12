"""Which issues are incidents, and which of them are severe."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown, listed
from bot.policy.config.values import Name, Shape

LABELS, SEVERE = ("incident",), ("sev0", "sev1", "critical")


class IncidentsShape(Shape):
    """Which issues are incidents."""

    labels: list[Name] | None = Field(
        default=None,
        max_length=20,
        description="An issue that bears one of these is an incident. None: issues never are. Left out: `incident`.",
        examples=[["incident", "outage"]],
    )
    severe: list[Name] | None = Field(
        default=None,
        max_length=20,
        description="Labels of those that were severe, such as data loss, no workaround, a breach. "
        "Left out: `sev0`, `sev1` and `critical`.",
        examples=[["sev1", "data-loss"]],
    )


@dataclass(frozen=True, slots=True)
class IncidentPolicy:
    """Labels in lower case."""

    labels: tuple[str, ...] = LABELS
    severe: tuple[str, ...] = SEVERE

    def is_incident(self, labels: frozenset[str]) -> bool:
        return any(label.lower() in self.labels for label in labels)

    def severity(self, labels: frozenset[str]) -> str:
        """The label that says that it was severe, "" where none does."""
        return next((label for label in self.severe if label in {each.lower() for each in labels}), "")


def _read(written: IncidentsShape, _: Reading) -> IncidentPolicy:
    labels, severe = written.labels, written.severe
    return IncidentPolicy(
        LABELS if labels is None else tuple(label.lower() for label in labels),
        SEVERE if severe is None else tuple(label.lower() for label in severe),
    )


def _join(joining: Joining, org: IncidentPolicy, repo: IncidentPolicy) -> IncidentPolicy:
    return joining.value("incidents", org, repo)


def _shown(policy: IncidentPolicy, _: Mapping[str, Any]) -> Iterator[Shown]:
    yield Shown("incidents.labels", listed(policy.labels))
    yield Shown("incidents.severe", listed(policy.severe))


SECTION = Section(
    key="incidents",
    kind=IncidentsShape,
    field=Field(default_factory=IncidentsShape, description="Issues that are incidents."),
    read=_read,
    join=_join,
    shown=_shown,
    may_be_floor=False,
)
