"""One stranger does not stop everybody: what is said much waits, and what is answered much is left unsaid."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.forge.envelope import Envelope
from bot.forge.github.pace import Allowance, Pace
from bot.forge.port import Busy, Refused
from bot.jobs.intake import SAID, WHILE, Shares, intake
from bot.jobs.kinds import PULL
from bot.jobs.lease import LeaseQueue
from bot.policy.candidate import Waiting
from bot.policy.events import Changed, Commented, Event, Labelled, Pressed
from bot.policy.pull import Comment, Person
from bot.store import Delivery, Store

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVE, MIA = Person(6, "eve"), Person(3, "mia")
MAKE = "/repos/acme/shop/issues/1/comments"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'here.db'}")
    yield made
    made.close()


def told(store: Store, queue: LeaseQueue, *events: tuple[int, Event]) -> list[tuple[int, Event]]:
    """The events in the order in which one worker takes them up."""
    enqueue = intake(store.repositories, store.pulls, store.pushes, queue, store.landing_queue.waits)
    for at, (number, event) in enumerate(events):
        one = Envelope(1, 7, "acme/shop", number, event)
        store.inbox.receive([Delivery(f"guid-{at}", "x", b"{}", NOON, (one,))], enqueue)
    found = []
    while (job := queue.claim("worker", NOON, timedelta(minutes=1))) is not None:
        found += [(one.number or 0, one.event) for one in PULL.load(job.payload).envelopes]
        queue.finish(job)
    return found


def said(by: Person, id: int, body: str = "/chill why") -> Commented:
    return Commented(Comment(id, by, body, NOON))


def test_a_new_pull_request_and_a_managers_word_go_before_a_flood_of_comments(store: Store) -> None:
    flood = [(1 + id % 5, said(EVE, id)) for id in range(160)]
    opened, approve = (9, Changed("opened", NOON, "a" * 40)), (8, said(MIA, 999, "/chill approve"))
    order = told(store, LeaseQueue(store.engine), *flood, approve, opened)
    assert order[0] == opened
    assert order.index(approve) <= 1 + SAID
    assert Counter(event for _, event in order) == Counter(event for _, event in [*flood, approve, opened])


def test_labels_and_buttons_are_words_of_their_person_too(store: Store) -> None:
    labels: list[tuple[int, Event]] = [(1, Labelled(f"l{at}", EVE, NOON)) for at in range(40)]
    presses: list[tuple[int, Event]] = [(2 + at % 3, Pressed("why", EVE, "a" * 40)) for at in range(40)]
    approve = (8, said(MIA, 999, "/chill approve"))
    order = told(store, LeaseQueue(store.engine), *labels, *presses, approve)
    assert order.index(approve) <= SAID
    assert Counter(order) == Counter([*labels, *presses, approve])


def test_a_label_put_on_and_off_a_hundred_times_is_looked_at_once_for_each_who_did(store: Store) -> None:
    flood: list[tuple[int, Event]] = [
        (1, event)
        for at in range(100)
        for event in (Labelled("hot", EVE, NOON + timedelta(seconds=at)), Changed("unlabeled", NOON, "a" * 40))
    ]
    order = told(store, LeaseQueue(store.engine), *flood, (1, Labelled("hot", MIA, NOON)), (2, flood[0][1]))
    assert Counter(type(event) for _, event in order) == {Labelled: 3, Changed: 1}
    assert [event.by for at, event in order if at == 1 and isinstance(event, Labelled)] == [EVE, MIA]


def test_many_people_on_one_pull_request_share_what_is_heard_at_once_there(store: Store) -> None:
    flood = [(1, said(Person(100 + id, "sock"), id)) for id in range(60)]
    order = told(store, LeaseQueue(store.engine), *flood, (8, said(MIA, 999)))
    assert order.index((8, said(MIA, 999))) <= SAID


def test_a_comment_that_speaks_of_nothing_here_makes_no_job(store: Store) -> None:
    assert told(store, LeaseQueue(store.engine), (1, said(EVE, 1, "Looks good to me"))) == []


def test_a_share_comes_back_after_a_while() -> None:
    shares = Shares()
    assert [shares.take(NOON, "person 6", "pull 1") for _ in range(SAID + 1)] == [True] * SAID + [False]
    assert shares.take(NOON, "person 3", "pull 2")
    assert not shares.take(NOON, "person 3", "pull 1")
    assert shares.take(NOON + WHILE, "person 6", "pull 1")


def spent(pace: Pace, times: int, talk: tuple[str, ...], apart: timedelta) -> int:
    """How many answers were said."""
    count = 0
    for turn in range(times):
        try:
            pace.spend("POST", MAKE, NOON + turn * apart, talk)
            count += 1
        except Refused:
            continue
    return count


def test_one_person_gets_no_more_answers_than_their_share_and_others_still_get_theirs() -> None:
    pace, allowed, apart = Pace(), Allowance(), timedelta(seconds=2)
    assert spent(pace, 480, ("person 6", "pull 7#1"), apart) == allowed.of_one
    pace.spend("POST", MAKE, NOON + 480 * apart, ("person 3", "pull 7#2"))
    with pytest.raises(Refused):
        pace.spend("POST", MAKE, NOON + 480 * apart, ("person 3", "pull 7#1"))
    assert spent(Pace(), 480, ("person 6", "pull 7#1"), timedelta(seconds=20)) > allowed.of_one  # it comes back


def test_however_much_is_said_checks_are_always_left_room() -> None:
    pace, allowed = Pace(), Allowance()
    assert sum(spent(pace, 1, (f"person {n}", f"pull {n}"), timedelta()) for n in range(200)) == allowed.talk
    for _ in range(allowed.made - allowed.talk):
        pace.spend("POST", "/repos/acme/shop/check-runs", NOON)
    with pytest.raises(Busy):
        pace.spend("POST", "/repos/acme/shop/check-runs", NOON)


def test_what_people_say_is_looked_at_where_a_change_waits_to_land_by_itself_and_nowhere_else(store: Store) -> None:
    waiting = Waiting("a" * 40, "main", "p", NOON, NOON + timedelta(days=1))
    store.landing_queue.put(7, 2, waiting, at=NOON)
    wait, other = (2, said(EVE, 1, "Is this right?")), (3, said(EVE, 2, "Is this right?"))
    assert told(store, LeaseQueue(store.engine), wait, other) == [wait]
