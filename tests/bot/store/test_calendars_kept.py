"""Configurations that pull requests propose, and addresses of calendars, on every database."""

from datetime import UTC, datetime, timedelta

from bot.policy.config.yaml_positions import MAX_CHARS
from bot.policy.pull import Person
from bot.store import Store
from bot.store.configurations import MOST_PROPOSED

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
ANA, BEN = Person(7, "ana"), Person(8, "ben")


def test_what_a_head_proposes_is_kept_once_for_the_newest_heads(store: Store) -> None:
    for number in range(MOST_PROPOSED + 3):
        store.configurations.propose(1, f"{number:040x}", f"# {number}", at=AT + timedelta(minutes=number))
    kept = [store.configurations.proposed(1, f"{number:040x}") for number in range(MOST_PROPOSED + 3)]
    assert kept == [None, None, None, *(f"# {number}" for number in range(3, MOST_PROPOSED + 3))]
    store.configurations.propose(1, f"{9:040x}", "another", at=AT)
    assert store.configurations.proposed(1, f"{9:040x}") == "# 9"
    assert store.configurations.proposed(2, f"{9:040x}") is None


def test_what_is_too_large_for_a_configuration_is_not_kept(store: Store) -> None:
    store.configurations.propose(1, "a" * 40, "#" * (MAX_CHARS + 1), at=AT)
    assert store.configurations.proposed(1, "a" * 40) is None


def test_an_address_is_of_one_person_for_one_branch_and_the_next_one_ends_it(store: Store) -> None:
    first = store.subscriptions.begin(1, "main", ANA, at=AT)
    other = store.subscriptions.begin(1, "main", BEN, at=AT)
    elsewhere = store.subscriptions.begin(1, "release", ANA, at=AT)
    second = store.subscriptions.begin(1, "main", ANA, at=AT)
    known = [store.subscriptions.named(name) for name in (first, other, elsewhere, second, "", "x\ud800")]
    assert [one and (one.login, one.ref) for one in known] == [
        None, ("ben", "main"), ("ana", "release"), ("ana", "main"), None, None,
    ]  # fmt: skip
    assert [one.ref for one in store.subscriptions.of(1, ANA.id)] == ["main", "release"]
    assert len({first, other, elsewhere, second}) == 4


def test_what_was_taken_back_gives_nothing_and_is_on_record_without_the_address(store: Store) -> None:
    name = store.subscriptions.begin(1, "main", ANA, at=AT)
    assert store.subscriptions.end(1, ANA, "main", at=AT)
    assert not store.subscriptions.end(1, ANA, "main", at=AT)
    assert store.subscriptions.named(name) is None
    records = list(store.audit.records(1))
    assert [record.kind for record in records] == ["subscription", "subscription ended"]
    assert not any(name in record.body for record in records)
