"""What people say, who may say it, and what comes of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from policy_world import ANA, BEN, BOT, HEAD, MIA, SATURDAY, TUESDAY, WEEKEND, apply, changed, said, state, weekend

from bot.policy.actions import (
    Action,
    EndFreeze,
    PutComment,
    React,
    Reply,
    Rescore,
    SaveAttestation,
    SaveEscalation,
    SaveFeedback,
    SetCheck,
    StartFreeze,
)
from bot.policy.chat.commands import COMMANDS
from bot.policy.config import Config, parse
from bot.policy.config.freezes import joined
from bot.policy.decide import case_of, decide
from bot.policy.events import Commented, Labelled, Pressed, Tick
from bot.policy.opinion import Verdict
from bot.policy.pull import CheckRun, Comment, Hands, Person, Unknown
from bot.policy.responses.commands import BUTTONS, noticed
from bot.policy.state import ConfigProblem, State

EVE = Person(6, "eve")  # nobody in particular
OLD_NOREPLY = Hands(unplaced=frozenset({"mia@users.noreply.github.com"}))
ASK = "/chill justify security_fix it leaks sessions"


def tell(before: State, body: str, by: Person = ANA, config: Config | None = None, now: Any = SATURDAY, **more: Any):
    """The actions beyond check and comment, and the state after all of them."""
    event = Commented(said(body, by, **more))
    actions = decide(event, before, config or weekend(), now).actions
    return [action for action in actions if not isinstance(action, SetCheck)], apply(before, actions)


def kinds(actions: list[Action], kind: type) -> list[Any]:
    return [action for action in actions if isinstance(action, kind)]


def words(actions: list[Action]) -> str:
    (reply,) = kinds(actions, Reply)
    return reply.words


def asked(percentile: float = 0.96, config: Config | None = None, **changes: Any) -> State:
    return tell(state(percentile, **changes), ASK, ANA, config)[1]


def approved(**changes: Any) -> State:
    after = tell(asked(**changes), "/chill approve", MIA, number=101)[1]
    return apply(after, decide(Tick("sweep"), after, weekend(), SATURDAY).actions)


def test_an_author_asks_and_the_managers_are_really_asked():
    actions, after = tell(state(), ASK)
    (saved,) = kinds(actions, SaveEscalation)
    assert (saved.escalation.reason, saved.escalation.text) == ("security_fix", "it leaks sessions")
    assert (saved.escalation.window, saved.escalation.head_sha, saved.escalation.content) == (
        "Weekend",
        HEAD,
        "patch-1",
    )
    assert saved.escalation.expires is not None
    assert saved.escalation.expires.isoformat() == "2026-11-23T07:00:00+00:00"
    (reply,) = kinds(actions, Reply)
    assert reply.mention == ("@acme/release-managers",)
    assert reply.quoted == "it leaks sessions"
    assert [action.content for action in kinds(actions, React)] == ["+1"]
    assert after.escalations == (saved.escalation,)


def test_a_manager_approves_and_the_same_content_may_land_until_the_window_closes():
    actions, after = tell(asked(), "/chill approve", MIA, number=101)
    assert words(actions) == "Approved: this content may land until Mon 23 Nov 08:00 CET."
    assert after.escalations[-1].answered_by == MIA
    decision = decide(Tick("sweep"), after, weekend(), SATURDAY)
    assert decision.verdict is Verdict.PASS
    (check,) = kinds(list(decision.actions), SetCheck)
    assert check.conclusion == "success"
    assert check.card.headline == (
        "Exception approved until Mon 23 Nov 08:00 CET · riskier than 96 of 100 recent changes here"
    )


def test_a_manager_denies_and_says_why():
    actions, after = tell(asked(), "/chill deny let us wait", MIA, number=101)
    assert words(actions) == "Denied: the change stays held."
    assert after.escalations[-1].state == "denied"
    assert decide(Tick("sweep"), after, weekend(), SATURDAY).verdict is Verdict.BLOCK
    refused, _ = tell(asked(), "/chill deny", MIA, number=101)
    assert words(refused).startswith("Say why")


def test_a_push_that_changes_the_content_voids_an_approval_and_says_so():
    after = approved()
    pushed = replace(after, content=changed("patch-2"), pull=replace(after.pull, head_sha="c" * 40, check=None))
    decision = decide(Tick("sweep"), pushed, weekend(), SATURDAY)
    assert decision.verdict is Verdict.BLOCK
    (saved,) = kinds(list(decision.actions), SaveEscalation)
    assert saved.escalation.state == "void"
    (note,) = kinds(list(decision.actions), Reply)
    assert note.words.startswith("The approval of an exception no longer holds: the content changed since.")
    assert kinds(list(decision.actions), SetCheck)[0].card.ask.state == "void"


def test_a_clean_merge_of_the_base_carries_an_approval_over_visibly():
    after = approved()
    merged = replace(after, pull=replace(after.pull, head_sha="c" * 40, check=None))
    decision = decide(Tick("sweep"), merged, weekend(), SATURDAY)
    assert decision.verdict is Verdict.PASS
    assert kinds(list(decision.actions), SetCheck)[0].card.ask.words == (
        "Approved by `mia` for `security_fix`. It carries over: the content is the same."
    )


def test_an_approval_of_a_change_of_nothing_holds_for_every_head_that_changes_nothing():
    after = approved(content=changed("nothing", ()))
    moved = replace(after, pull=replace(after.pull, head_sha="c" * 40))
    assert decide(Tick("sweep"), moved, weekend(), SATURDAY).verdict is Verdict.PASS
    more = replace(moved, content=changed("patch-2"))
    assert decide(Tick("sweep"), more, weekend(), SATURDAY).verdict is Verdict.BLOCK


def test_without_a_known_content_an_approval_holds_for_its_head_only():
    after = approved(content=Unknown("unread"))
    assert decide(Tick("sweep"), after, weekend(), SATURDAY).verdict is Verdict.PASS
    moved = replace(after, pull=replace(after.pull, head_sha="c" * 40))
    assert decide(Tick("sweep"), moved, weekend(), SATURDAY).verdict is Verdict.BLOCK


def test_an_approval_expires_with_its_window():
    decision = decide(Tick("edge"), approved(), weekend(), TUESDAY)
    (saved,) = kinds(list(decision.actions), SaveEscalation)
    assert saved.escalation.state == "expired"
    assert kinds(list(decision.actions), Reply) == []
    next_saturday = decide(Tick("edge"), approved(), weekend(), SATURDAY + timedelta(days=7))
    assert next_saturday.verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("percentile", "model", "verdict"),
    [
        (0.97, "shipped-2026.11", Verdict.PASS),  # drift
        (0.99, "shipped-2026.11", Verdict.BLOCK),
        (0.97, "shipped-2026.12", Verdict.BLOCK),
        (0.96, "shipped-2026.12", Verdict.PASS),
    ],
)
def test_an_approval_covers_the_risk_that_was_seen(percentile: float, model: str, verdict: Verdict):
    after = approved()
    assert after.risk is not None
    rescored = replace(after, risk=replace(after.risk, percentile=percentile, model=model))
    assert decide(Tick("sweep"), rescored, weekend(), SATURDAY).verdict is verdict


def test_an_approval_for_one_window_does_not_cover_a_stricter_one():
    stricter = weekend().calendar.windows[0]
    config = weekend()
    black = replace(stricter, name="Black Friday", level=replace(stricter.level, name="red", share=0.5))
    config = replace(config, calendar=replace(config.calendar, windows=(stricter, black)))
    assert decide(Tick("edge"), approved(), config, SATURDAY).verdict is Verdict.BLOCK
    refused, _ = tell(asked(), "/chill approve", MIA, config, number=101)
    assert words(refused).startswith("Another window holds this change now")


def under_black_friday() -> Config:
    config = weekend()
    (window,) = config.calendar.windows
    black = replace(window, name="Black Friday", level=replace(window.level, name="red", share=0.5))
    return replace(config, calendar=replace(config.calendar, windows=(window, black)))


@pytest.mark.parametrize("before", [asked(), approved()], ids=["asked", "approved"])
def test_when_another_window_takes_over_one_may_ask_again_for_that_one(before: State):
    (check,) = kinds(list(decide(Tick("edge"), before, under_black_friday(), SATURDAY).actions), SetCheck)
    assert check.card.ask is not None
    assert check.card.ask.state == "expired"
    assert check.card.ask.words.endswith("under `Weekend`; what holds the change now needs its own.")
    assert not {"approve", "deny"} & {button.identifier for button in check.buttons}
    actions, after = tell(before, ASK, ANA, under_black_friday(), number=102)
    assert kinds(actions, SaveEscalation)[0].escalation.window == "Black Friday"
    ended, _ = tell(after, "/chill approve", MIA, under_black_friday(), number=103)
    assert words(ended).startswith("Approved")


def test_a_request_made_outside_any_window_says_so_when_one_opens():
    outside = replace(asked().escalations[0], window="", expires=None)
    (check,) = kinds(list(decide(Tick("edge"), state(escalations=(outside,)), weekend(), SATURDAY).actions), SetCheck)
    assert check.card.ask is not None
    assert check.card.ask.words.startswith("The exception was asked for under no window;")


def test_a_manager_takes_an_approval_back_and_the_change_is_held_again():
    actions, after = tell(approved(), "/chill deny the rollback plan is gone", MIA, number=102)
    assert words(actions) == "The approval is taken back: the change is held again."
    assert after.escalations[-1].state == "denied"
    assert decide(Tick("sweep"), after, weekend(), SATURDAY).verdict is Verdict.BLOCK
    settled = decide(Tick("sweep"), after, weekend(), SATURDAY).actions
    assert kinds(list(settled), Reply) == []  # one answer, not two
    assert kinds(list(settled), SetCheck)[0].conclusion == "failure"
    after = apply(after, settled)
    assert words(tell(after, "/chill approve", MIA, number=103)[0]).startswith("Nobody is asking")


def test_a_risk_that_rose_on_the_same_head_is_told_once():
    after = approved()
    assert after.risk is not None
    risen = replace(after, risk=replace(after.risk, percentile=0.99))
    first = decide(Tick("sweep"), risen, weekend(), SATURDAY).actions
    assert words(list(first)) == (
        "The approval of an exception no longer holds: the risk is now higher than what was looked at. "
        "Ask again with `/chill justify` if it cannot wait."
    )
    applied = apply(risen, [action for action in first if not isinstance(action, SetCheck)])
    assert kinds(list(decide(Tick("sweep"), applied, weekend(), SATURDAY).actions), Reply) == []


def test_who_may_not_is_told_once_who_may_and_after_that_by_a_thumb_only():
    first, after = tell(asked(), "/chill approve", EVE, number=101)
    assert words(first) == "Only `acme/release-managers` can decide that."
    again, after = tell(after, "/chill approve please", EVE, number=102)
    assert again == [React(102, "-1", EVE.id)]
    other, _ = tell(after, "/chill approve", BEN, number=103)
    assert words(other) == "Only `acme/release-managers` can decide that."
    assert words(tell(after, "/chill refresh", EVE, number=104)[0]).startswith("Only the author")


@pytest.mark.parametrize(
    ("comment", "before", "mode", "seen"),
    [
        (said(ASK), state(None), "enforce", True),  # the score is not there yet: the answer may take a while
        (said("/chill approve", EVE), state(), "enforce", True),
        (said("Looks good to me"), state(), "enforce", False),
        (said("> /chill approve"), state(), "enforce", False),
        (said(ASK, edited=True), state(), "enforce", False),
        (said(ASK, BOT), state(), "enforce", False),
        (said(ASK), state(open=False), "enforce", False),
        (said(ASK), state(replied_to=frozenset({100})), "enforce", False),
        (said(ASK), state(notes=frozenset({"comment:100"})), "enforce", False),
        (said(ASK), state(), "shadow", False),
    ],
)
def test_a_command_is_seen_at_once(comment: Comment, before: State, mode: str, seen: bool):
    expected = (React(100, "eyes", comment.author.id),) if seen else ()
    assert noticed(Commented(comment), before, weekend(mode=mode)) == expected
    assert noticed(Tick("sweep"), before, weekend(mode=mode)) == ()


@pytest.mark.parametrize(
    ("who", "changes", "because"),
    [
        (ANA, {"granted": {1: frozenset({"@acme/release-managers"})}}, "Whoever asks"),
        (BEN, {}, "Only `acme/release-managers` can decide that."),
        (EVE, {}, "Only `acme/release-managers` can decide that."),
        (MIA, {"hands": Hands(frozenset({3}))}, "Nobody who worked on a change"),
        (MIA, {"hands": Unknown("too many")}, "Nobody can tell who worked on all of these commits:"),
        (MIA, {"hands": OLD_NOREPLY}, "Nobody who worked on a change"),
    ],
)
def test_nobody_approves_their_own_work(who: Person, changes: dict[str, Any], because: str):
    before = asked(**changes)
    actions, after = tell(before, "/chill approve", who, number=101)
    assert words(actions).startswith(because)
    assert [action.content for action in kinds(actions, React)] == ["-1"]
    assert after.escalations[-1].state == "asked"


def test_what_only_looks_like_a_command_is_told_so_once():
    actions, after = tell(state(), "**/chill approve**", EVE)
    assert words(actions).startswith("That looks like a command and is none: it has to be a line of its own in plain")
    assert tell(after, "[/chill why](http://x)", EVE, number=101)[1].notes == after.notes
    assert kinds(tell(state(), "**/chill approve**", BOT)[0], Reply) == []
    assert kinds(tell(state(), "**/chill approve**", EVE, config=weekend(mode="shadow"))[0], Reply) == []


LIA = Person(5, "lia")  # another release manager
MANAGERS = {who.id: frozenset({"write", "@acme/release-managers"}) for who in (MIA, LIA)}
UNKNOWN = Hands(unplaced=frozenset({"who@knows.example"}))


def test_an_address_that_nobody_can_place_makes_the_exception_need_a_second_manager():
    before = asked(hands=UNKNOWN, granted=MANAGERS)
    actions, once = tell(before, "/chill approve", MIA, number=101)
    needs = "It takes a second of `acme/release-managers`: nobody can tell whose address `who@knows.example` is."
    assert words(actions) == f"Approved once. {needs}"
    assert (once.escalations[-1].state, once.escalations[-1].first) == ("asked", MIA)
    actions, again = tell(once, "/chill approve", MIA, number=102)
    assert words(actions) == f"Approved once. {needs}"
    assert again.escalations == once.escalations
    _, twice = tell(once, "/chill approve", LIA, number=103)
    assert (twice.escalations[-1].state, twice.escalations[-1].answered_by) == ("approved", LIA)
    assert decide(Tick("sweep"), once, weekend(), SATURDAY).verdict is Verdict.BLOCK
    assert decide(Tick("sweep"), twice, weekend(), SATURDAY).verdict is Verdict.PASS


def test_the_second_of_two_managers_is_nobody_who_asked_or_had_a_hand_in_it():
    hands = Hands(frozenset({LIA.id}), UNKNOWN.unplaced)
    once = tell(asked(hands=hands, granted=MANAGERS), "/chill approve", MIA, number=101)[1]
    actions, after = tell(once, "/chill approve", LIA, number=102)
    assert words(actions).startswith("Nobody who worked on a change can decide")
    assert after.escalations[-1].state == "asked"


def test_one_denial_is_enough_where_an_approval_takes_two():
    before = asked(hands=UNKNOWN, granted=MANAGERS)
    assert tell(before, "/chill deny not today", MIA, number=101)[1].escalations[-1].state == "denied"


def test_of_many_addresses_that_nobody_can_place_three_are_named():
    hands = Hands(unplaced=frozenset(f"{name}@x.example" for name in "abcde"))
    actions, _ = tell(asked(hands=hands, granted=MANAGERS), "/chill approve", MIA, number=101)
    assert words(actions).endswith("whose addresses `a@x.example`, `b@x.example`, `c@x.example` and 2 more are.")


def test_whoever_asked_cannot_approve_even_as_a_manager():
    before = tell(state(), ASK, MIA)[1]
    assert before.escalations[-1].by == MIA
    assert words(tell(before, "/chill approve", MIA, number=101)[0]).startswith("Whoever asks")


def test_the_author_cannot_approve_what_somebody_else_asked_for():
    before = tell(state(granted={2: frozenset({"write"}), 1: frozenset({"@acme/release-managers"})}), ASK, BEN)[1]
    assert words(tell(before, "/chill approve", ANA, number=101)[0]).startswith("Nobody who worked")


def test_managers_of_a_path_decide_when_the_whole_change_is_theirs():
    config = replace(weekend(), escalation=replace(weekend().escalation, by_path={"payments/**": ("ben",)}))
    inside = asked(config=config, paths=("payments/a.py",))
    assert words(tell(inside, "/chill approve", BEN, config, number=101)[0]).startswith("Approved")
    across = asked(config=config, paths=("payments/a.py", "web/b.py"))
    assert words(tell(across, "/chill approve", BEN, config, number=101)[0]).startswith("Only `acme/release-managers`")


def test_with_no_managers_named_administrators_decide():
    config = replace(weekend(), escalation=replace(weekend().escalation, managers=()))
    before = asked(config=config, granted={3: frozenset({"write", "admin"}), 2: frozenset({"write"})})
    refused, _ = tell(before, "/chill approve", BEN, config, number=101)
    assert words(refused) == "Only administrators of this repository can decide that."
    assert words(tell(before, "/chill approve", MIA, config, number=102)[0]).startswith("Approved")


@pytest.mark.parametrize(
    ("rest", "reply"),
    [
        ("", "Name a reason first: `security_fix`"),
        ("securty_fix now", "Did you mean `security_fix`?"),
        ("because I want", "Name a reason first"),
    ],
)
def test_only_standard_reasons_count(rest: str, reply: str):
    actions, after = tell(state(), f"/chill justify {rest}")
    assert reply in words(actions)
    assert after.escalations == ()


@pytest.mark.parametrize(
    ("before", "reply"),
    [
        (state(0.5), "Nothing holds this change"),
        (state(None), "The change is still being scored"),
        (
            state(0.96, problems=(ConfigProblem("f", 1, 1, "x"),)),
            "An exception cannot lift this. It is held until the configuration is mended. ",
        ),
    ],
)
def test_an_exception_is_only_for_what_it_could_lift(before: State, reply: str):
    assert words(tell(before, ASK)[0]).startswith(reply)


def test_asking_twice_is_answered_with_who_decides():
    actions, _ = tell(asked(), ASK, number=101)
    assert words(actions).startswith("You asked already; `acme/release-managers` may answer.")
    others, _ = tell(asked(), ASK, BEN, number=102)
    assert words(others) == "`ana` asked already; `acme/release-managers` may answer."


def test_approving_what_nobody_asks_for_is_answered():
    assert words(tell(state(), "/chill approve", MIA)[0]).startswith("Nobody is asking")


def test_a_request_that_lapsed_cannot_be_approved():
    pushed = replace(asked(), content=changed("patch-2"))
    actions, _ = tell(pushed, "/chill approve", MIA, number=101)
    assert kinds(actions, Reply)[-1].words.startswith("That request no longer stands")


def test_strangers_may_ask_what_and_why_but_not_more():
    assert words(tell(state(), "/chill help", EVE)[0]).startswith("| say | and | who |")
    assert "`Weekend` is open until Mon 23 Nov 08:00 CET" in words(tell(state(), "/chill why", EVE)[0])
    assert words(tell(state(), "/chill refresh", EVE)[0]).startswith("Only the author and people who may write")
    assert words(tell(state(), ASK, EVE)[0]).startswith("Only the author and people who may write")


def test_why_names_the_window_its_line_and_the_rule():
    assert words(tell(state(), "/chill why")[0]) == (
        "Held until Mon 23 Nov 08:00 CET · riskier than 96 of 100 recent changes here.\n"
        "- `Weekend` is open until Mon 23 Nov 08:00 CET: `weekend` holds back 5 %, `.github/codechill.yml` line 4\n"
        "- held by the rule `gate`"
    )
    assert words(tell(state(0.5), "/chill why", now=TUESDAY)[0]) == (
        "Riskier than 50 of 100 recent changes here · free to land."
    )


@pytest.mark.parametrize(
    ("verb", "reply"),
    [("aprove", "Did you mean `/chill approve`?"), ("xyzzy", "`/chill help` lists what there is.")],
)
def test_an_unknown_command_is_met_with_the_nearest_one(verb: str, reply: str):
    assert words(tell(state(), f"/chill {verb}")[0]).endswith(reply)


def test_refresh_scores_again():
    assert kinds(tell(state(), "/chill refresh")[0], Rescore) == [Rescore(HEAD)]


def test_feedback_is_kept_with_who_and_which_head():
    actions, _ = tell(state(), "/chill feedback wrong these are generated", BEN)
    assert kinds(actions, SaveFeedback) == [SaveFeedback(BEN, False, "these are generated", HEAD)]
    assert words(tell(state(), "/chill feedback maybe")[0]).startswith("Say `/chill feedback useful`")


def test_an_author_attests_where_the_level_asks_for_it():
    config = weekend("gate: {action: {weekend: author_attest}}")
    held = decide(Tick("sweep"), state(), config, SATURDAY)
    assert held.verdict is Verdict.BLOCK
    assert "attest with `/chill attest`" in kinds(list(held.actions), SetCheck)[0].card.lead
    assert kinds(list(held.actions), SetCheck)[0].buttons[0].identifier == "attest"
    actions, after = tell(state(), "/chill attest", ANA, config)
    assert kinds(actions, SaveAttestation) == [SaveAttestation(ANA, HEAD)]
    assert decide(Tick("sweep"), after, config, SATURDAY).verdict is Verdict.PASS
    pushed = replace(after, pull=replace(after.pull, head_sha="c" * 40))
    assert decide(Tick("sweep"), pushed, config, SATURDAY).verdict is Verdict.BLOCK
    said_more = words(tell(state(hands=UNKNOWN), "/chill attest", ANA, config)[0])
    assert said_more.endswith("It takes an approving review by somebody who may write as well: nobody can tell whose "
                              "address `who@knows.example` is.")  # fmt: skip
    assert words(tell(state(hands=Unknown("too many")), "/chill attest", ANA, config)[0]).startswith(
        "Nobody can tell who worked on"
    )
    assert words(tell(state(), "/chill attest", BEN, config)[0]) == "Only the author, `ana`, can say that."
    assert words(tell(state(), "/chill attest", ANA)[0]).startswith("No attestation is asked for")


def test_an_edited_comment_a_bot_and_an_answered_comment_do_nothing():
    assert tell(state(), ASK, edited=True)[0] == tell(state(), ASK, BOT)[0] == tell(state(), "hello")[0]
    answered = state(replied_to=frozenset({100}))
    assert kinds(tell(answered, ASK)[0], Reply) == []


def test_a_command_is_carried_out_once_however_often_it_is_delivered():
    _, after = tell(state(), ASK)
    settled = apply(after, decide(Tick("sweep"), after, weekend(), SATURDAY).actions)
    assert tell(settled, ASK)[0] == []


def test_in_shadow_mode_nobody_is_answered():
    assert tell(state(), ASK, ANA, weekend(mode="shadow"))[0] == []


def test_buttons_say_what_commands_say():
    before = asked()
    press = Pressed("approve", MIA, HEAD)
    decision = decide(press, before, weekend(), SATURDAY)
    (saved,) = kinds(list(decision.actions), SaveEscalation)
    assert (saved.escalation.state, saved.escalation.answered_by) == ("approved", MIA)
    assert [reply.words for reply in kinds(list(decision.actions), Reply)] == [
        "`mia`: Approved: this content may land until Mon 23 Nov 08:00 CET."
    ]
    quiet = decide(Pressed("useful", BEN, HEAD), before, weekend(), SATURDAY).actions
    assert kinds(list(quiet), SaveFeedback) == [SaveFeedback(BEN, True, "", HEAD)]
    assert kinds(list(quiet), Reply) == []


@pytest.mark.parametrize(
    "press", [Pressed("approve", MIA, "c" * 40), Pressed("nonsense", MIA, HEAD), Pressed("approve", BOT, HEAD)]
)
def test_a_button_on_an_old_head_or_that_is_not_ours_does_nothing(press: Pressed):
    assert kinds(list(decide(press, asked(), weekend(), SATURDAY).actions), SaveEscalation) == []


@pytest.mark.parametrize(("shown", "saved"), [("0123456789ab", 1), ("ba9876543210", 0)])
def test_a_button_decides_only_on_what_the_check_showed_when_it_was_pressed(shown: str, saved: int):
    before = asked()
    check = CheckRun(1, HEAD, "completed", "failure", "0123456789ab")
    before = replace(before, pull=replace(before.pull, check=check))
    actions = decide(Pressed("approve", MIA, HEAD, shown), before, weekend(), SATURDAY).actions
    assert len(kinds(list(actions), SaveEscalation)) == saved


@pytest.mark.parametrize(
    ("shown", "text", "answer"), [(True, "Monday", "Monday"), (True, "", "on the page"), (False, "", None)]
)
def test_an_answer_on_a_page_is_to_the_card_that_the_page_showed(shown: bool, text: str, answer: str | None):
    before = asked()
    card = case_of(before, weekend(), SATURDAY).card.digest() if shown else "0" * 12
    actions = decide(Pressed("deny", MIA, HEAD, card, "page", text), before, weekend(), SATURDAY).actions
    assert [saved.escalation.answer for saved in kinds(list(actions), SaveEscalation)] == (
        [] if answer is None else [answer]
    )


def test_feedback_counts_although_the_check_has_changed_meanwhile():
    before = asked()
    before = replace(before, pull=replace(before.pull, check=CheckRun(1, HEAD, "completed", "failure", "0" * 12)))
    actions = decide(Pressed("useful", BEN, HEAD, "1" * 12), before, weekend(), SATURDAY).actions
    assert len(kinds(list(actions), SaveFeedback)) == 1


def test_every_button_leads_to_a_command_and_every_check_shows_at_most_three():
    assert {verb for verb, _ in BUTTONS.values()} <= COMMANDS.keys()
    for before in (state(), asked(), state(0.1), approved()):
        (check,) = kinds(list(decide(Tick("sweep"), before, weekend(), SATURDAY).actions), SetCheck) or [None]
        if check is not None:
            assert len(check.buttons) <= 3
            assert {button.identifier for button in check.buttons} <= BUTTONS.keys()
            for button in check.buttons:
                assert len(button.label) <= 20
                assert len(button.description) <= 40
                assert len(button.identifier) <= 20


FREEZE = "freezes: {by: [mia], longest: 8h}"


def test_whom_the_configuration_names_may_freeze_the_base_branch_and_thaw_it():
    config = weekend(FREEZE)
    actions, _ = tell(state(0.6), "/chill freeze red 4h The payment provider is down", MIA, config, TUESDAY)
    (started,) = kinds(actions, StartFreeze)
    assert words(actions) == "`main` is at `red` until Tue 24 Nov 17:00 CET; `/chill thaw` ends it."
    assert (started.freeze.level, started.freeze.end - started.freeze.start) == ("red", timedelta(hours=4))
    frozen = joined(config, [started.freeze])
    later = TUESDAY + timedelta(hours=1)
    assert decide(Tick("edge"), state(0.6), frozen, later).verdict is Verdict.BLOCK
    assert decide(Tick("edge"), state(0.6), frozen, TUESDAY + timedelta(hours=4)).verdict is Verdict.PASS
    ended, _ = tell(state(0.6), "/chill thaw", MIA, frozen, later, number=101)
    assert kinds(ended, EndFreeze) == [EndFreeze(started.freeze.id, MIA, later)]
    assert words(ended).startswith("Ended `Freeze of Tue 24 Nov 13:00:00 CET`")


@pytest.mark.parametrize(
    ("config", "who", "body", "reply"),
    [
        (weekend(), MIA, "/chill freeze red 4h why", "Freezes are not started from comments here"),
        (weekend(FREEZE), BEN, "/chill freeze red 4h why", "Only `mia` can do that."),
        (weekend(FREEZE), MIA, "/chill freeze green 4h why", "Name a level"),
        (weekend(FREEZE), MIA, "/chill freeze red soon why", "Say for how long"),
        (weekend(FREEZE), MIA, "/chill freeze red 9h why", "A freeze by hand lasts at most 8 h here"),
        (weekend(FREEZE), MIA, "/chill freeze red 4h", "Say why, so that everybody can read it"),
        (weekend(FREEZE), MIA, "/chill thaw", "No freeze that was started by hand is on"),
    ],
)
def test_a_freeze_by_hand_needs_leave_a_level_an_end_and_a_reason(config: Config, who: Person, body: str, reply: str):
    actions, _ = tell(state(0.6), body, who, config)
    assert words(actions).startswith(reply)
    assert kinds(actions, StartFreeze) == []


LABELS = "escalation: {managers: [mia], labels: {Freeze-Exception: incident_mitigation}}"


def labelled(before: State, by: Person = ANA, label: str = "freeze-exception", config: Config | None = None, **on: Any):
    event = Labelled(label, by, SATURDAY + timedelta(minutes=on.get("minute", 0)))
    return list(decide(event, before, config or with_labels(), SATURDAY).actions)


def with_labels(mode: str = "enforce") -> Config:
    return parse(WEEKEND.partition("escalation")[0] + f"{LABELS}\nmode: {mode}\n")


def test_a_label_asks_for_an_exception_as_the_one_who_put_it_on_and_grants_nothing():
    before = state(labels=frozenset({"Freeze-exception"}))
    actions = labelled(before, BEN)
    (saved,) = kinds(actions, SaveEscalation)
    assert (saved.escalation.state, saved.escalation.reason) == ("asked", "incident_mitigation")
    assert saved.escalation.by == BEN
    assert words(actions).startswith("The label `freeze-exception`: `ben` asks for an exception")
    after = apply(before, actions)
    assert decide(Tick("sweep"), after, with_labels(), SATURDAY).verdict is Verdict.BLOCK
    assert words(tell(after, "/chill approve", BEN, with_labels())[0]) == "Only `mia` can decide that."
    _, approved_ = tell(after, "/chill approve", MIA, with_labels())
    assert decide(Tick("sweep"), approved_, with_labels(), SATURDAY).verdict is Verdict.PASS


def test_a_label_asks_once_and_what_is_void_or_denied_needs_it_put_on_again():
    before = state(labels=frozenset({"freeze-exception"}))
    after = apply(before, labelled(before))
    denied = tell(after, "/chill deny no", MIA, with_labels())[1]
    assert kinds(labelled(denied), SaveEscalation) == kinds(labelled(denied), Reply) == []  # delivered twice
    assert decide(Tick("sweep"), denied, with_labels(), SATURDAY).verdict is Verdict.BLOCK
    pushed = replace(after, content=changed("patch-2"), pull=replace(after.pull, head_sha="c" * 40))
    lapsed = apply(pushed, decide(Tick("sweep"), pushed, with_labels(), SATURDAY).actions)
    assert lapsed.escalations[-1].state == "void"  # the label is still there, and asks for nothing any more
    again = kinds(labelled(lapsed, minute=5), SaveEscalation)
    assert [(each.escalation.state, each.escalation.content) for each in again] == [("asked", "patch-2")]


@pytest.mark.parametrize(
    ("before", "by", "label", "reply"),
    [
        (state(labels=frozenset({"freeze-exception"})), EVE, "freeze-exception", "Only the author and people who may"),
        (state(0.5, labels=frozenset({"freeze-exception"})), ANA, "freeze-exception", "Nothing holds this change"),
        (state(labels=frozenset({"freeze-exception"})), BOT, "freeze-exception", None),
        (state(labels=frozenset({"bug"})), ANA, "bug", None),
        (state(labels=frozenset()), ANA, "freeze-exception", None),  # taken off again meanwhile
    ],
)
def test_a_label_of_others_or_that_asks_for_nothing(before: State, by: Person, label: str, reply: str | None):
    actions = labelled(before, by, label)
    assert kinds(actions, SaveEscalation) == []
    said = [each.words for each in kinds(actions, Reply)]
    assert [words.removeprefix("The label `freeze-exception`: ")[: len(reply or "")] for words in said] == (
        [reply] if reply else []
    )


def test_a_label_does_nothing_in_shadow_mode():
    before = state(labels=frozenset({"freeze-exception"}))
    assert labelled(before, config=with_labels("shadow")) == []


def test_in_a_public_repository_what_people_wrote_is_never_repeated():
    def public(before: State) -> State:
        return replace(before, pull=replace(before.pull, repository=replace(before.pull.repository, private=False)))

    asking, after = tell(public(state()), "/chill justify security_fix ACME Corp leaks sessions")
    assert after.escalations[-1].text == "ACME Corp leaks sessions"  # for the audit log
    assert "This repository is public, so only the reason is repeated" in words(asking)
    denying, denied = tell(after, "/chill deny ask ACME Corp first", MIA, number=101)
    for actions in (asking, denying, decide(Tick("sweep"), denied, weekend(), SATURDAY).actions):
        shown = [action for action in actions if isinstance(action, SetCheck | PutComment | Reply)]
        assert shown
        assert "ACME" not in repr(shown)
    bare, _ = tell(public(state()), "/chill justify security_fix")
    assert "public" not in words(bare)


def test_an_answer_that_was_lost_is_given_again_and_changes_nothing_twice():
    """The process was killed after the request, or the approval, was kept and before it was answered."""
    before = state()
    once = [action for action in tell(before, ASK)[0] if isinstance(action, SaveEscalation)]
    again, _ = tell(apply(before, once), ASK)
    assert kinds(again, SaveEscalation) == []
    assert kinds(again, Reply)[0].mention == ("@acme/release-managers",)
    saying = tell(asked(), "/chill approve", MIA, number=101)[0]
    saved = [action for action in saying if isinstance(action, SaveEscalation)]
    answers, _ = tell(apply(asked(), saved), "/chill approve", MIA, number=101)
    assert kinds(answers, SaveEscalation) == []
    assert words(answers) == "Approved: this content may land until Mon 23 Nov 08:00 CET."
    elsewhere, _ = tell(apply(asked(), saved), "/chill approve", MIA, under_black_friday(), number=102)
    assert words(elsewhere).startswith("Nobody is asking")
