"""What is told in confidence is kept apart from everything that is shown, and the log proves it all the same."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.store import Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET = "ACME Corp cannot bill its customers"


def test_the_log_holds_a_digest_and_never_the_text(store: Store) -> None:
    told = store.private_reasons.tell(7, 5, "comment-1", SECRET, by="mia", at=NOW)
    (record,) = store.audit.records()
    assert (record.kind, record.repository_id, record.number) == ("private reason", 7, 5)
    assert told.digest in record.body
    assert SECRET not in record.body
    assert store.private_reasons.all() == (told,)
    assert told.fits()
    assert not replace(told, text=SECRET.lower()).fits()


def test_the_same_text_told_twice_has_two_digests(store: Store) -> None:
    one, two = (store.private_reasons.tell(7, 5, "comment-1", SECRET, by="mia", at=NOW) for _ in range(2))
    assert one.digest != two.digest
    assert {each.text for each in store.private_reasons.all(7, 5)} == {SECRET}
    assert store.private_reasons.all(7, 6) == store.private_reasons.all(8) == ()


def test_a_text_can_be_forgotten_and_the_log_still_verifies(store: Store) -> None:
    told = store.private_reasons.tell(7, 5, "comment-1", SECRET, by="mia", at=NOW)
    assert store.private_reasons.forget(told.digest, by="ana", at=NOW)
    assert not store.private_reasons.forget(told.digest, by="ana", at=NOW)
    assert store.private_reasons.all() == ()
    assert [record.kind for record in store.audit.records()] == ["private reason", "private reason forgotten"]
    assert store.audit.verify() is None
