"""A language model's suggestion: three labels and no other, quotes that stand in the record, or nothing at all."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.prompts import Message, messages
from scoring.difftest.suggestion import Reason, Suggestion, verbatim

REPAIR = 'That was no answer. Answer with one JSON object, {"label": ..., "quotes": [...]}, as you were told to.'
QUOTE = 300


class Unanswered(Exception):
    """The endpoint did not answer; its text is for people and holds nothing from outside."""


class Model(Protocol):
    """Answers a chat with text. `name` is the endpoint's name of it. Raises Unanswered."""

    name: str

    def complete(self, chat: list[Message]) -> str: ...


@dataclass(frozen=True, slots=True)
class ChatLabeller:
    """`examples` finds one labelled group of each label, of earlier releases only."""

    model: Model
    examples: Callable[[Group], Mapping[Label, Group]]
    without: Collection[str] = ()

    def suggest(self, group: Group) -> Suggestion:
        """The model's label without a confidence: it knows none. An answer that is none is asked for once more."""
        chat = messages(group, self.examples(group), self.without)
        try:
            text = self.model.complete(chat)
            answer = read(text)
            if answer is None:
                # what it wrote is not sent back: it may hold what somebody wrote for it
                answer = read(self.model.complete([*chat, {"role": "user", "content": REPAIR}]))
        except Unanswered as error:
            return Suggestion(None, None, self.model.name, why_not=str(error))
        if answer is None:
            return Suggestion(None, None, self.model.name, why_not="it answered with none of the three labels")
        label, quotes = answer
        reasons = verbatim(tuple(Reason("the record says", each) for each in quotes), group.examples[0])
        return Suggestion(label, None, self.model.name, reasons=reasons)


def read(text: str) -> tuple[Label, tuple[str, ...]] | None:
    """Label and quotes of an answer of exactly the form that is asked for; None of any other."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or set(answer) - {"label", "quotes"} or answer.get("label") not in list(Label):
        return None
    quotes = answer.get("quotes", [])
    if not isinstance(quotes, list) or not all(isinstance(each, str) for each in quotes):
        return None
    return Label(answer["label"]), tuple(each[:QUOTE] for each in quotes[:3] if each.strip())
