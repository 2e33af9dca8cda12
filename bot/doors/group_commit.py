"""Group commit: deliveries that arrive while one transaction is being written share the next one.

A transaction costs more than what is written in it. Nobody is answered before their own delivery is stored, and one
that cannot be stored does not take the others with it.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.store.inbox import Away, Delivery

Write = Callable[[Sequence[Delivery]], Sequence[bool]]  # all or none; says which were new


@dataclass(slots=True)
class _Waiting:
    delivery: Delivery
    called: threading.Event = field(default_factory=threading.Event)  # it is done, or it is this one's turn to write
    done: bool = False
    new: bool = False
    error: Exception | None = None


class Together:
    """Threads that store one delivery each. Whoever finds nobody writing writes for all who wait by then."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._guard = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._writing = False

    def receive(self, delivery: Delivery) -> bool:
        """Whether it was new, once it is stored. Raises what writing it raised."""
        _ = delivery.packed  # here, where threads do it side by side, and not while all wait for one
        mine = _Waiting(delivery)
        with self._guard:
            self._waiting.append(mine)
            leads, self._writing = not self._writing, True
        if not leads:
            mine.called.wait()
        if not mine.done:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.new

    def _lead(self) -> None:
        with self._guard:
            batch, self._waiting = self._waiting, []
        try:
            self._store(batch)
        finally:
            self._hand_over(batch)

    def _hand_over(self, batch: list[_Waiting]) -> None:
        with self._guard:
            following = self._waiting[0] if self._waiting else None
            self._writing = following is not None
        for one in batch:
            one.done = True
            one.called.set()
        if following is not None:
            following.called.set()

    def _store(self, batch: list[_Waiting]) -> None:
        try:
            for one, new in zip(batch, self._write([one.delivery for one in batch]), strict=True):
                one.new = new
        except Away as error:  # those who came meanwhile are told too: they would wait as long in vain, one by one
            with self._guard:
                batch += self._waiting
                self._waiting = []
            for one in batch:
                one.error = error
        except Exception as error:  # noqa: BLE001 - it belongs to the thread whose delivery caused it
            if len(batch) == 1:
                batch[0].error = error
            else:
                for one in batch:
                    self._store([one])
