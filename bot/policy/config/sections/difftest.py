"""Differences between two builds: whose, how sure noise has to be to need nobody, and how long they are kept."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from bot.policy.config.difftest import KEPT, Difftest, Team, stricter_team
from bot.policy.config.section import Joining, Reading, Section, Shown, listed
from bot.policy.config.values import Elapsed, Flag, Globs, Name, Shape, Share, share
from bot.policy.config.windows import length_of
from scoring.difftest.automation import Bars
from scoring.difftest.changes import Tolerance
from scoring.difftest.record import CATEGORIES
from scoring.difftest.settings import TeamSettings

NEVER = "never"


def bar(text: object) -> float | None:
    """How sure it has to be; None: it is never left to a machine."""
    if text == NEVER:
        return None
    sure = share(text)
    if sure < 0.5:
        raise ValueError('noise needs a confidence from 50% on, or "never"')
    return sure


_BAR: dict[str, Any] = {
    "anyOf": [
        {"type": "number", "minimum": 0.5, "maximum": 1},
        {"type": "string", "pattern": rf"^(\d+(\.\d+)?\s*%|{NEVER})$"},
    ]
}
Bar = Annotated[float | None, BeforeValidator(bar), WithJsonSchema(_BAR)]
_STANDARD = Bars()


class TeamShape(Shape):
    """What one team says of its differences."""

    expected: Globs = Field(
        default=[],
        description="Changes of files like these are expected to bring differences of this team: without them a person "
        "decides about such a change. Left out: nothing is expected.",
        examples=[["src/**"]],
    )
    carried: Bar = Field(
        default=_STANDARD.carried,
        description="How sure noise that people called noise in an earlier release has to be to need nobody; `never`: "
        "a person is always asked.",
        examples=["95%"],
    )
    measured: Bar = Field(
        default=_STANDARD.measured,
        description="The same for noise that production shows by itself when it is asked twice. Left out: `never`.",
        examples=["95%"],
    )
    unordered: list[Name] = Field(
        default=[], max_length=200, description="Lists whose order says nothing.", examples=[["body.items"]]
    )
    numbers: dict[Name, Share] = Field(
        default={},
        max_length=200,
        description="Fields whose numbers may differ, and by which share of the larger one.",
        examples=[{"body.took_ms": "50%"}],
    )
    categories: list[Name] | None = Field(
        default=None,
        max_length=100,
        description="The words of this team for kinds of differences. Left out: those that codechill knows.",
        examples=[["Billing", "Misc"]],
    )
    lends: list[Name] = Field(
        default=[],
        max_length=50,
        description="Teams of this repository that may learn from what this one labelled.",
        examples=[["search"]],
    )


class DifftestShape(Shape):
    """Differences between two builds."""

    teams: dict[Name, TeamShape] = Field(
        default={},
        max_length=50,
        description="By the name under which differences are handed in; `default` where none is named. A team that is "
        "not named here has the defaults.",
        examples=[{"default": {"expected": ["src/**"]}}],
    )
    labels: Flag = Field(
        default=False,
        description="Whether a label that comes with an upload counts like one that a person gave here. Whoever can "
        "hand in differences can label them then.",
    )
    keep: Elapsed | None = Field(
        default=None,
        description="How long what was handed in is kept, with what was said of it; at most 366d. Left out: 366d.",
        examples=["180d"],
    )


def _read(written: DifftestShape, _: Reading) -> Difftest:
    return Difftest(
        MappingProxyType({name: _team(shape) for name, shape in written.teams.items()}),
        written.labels,
        written.keep or KEPT,
    )


def _team(shape: TeamShape) -> Team:
    settings = TeamSettings(
        CATEGORIES if shape.categories is None else tuple(shape.categories),
        Tolerance(frozenset(shape.unordered), dict(shape.numbers)),
        Bars(shape.carried, shape.measured),
        tuple(shape.lends),
    )
    return Team(settings, tuple(shape.expected))


def _join(joining: Joining, org: Difftest, repo: Difftest) -> Difftest:
    """A team that both name is the repository's."""
    return Difftest(
        joining.table("difftest.teams", org.teams, repo.teams, stricter_team),
        joining.value("difftest.labels", org.labels, repo.labels, lambda one, other: one and other),
        joining.value("difftest.keep", org.keep, repo.keep, min),
    )


def _shown(policy: Difftest, _: Mapping[str, Any]) -> Iterator[Shown]:
    for name, team in policy.teams.items():
        key, settings = f"difftest.teams.{name}", team.settings
        yield Shown(f"{key}.expected", listed(team.expected))
        yield Shown(f"{key}.carried", _sure(settings.bars.carried))
        yield Shown(f"{key}.measured", _sure(settings.bars.measured))
        yield Shown(f"{key}.unordered", listed(tuple(sorted(settings.tolerance.unordered))))
        numbers = (f"{path} by {by:.4g}" for path, by in settings.tolerance.numbers.items())
        yield Shown(f"{key}.numbers", listed(tuple(numbers)))
        if settings.categories != CATEGORIES:
            yield Shown(f"{key}.categories", listed(settings.categories))
        yield Shown(f"{key}.lends", listed(settings.lends))
    yield Shown("difftest.labels", "true" if policy.labels else "false")
    yield Shown("difftest.keep", length_of(policy.keep))


def _sure(bar: float | None) -> str:
    return NEVER if bar is None else f"{100 * bar:g}%"


SECTION = Section(
    key="difftest",
    kind=DifftestShape,
    field=Field(default_factory=DifftestShape, description="Differences between two builds."),
    read=_read,
    join=_join,
    shown=_shown,
)
