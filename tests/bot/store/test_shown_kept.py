"""What pages show of a pull request comes back from the database as it was decided, on every database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.plain import from_text, to_text
from bot.policy.opinion import Opinion, Verdict
from bot.policy.pull import Person
from bot.policy.state import ConfigProblem, Failure
from bot.policy.views import Advice, Ask, Card, Gate
from bot.store import KnownRepository, Landing, ShownPull, Store
from scoring.assessment import Evidence, Part, Proof, Reason

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
CARD = Card(
    tone="held",
    headline="Held",
    gate=Gate("Launch", "red", 0.5, "block", AT, "main"),
    percentile=0.97,
    reasons=(Reason("lines", "many lines in {subject}", 0.5, "a\udcff.py", (Evidence("ab" * 20, "cd" * 20),)),),
    suggestions=(Advice("split {subject}", "api/"),),
    proof=Proof("P", "docs", "only words"),
    parts=(Part(None, "code", 3),),
    ask=Ask(("launch",), ("@acme/x",), "asked", "somebody asks", "", "1"),
    failure=Failure("the diff is too large", cause="change"),
    problems=(ConfigProblem("f", 1, None, "odd"),),
)
PULL = ShownPull(
    title="Rework \ud800 billing",
    author=Person(7, "ana"),
    head_sha="ab" * 20,
    head_ref="topic",
    base_ref="main",
    draft=False,
    private=True,
    mode="enforce",
    held=True,
    excepted=False,
    until=AT,
    zone="Europe/Berlin",
    window="Launch",
    level="red",
    share=0.5,
    opinions=(Opinion("gate", Verdict.BLOCK, "because", AT), Opinion("freeze")),
    may_answer=("@acme/x",),
    paths=("a\udcff.py",),
    card=CARD,
)


def test_a_shown_pull_request_comes_back_as_it_was(store: Store) -> None:
    store.repositories.saw(KnownRepository(1, 1, "acme/shop"))
    store.pulls.save(1, 5, head_sha=PULL.head_sha, base_ref="main", open=True)
    store.shown.save(1, 5, PULL, at=AT)
    store.shown.save(1, 5, PULL, at=AT + timedelta(hours=1))  # the same again: it is so since the first time
    sight = store.shown.get(1, 5)
    assert sight is not None
    assert (sight.pull, sight.at, sight.open) == (PULL, AT, True)
    assert store.shown.open([1]) == (sight,)
    assert store.shown.open([2]) == ()
    store.pulls.close(1, 5)
    assert store.shown.open([1]) == ()


def test_what_an_older_version_wrote_is_read_with_what_is_new_at_its_default() -> None:
    text = to_text(CARD).replace('"warnings":[],', "").replace('"model":"",', '"model":"","once":1,')
    assert from_text(Card, text) == CARD


def test_a_landing_is_kept_once_and_told_by_its_moment(store: Store) -> None:
    landing = Landing(1, 5, AT, "cd" * 20, "ab" * 20, "main", "Launch", "red", 0.5)
    assert [store.landings.add(landing), store.landings.add(landing)] == [True, False]
    assert store.landings.since(AT) == store.landings.since(AT, [1]) == (landing,)
    assert store.landings.since(AT, [2]) == store.landings.since(AT + timedelta(seconds=1)) == ()
    store.shown.save(1, 5, PULL, at=AT)
    assert store.shown.of([(1, 5), (1, 6)]) == {(1, 5): PULL}
    assert store.shown.of([]) == {}
    assert store.landings.in_freezes(AT, [1], 10) == ((landing,), 1)
    store.landings.add(replace(landing, number=6, at=AT + timedelta(hours=1)))
    store.landings.add(replace(landing, number=7, share=0.0))
    newest, count = store.landings.in_freezes(AT, [1], 1)
    assert ([one.number for one in newest], count) == ([6], 2)


def test_they_are_listed_and_counted_by_where_they_stand_those_that_are_free_soonest_first(store: Store) -> None:
    store.repositories.saw(KnownRepository(1, 1, "acme/shop"))
    quiet = replace(CARD, tone="quiet", ask=None)
    free = replace(PULL, held=False, card=quiet)
    wait = replace(free, card=replace(quiet, tone="waiting"))
    kinds = {1: PULL, 2: replace(PULL, card=quiet, until=None), 3: replace(PULL, card=quiet), 4: free, 5: wait,
             6: replace(PULL, mode="advise"),
             7: replace(PULL, card=quiet, paths=None, until=AT + timedelta(1))}  # fmt: skip
    for number, pull in kinds.items():
        store.pulls.save(1, number, head_sha=PULL.head_sha, base_ref="main", open=True)
        store.shown.save(1, number, pull, at=AT)
    assert [pull.state for pull in kinds.values()] == ["asks", "held", "held", "free", "waiting", "would", "held"]
    assert store.shown.counts([1, 2]) == {"asks": 1, "held": 3, "free": 1, "waiting": 1, "would": 1}
    assert store.shown.counts([2]) == {}
    assert [one.number for one in store.shown.listed([1], "held", 10)] == [3, 7, 2]
    assert [one.number for one in store.shown.listed([1], "held", 2)] == [3, 7]
    assert [one.number for one in store.shown.listed([1], "held", 9, ["a\udcff.py"])] == [3, 7, 2]
    assert [one.number for one in store.shown.listed([1], "held", 9, ["b_%.py"])] == [7]
    store.pulls.close(1, 3)
    assert store.shown.counts([1])["held"] == 2
