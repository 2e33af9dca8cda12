"""What a forge said is left of its limits: each answer tells, and the newest word of each kind is kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limit:
    """Of one installation; `resource` is the forge's name for what is counted: core, graphql, search."""

    installation_id: int
    resource: str
    most: int
    remaining: int
    resets_at: datetime
    at: datetime


class Limits(Protocol):
    def saw(self, limit: Limit) -> None: ...


class Unnoted:
    """For whoever does not want to know."""

    def saw(self, limit: Limit) -> None:
        """It is not kept."""
