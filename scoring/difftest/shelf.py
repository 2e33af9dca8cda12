"""Where differences and answers are kept: a folder on somebody's machine, or a server's database."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from scoring.difftest.answers import Answer, alarms_alone
from scoring.difftest.desk import Desk
from scoring.difftest.groups import Group
from scoring.difftest.labeller import Labelled
from scoring.difftest.settings import TeamSettings


class Shelf(Protocol):
    """What is kept of one project or repository. Nothing that was said is ever changed: answers are only added."""

    def settings(self, team: str) -> TeamSettings: ...

    def lent(self, team: str) -> list[Labelled]:
        """What other teams labelled and let `team` learn from."""

    def groups(self, team: str | None = None) -> list[Group]:
        """All groups, of one team or of each, in the order in which they were first seen."""

    def answer(self, answers: Iterable[Answer]) -> None: ...

    def answers(self) -> list[Answer]:
        """In the order in which they were given."""

    def freeze(self, predictions: Iterable[dict[str, Any]]) -> int:
        """Keep predictions that nobody can change; how many are new."""

    def predictions(self) -> list[dict[str, Any]]: ...


def desk_of(shelf: Shelf, team: str, *, without: str = "") -> Desk:
    """The team's desk as it stands now. `without`: as if that person had called nothing harmless."""
    answers = shelf.answers()
    kept = alarms_alone(answers, without) if without else answers
    return Desk.of(shelf.groups(team), kept, shelf.settings(team).bars, shelf.lent(team))


def lent_to(team: str, teams: Mapping[str, TeamSettings], desk: Callable[[str], Desk]) -> list[Labelled]:
    """What the teams that lend to `team` labelled, as from before its first release."""
    lenders = [name for name, settings in teams.items() if team in settings.lends and name != team]
    return [replace(each, release=-1) for name in lenders for each in desk(name).labelled]
