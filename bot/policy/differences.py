"""What a differential test of a head comes to: how its differences from the build before stand, team by team."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["regression", "missing", "waiting", "clean", "nothing"]
MOST_NAMED = 5  # groups of a team that are named; all are counted


@dataclass(frozen=True, slots=True)
class Counts:
    noise: int = 0
    new_feature: int = 0
    regression: int = 0


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A group that a person called a regression, or (`confirmed` False) has to look at because it may be one. Every
    text but `id` is from outside: escape it when shown."""

    id: str
    endpoint: str
    field: str
    kind: str
    count: int  # differences
    confirmed: bool
    cause: str = ""  # the likeliest change between the two builds, in words that have to be escaped


@dataclass(frozen=True, slots=True)
class TeamDifferences:
    """The differences of one team. `team` is from outside: escape it when shown."""

    team: str
    groups: Counts = Counts()
    differences: Counts = Counts()
    waiting: int = 0  # groups that a person has to label
    suspected: int = 0  # of those: what carries a signal, is suggested a regression, or is in dispute
    automatic: int = 0  # groups that are noise without a person
    named: tuple[NamedGroup, ...] = ()  # MOST_NAMED at most, regressions first


@dataclass(frozen=True, slots=True)
class Differences:
    """Of one build. `missing` are teams whose upload is expected and not there, or not there as a whole. `alone`:
    groups that would wait for somebody, had the change's author said nothing."""

    build: str
    teams: tuple[TeamDifferences, ...] = ()
    missing: tuple[str, ...] = ()
    alone: int = 0

    @property
    def regressions(self) -> int:
        """Groups that people called a regression."""
        return sum(team.groups.regression for team in self.teams)

    @property
    def waiting(self) -> int:
        return sum(team.waiting for team in self.teams)

    @property
    def suspected(self) -> int:
        return sum(team.suspected for team in self.teams)

    @property
    def outcome(self) -> Outcome:
        """The worst of all teams; "nothing": nobody handed in any, and none is expected."""
        if self.regressions:
            return "regression"
        if self.missing:
            return "missing"
        if self.waiting:
            return "waiting"
        return "clean" if self.teams else "nothing"
