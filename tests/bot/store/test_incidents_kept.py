"""The incidents of a repository are one list, replaced as a whole."""

from datetime import UTC, datetime

from bot.store import Store
from scoring.incidents import Incident

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ONE = Incident("INC-1", 1_760_000_000, sha="0123abcd", severe=True)
TWO = Incident("INC-2 \udce9", 1_750_000_000, number=12)


def test_a_list_replaces_the_one_before_and_the_same_again_changes_nothing(store: Store) -> None:
    assert store.incidents.save(7, [ONE, TWO], at=NOW)
    assert not store.incidents.save(7, [TWO, ONE], at=NOW)
    assert store.incidents.of(7) == (TWO, ONE)
    assert store.incidents.of(8) == ()
    assert store.incidents.save(7, [ONE], at=NOW)
    assert store.incidents.of(7) == (ONE,)
    assert not store.incidents.save(8, [], at=NOW)
    assert [(record.kind, record.repository_id) for record in store.audit.records()] == [("incidents", 7)] * 2
    assert store.audit.verify() is None
