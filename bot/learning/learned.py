"""What is kept of what happened: the components of the store that this room reads and writes."""

from dataclasses import dataclass

from bot.store import (
    AuditLog,
    Configurations,
    DriftLog,
    Exceptions,
    Incidents,
    Measurements,
    Models,
    Outcomes,
    Repositories,
)


@dataclass(frozen=True, slots=True)
class Learned:
    """`Store.only` fills it."""

    repositories: Repositories
    outcomes: Outcomes
    exceptions: Exceptions
    incidents: Incidents
    configurations: Configurations
    models: Models
    measurements: Measurements
    drift: DriftLog
    audit: AuditLog
