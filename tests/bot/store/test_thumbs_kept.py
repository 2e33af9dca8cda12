"""Thumbs are kept as they are now, each beside the score that was shown when it was given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.policy.pull import Person
from bot.store import KnownRepository, Store, Thumb
from scoring.assessment import Assessment

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANA, BEN = Person(1, "ana"), Person(2, "ben")
HOUR = timedelta(hours=1)
ASSESSMENT = Assessment("a" * 40, NOW, 0.96, 0.03, 0.01, (), (), "shipped", 500, 12)
FIRST, SECOND = "a" * 40, "b" * 40


@pytest.fixture
def scored(store: Store) -> Store:
    store.repositories.saw(KnownRepository(7, 70, "acme/shop"))
    for head, at in ((FIRST, NOW), (SECOND, NOW + 2 * HOUR)):
        store.assessments.save(7, 5, head, replace(ASSESSMENT, sha=head, at=at))
    return store


def kept(store: Store) -> list[tuple[str, str, bool]]:
    return [(each.by.login, each.head_sha[0], each.useful) for each in store.feedback.all()]


def test_a_thumb_belongs_to_the_score_that_was_there_when_it_was_given(scored: Store) -> None:
    early, late = Thumb(ANA, True, NOW + HOUR), Thumb(BEN, False, NOW + 3 * HOUR)
    assert scored.reactions.save(7, 5, [early, late]) == 2
    assert kept(scored) == [("ana", "a", True), ("ben", "b", False)]
    assert [each.assessment and each.assessment.sha for each in scored.feedback.all()] == [FIRST, SECOND]
    assert {each.source for each in scored.feedback.all()} == {"reaction"}
    assert scored.reactions.save(7, 5, [early, late]) == 0


def test_the_newest_thumb_of_a_person_counts_and_one_taken_back_is_gone(scored: Store) -> None:
    scored.reactions.save(7, 5, [Thumb(ANA, True, NOW + HOUR), Thumb(ANA, False, NOW + HOUR + timedelta(minutes=1))])
    assert kept(scored) == [("ana", "a", False)]
    assert scored.reactions.by(7, 5) == {1}
    assert scored.reactions.save(7, 5, [Thumb(ANA, True, NOW + HOUR)]) == 1
    assert kept(scored) == [("ana", "a", True)]
    assert scored.reactions.save(7, 5, []) == 1
    assert kept(scored) == []


def test_what_was_said_in_words_stays_when_a_thumb_goes(scored: Store) -> None:
    scored.feedback.save(7, 5, FIRST, ANA, False, "generated", at=NOW)
    scored.reactions.save(7, 5, [Thumb(ANA, True, NOW + HOUR)])
    scored.reactions.save(7, 5, [])
    assert [(each.source, each.text) for each in scored.feedback.all()] == [("command", "generated")]


def test_without_a_score_there_is_nothing_to_judge(store: Store) -> None:
    assert store.reactions.save(7, 5, [Thumb(ANA, True, NOW)]) == 0


def test_those_not_asked_about_for_longest_come_first_and_the_long_closed_never(scored: Store) -> None:
    for number, percentile, opened, age in (
        (1, 0.9, True, 90), (2, 0.9, True, 0), (3, None, True, 0), (4, 0.9, False, 3), (5, 0.9, False, 15),
    ):  # fmt: skip
        at = NOW - timedelta(days=age)
        scored.pulls.save(7, number, head_sha=FIRST, base_ref="main", open=opened, percentile=percentile, decided_at=at)
    scored.reactions.polled(7, 2, at=NOW - 5 * HOUR)
    scored.reactions.polled(7, 4, at=NOW - HOUR)
    due = [number for _, number in scored.reactions.to_poll(NOW, 2 * HOUR, 10)]
    assert due == [1, 2]
    assert [number for _, number in scored.reactions.to_poll(NOW + 2 * HOUR, 2 * HOUR, 2)] == [1, 2]
    assert [number for _, number in scored.reactions.to_poll(NOW + 2 * HOUR, 2 * HOUR, 10)] == [1, 2, 4]
    scored.repositories.mark_gone(7, "deleted")
    assert scored.reactions.to_poll(NOW, 2 * HOUR, 10) == ()
