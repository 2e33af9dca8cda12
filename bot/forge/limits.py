"""What a forge said is left of its limits, and how much was sent to it: what processes of one App share."""

import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.forge.github.pace import Pace
from bot.forge.port import Busy

ASKED = "GitHub asked to wait"


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

    def spend(self, installation_id: int, verb: str, path: str, now: datetime, talk: tuple[str, ...]) -> None:
        """Count one request that is about to be sent, as Pace does. Raises Busy, Refused."""
        ...

    def refused(self, installation_id: int, until: datetime, now: datetime) -> None:
        """The forge asked to wait so long; whoever spends before then is told so."""
        ...


class Alone:
    """Of one process: nothing is kept, and no other process is seen. Safe to share between threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._paces: defaultdict[int, Pace] = defaultdict(Pace)
        self._until: dict[int, datetime] = {}

    def saw(self, limit: Limit) -> None:
        """It is not kept."""

    def spend(self, installation_id: int, verb: str, path: str, now: datetime, talk: tuple[str, ...]) -> None:
        until = self._until.get(installation_id)
        if until is not None and now < until:
            raise Busy(ASKED, until)
        with self._guard:
            pace = self._paces[installation_id]
        pace.spend(verb, path, now, talk)

    def refused(self, installation_id: int, until: datetime, now: datetime) -> None:
        self._until[installation_id] = until
