"""What every kind of request to an OpenAI-compatible endpoint has in common: tries, pauses, the key and the breaker.

The one address that the operator names is reached, over the operator's networks only; a redirect is a failure, and no
proxy is read from the environment (bot/config/addresses.py).
"""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import SecretStr

from bot.config.addresses import Addresses, Answered, Unfetchable

AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504})
TRIES = 3  # the first, and two more
MOST_ANSWER = 512 << 10  # bytes
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 20.0  # seconds
FAILURES, REST = 5, 300.0  # after so many in a row nobody asks for so many seconds
Read = TypeVar("Read")


class Silent(Exception):
    """No answer came that can be read; the message is one clause for people, and holds nothing from outside."""


@dataclass(slots=True)
class Breaker:
    """Shut while an endpoint failed too often in a row."""

    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _until: float = 0.0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def shut(self) -> bool:
        with self._guard:
            return self.clock() < self._until

    def ended(self, *, well: bool) -> None:
        with self._guard:
            self._failures = 0 if well else self._failures + 1
            if self._failures >= FAILURES:
                self._failures, self._until = 0, self.clock() + REST


@dataclass
class Service:
    """`address` is the base, as in https://models.example/v1."""

    address: str
    model: str
    addresses: Addresses
    key: SecretStr = field(default_factory=lambda: SecretStr(""))
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    breaker: Breaker = field(default_factory=Breaker)

    def answer(
        self,
        path: str,
        body: Callable[[], Mapping[str, Any]],
        read: Callable[[bytes], Read],
        ends: float,
        most: int,
        otherwise: Callable[[], bool] = lambda: False,
    ) -> Read:
        """What `read` makes of the answer, of at most `most` bytes, to what `body` asks; `ends` by `clock`.

        After a refusal of the request itself (400) `otherwise` says whether `body` now asks in another way. Raises
        Silent, as `read` may.
        """
        if self.breaker.shut():
            raise Silent("the endpoint failed too often; it is asked again in a few minutes")
        try:
            value = read(self._answered(path, body, ends, most, otherwise))
        except Silent:
            self.breaker.ended(well=False)
            raise
        self.breaker.ended(well=True)
        return value

    def _answered(
        self, path: str, body: Callable[[], Mapping[str, Any]], ends: float, most: int, otherwise: Callable[[], bool]
    ) -> bytes:
        why = "time was up"
        tried = 0
        while tried < TRIES and self.clock() < ends:
            try:
                answered = self._ask(path, body(), most)
            except Unfetchable as error:
                answered, why = None, str(error)
            if answered is not None and answered.status == 200:
                return answered.body
            if answered is not None and answered.status == 400 and otherwise():
                continue
            if answered is not None:
                why = f"the endpoint answered {answered.status}"
                if answered.status not in AGAIN:
                    break
            tried += 1
            pause = self._pause(tried, answered)
            if tried == TRIES or self.clock() + pause >= ends:
                break
            self.sleep(pause)
        raise Silent(why)

    def _ask(self, path: str, body: Mapping[str, Any], most: int) -> Answered:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key.get_secret_value():
            headers["Authorization"] = f"Bearer {self.key.get_secret_value()}"
        address = f"{self.address.rstrip('/')}/{path}"
        return self.addresses.exchange(address, json.dumps(body).encode(), headers, most=most)

    def _pause(self, tried: int, answered: Answered | None) -> float:
        """As long as the endpoint asks for; else longer each time, by chance, so that not all come back at once."""
        asked = answered.retry_after if answered is not None else ""
        if asked.isascii() and asked.isdigit():
            return float(int(asked[:6]))
        return min(LONGEST_PAUSE, FIRST_PAUSE * float(2**tried)) * self.jitter()


def same_model(named: str, model: str) -> None:
    """Raises Silent where another model answered than was asked; a version behind its name is none."""
    if named != model and not named.startswith((f"{model}-", f"{model}:", f"{model}@")):
        raise Silent("another model answered than was asked")


def tokens_of(answer: Mapping[str, Any]) -> int | None:
    """What an answer took, as the endpoint says; None where it does not."""
    usage = answer.get("usage")
    tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
    return tokens if isinstance(tokens, int) and not isinstance(tokens, bool) and tokens >= 0 else None
