"""One OpenAI-compatible endpoint: asked for one completion at a time, a few times at most, within a time.

The one address that the operator names is reached, over the operator's networks only; a redirect is a failure, and no
proxy is read from the environment (bot/config/addresses.py).
"""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import SecretStr

from bot.config.addresses import Addresses, Answered, Unfetchable
from bot.reviewer.prompt import FORMATS

AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504})
TRIES = 3  # the first, and two more
MOST_ANSWER = 512 << 10  # bytes
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 20.0  # seconds
FAILURES, REST = 5, 300.0  # after so many in a row nobody asks for so many seconds
MOST_WRITTEN = 4_000  # tokens of one answer


class Silent(Exception):
    """No answer came that can be read; the message is one clause for people, and holds nothing from outside."""


@dataclass(frozen=True, slots=True)
class Completion:
    """`text` is hostile. `tokens` None: the endpoint did not say what it took."""

    text: str
    model: str  # as the endpoint names it, with its fingerprint
    tokens: int | None


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


class Asked(Protocol):
    """What answers a request."""

    def complete(self, messages: list[dict[str, str]], sampling: Mapping[str, Any], ends: float) -> Completion: ...


@dataclass
class Endpoint:
    """`address` is the base, as in https://models.example/v1."""

    address: str
    model: str
    addresses: Addresses
    key: SecretStr = field(default_factory=lambda: SecretStr(""))
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    breaker: Breaker = field(default_factory=Breaker)
    formats: tuple[Mapping[str, Any] | None, ...] = FORMATS  # ways of asking for a form, the strictest first
    _format: int = 0  # the first of them that it takes

    def complete(self, messages: list[dict[str, str]], sampling: Mapping[str, Any], ends: float) -> Completion:
        """`ends` by `clock`. Raises Silent."""
        if self.breaker.shut():
            raise Silent("the endpoint failed too often; it is asked again in a few minutes")
        try:
            completion = _read(self._answered(messages, sampling, ends), self.model)
        except Silent:
            self.breaker.ended(well=False)
            raise
        self.breaker.ended(well=True)
        return completion

    def _answered(self, messages: list[dict[str, str]], sampling: Mapping[str, Any], ends: float) -> bytes:
        why = "time was up"
        tried = 0
        while tried < TRIES and self.clock() < ends:
            try:
                answered = self._ask(messages, sampling)
            except Unfetchable as error:
                answered, why = None, str(error)
            if answered is not None and answered.status == 200:
                return answered.body
            if answered is not None and answered.status == 400 and self._format + 1 < len(self.formats):
                self._format += 1  # it may not know this way of asking for a form; we check the form anyway
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

    def _ask(self, messages: list[dict[str, str]], sampling: Mapping[str, Any]) -> Answered:
        body: dict[str, Any] = {"model": self.model, "messages": messages, "stream": False, **sampling}
        if (form := self.formats[self._format]) is not None:
            body["response_format"] = form
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key.get_secret_value():
            headers["Authorization"] = f"Bearer {self.key.get_secret_value()}"
        address = f"{self.address.rstrip('/')}/chat/completions"
        return self.addresses.exchange(address, json.dumps(body).encode(), headers, most=MOST_ANSWER)

    def _pause(self, tried: int, answered: Answered | None) -> float:
        """As long as the endpoint asks for; else longer each time, by chance, so that not all come back at once."""
        asked = answered.retry_after if answered is not None else ""
        if asked.isascii() and asked.isdigit():
            return float(int(asked[:6]))
        return min(LONGEST_PAUSE, FIRST_PAUSE * float(2**tried)) * self.jitter()


def _read(body: bytes, model: str) -> Completion:
    """Raises Silent."""
    try:
        answer = json.loads(body)
        (choice,) = answer["choices"]
        message, named = choice["message"], answer["model"]
        text, ended = message["content"], choice["finish_reason"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Silent("its answer is no chat completion") from None
    if not isinstance(text, str) or not isinstance(named, str) or message.get("tool_calls"):
        raise Silent("its answer is no text")
    if ended != "stop":
        raise Silent("its answer was cut")
    if named != model and not named.startswith((f"{model}-", f"{model}:", f"{model}@")):
        raise Silent("another model answered than was asked")
    usage = answer.get("usage")
    tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
    counted = tokens if isinstance(tokens, int) and not isinstance(tokens, bool) and tokens >= 0 else None
    return Completion(text, _version(named, answer.get("system_fingerprint")), counted)


def _version(named: str, fingerprint: object) -> str:
    return f"{named[:100]} {fingerprint[:60]}" if isinstance(fingerprint, str) and fingerprint else named[:100]
