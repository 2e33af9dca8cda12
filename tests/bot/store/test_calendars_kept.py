"""Configurations that pull requests propose, and addresses of calendars, on every database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.policy.config.freezes import Freeze
from bot.policy.config.yaml_positions import MAX_CHARS
from bot.policy.pull import Person
from bot.store import KnownFeed, KnownRepository, Store
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


def test_the_records_of_each_freeze_are_told_by_their_numbers(store: Store) -> None:
    freeze = Freeze("f1", "Outage", "red", AT, AT + timedelta(hours=3), "x", ANA)
    store.audit.add("decision", at=AT, repository_id=1, number=7)
    store.freezes.save(1, freeze, at=AT)
    store.freezes.save(1, replace(freeze, id="f2", name="Other"), at=AT)
    store.freezes.save(1, replace(freeze, end=AT + timedelta(hours=1)), at=AT)
    store.freezes.save(2, freeze, at=AT)
    assert store.freezes.records(1) == {"f1": (2, 4), "f2": (3,)}


def test_configurations_in_force_are_told_of_some_repositories_or_of_all(store: Store) -> None:
    for number in (1, 2, 3):
        store.repositories.saw(KnownRepository(number, 1, f"acme/r{number}"))
        store.configurations.save(number, "main", text=f"# {number}", sha="a" * 40, at=AT)
        store.configurations.save(number, "//organisation", text="# of all", sha="", at=AT)
        store.feeds.save(KnownFeed("a.ics", "x", AT, AT, repository_id=number, ref="main"))
    store.feeds.save(KnownFeed("https://cal.example/a.ics", "y", AT, AT))
    every, some = (store.configurations.in_force("//organisation", ids) for ids in (None, {1, 3}))
    assert [one.repository_id for one in every] == [1, 2, 3]
    assert some == (every[0], every[2])
    assert store.configurations.in_force("//organisation", set()) == ()
    assert [feed.path for feed in some[0].feeds] == ["a.ics", "https://cal.example/a.ics"]
