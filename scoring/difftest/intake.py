"""What comes in, piece by piece: compared, placed in its group, and what was odd about it counted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from scoring.difftest.compare import compare
from scoring.difftest.exchange import Exchange
from scoring.difftest.noise import Measured
from scoring.difftest.placing import placed
from scoring.difftest.readers import Piece, Problem
from scoring.difftest.record import Difference, Origin, named
from scoring.difftest.settings import TeamSettings
from scoring.difftest.templates import Templates

SHOWN = 20  # problems whose words are kept
Named = tuple[str, Difference]


@dataclass(slots=True)
class Imported:
    """`again` were there already. `strange`: categories that the team does not know."""

    exchanges: int = 0
    new: int = 0
    again: int = 0
    incomplete: int = 0  # records with attributes missing
    problems: int = 0
    shown: list[Problem] = field(default_factory=list)
    strange: set[str] = field(default_factory=set)

    @property
    def seen(self) -> int:
        return self.new + self.again


@dataclass(slots=True)
class Intake:
    """`known`: names of those that are there, as `name` gives them. `templates`: team -> its log templates, which
    grow."""

    known: set[str]
    templates: dict[str, Templates]
    settings: Callable[[str], TeamSettings]
    report: Imported = field(default_factory=Imported)
    name: Callable[[Difference], str] = named

    def take(self, pieces: Iterable[Piece], origin: Origin) -> Iterator[Named | Measured]:
        """What has to be kept of each piece."""
        for piece in pieces:
            match piece:
                case Problem():
                    self._note(piece)
                case Measured():
                    yield piece
                case Exchange():
                    self.report.exchanges += 1
                    compared = compare(piece, origin, self.settings(origin.team).tolerance)
                    yield from self._new(compared.differences)
                case Difference():
                    yield from self._new((piece,))

    def _new(self, differences: Iterable[Difference]) -> Iterator[Named]:
        for each in differences:
            name = self.name(each)
            if name in self.known:
                self.report.again += 1
                continue
            self.known.add(name)
            self.report.new += 1
            self.report.incomplete += bool(each.missing)
            if each.category not in self.settings(each.origin.team).categories:
                self.report.strange.add(each.category)
            yield name, placed(each, self.templates.setdefault(each.origin.team, Templates()))

    def _note(self, problem: Problem) -> None:
        self.report.problems += 1
        if len(self.report.shown) < SHOWN:
            self.report.shown.append(problem)
