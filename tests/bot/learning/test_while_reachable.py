"""A job about a repository's history is given up where the App was removed, and tried again where it was not."""

import pytest

from bot.forge.port import Gone
from bot.jobs.kinds import OfRepository
from bot.learning.handlers import while_reachable
from bot.store import KnownRepository, Store
from scoring.errors import ScoringError

ONE = OfRepository(7)


def broken(one: OfRepository) -> None:
    raise ScoringError("objects are missing")


def test_what_fails_where_the_app_was_removed_is_given_up(tmp_path: object) -> None:
    store = Store(f"sqlite:///{tmp_path}/codechill.db")
    do = while_reachable(store.repositories, broken)
    with pytest.raises(Gone):
        do(ONE)
    store.repositories.saw(KnownRepository(7, 1, "acme/shop"))
    with pytest.raises(ScoringError, match="objects are missing"):
        do(ONE)
    store.repositories.mark_gone(7, "removed")
    with pytest.raises(Gone, match="may not see"):
        do(ONE)
    store.close()
