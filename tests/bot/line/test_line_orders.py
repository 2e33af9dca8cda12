"""A slice of bench/orders.py: in whatever order things happen, nothing lands that may not."""

from collections.abc import Callable

import pytest

from bench import orders
from bot.policy.radar import funnel
from bot.store import Store
from tests.fakes.line import Line


def test_in_no_order_of_events_does_a_head_land_that_did_not_pass_or_is_held_or_is_another_one(
    anew: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(funnel, "STAGES", funnel.STAGES)  # put back afterwards
    landings, wrong = 0, []
    for seed in range(16):
        landed, refused = orders.walked(Line(anew()), seed, 10)
        landings += landed
        wrong += refused
    assert wrong == []
    assert landings > 0
