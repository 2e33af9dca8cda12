"""One OpenAI-compatible endpoint: asked for one completion at a time, a few times at most, within a time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.reviewer.prompt import FORMATS
from bot.reviewer.service import MOST_ANSWER, Service, Silent, same_model, tokens_of

MOST_WRITTEN = 4_000  # tokens of one answer


@dataclass(frozen=True, slots=True)
class Completion:
    """`text` is hostile. `tokens` None: the endpoint did not say what it took."""

    text: str
    model: str  # as the endpoint names it, with its fingerprint
    tokens: int | None


class Asked(Protocol):
    """What answers a request."""

    def complete(self, messages: list[dict[str, str]], sampling: Mapping[str, Any], ends: float) -> Completion: ...


@dataclass
class Endpoint(Service):
    """Chats with a model. `formats`: ways of asking for a form, the strictest first."""

    formats: tuple[Mapping[str, Any] | None, ...] = FORMATS
    _format: int = 0  # the first of them that it takes

    def complete(self, messages: list[dict[str, str]], sampling: Mapping[str, Any], ends: float) -> Completion:
        """`ends` by `clock`. Raises Silent."""

        def body() -> dict[str, Any]:
            asked = {"model": self.model, "messages": messages, "stream": False, **sampling}
            form = self.formats[self._format]
            return asked if form is None else asked | {"response_format": form}

        return self.answer(
            "chat/completions", body, lambda answered: _read(answered, self.model), ends, MOST_ANSWER, self._otherwise
        )

    def _otherwise(self) -> bool:
        """An endpoint may not know a way of asking for a form; we check the form anyway."""
        if self._format + 1 == len(self.formats):
            return False
        self._format += 1
        return True


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
    same_model(named, model)
    return Completion(text, _version(named, answer.get("system_fingerprint")), tokens_of(answer))


def _version(named: str, fingerprint: object) -> str:
    return f"{named[:100]} {fingerprint[:60]}" if isinstance(fingerprint, str) and fingerprint else named[:100]
