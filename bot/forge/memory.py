"""What was sent to a forge: remembered before it is sent, and that its answer came."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Thing:
    """`about`: the commit, or "#12" for a pull request; `name`: what of it, "check" or "card" say."""

    repository_id: int
    about: str
    name: str


class Memory(Protocol):
    """Outlives the process: the store keeps it."""

    def sending(self, thing: Thing, at: datetime) -> None:
        """Something is about to be sent."""
        ...

    def answered(self, thing: Thing, made: int | None = None) -> None:
        """Its answer came; with the number of what it made, if it made something."""
        ...

    def under_way(self, repository_id: int, about: str, now: datetime) -> datetime | None:
        """When the newest was sent that has no answer. One that a clock ahead of its time sent counts as sent now."""
        ...

    def made(self, thing: Thing) -> int | None:
        """The number that the forge gave it, when it was made."""
        ...


@dataclass
class Forgetful:
    """A memory for as long as the process lives."""

    sent: dict[Thing, datetime] = field(default_factory=dict)
    numbers: dict[Thing, int] = field(default_factory=dict)

    def sending(self, thing: Thing, at: datetime) -> None:
        self.sent[thing] = at

    def answered(self, thing: Thing, made: int | None = None) -> None:
        self.sent.pop(thing, None)
        if made is not None:
            self.numbers[thing] = made

    def under_way(self, repository_id: int, about: str, now: datetime) -> datetime | None:
        mine = [thing for thing in self.sent if (thing.repository_id, thing.about) == (repository_id, about)]
        for thing in mine:
            self.sent[thing] = min(self.sent[thing], now)
        return max((self.sent[thing] for thing in mine), default=None)

    def made(self, thing: Thing) -> int | None:
        return self.numbers.get(thing)
