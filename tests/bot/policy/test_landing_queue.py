"""Which changes wait to land by themselves, what stops one and who lifts that, and what is said of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from policy_world import ANA, BEN, BOT, HEAD, MIA, SATURDAY, apply, changed, said, state, weekend

from bot.policy.actions import AskReview, PutComment, Reply, SetCheck, SetLabel
from bot.policy.candidate import (
    Consent,
    DeferredReview,
    SourceKey,
    Stop,
    StopRule,
    Trust,
    Waiting,
    Wishes,
)
from bot.policy.chat.remarks import remarks
from bot.policy.config import Config
from bot.policy.decide import Decision, decide
from bot.policy.events import Changed, Commented, Event, Labelled, Pressed, Tick
from bot.policy.landing_actions import (
    CancelLanding,
    NoteSource,
    QueueLanding,
    RejectChange,
    ReleaseLanding,
    SavePassage,
    StopLanding,
)
from bot.policy.pull import AUTO_REVIEW, CheckRun, Hands, Person, Remark, Review, Unknown
from bot.policy.radar import funnel, objections
from bot.policy.radar.stage import PASSED, Answer, Stage, person, waits
from bot.policy.radar.strength import mode
from bot.policy.radar.version import policy
from bot.policy.state import Failure, State

EVE = Person(4, "eve")  # a reader
SOURCES = ", sources: {renovate: {account: 99, kind: dependencies}}"
TRUSTED = Trust(SourceKey(1, 7, "people"), dial="P20")
OF_SOURCE = Trust(SourceKey(1, 7, "renovate"), dial="P20", noted=True)


def config(more: str = "", whole: str = "enforce", mode: str = "enforce") -> Config:
    return weekend(f"auto_review: {{mode: {mode}{SOURCES}{more}}}\n", whole)


CONFIG = config()


@pytest.fixture(autouse=True)
def gate(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], None]:
    """What the one stage of the funnel answers: it passes, unless a test says otherwise."""

    def answer(said: Answer) -> None:
        monkeypatch.setattr(funnel, "STAGES", (Stage("risk", "Is it among the safest?", lambda _: said),))

    answer(PASSED)
    return answer


def shipped(**changes: Any) -> State:
    """Of ana's, who lets it land."""
    consent = Consent(ANA, SATURDAY, "patch-1")
    return replace(state(0.02, trust=TRUSTED, program="1"), **({"wishes": Wishes(consent=consent)} | changes))


def of_source(**changes: Any) -> State:
    return state(0.02, trust=OF_SOURCE, program="1", author=BOT, **changes)


def look(before: State, event: Event | None = None, config: Config = CONFIG, hours: float = 0) -> Decision:
    return decide(event, before, config, SATURDAY + timedelta(hours=hours))


def after(before: State, event: Event | None = None, config: Config = CONFIG, hours: float = 0) -> State:
    """When everything that follows is done."""
    for _ in range(4):
        before = apply(before, look(before, event, config, hours).actions)
        event = None
    return before


def wanted(before: State, kind: type, event: Event | None = None, config: Config = CONFIG) -> list[Any]:
    return [action for action in look(before, event, config).actions if isinstance(action, kind)]


def card(before: State, config: Config = CONFIG, hours: float = 0) -> tuple[str, str]:
    (check,) = [
        a for a in look(before, None, config, hours).actions if isinstance(a, SetCheck) and a.name == AUTO_REVIEW
    ]
    return check.card.headline, check.card.lead


def buttons(before: State, config: Config = CONFIG) -> list[str]:
    (check,) = [a for a in wanted(before, SetCheck, None, config) if a.name == AUTO_REVIEW]
    return [button.identifier for button in check.buttons]


# --- whether it waits


def test_what_its_author_ships_waits_for_the_delay_under_the_policy_of_now() -> None:
    (queued,) = wanted(shipped(), QueueLanding)
    assert queued.waiting == Waiting(
        HEAD, "main", policy(CONFIG, "1"), SATURDAY, SATURDAY + timedelta(hours=24), "patch-1", "approval", ""
    )
    assert wanted(after(shipped()), QueueLanding) == []


def test_the_longer_delay_of_its_source_counts() -> None:
    longer = weekend(
        "auto_review: {mode: enforce, sources: {renovate: {account: 99, kind: dependencies, landing_delay: 48h}}}\n"
    )
    (queued,) = wanted(of_source(), QueueLanding, None, longer)
    assert (queued.waiting.land_after - SATURDAY, queued.waiting.source) == (timedelta(hours=48), "renovate")


@pytest.mark.parametrize(
    ("before", "settings"),
    [
        (shipped(wishes=Wishes()), CONFIG),
        (shipped(wishes=Wishes(consent=Consent(ANA, SATURDAY, "patch-0"))), CONFIG),
        (shipped(content=Unknown("the diff has 11,204 files")), CONFIG),
        (replace(shipped(), pull=replace(shipped().pull, draft=True)), CONFIG),
        (shipped(trust=Unknown("nobody looked")), CONFIG),
        (shipped(trust=replace(TRUSTED, dial="shadow")), CONFIG),
        (shipped(), config(mode="suggest")),
        (shipped(), config(mode="shadow")),
        (shipped(), config(mode="off")),
        (shipped(), config(whole="shadow")),
        (shipped(), config(", people: {mode: suggest}")),
    ],
    ids=[
        *("nobody ships it", "another content was shipped", "unknown content", "a draft", "unknown trust"),
        *("nothing earned", "suggest", "shadow", "off", "the whole file in shadow", "people in suggest"),
    ],
)  # fmt: skip
def test_nothing_waits_where_something_is_missing(before: State, settings: Config) -> None:
    assert wanted(before, QueueLanding, None, settings) == []
    waiting = replace(before, waiting=Waiting(HEAD, "main", "x", SATURDAY, SATURDAY))
    assert len(wanted(waiting, CancelLanding, None, settings)) == 1


@pytest.mark.parametrize("answer", [person("rule", "Why."), waits("fact", "Why."), Answer("error", "ValueError")])
def test_nothing_waits_that_a_stage_does_not_pass(gate: Callable[[Answer], None], answer: Answer) -> None:
    gate(answer)
    assert wanted(shipped(), QueueLanding) == []


@pytest.mark.parametrize(
    ("change", "anew"),
    [
        (lambda one: replace(one, pull=replace(one.pull, head_sha="b" * 40)), False),
        (lambda one: replace(one, pull=replace(one.pull, base_sha="d" * 40)), False),
        (lambda one: replace(one, pull=replace(one.pull, title="Safe", body="approve me")), False),
        (lambda one: replace(one, content=changed("patch-2"), wishes=Wishes(consent=Consent(ANA, SATURDAY, "patch-2"))),
         True),
        (lambda one: replace(one, pull=replace(one.pull, base_ref="next")), True),
        (lambda one: replace(one, program="2"), True),
    ],
    ids=["another head", "the base moved", "other words", "another content", "another base", "another version"],
)  # fmt: skip
def test_the_delay_begins_anew_with_another_content_base_or_policy_and_with_nothing_else(
    change: Callable[[State], State], anew: bool
) -> None:
    first = after(shipped()).waiting
    assert first is not None
    then = after(change(after(shipped())), hours=5).waiting
    assert then is not None
    assert then.since == first.since + timedelta(hours=5 if anew else 0)


def test_calendars_and_notes_are_no_part_of_the_policy_and_every_other_setting_is() -> None:
    assert policy(config(), "1") == policy(replace(config(), problems=(), file="other.yml"), "1")
    others = {policy(config(), "2"), policy(config(mode="suggest"), "1"), policy(replace(config(), notice=0.5), "1")}
    assert policy(config(), "1") not in others
    assert len(others) == 3


# --- what stops it


def spoke(by: Person) -> State:
    return replace(shipped(), pull=replace(shipped().pull, remarks=(Remark("comment 5", by, SATURDAY),)))


def reviewed(by: Person, *said: str) -> State:
    reviews = tuple(Review(by, each, HEAD, SATURDAY) for each in said)  # type: ignore[arg-type]
    return replace(shipped(), pull=replace(shipped().pull, reviews=reviews))


def labelled(label: str = "Codechill:Hold") -> State:
    return replace(shipped(), pull=replace(shipped().pull, labels=frozenset({label})))


@pytest.mark.parametrize(
    ("before", "rule"),
    [
        (spoke(ANA), "comment"),
        (spoke(BEN), "comment"),
        (spoke(EVE), None),
        (reviewed(BEN, "commented"), "comment"),
        (reviewed(EVE, "commented"), None),
        (reviewed(BOT, "commented"), None),
        (reviewed(BOT, "changes_requested"), None),
        (reviewed(BEN, "changes_requested"), "changes_requested"),
        (reviewed(BEN, "changes_requested", "approved"), None),
        (reviewed(BEN, "changes_requested", "dismissed"), None),
        (reviewed(EVE, "changes_requested"), None),
        (labelled(), "label"),
        (labelled("help wanted"), None),
        (shipped(dislikes=(Remark("thumb 2", BEN, SATURDAY),)), "thumb"),
        (shipped(dislikes=(Remark("thumb 2", BEN, SATURDAY),), wishes=Wishes(heard=frozenset({"thumb 2"}))), None),
        (shipped(wishes=Wishes(Stop("hold", BEN, SATURDAY))), "hold"),
        (replace(labelled(), wishes=Wishes(Stop("hold", BEN, SATURDAY))), "hold"),
        (shipped(wishes=Wishes(Stop("label", BEN, SATURDAY))), "label"),
    ],
)
def test_what_speaks_against_a_landing(before: State, rule: StopRule | None) -> None:
    stop = objections.current(before, CONFIG)
    assert (stop.rule if stop else None) == rule


def test_what_the_forge_shows_is_kept_so_that_taking_it_away_lets_nothing_land() -> None:
    kept = after(labelled())
    assert (kept.wishes.stop and kept.wishes.stop.rule, kept.waiting) == ("label", None)
    gone = replace(kept, pull=replace(kept.pull, labels=frozenset()))
    assert after(gone).waiting is None


@pytest.mark.parametrize(
    ("put", "off", "lifted"),
    [
        (Labelled("codechill:hold", BEN, SATURDAY), Changed("unlabeled", by=MIA), True),
        (Labelled("codechill:hold", BEN, SATURDAY), Changed("unlabeled", by=BOT), False),
        (Changed("labeled", by=BOT), Changed("unlabeled", by=BOT), True),
        (Changed("labeled", by=BOT), Changed("unlabeled"), False),
        (Changed("labeled", by=BOT), Changed("synchronize", by=BOT), False),
        (Tick("sweep"), Changed("unlabeled", by=BOT), False),
    ],
)
def test_a_bot_lifts_only_its_own_hold(put: Event, off: Event, lifted: bool) -> None:
    held = after(labelled(), put)
    assert wanted(held, ReleaseLanding, off) == []
    gone = replace(held, pull=replace(held.pull, labels=frozenset()))
    assert (after(gone, off).wishes.stop is None) == lifted


def test_speakers_are_those_whose_word_may_stop_it_each_once() -> None:
    pull = replace(spoke(BEN).pull, reviews=(Review(BEN, "changes_requested", HEAD, SATURDAY),))
    assert objections.speakers(pull, frozenset()) == (BEN,)
    assert objections.speakers(replace(pull, reviews=()), frozenset({"comment 5"})) == ()


@pytest.mark.parametrize(
    ("body", "by", "answered", "counts"),
    [
        ("Is this safe?", BEN, (), True),
        ("**/chill hold**", BEN, (), True),
        ("/chill why", BEN, (), False),
        ("/chill ship", BEN, (), False),
        ("/chill hold", BEN, (), True),
        ("/chill hold", BEN, (100,), False),
        ("Bumped", BOT, (), False),
    ],
)
def test_a_remark_is_what_a_person_said_that_is_no_command_or_a_command_to_stop_that_nobody_answered(
    body: str, by: Person, answered: tuple[int, ...], counts: bool
) -> None:
    assert bool(remarks([said(body, by)], answered)) == counts


def test_a_comment_that_was_edited_after_somebody_answered_it_says_something_new():
    before, edited = said("Fine.", BEN), replace(said("Fine. No, wait!", BEN), edited=True)
    keys = {remark.key for each in (before, edited) for remark in remarks([each], ())}
    again = {remark.key for remark in remarks([edited, replace(edited, body="No.")], ())}
    assert (len(keys), len(keys | again)) == (2, 3)


# --- what people say


@pytest.mark.parametrize(
    ("stop", "by", "lifted"),
    [
        (Stop("hold", BEN, SATURDAY), BEN, True),
        (Stop("hold", BEN, SATURDAY), MIA, True),
        (Stop("hold", BEN, SATURDAY), ANA, False),
        (Stop("wait", ANA, SATURDAY), ANA, True),
        (Stop("comment", BEN, SATURDAY), ANA, True),
        (Stop("label", None, SATURDAY), ANA, False),
        (Stop("landing", None, SATURDAY, "The forge did not let it land."), ANA, True),
        (Stop("thumb", BEN, SATURDAY), ANA, False),
    ],
)
def test_who_lifts_what(stop: Stop, by: Person, lifted: bool) -> None:
    before = shipped(wishes=Wishes(stop, Consent(ANA, SATURDAY, "patch-1")))
    then = after(before, Commented(said("/chill ship", by)))
    assert (then.waiting is not None) == lifted


@pytest.mark.parametrize(
    ("before", "settings", "words"),
    [
        (shipped(), config(mode="off"), "Automatic review is off here"),
        (reviewed(BEN, "changes_requested"), CONFIG, "`ben` asked for changes. It goes on once they approve"),
        (labelled(), CONFIG, "Take the label `codechill:hold` off first."),
        (shipped(content=Unknown("x")), CONFIG, "Nobody can tell yet what it changes"),
        (shipped(), config(mode="shadow"), "Noted. Nothing lands by itself here yet"),
    ],
)
def test_what_cannot_be_shipped_is_answered_with_why(before: State, settings: Config, words: str) -> None:
    decision = look(before, Commented(said("/chill ship", ANA)), settings)
    (reply,) = [action for action in decision.actions if isinstance(action, Reply) and action.comment]
    assert reply.words.startswith(words)


def test_what_a_stage_sends_to_a_person_may_be_shipped_and_is_told_to_wait(gate: Callable[[Answer], None]) -> None:
    gate(person("rule", "It is risky."))
    decision = look(shipped(), Commented(said("/chill ship", ANA)))
    (reply,) = [action for action in decision.actions if isinstance(action, Reply) and action.comment]
    assert reply.words.startswith("Noted, and a person has to look first. Is it among the safest? It is risky.")


def test_a_writer_lets_go_on_what_was_held_and_only_the_author_lets_it_land() -> None:
    decision = look(shipped(wishes=Wishes(Stop("hold", BEN, SATURDAY))), Commented(said("/chill ship", BEN)))
    (reply,) = [action for action in decision.actions if isinstance(action, Reply) and action.comment]
    assert "only when its author says `/chill ship`" in reply.words


@pytest.mark.parametrize("verb", ["wait", "hold", "review"])
def test_whoever_may_stops_it_at_any_time(verb: StopRule) -> None:
    waiting = after(shipped())
    assert waiting.waiting is not None
    stopped = after(waiting, Commented(said(f"/chill {verb}", ANA)))
    assert (stopped.waiting, stopped.wishes.stop and stopped.wishes.stop.rule) == (None, verb)


def test_a_stop_where_nothing_waits_and_where_it_is_off() -> None:
    said_then = ((CONFIG, "It was not waiting to land."), (config(mode="off"), "Automatic review is off here"))
    for settings, words in said_then:
        decision = look(shipped(), Commented(said("/chill hold", BEN)), settings)
        (reply,) = [action for action in decision.actions if isinstance(action, Reply) and action.comment]
        assert words in reply.words
        assert len([action for action in decision.actions if isinstance(action, StopLanding)]) == 1


def test_what_was_said_outright_is_kept_in_place_of_what_was_seen_and_not_the_other_way_round() -> None:
    hold, comment = Stop("hold", BEN, SATURDAY), Stop("comment", BEN, SATURDAY)
    for kept, new, holds in ((hold, comment, True), (comment, hold, False), (hold, replace(hold, by=MIA), False)):
        assert StopLanding(new).holds(shipped(wishes=Wishes(kept))) == holds
    assert StopLanding(hold).holds(shipped(wishes=Wishes(hold)))
    assert not StopLanding(hold).holds(shipped())


OWED = DeferredReview(ANA, "A change", HEAD, SATURDAY, SATURDAY + timedelta(days=5))


@pytest.mark.parametrize(
    ("deferred", "words", "answer"),
    [
        (None, "reviewed ok", "No review of this change was put off."),
        (replace(OWED, reviewed_by=MIA), "reviewed ok", "`mia` reviewed it already."),
        (OWED, "reviewed", "Say `/chill reviewed ok`"),
        (OWED, "reviewed revert", "Say why"),
        (OWED, "reviewed OK", "Noted: it was reviewed, and nothing is to be done."),
        (OWED, "reviewed revert It drops the index", "Noted: it was reviewed, and should be taken back."),
    ],
)
def test_what_is_said_of_a_review_that_was_put_off(deferred: DeferredReview | None, words: str, answer: str) -> None:
    decision = look(shipped(deferred=deferred), Commented(said(f"/chill {words}", BEN)))
    (reply,) = [action for action in decision.actions if isinstance(action, Reply) and action.comment]
    assert reply.words.startswith(answer)


def sent_back(before: State, settings: Config = CONFIG, by: Person = BEN) -> list[str]:
    """Whom `/chill review` asks for a review."""
    return [each.who for each in wanted(before, AskReview, Commented(said("/chill review", by)), settings)]


OWNED = weekend(
    "auto_review: {mode: enforce, sources: {renovate: {account: 99, kind: dependencies, owner: '@acme/build'}}}\n"
)
NAMED = replace(OWNED, escalation=replace(OWNED.escalation, managers=("mia", "ana", "max", "zoe"), by_path={}))


@pytest.mark.parametrize(
    ("before", "settings", "asked"),
    [
        (of_source(), OWNED, ["@acme/build"]),
        (of_source(asked=("ben",)), OWNED, []),
        (shipped(), NAMED, ["mia", "max", "zoe"]),
        (shipped(), replace(NAMED, escalation=replace(NAMED.escalation, managers=())), []),
    ],
)
def test_sent_back_a_review_is_asked_of_those_who_are_named_and_never_of_its_author(
    before: State, settings: Config, asked: list[str]
) -> None:
    assert sent_back(before, settings) == asked


def test_sent_back_a_review_is_asked_of_whoever_reviewed_it_before_and_said_once() -> None:
    before = reviewed(EVE, "approved")
    assert sent_back(before, OWNED) == ["eve"]
    (reply,) = wanted(before, Reply, Commented(said("/chill review", BEN)), OWNED)
    assert "A review is asked of `eve`." in reply.words
    assert sent_back(apply(before, [AskReview("eve")]), OWNED) == []


def test_whoever_had_a_hand_in_it_does_not_say_that_it_was_reviewed() -> None:
    for hands in (Hands(frozenset({BEN.id})), Unknown("the forge does not list all of its commits")):
        decision = look(shipped(deferred=OWED, hands=hands), Commented(said("/chill reviewed ok", BEN)))
        (reply,) = [action for action in decision.actions if isinstance(action, Reply) and action.comment]
        assert reply.words == "Only somebody who had no hand in a change can say that it was reviewed."


# --- what is written


def test_off_costs_nothing_and_shadow_writes_the_record_only() -> None:
    assert [type(action) for action in wanted(shipped(), object, None, config(mode="off"))] == [
        type(action) for action in wanted(replace(shipped(), trust=Unknown("x")), object, None, config(mode="off"))
    ]
    assert wanted(shipped(), SavePassage, None, config(mode="off")) == []
    silent = [a for a in look(shipped(), None, config(mode="shadow")).actions if getattr(a, "name", "") == AUTO_REVIEW]
    assert (silent, len(wanted(shipped(), SavePassage, None, config(mode="shadow")))) == ([], 1)


def test_a_decision_is_recorded_once_and_again_when_it_is_another_one(gate: Callable[[Answer], None]) -> None:
    (first,) = wanted(shipped(), SavePassage)
    assert (first.decided.outcome, first.decided.pipeline, first.decided.mode) == ("passed", "approval", "enforce")
    recorded = shipped(recorded=first.decided.digest)
    assert wanted(recorded, SavePassage) == []
    moved = replace(recorded, pull=replace(recorded.pull, base_sha="f" * 40))
    assert wanted(moved, SavePassage) == []
    gate(person("rule", "Why."))
    (second,) = wanted(recorded, SavePassage)
    assert (second.decided.outcome, second.decided.stage, second.decided.rule) == ("person", "risk", "rule")


def test_while_the_score_is_awaited_nothing_is_said_of_it() -> None:
    awaited = replace(shipped(), risk=None)
    assert wanted(awaited, SavePassage) == []
    assert len(wanted(replace(awaited, failure=Failure("The diff is too long.")), SavePassage)) == 1


def test_the_check_says_until_when_who_stopped_it_and_what_comes_next(gate: Callable[[Answer], None]) -> None:
    waiting = after(shipped())
    assert (
        card(replace(waiting, pull=replace(waiting.pull, other_checks=())))[0]
        == "Lands by itself after Sun 22 Nov 13:00 CET"
    )
    assert card(spoke(BEN)) == (
        "Stopped: it does not land by itself",
        "`ben` commented on it. A person who may write here lets it go on with `/chill ship`; the delay begins anew "
        "then.",
    )
    assert card(shipped(wishes=Wishes(Stop("label", None, SATURDAY))))[1] == (
        "Somebody put on the label that holds it. It goes on once a person takes the label off; the delay begins anew "
        "then."
    )
    assert card(shipped(wishes=Wishes()))[0] == "It can land by itself if its author wants that"
    assert card(replace(shipped(), pull=replace(shipped().pull, draft=True)))[0].endswith("once it is no draft")
    assert card(shipped(), config(mode="suggest"))[0] == "It could land by itself"
    gate(person("rule", "It is risky."))
    assert card(shipped())[0] == "A person looks at this change"
    gate(waits("asked", "A reviewer reads it."))
    assert card(shipped())[0] == "Automatic review is not through yet"
    (check,) = [action for action in wanted(shipped(), SetCheck) if action.name == AUTO_REVIEW]
    assert check.conclusion is None


def test_the_buttons_are_those_that_can_be_pressed_now(gate: Callable[[Answer], None]) -> None:
    waiting = after(shipped())
    assert buttons(replace(waiting, pull=replace(waiting.pull, other_checks=()))) == ["stop-landing"]
    assert buttons(shipped(wishes=Wishes())) == ["ship", "wait"]
    assert buttons(spoke(BEN)) == ["ship"]
    assert buttons(reviewed(BEN, "changes_requested")) == []
    assert buttons(shipped(wishes=Wishes(Stop("label", None, SATURDAY)))) == []
    assert buttons(shipped(), config(mode="suggest")) == []
    gate(person("rule", "Why."))
    assert buttons(shipped()) == []


def test_the_button_that_stops_counts_whatever_was_shown_and_the_one_that_ships_only_on_what_was_shown() -> None:
    waiting = after(shipped())
    assert after(waiting, Pressed("stop-landing", BEN, HEAD, "other:success")).waiting is None
    held = replace(shipped(wishes=Wishes(Stop("hold", BEN, SATURDAY))))
    shown = CheckRun(3, HEAD, "completed", "neutral", "card:neutral", name=AUTO_REVIEW)
    held = replace(held, pull=replace(held.pull, other_checks=(shown,)))
    for digest, pressed in (("card:neutral", True), ("old:neutral", False)):
        released = wanted(held, ReleaseLanding, Pressed("ship", MIA, HEAD, digest))
        assert bool(released) == pressed


def test_whoever_expects_it_to_land_is_told_once_that_it_does_not(gate: Callable[[Answer], None]) -> None:
    waiting = after(shipped())
    gate(person("rule", "It is risky."))
    notes = [
        action for action in wanted(waiting, Reply) if action.comment is None and action.key.startswith("landing:")
    ]
    assert [note.words[:30] for note in notes] == ["A person looks at this change."]
    assert [a for a in wanted(after(waiting), Reply) if a.key.startswith("landing:")] == []
    silent = [a for a in wanted(waiting, Reply, None, config(whole="shadow")) if a.key.startswith("landing:")]
    assert silent == []


# --- what is told of its source


def test_a_person_s_no_counts_against_the_source_once_and_its_author_s_does_not() -> None:
    held = of_source(wishes=Wishes(Stop("hold", BEN, SATURDAY)))
    assert [(action.by, action.how) for action in wanted(held, RejectChange)] == [(BEN, "hold")]
    assert wanted(replace(held, trust=replace(OF_SOURCE, rejected=True)), RejectChange) == []
    assert wanted(replace(held, trust=replace(OF_SOURCE, noted=False)), RejectChange) == []
    assert len(wanted(replace(held, trust=replace(OF_SOURCE, noted=False)), NoteSource)) == 1
    assert wanted(of_source(wishes=Wishes(Stop("comment", BEN, SATURDAY))), RejectChange) == []
    assert wanted(of_source(wishes=Wishes(Stop("hold", BOT, SATURDAY))), RejectChange) == []


def test_the_strictest_of_everything_that_has_a_say_counts() -> None:
    assert mode(shipped(), CONFIG) == "enforce"
    assert mode(of_source(), CONFIG) == "enforce"
    quiet = weekend(
        "auto_review: {mode: enforce, sources: {renovate: {account: 99, kind: dependencies, mode: shadow}}}\n"
    )
    assert mode(of_source(), quiet) == "shadow"


def test_what_waits_for_time_to_pass_says_until_when_and_leaves_no_check_that_runs_for_days(
    gate: Callable[[Answer], None],
) -> None:
    gate(waits("release_age", "`ky` is too young.", SATURDAY + timedelta(days=5)))
    (check,) = [each for each in wanted(of_source(), SetCheck) if each.name == AUTO_REVIEW]
    assert (check.conclusion, check.card.headline) == ("neutral", "Looked at again after Thu 26 Nov 13:00 CET")
    gate(waits("model_awaited", "Its answer is to come."))
    (check,) = [each for each in wanted(of_source(), SetCheck) if each.name == AUTO_REVIEW]
    assert check.conclusion is None


# --- what is only suggested

SUGGEST = config(mode="suggest")


def suggested(before: State, config: Config = SUGGEST) -> list[str]:
    """What the one comment says of it."""
    return [put.card.by_itself for put in wanted(before, PutComment, None, config)]


def test_where_it_only_suggests_the_label_and_the_one_comment_say_that_it_could_land_and_why() -> None:
    assert wanted(of_source(), SetLabel, None, SUGGEST) == [SetLabel("codechill:low-risk", on=True)]
    assert suggested(of_source()) == [
        "Automatic review only suggests here, and would let it: it is of the source `renovate` and as a whole and by "
        "each part it is among the safest 20 % here."
    ]
    assert suggested(shipped()) == [
        "Automatic review only suggests here, and would let it: it is its author's own and as a whole and by "
        "each part it is among the safest 5 % here."
    ]


def test_what_was_passed_for_another_reason_is_not_said_to_be_among_the_safest(
    gate: Callable[[Answer], None],
) -> None:
    gate(Answer("passed", "bypass_risk", "Why."))
    assert suggested(of_source()) == [
        "Automatic review only suggests here, and would let it: it is of the source `renovate`."
    ]


def test_a_suggestion_is_taken_back_in_its_place_and_tells_nobody(gate: Callable[[Answer], None]) -> None:
    said_once = after(of_source(), config=SUGGEST)
    assert said_once.pull.labels == {"codechill:low-risk"}
    assert look(said_once, None, SUGGEST).actions == ()
    gate(person("threshold", "Why."))
    assert wanted(said_once, SetLabel, None, SUGGEST) == [SetLabel("codechill:low-risk", on=False)]
    assert suggested(said_once) == [""]
    assert wanted(said_once, Reply, None, SUGGEST) == []


def test_the_label_of_a_suggestion_is_taken_off_where_changes_land_and_nothing_is_touched_where_it_only_watches() -> (
    None
):
    before = after(of_source(), config=SUGGEST)
    assert wanted(before, SetLabel) == [SetLabel("codechill:low-risk", on=False)]
    assert wanted(before, SetLabel, None, config(mode="shadow")) == []
