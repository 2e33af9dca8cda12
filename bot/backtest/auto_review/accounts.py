"""Who a name and an address are on the forge, as far as git tells: a number as the forge would give it."""

import re
from collections.abc import Iterable

from bot.backtest.auto_review.commits import Signature
from bot.policy.pull import Person
from scoring.facts.people import is_bot, keys

# programs that call themselves neither bot nor by a name that scoring knows
_SERVICES = re.compile(r"\b(?:weblate|robot|copybara|renovate|dependabot|automation)\b")
_ALSO_KNOWN = {"bot@renovateapp.com": "renovate[bot]"}
_APP = re.compile(r"[\w-]+\[bot\]")  # the login of an App's account, which some commits bear as a name


def is_program(who: Signature) -> bool:
    """By what it calls itself: git knows nothing else."""
    name = who.name.lower()
    return is_bot((name, who.address.lower())) or _SERVICES.search(name) is not None


class Accounts:
    """One number for each account.

    A private address of GitHub has it (`49699333+dependabot[bot]@users.noreply.github.com`); whoever never used one has
    a number of ours, below zero, shared by all names and addresses that scoring takes for one person.
    """

    def __init__(self, seen: Iterable[Signature]) -> None:
        self._numbers: dict[str, int] = {}
        known = sorted(set(seen), key=lambda who: (_number(_marks(who)) is None, who.name, who.address))
        self._persons = {who: self._meet(who, place) for place, who in enumerate(known)}

    def person(self, who: Signature) -> Person:
        return self._persons[who]

    def _meet(self, who: Signature, place: int) -> Person:
        marks = _marks(who)
        joined = next((self._numbers[mark] for mark in marks if mark in self._numbers), -1 - place)
        number = _number(marks) or joined
        for mark in marks:
            self._numbers.setdefault(mark, number)
        return Person(number, who.name, is_program(who))


def _marks(who: Signature) -> tuple[str, ...]:
    name, address = who.name.lower(), who.address.lower()
    app = name if _APP.fullmatch(name) else _ALSO_KNOWN.get(address)
    marks = keys((name, address))
    return (*marks, f"login:{app}") if app else marks or (f"only:{who}",)


def _number(marks: Iterable[str]) -> int | None:
    return next((int(mark.partition(":")[2]) for mark in marks if mark.startswith("account:")), None)
