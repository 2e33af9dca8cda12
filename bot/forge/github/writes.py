"""What is written to GitHub, each thing once, although nobody can tell what became of a request without an answer.

GitHub takes no key with a request by which it would know a second one, ends what it works on for more than ten seconds,
and shows in its lists what it did a moment later. So each write is remembered before it is sent. Until its answer came,
or that time is over, nothing else is written about the same commit or in the same conversation, and no check decided
upon that may change a moment later: a process that was killed, a connection that broke and an error in place of an
answer are all the same case. What was made is edited from then on, also while a list still lacks it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from bot.forge.github.wire import GitHubWire, Talk
from bot.forge.memory import Memory, Thing
from bot.forge.port import Busy, Gone, Refused, Target

UNDER_WAY = timedelta(seconds=20)  # GitHub's ten seconds, and as much again for the way there and for its lists
_LOCKS = 64


class GitHubWrites:
    """Safe to share between threads."""

    def __init__(self, wire: GitHubWire, memory: Memory, clock: Callable[[], datetime]) -> None:
        self._wire, self._memory, self._clock = wire, memory, clock
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))

    def settled(self, target: Target, about: str) -> None:
        """Raises Busy while a write about it may be under way: what GitHub shows of it may change any moment."""
        with self._alone(target, about):
            pass

    def _settled(self, target: Target, about: str) -> None:
        now = self._clock()
        since = self._memory.under_way(target.repository_id, about, now)
        if since is not None and now < since + UNDER_WAY:
            raise Busy("what was sent before has no answer and may still be under way", since + UNDER_WAY)

    def put(
        self, target: Target, thing: Thing, known: int | None, edit: str, make: str, body: dict[str, Any], **first: Any
    ) -> int:
        """Edit it under the address `edit`, where it is `known` or was made before; else make it, with `first` too.

        Returns its number.
        """
        with self._alone(target, thing.about):
            number = self._memory.made(thing) if known is None else known
            try:
                if number is not None:
                    self._send(target, thing, "PATCH", f"{edit}/{number}", body)
                    return number
            except Gone:
                pass  # somebody deleted the comment, or of more than a thousand checks GitHub forgot the oldest
            return self._send(target, thing, "POST", make, {**first, **body})

    def make(
        self,
        target: Target,
        thing: Thing,
        path: str,
        body: dict[str, Any],
        talk: Talk = (),
        *,
        again: bool,
        named: str = "id",
    ) -> int:
        """Make it, unless it was made before: a list that is behind may lack it. With `again` in any case.

        Returns its number, which GitHub's answer bears under `named`. Raises Refused, without sending it, when the
        share of those in `talk` is used up.
        """
        with self._alone(target, thing.about):
            known = None if again else self._memory.made(thing)
            return self._send(target, thing, "POST", path, body, talk, named) if known is None else known

    def edit(self, target: Target, thing: Thing, path: str, body: dict[str, Any], verb: str = "PATCH") -> None:
        with self._alone(target, thing.about):
            self._send(target, thing, verb, path, body)

    @contextmanager
    def _alone(self, target: Target, about: str) -> Iterator[None]:
        """Two threads may write about one commit: for two pull requests, or when a clock that jumped ended a lease."""
        with self._locks[hash((target.repository_id, about)) % _LOCKS]:
            self._settled(target, about)
            yield

    def _send(
        self,
        target: Target,
        thing: Thing,
        verb: str,
        path: str,
        body: dict[str, Any],
        talk: Talk = (),
        named: str = "id",
    ) -> int:
        self._memory.sending(thing, self._clock())
        try:
            answer = self._wire.send(target, verb, path, body, talk)
        except (Refused, Gone, Busy):  # said by GitHub, or not sent at all: it was not done
            self._memory.answered(thing)
            raise
        number = int(answer[named]) if verb == "POST" else 0
        self._memory.answered(thing, number or None)
        return number
