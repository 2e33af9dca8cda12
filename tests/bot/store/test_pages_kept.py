"""What pages need for themselves, on each database: sessions, and the forge's limits."""

from datetime import UTC, datetime, timedelta

from bot.forge.limits import Limit
from bot.policy.pull import Person
from bot.store import Store
from bot.store.sessions import Session

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANA = Session("a" * 64, Person(7, "ana"), "sealed", NOW + MINUTE)


def test_a_session_lasts_until_it_is_over_or_ended(store: Store) -> None:
    store.sessions.begin(ANA)
    assert store.sessions.get(ANA.digest, NOW) == ANA
    assert store.sessions.get(ANA.digest, NOW + MINUTE) is None
    assert store.sessions.get("b" * 64, NOW) is None
    store.sessions.end(ANA.digest)
    assert store.sessions.get(ANA.digest, NOW) is None


def test_only_sessions_that_are_over_are_pruned(store: Store) -> None:
    late = Session("b" * 64, Person(8, "bo"), "sealed", NOW + 3 * MINUTE)
    store.sessions.begin(ANA)
    store.sessions.begin(late)
    store.sessions.prune(NOW + 2 * MINUTE)
    assert store.sessions.get(ANA.digest, NOW) is None
    assert store.sessions.get(late.digest, NOW) == late


def test_the_newest_word_of_a_limit_counts(store: Store) -> None:
    for left in (4000, 12):
        store.limits.saw(Limit(1, "core", 5000, left, NOW, NOW))
    store.limits.saw(Limit(1, "graphql", 5000, 5, NOW, NOW))
    assert [(one.resource, one.remaining) for one in store.limits.all()] == [("core", 12), ("graphql", 5)]
