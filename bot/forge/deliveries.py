"""What a forge remembers of the webhooks it sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver a webhook; attempts at the same webhook share the GUID."""

    id: int
    guid: str
    at: datetime
    event: str
    ok: bool


class Deliveries(Protocol):
    """The forge's own record of what it sent."""

    def since(self, since: datetime) -> Iterator[Attempt]:
        """Attempts, newest first. Raises ForgeError."""
        ...

    def again(self, attempt_id: int) -> None:
        """Ask for it once more. Raises ForgeError."""
        ...
