"""What one touches to add a setting: a section and a field of Config. Here a lunch break is added, in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import Field

from bot.policy.config import Config, ConfigError, Source
from bot.policy.config.reference import markdown
from bot.policy.config.section import Joining, Reading, Section, Shown
from bot.policy.config.sections import SECTIONS
from bot.policy.config.table import Table
from bot.policy.config.values import Share


@dataclass(frozen=True, slots=True)
class Lunching(Config):
    lunch: float = 0.0


def read(written: float, reading: Reading) -> float:
    if written > 0.5:
        reading.wrong(("lunch",), "lunch: nobody eats that much")
    return written


def join(joining: Joining, org: float, repo: float) -> float:
    return joining.value("lunch", org, repo, max)


def shown(lunch: float, _: Mapping[str, Any]) -> Iterator[Shown]:
    yield Shown("lunch", f"{lunch:.0%} of the day")


LUNCH = Section(
    key="lunch",
    kind=Share,
    field=Field(default=0.0, description="How much of a day is lunch.", examples=["5%"]),
    read=read,
    join=join,
    shown=shown,
)
TABLE = Table((*SECTIONS, LUNCH), Lunching)


def test_it_is_read():
    assert TABLE.parse("version: 1\nlunch: 5%", "here", Lunching()).lunch == 0.05


def test_what_does_not_add_up_is_said_at_its_line():
    with pytest.raises(ConfigError, match="here:2:8: lunch: nobody eats that much"):
        TABLE.parse("version: 1\nlunch: 60%", "here", Lunching())


def test_a_slip_of_the_keyboard_finds_it():
    with pytest.raises(ConfigError, match="did you mean lunch"):
        TABLE.parse("version: 1\nlunsh: 5%", "here", Lunching())


def test_it_is_in_the_schema_and_the_reference_with_what_it_means():
    assert TABLE.json_schema()["properties"]["lunch"]["description"] == "How much of a day is lunch."
    assert "| `lunch` | like `5%` | `0%` | How much of a day is lunch. |" in markdown(TABLE)


def test_it_is_shown_with_its_source():
    config = TABLE.parse("version: 1\nlunch: 5%", "here", Lunching())
    assert Shown("lunch", "5% of the day", Source("here", 2)) in list(TABLE.shown(config))


def test_an_organisation_can_make_it_a_floor():
    org = TABLE.parse("version: 1\nlunch: 10%\nfloor: [lunch]", "org", Lunching())
    config = TABLE.merge(org, TABLE.parse("version: 1\nlunch: 5%", "here", org))
    said = "lunch has no effect here: the organisation keeps lunch as a floor"
    assert (config.lunch, config.sources["lunch"]) == (0.1, Source("org", 2))
    assert [problem.words for problem in config.problems] == [said]
