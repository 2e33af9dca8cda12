"""Ask about every piece of a change, as often as was said, and make one review of it; any gap makes it Unknown."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.policy.candidate import ModelReview
from bot.policy.pull import Unknown
from bot.reviewer import prompt
from bot.reviewer.answer import NONE, Malformed, Verdict, read_verdict
from bot.reviewer.endpoint import MOST_WRITTEN, Asked
from bot.reviewer.pieces import Piece, Sides, Unsendable, pieces
from bot.reviewer.prompt import Marks
from bot.reviewer.redact import may_be_sent
from bot.reviewer.service import Silent

SECONDS = 120.0  # for all of one change


@dataclass(frozen=True, slots=True)
class Place:
    """Whose change it is: budgets are counted by both, and no answer is shared between installations."""

    installation_id: int
    repository_id: int


class Purse(Protocol):
    """Counts tokens by repository and day, and by installation and month."""

    def take(self, place: Place, tokens: int) -> bool:
        """Whether that much is left; then it is taken."""
        ...

    def settle(self, place: Place, taken: int, used: int) -> None:
        """What was taken and not used is given back."""
        ...


class Memory(Protocol):
    """Valid answers, by installation and key."""

    def get(self, place: Place, key: str) -> str | None: ...

    def put(self, place: Place, key: str, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one change, as its repository says."""

    samples: int = 1
    tokens: int = 60_000


@dataclass(frozen=True, slots=True)
class _Given:
    verdict: Verdict
    model: str
    key: str


class _Broke(Exception):
    """There is nothing left to ask with; one clause for people."""


@dataclass
class Reviewer:
    """Holds no token but that of its endpoint. `met` is told every model that answered, as it names itself."""

    model: str
    endpoint: Asked
    memory: Memory
    purse: Purse
    clock: Callable[[], float] = time.monotonic
    met: Callable[[str], None] = lambda model: None
    seconds: float = SECONDS

    @property
    def version(self) -> str:
        """Changes with the model and with what is asked; an answer of another version counts for nothing."""
        return hashlib.sha256(f"{self.model}\0{prompt.VERSION}\0{prompt.SYSTEM}".encode()).hexdigest()[:16]

    def review(self, place: Place, files: Sequence[Sides], limits: Limits) -> ModelReview | Unknown:
        """Never raises for anything that a change or an endpoint does."""
        if not all(may_be_sent(file.path) for file in files):
            return Unknown("a file of it is never sent")
        try:
            shown = pieces(files)
            if not shown:
                return Unknown("there is nothing to show")
            asking = _Asking(self, place, limits, self.clock() + self.seconds)
            given = [[asking.ask(piece, sample) for sample in range(limits.samples)] for piece in shown]
        except (Unsendable, Silent, Malformed, _Broke) as error:
            return Unknown(str(error))
        return _joined(given)


@dataclass
class _Asking:
    reviewer: Reviewer
    place: Place
    limits: Limits
    ends: float
    spent: int = 0

    def ask(self, piece: Piece, sample: int) -> _Given:
        text, sampling = prompt.plain(piece), _sampling(sample, self.limits.samples)
        key = _key(self.reviewer.model, sampling, text)
        if (answer := self.reviewer.memory.get(self.place, key)) is not None:
            record = json.loads(answer)
            return _Given(read_verdict(record["text"], piece), record["model"], key)
        answer, verdict, model = self._asked(piece, text, sampling)
        self.reviewer.memory.put(self.place, key, json.dumps({"text": answer, "model": model}))
        return _Given(verdict, model, key)

    def _asked(self, piece: Piece, text: str, sampling: Mapping[str, Any]) -> tuple[str, Verdict, str]:
        """Once, and once more with what was wrong in our words."""
        marks = Marks.new(text)
        messages = [
            {"role": "system", "content": prompt.system(marks)},
            {"role": "user", "content": prompt.user(text, marks)},
        ]
        answer, model = self._complete(messages, sampling, marks)
        try:
            return answer, read_verdict(answer, piece), model
        except Malformed as problem:
            again = [*messages, {"role": "user", "content": prompt.repair(str(problem))}]
        answer, model = self._complete(again, sampling, marks)
        try:
            return answer, read_verdict(answer, piece), model
        except Malformed as problem:
            raise Malformed(f"its answers had no valid form ({problem})") from None

    def _complete(self, messages: list[dict[str, str]], sampling: Mapping[str, Any], marks: Marks) -> tuple[str, str]:
        taken = _tokens(messages) + MOST_WRITTEN
        if self.spent + taken > self.limits.tokens:
            raise _Broke("it would take more tokens than one change may")
        if not self.reviewer.purse.take(self.place, taken):
            raise _Broke("the tokens of its repository's day or its organisation's month are used up")
        used = taken
        try:
            completion = self.reviewer.endpoint.complete(messages, sampling, self.ends)
            used = min(taken, completion.tokens) if completion.tokens is not None else taken
        finally:
            self.spent += used
            self.reviewer.purse.settle(self.place, taken, used)
        self.reviewer.met(completion.model)
        if marks.leaked(completion.text):
            raise Silent("its answer repeats what it was told never to repeat")
        return completion.text, completion.model


def _tokens(messages: list[dict[str, str]]) -> int:
    """No tokeniser makes more of ordinary text than one of each three bytes."""
    return sum(len(each["content"].encode()) for each in messages) // 3 + 1


def _sampling(sample: int, samples: int) -> dict[str, Any]:
    return {"temperature": 0.0 if samples == 1 else 0.7, "seed": sample, "max_tokens": MOST_WRITTEN}


def _key(model: str, sampling: Mapping[str, Any], text: str) -> str:
    parts = (model, json.dumps(sampling, sort_keys=True), str(prompt.VERSION), prompt.SYSTEM, text)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _joined(given: list[list[_Given]]) -> ModelReview:
    """The least confident and the most effort of all; samples of one piece have to agree on every stretch."""
    every = [each for samples in given for each in samples]
    categories = {each.category for one in every for each in one.verdict.stretches}
    agreed = all(len({_named(each.verdict) for each in samples}) == 1 for samples in given)
    accepts = agreed and NONE not in categories
    return ModelReview(
        accepts=accepts,
        why="" if accepts else "its answers differ" if not agreed else "it names no safe category for a part of it",
        confidence=min(each.verdict.confidence for each in every),
        effort=max(each.verdict.effort for each in every),
        categories=frozenset(each for each in categories if each != "none_of_these"),
        signals=frozenset(signal for each in every for signal in each.verdict.signals),
        model=" | ".join(sorted({each.model for each in every})),
        prompt=hashlib.sha256("".join(each.key for each in every).encode()).hexdigest(),
    )


def _named(verdict: Verdict) -> tuple[tuple[int, str], ...]:
    return tuple(sorted((each.id, each.category) for each in verdict.stretches))
