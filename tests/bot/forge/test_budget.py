"""What is left of GitHub's limits is taken from its answers, and noted once a minute for each installation."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.forge.github.budget import Budget, limit_in
from bot.forge.limits import Limit
from tests.fakes.clock import Clock

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HEADERS = {
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "4321",
    "x-ratelimit-reset": str(int((NOW + timedelta(minutes=40)).timestamp())),
    "x-ratelimit-resource": "core",
}


@dataclass
class Noted:
    limits: list[Limit] = field(default_factory=list)

    def saw(self, limit: Limit) -> None:
        self.limits.append(limit)


def test_an_answer_says_how_much_is_left_of_what_and_until_when() -> None:
    assert limit_in(7, HEADERS, NOW) == Limit(7, "core", 5000, 4321, NOW + timedelta(minutes=40), NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        HEADERS | {"x-ratelimit-remaining": "many"},
        HEADERS | {"x-ratelimit-reset": "9" * 15},
        {"x-ratelimit-limit": "5"},
    ],
)
def test_an_answer_without_limits_says_nothing(headers: dict[str, str]) -> None:
    assert limit_in(7, headers, NOW) is None


def test_it_is_noted_once_a_minute_for_each_installation_and_kind() -> None:
    clock, noted = Clock(NOW), Noted()
    budget = Budget(noted, clock)
    for installation, resource, seconds in (
        (7, "core", 0),
        (7, "core", 59),
        (8, "core", 59),
        (7, "graphql", 59),
        (7, "core", 60),
    ):
        clock.now = NOW + timedelta(seconds=seconds)
        budget.told(installation, HEADERS | {"x-ratelimit-resource": resource})
    assert [(one.installation_id, one.resource, one.at - NOW) for one in noted.limits] == [
        (7, "core", timedelta(0)),
        (8, "core", timedelta(seconds=59)),
        (7, "graphql", timedelta(seconds=59)),
        (7, "core", timedelta(seconds=60)),
    ]


def test_a_clock_that_was_set_back_does_not_silence_it() -> None:
    clock, noted = Clock(NOW), Noted()
    budget = Budget(noted, clock)
    for now in (NOW, NOW - timedelta(days=1)):
        clock.now = now
        budget.told(7, HEADERS)
    assert len(noted.limits) == 2
