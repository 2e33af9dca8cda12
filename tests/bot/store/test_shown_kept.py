"""What pages show of a pull request comes back from the database as it was decided, on every database."""

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
    assert store.shown.landed([1], AT) == {(1, 5): PULL}
    assert store.shown.landed([2], AT) == {}
