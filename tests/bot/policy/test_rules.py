"""Each rule by itself, and how people are told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_world import (
    ANA,
    BEN,
    BOT,
    HEAD,
    MIA,
    SATURDAY,
    TUESDAY,
    WEEKEND,
    apply,
    changed,
    pull,
    risk,
    said,
    state,
    weekend,
)  # fmt: skip

from bot.policy.actions import PutComment, RemoveComment, Reply, SetCheck
from bot.policy.calendar import Calendar, Scope
from bot.policy.config import Config, parse
from bot.policy.config.freezes import Freeze, joined
from bot.policy.content import Content
from bot.policy.decide import case_of, decide
from bot.policy.escalation import Escalation
from bot.policy.events import Changed, Commented, Event, Pressed, Tick
from bot.policy.managers import why_not
from bot.policy.opinion import Opinion, Verdict, combine
from bot.policy.proposal import compare, sentence
from bot.policy.pull import CheckRun, Comment, Hands, Person, Review, Unknown
from bot.policy.rules import configuration, freeze, gate, semantics
from bot.policy.show.ticks import ticks
from bot.policy.standing.level import is_ready
from bot.policy.state import ConfigProblem, Failure, State
from bot.policy.text import globs, words
from scoring.assessment import Proof

FRIDAY = datetime(2026, 11, 20, 15, tzinfo=UTC)  # an hour before the weekend window
P, S = Proof("P", "comments", "checked"), Proof("S", "docs", "checked")


def card(before: State, config: Config, now: datetime) -> Any:
    return case_of(before, config, now).card


def test_of_a_thousand_changes_a_five_percent_gate_holds_fifty():
    config = weekend()
    held = [k for k in range(1000) if gate.opine(state(k / 1000), config, SATURDAY).verdict is Verdict.BLOCK]
    assert held == list(range(950, 1000))


@pytest.mark.parametrize(("share", "percentile", "held"), [(0.0, 1.0, False), (1.0, 0.0, True), (0.1, 0.9, True)])
def test_green_holds_nothing_and_a_full_freeze_everything(share: float, percentile: float, held: bool):
    config = parse(
        f"version: 1\nlevels: {{all: {share * 100:g}%}}\nwindows: [{{name: w, level: all, from: 2026-01-01}}]"
    )
    assert (gate.opine(state(percentile), config, SATURDAY).verdict is Verdict.BLOCK) is held


def test_a_full_freeze_without_an_end_says_so():
    config = parse("version: 1\nwindows: [{name: Move, level: frozen, from: 2026-01-01}]")
    shown = card(state(0.1), config, SATURDAY)
    assert shown.headline == "Held until further notice · riskier than 10 of 100 recent changes here"
    assert shown.lead.startswith("Move holds back every change to `main`. You can wait until it ends")


def test_a_change_is_held_until_no_level_ahead_would_hold_it():
    text = """\
version: 1
windows:
  - {name: Weekend, level: weekend, weekly: {from: Fri 17:00, to: Mon 08:00}}
  - {name: Launch, level: red, from: 2026-11-23 07:00, to: 2026-11-24 12:00}
"""
    assert str(gate.opine(state(0.96), parse(text), SATURDAY).until) == "2026-11-24 12:00:00+00:00"
    assert str(gate.opine(state(0.97), parse(text), SATURDAY).until) == "2026-11-24 12:00:00+00:00"


def test_an_exempt_change_touches_nothing_else_and_is_known_to():
    config = weekend('exempt: {paths: ["docs/**"]}')
    assert gate.opine(state(0.99, paths=("docs/a.md", "docs/b/c.md")), config, SATURDAY).verdict is Verdict.PASS
    assert gate.opine(state(0.99, paths=("docs/a.md", "src/x.py")), config, SATURDAY).verdict is Verdict.BLOCK
    for paths in ((), Unknown("the diff is too large to read")):
        assert gate.opine(state(0.99, paths=paths), config, SATURDAY).verdict is Verdict.BLOCK


def review(by: Person, kind: Any = "approved", head: str = HEAD, minute: int = 0) -> Review:
    return Review(by, kind, head, datetime(2026, 11, 21, 10, minute, tzinfo=UTC))


TWO = (review(BEN), review(MIA))
KIM = Person(8, "kim")
WRITERS = {who.id: frozenset({"write"}) for who in (BEN, MIA, KIM)}
SOMEBODY = Hands(unplaced=frozenset({"who@knows.example"}))


@pytest.mark.parametrize(
    ("reviews", "more", "held"),
    [
        (TWO, {}, False),
        ((), {}, True),
        ((review(BEN),), {}, True),
        ((review(BEN), review(BEN)), {}, True),
        ((*TWO, review(MIA, "changes_requested", minute=5)), {}, True),
        ((*TWO, review(MIA, "commented", minute=5)), {}, False),
        ((review(BEN), review(MIA, head="c" * 40)), {}, True),
        ((review(BEN), review(ANA)), {}, True),
        ((review(BEN), review(BOT)), {}, True),
        (TWO, {"hands": Hands(frozenset({2}))}, True),
        (TWO, {"hands": Hands(unplaced=frozenset({"ben@users.noreply.github.com"}))}, True),
        (TWO, {"hands": SOMEBODY}, True),
        ((*TWO, review(KIM)), {"hands": SOMEBODY, "granted": WRITERS}, False),
        (TWO, {"granted": {2: frozenset({"write"})}}, True),
    ],
)
def test_an_extra_review_is_two_people_on_this_head_who_may_write_and_had_no_hand_in_it(
    reviews: tuple[Review, ...], more: dict[str, Any], held: bool
):
    config = weekend("gate: {action: {weekend: extra_review}}")
    before = state(0.97, reviews=reviews, **more)
    assert (gate.opine(before, config, SATURDAY).verdict is Verdict.BLOCK) is held
    if held:
        number = "three" if gate.somebody_unknown(before) else "two"
        assert f"get {number} approvals of this head" in card(before, config, SATURDAY).lead


def test_where_not_all_commits_are_listed_no_review_counts_as_a_second_pair_of_eyes():
    config = weekend("gate: {action: {weekend: extra_review}}")
    assert gate.opine(state(0.97, reviews=TWO), config, SATURDAY).verdict is Verdict.PASS
    assert gate.opine(state(0.97, reviews=TWO, hands=Unknown("too many")), config, SATURDAY).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("more", "held"),
    [
        ({}, False),
        ({"hands": SOMEBODY}, True),
        ({"hands": Unknown("too many"), "reviews": TWO}, True),
        ({"hands": SOMEBODY, "reviews": (review(ANA), review(BOT))}, True),
        ({"hands": SOMEBODY, "reviews": (review(BEN),)}, False),
        ({"hands": Hands(frozenset({2}), SOMEBODY.unplaced), "reviews": (review(BEN),)}, True),
    ],
)
def test_an_attestation_of_what_anybody_may_have_made_takes_a_reviewer_beside_it(more: dict[str, Any], held: bool):
    config = weekend("gate: {action: {weekend: author_attest}}")
    before = state(0.97, attested=frozenset({HEAD}), **more)
    assert (gate.opine(before, config, SATURDAY).verdict is Verdict.BLOCK) is held
    if held:
        assert "that it was reviewed adequately and get one approval, or ask" in card(before, config, SATURDAY).lead


APPROVED = Escalation(
    "1", "data_loss", "", ANA, SATURDAY, HEAD, "patch-1", "Weekend", None, 0.97, "shipped-2026.11", "approved"
)
DEEDS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "two reviews": {"reviews": TWO},
    "an attestation": {"attested": frozenset({HEAD})},
    "an exception": {"escalations": (APPROVED,)},
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    ("action", "unlocked_by"),
    [
        ("block", {"an exception"}),
        ("extra_review", {"an exception", "two reviews"}),
        ("author_attest", {"an exception", "an attestation"}),
    ],
)
def test_each_action_is_unlocked_by_its_own_event_at_its_own_level_and_locked_again_by_a_push(
    action: str, unlocked_by: set[str], deed: str
):
    config = weekend(f"gate: {{action: {{weekend: {action}, red: block}}}}")
    done = state(0.97, **DEEDS[deed])

    def verdict(state: State, config: Config = config) -> Verdict:
        return decide(Tick("sweep"), state, config, SATURDAY).verdict

    assert (verdict(done) is Verdict.PASS) == (deed in unlocked_by)
    pushed = replace(done, content=changed("patch-2"), pull=replace(done.pull, head_sha="c" * 40))
    assert verdict(pushed) is Verdict.BLOCK
    merged_base = replace(done, pull=replace(done.pull, head_sha="c" * 40))
    assert (verdict(merged_base) is Verdict.PASS) == (deed == "an exception")  # the content is what was looked at
    (window,) = config.calendar.windows
    red = replace(window, level=replace(window.level, name="red", share=0.5))
    at_red = replace(config, calendar=replace(config.calendar, windows=(red,)))
    assert (verdict(done, at_red) is Verdict.PASS) == (deed == "an exception")


def test_of_several_comments_of_ours_the_first_stays():
    before = state(0.97, spare=(11, 12))
    actions = decide(Tick("sweep"), before, weekend(), SATURDAY).actions
    assert [each.comment for each in actions if isinstance(each, RemoveComment)] == [11, 12]
    after = apply(before, actions)
    assert after.pull.spare == ()
    assert decide(Tick("sweep"), after, weekend(), SATURDAY).actions == ()


def test_a_frozen_path_waits_until_no_window_is_open():
    text = """\
version: 1
frozen_paths: ["api/**"]
windows:
  - {name: One, level: weekend, from: 2026-11-21, to: 2026-11-22}
  - {name: Two, level: green, from: 2026-11-21 12:00, to: 2026-11-23}
"""
    opinion = freeze.opine(state(0.0), parse(text), SATURDAY)
    assert (opinion.verdict, str(opinion.until)) == (Verdict.BLOCK, "2026-11-23 00:00:00+00:00")
    unknown = Unknown("the diff is too large to read")
    assert freeze.opine(state(0.0, paths=unknown), parse(text), SATURDAY).verdict is Verdict.BLOCK
    assert freeze.opine(state(0.0, paths=()), parse(text), SATURDAY).verdict is Verdict.PASS  # it changes nothing
    for_ever = parse(text.replace(", to: 2026-11-23", ""))
    assert freeze.opine(state(0.0), for_ever, SATURDAY).until is None
    exempt = parse(text + 'exempt: {paths: ["**"]}')
    assert freeze.opine(state(0.0), exempt, SATURDAY).verdict is Verdict.BLOCK


def test_only_a_proof_lifts_and_never_a_broken_configuration():
    assert semantics.opine(state(0.9, S), weekend(), SATURDAY).proven is False
    assert semantics.opine(state(None), weekend(), SATURDAY).proven is False
    broken = state(0.9, P, problems=(ConfigProblem("f", 1, 1, "x"),))
    assert decide(Tick("sweep"), broken, weekend(), SATURDAY).verdict is Verdict.BLOCK


def test_with_a_last_good_configuration_the_problem_is_told_and_nothing_else_changes():
    problem = ConfigProblem(".github/codechill.yml", 3, 1, "x", last_good=True)
    before = state(0.1, problems=(problem,))
    assert configuration.opine(before, weekend(), SATURDAY) == Opinion("configuration")
    shown = card(before, weekend(), SATURDAY)
    assert shown.problems == (problem,)
    assert shown.lead.endswith("The configuration has a problem; its last valid version stays in force.")


def test_the_most_restrictive_opinion_wins_and_an_approval_caps_what_is_not_firm():
    held, firm = Opinion("a", Verdict.BLOCK), Opinion("b", Verdict.BLOCK, firm=" until it is mended")
    approval = Escalation("1", "r", "", ANA, SATURDAY, HEAD, "c", "w", None, 0.9, "m", "approved")
    assert combine([], None) is Verdict.PASS
    assert combine([Opinion("x"), held], None) is Verdict.BLOCK
    assert combine([held], approval) is Verdict.PASS
    assert combine([held, firm], approval) is Verdict.BLOCK


@pytest.mark.parametrize(
    ("base", "protected", "paths", "level"),
    [
        ("main", True, ("services/a.py",), "red"),
        ("main", True, ("web/a.py", "services/a.py"), "red"),
        ("main", True, ("web/a.py",), "green"),
        ("main", True, (), "red"),  # unknown paths count as touching everything
        ("release/1.2", True, ("services/a.py",), "yellow"),
        ("release/1/2", True, ("services/a.py",), "green"),
        ("topic", True, ("x",), "weekend"),
        ("topic", False, ("x",), "green"),
    ],
)
def test_a_window_applies_to_its_branches_and_paths(base: str, protected: bool, paths: tuple[str, ...], level: str):
    text = """\
version: 1
windows:
  - {name: a, level: red, from: 2026-01-01, branches: [main], paths: ["services/**"]}
  - {name: b, level: yellow, from: 2026-01-01, branches: ["release/*"]}
  - {name: c, level: weekend, from: 2026-01-01, paths: [x]}
"""
    shown = parse(text).calendar.level_at(SATURDAY, Scope(base, paths or None, protected))
    assert shown.level == level


def test_a_window_may_name_authors_and_teams():
    config = parse("version: 1\nwindows: [{name: w, level: red, from: 2026-01-01, authors: [Ana, '@acme/new']}]")
    assert config.teams() == {"@acme/new"}
    assert gate.opine(state(0.9), config, SATURDAY).verdict is Verdict.BLOCK
    assert gate.opine(state(0.9, author=BEN), config, SATURDAY).verdict is Verdict.PASS
    new = state(0.9, author=BEN, granted={2: frozenset({"@acme/new"})})
    assert gate.opine(new, config, SATURDAY).verdict is Verdict.BLOCK


def test_a_change_that_would_break_the_configuration_is_held_and_told_where():
    wrong = ConfigProblem(".github/codechill.yml", 2, 1, "unknown setting windwos; did you mean windows?")
    before = state(0.1, paths=(".github/codechill.yml",), proposed=(wrong,))
    decision = decide(Changed("opened"), before, weekend(), TUESDAY)
    assert decision.verdict is Verdict.BLOCK
    (check,) = [action for action in decision.actions if isinstance(action, SetCheck)]
    assert check.card.headline == "Held: it would break the configuration"
    assert check.card.problems == (wrong,)


def test_a_change_of_the_configuration_is_told_what_it_would_move():
    stricter = parse(WEEKEND.replace("level: weekend", "level: red"))
    proposal = compare(weekend(), stricter, [state(0.6, number=8), state(0.96), state(0.1, number=3)], SATURDAY)
    assert proposal.changes == (
        "windows[0]: Weekend: weekend 5 %, every week Fri 17:00 to Mon 08:00 becomes "
        "Weekend: red 50 %, every week Fri 17:00 to Mon 08:00",
    )
    assert (proposal.held, proposal.freed, proposal.looked_at) == ((8,), (), 3)
    words = "This pull request changes 1 setting of the configuration; it would hold #8 now, "
    words += "of 3 open pull requests looked at."
    assert sentence(proposal) == words
    assert card(state(0.1, proposal=words), weekend(), TUESDAY).lead == words
    back = compare(stricter, parse("version: 1"), [state(0.6, number=8)], SATURDAY)
    assert "it would free #8 now" in sentence(back)
    assert "it would move none of 0" in sentence(compare(stricter, weekend(), [], SATURDAY))
    assert sentence(compare(weekend(), weekend(), [], SATURDAY)).endswith("without changing what it means now.")


def test_what_is_armed_to_merge_by_itself_is_held_like_anything_else_when_a_window_opens():
    armed = state(0.96, auto_merge=True)
    armed = apply(armed, decide(Changed("auto_merge_enabled"), armed, weekend(), TUESDAY).actions)
    assert armed.pull.check is not None
    assert armed.pull.check.conclusion == "success"
    (check,) = [a for a in decide(Tick("edge"), armed, weekend(), SATURDAY).actions if isinstance(a, SetCheck)]
    assert check.conclusion == "failure"


# --- what people are told


def test_hours_before_a_window_people_are_told_that_theirs_will_not_land():
    shown = card(state(0.96), weekend(), FRIDAY)
    assert shown.headline == "Riskier than 96 of 100 recent changes here · free to land"
    assert shown.lead == (
        "From Fri 20 Nov 17:00 CET until Mon 23 Nov 08:00 CET Weekend would hold it back: "
        "land it before, or plan for after."
    )
    assert card(state(0.96), weekend(), FRIDAY - timedelta(hours=12)).lead == ""
    assert card(state(0.5), weekend(), FRIDAY).lead == ""
    assert "would hold" not in card(state(0.96, P), weekend(), FRIDAY).lead


def test_a_coming_window_without_an_end_is_told_as_such():
    config = parse("version: 1\nwindows: [{name: Move, level: frozen, from: 2026-11-20 17:00}]")
    assert card(state(0.1), config, FRIDAY).lead.startswith("From Fri 20 Nov 17:00 UTC Move would hold it back")


def test_below_the_notice_level_an_existing_comment_is_edited_never_removed():
    before = state(0.96)
    before = apply(before, decide(Changed("opened"), before, weekend(), SATURDAY).actions)
    calmer = replace(before, risk=risk(0.2))
    (comment,) = [a for a in decide(Tick("sweep"), calmer, weekend(), TUESDAY).actions if isinstance(a, PutComment)]
    assert comment.card.tone == "quiet"


def test_a_note_is_written_only_when_the_verdict_on_the_same_head_crosses_a_gate():
    free = state(0.96)
    free = apply(free, decide(Changed("opened"), free, weekend(), TUESDAY).actions)
    held = decide(Tick("edge"), free, weekend(), SATURDAY + timedelta(days=7))
    assert [a.words for a in held.actions if isinstance(a, Reply)] == [
        "Held until Mon 30 Nov 08:00 CET · riskier than 96 of 100 recent changes here."
    ]
    pushed = replace(free, pull=replace(free.pull, head_sha="c" * 40))
    assert [a for a in decide(Tick("edge"), pushed, weekend(), SATURDAY).actions if isinstance(a, Reply)] == []


@pytest.mark.parametrize(("mode", "notes"), [("enforce", 1), ("advise", 1), ("comment", 0)])
def test_notes_follow_the_mode(mode: str, notes: int):
    config = weekend(mode=mode)
    free = state(0.96)
    free = apply(free, decide(Changed("opened"), free, config, TUESDAY).actions)
    actions = decide(Tick("edge"), free, config, SATURDAY).actions
    assert len([action for action in actions if isinstance(action, Reply)]) == notes
    (comment,) = [action for action in actions if isinstance(action, PutComment)]
    assert comment.card.headline.startswith("Held" if mode == "enforce" else "Would be held")
    assert ("nothing stops you" in comment.card.lead) is (mode != "enforce")


def test_a_change_that_cannot_be_scored_says_when_it_stays_held():
    failed = state(None, failure=Failure("the diff has 11,204 files"))
    shown = card(failed, weekend(), TUESDAY)
    assert (shown.tone, shown.headline) == ("failed", "This change could not be scored · free to land")
    assert shown.lead == (
        "The change could not be scored; nothing holds it now. "
        "codechill could not score this change: the diff has 11,204 files. "
        "While yellow, red or frozen is in force it stays held. `/chill refresh` tries again."
    )
    red = parse("version: 1\nwindows: [{name: w, level: red, from: 2026-01-01, to: 2026-12-01}]")
    shown = card(replace(failed, failure=Failure("x", retry=False)), red, TUESDAY)
    assert shown.headline == "Held until Tue 1 Dec 00:00 UTC · this change could not be scored"
    assert "tries again" not in shown.lead
    open_ = parse("version: 1\ngate: {on_error: {yellow: open, red: open, frozen: open}}")
    assert "stays held" not in card(failed, open_, TUESDAY).lead


def test_what_the_change_itself_causes_is_held_in_every_window_whatever_is_open_on_errors():
    config = weekend("gate: {on_error: {weekend: open}}")
    theirs = state(None, failure=Failure("the diff has 11,204 files", cause="change"))
    assert decide(Tick("sweep"), theirs, config, SATURDAY).verdict is Verdict.BLOCK
    assert decide(Tick("sweep"), theirs, config, TUESDAY).verdict is Verdict.PASS
    assert "While weekend, yellow, red or frozen is in force it stays held." in card(theirs, config, TUESDAY).lead
    for cause in ("forge", "us"):
        ours = replace(theirs, failure=replace(theirs.failure, cause=cause))
        assert decide(Tick("sweep"), ours, config, SATURDAY).verdict is Verdict.PASS


def test_outside_windows_a_closed_green_level_holds_what_cannot_be_scored_and_an_exception_lifts_it():
    config = weekend("gate: {on_error: {green: closed}}")
    failed = state(None, failure=Failure("x"))
    decision = decide(Tick("sweep"), failed, config, TUESDAY)
    assert decision.verdict is Verdict.BLOCK
    assert decision.opinions[1].words == "The configuration holds back changes that cannot be scored."
    asked = apply(failed, decide(Commented(said("/chill justify data_loss x")), failed, config, TUESDAY).actions)
    assert (asked.escalations[0].window, asked.escalations[0].percentile) == ("", 1.0)
    done = apply(asked, decide(Commented(said("/chill approve", MIA, 101)), asked, config, TUESDAY).actions)
    assert decide(Tick("sweep"), done, config, TUESDAY).verdict is Verdict.PASS
    assert card(done, config, TUESDAY).headline == (
        "Exception approved until Fri 27 Nov 17:00 CET · this change could not be scored"
    )


def test_shadow_mode_decides_and_shows_but_writes_nothing():
    config = weekend(mode="shadow")
    decision = decide(Changed("opened"), state(0.96), config, SATURDAY)
    assert (decision.verdict, decision.actions) == (Verdict.BLOCK, ())
    assert card(state(0.96), config, SATURDAY).tone == "shadow"


def test_what_was_denied_or_has_lapsed_is_shown_where_one_asks_again():
    one = Escalation("1", "data_loss", "text", ANA, SATURDAY, HEAD, "patch-1", "Weekend", None, 0.96, "shipped-2026.11")
    for became, said_ in [
        ("asked", "`ana` asks for an exception (`data_loss`)."),
        ("denied", "Denied by a manager."),
        ("void", "The exception no longer holds: the content changed since."),
        ("expired", "The exception has expired with its window."),
    ]:
        ended = replace(one, state=became, ended_because="the content changed since")
        shown = card(state(0.96, escalations=(ended,)), weekend(), SATURDAY)
        assert (shown.ask.state, shown.ask.words) == (became, said_)
        free = card(state(0.96, escalations=(ended,)), weekend(), TUESDAY)
        assert (free.ask is None) == (became != "asked")


def test_an_approval_without_an_end_says_none():
    config = parse(
        "version: 1\nwindows: [{name: Move, level: frozen, from: 2026-01-01}]\nescalation: {managers: [mia]}"
    )
    before = state(0.5)
    before = apply(before, decide(Commented(said("/chill justify data_loss x")), before, config, SATURDAY).actions)
    before = apply(before, decide(Commented(said("/chill approve", MIA, 101)), before, config, SATURDAY).actions)
    assert card(before, config, SATURDAY).headline.startswith("Exception approved · riskier")
    why = decide(Commented(said("/chill why", MIA, 102)), before, config, SATURDAY).actions
    assert "`Move` is open: `frozen` holds back 100 %" in next(a.words for a in why if isinstance(a, Reply))


# --- the clock


def test_the_clock_looks_at_every_edge_and_when_people_are_to_be_told():
    moments = ticks(weekend(), datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))
    assert [f"{moment:%a %H:%M}" for moment in moments] == ["Fri 04:00", "Fri 16:00", "Sun 19:00", "Mon 07:00"]


def test_a_freeze_by_hand_at_a_level_that_is_gone_holds_everything_and_an_empty_one_nothing():
    end = SATURDAY + timedelta(hours=1)
    gone = Freeze("1", "f", "gone", SATURDAY, end, "why", MIA, branches=("main",))
    assert joined(Config.default(), [gone]).calendar.level_at(SATURDAY).share == 1.0
    assert joined(Config.default(), [replace(gone, end=SATURDAY)]).calendar.windows == ()
    endless = joined(Config.default(), [replace(gone, end=None)]).calendar.level_at(SATURDAY)
    assert (endless.until, endless.window.hand if endless.window else None) == (None, "1")


def test_windows_of_one_level_that_touch_are_one_stretch_and_of_two_names_are_two():
    text = """\
version: 1
levels: {launch: 50%}
windows:
  - {name: a, level: red, from: 2026-11-20, to: 2026-11-22}
  - {name: b, level: red, from: 2026-11-22, to: 2026-11-24}
  - {name: c, level: launch, from: 2026-11-24, to: 2026-11-25}
"""
    stretch = parse(text).calendar.level_at(SATURDAY)
    assert (f"{stretch.since:%d}", f"{stretch.until:%d}") == ("20", "24")
    assert [stretch.level for stretch in parse(text).calendar.levels(SATURDAY)] == ["red", "launch", "green"]


def test_a_window_on_a_leap_day_comes_every_fourth_year():
    leap = "{name: l, level: red, rrule: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29, for: 1d}"
    calendar = parse(f"version: 1\nwindows: [{leap}]").calendar
    edges = calendar.edges(datetime(2027, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC))
    assert [f"{edge:%Y-%m-%d}" for edge in edges] == ["2028-02-29", "2028-03-01", "2032-02-29", "2032-03-01"]


def test_no_change_in_sight_is_none():
    assert Calendar().next_change(SATURDAY) is None
    assert weekend().calendar.next_change(SATURDAY).level == "green"  # type: ignore[union-attr]


# --- words and globs


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Berlin", "Sat 21 Nov 13:00 CET"),
        ("Asia/Kathmandu", "Sat 21 Nov 17:45 UTC+0545"),
        (None, "Sat 21 Nov 12:00"),
    ],
)
def test_times_are_said_with_their_zone(zone: str | None, shown: str):
    moment = SATURDAY.astimezone(ZoneInfo(zone)) if zone else SATURDAY.replace(tzinfo=None)
    assert words.when(moment) == shown


def test_numbers_and_lists_read_as_people_write_them():
    assert [words.rank(p) for p in (0.0, 0.29, 0.999, 1.0)] == [0, 29, 99, 99]
    assert [words.percent(share) for share in (0.05, 0.125, 1.0)] == ["5 %", "12.5 %", "100 %"]
    assert [words.listed(x) for x in ([], ["a"], ["a", "b", "c"])] == ["", "a", "a, b or c"]
    assert words.code("a`b\n c") == "`a'b c`"


@pytest.mark.parametrize(
    ("glob", "path", "matched"),
    [
        ("services/**", "services/a.py", True),
        ("services/**", "services/a/b.py", True),
        ("services/**", "services", False),
        ("services/**", "other/services/a", False),
        ("**/auth/**", "a/b/auth/c", True),
        ("**/auth/**", "auth/c", True),
        ("**/auth/**", "a/auth", False),
        ("**", "a", True),
        ("*", "a/b", False),
        ("*.md", "a.md", True),
        ("**/*.md", "a.md", True),
        ("**/*.md", "x/y/a.md", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "a/x/y/c", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("app/[id]/*.tsx", "app/[id]/page.tsx", True),
        ("*a*b", "xaybzb", True),
        ("release/*", "release/1.2", True),
        ("Main", "main", False),
    ],
)
def test_globs_stay_within_segments_unless_they_say_otherwise(glob: str, path: str, matched: bool):
    assert globs.matches(glob, path) is matched


def test_a_hostile_glob_costs_no_more_than_its_length_times_the_paths():
    assert not globs.matches("*a" * 40 + "b", "a" * 4000)
    assert not globs.matches("**/a/" * 40 + "b", "a/" * 2000 + "c")


@pytest.mark.parametrize(("by", "why"), [(BOT, "A person has to decide this."), (BEN, "This is for `acme/release-m")])
def test_a_bot_and_a_stranger_may_not_answer(by: Person, why: str):
    asked = Escalation("1", "data_loss", "", ANA, SATURDAY, HEAD, "patch-1", "Weekend", None, 0.96, "m")
    case = case_of(state(), weekend(), SATURDAY)
    assert (why_not(by, asked, case) or "").startswith(why)
    assert why_not(MIA, asked, case) is None


# --- the law: do it twice, the second time nothing happens

PEOPLE = [ANA, BEN, MIA, BOT]
PROBLEM = ConfigProblem(".github/codechill.yml", 1, 1, "x")
ESCALATIONS = st.builds(
    Escalation,
    id=st.sampled_from(["1", "2"]),
    reason=st.just("data_loss"),
    text=st.just("x"),
    by=st.sampled_from(PEOPLE),
    at=st.just(SATURDAY),
    head_sha=st.sampled_from([HEAD, "c" * 40]),
    content=st.sampled_from([None, "patch-1", "patch-2"]),
    window=st.sampled_from(["Weekend", "Other", ""]),
    expires=st.sampled_from([None, SATURDAY, SATURDAY + timedelta(days=2)]),
    percentile=st.sampled_from([0.5, 0.96]),
    model=st.sampled_from(["shipped-2026.11", "other"]),
    state=st.sampled_from(["asked", "approved", "denied", "void", "expired"]),
)
PULLS = st.builds(
    pull,
    protected=st.booleans(),
    check=st.none()
    | st.builds(
        CheckRun,
        id=st.just(1),
        head_sha=st.sampled_from([HEAD, "c" * 40]),
        status=st.just("completed"),
        conclusion=st.sampled_from(["success", "failure", "neutral", None]),
        digest=st.sampled_from([None, "x"]),
    ),
    comment=st.none() | st.just(Comment(9, BOT, "card", SATURDAY, digest="x")),
)
STATES = st.builds(
    State,
    pull=PULLS,
    risk=st.none() | st.builds(risk, st.sampled_from([0.1, 0.85, 0.96, 1.0]), st.sampled_from([None, P, S])),
    failure=st.none() | st.just(Failure("the diff is too large")),
    problems=st.sampled_from([(), (PROBLEM,), (replace(PROBLEM, last_good=True),)]),
    escalations=st.lists(ESCALATIONS, max_size=2, unique_by=lambda one: one.id).map(tuple),
    content=st.just(Unknown("unread"))
    | st.builds(
        Content,
        st.sampled_from(["patch-1", "patch-3"]),
        st.sampled_from([(), ("api/session.py",), ("docs/a.md",), (".github/codechill.yml",)]),
    ),
    hands=st.sampled_from([Unknown("too many"), Hands(), SOMEBODY]),
    granted=st.just({2: frozenset({"write"}), 3: frozenset({"write", "@acme/release-managers"})}),
    attested=st.sampled_from([frozenset(), frozenset({HEAD})]),
)
BODIES = [
    "/chill justify data_loss x",
    "/chill approve",
    "/chill deny x",
    "/chill attest",
    "/chill why",
    "hello",
    "/chill x",
]
EVENTS = st.one_of(
    st.just(Tick("edge")),
    st.builds(lambda body, by: Commented(said(body, by)), st.sampled_from(BODIES), st.sampled_from(PEOPLE)),
    st.builds(
        lambda button, by: Pressed(button, by, HEAD),
        st.sampled_from(["approve", "deny", "attest"]),
        st.sampled_from(PEOPLE),
    ),
)
MORE = [
    "",
    'exempt: {paths: ["docs/**"]}',
    'frozen_paths: ["api/**"]',
    "gate: {action: {weekend: author_attest}, on_error: {weekend: closed, green: closed}}",
]


CONFIGS = {(more, mode): weekend(more, mode) for more in MORE for mode in ("shadow", "comment", "advise", "enforce")}


@settings(max_examples=100, deadline=None)
@given(
    before=STATES,
    event=EVENTS,
    more=st.sampled_from(MORE),
    mode=st.sampled_from(["shadow", "comment", "advise", "enforce"]),
    now=st.sampled_from([FRIDAY, SATURDAY, TUESDAY]),
)
def test_do_it_again_and_nothing_happens(before: State, event: Event, more: str, mode: str, now: datetime):
    config = CONFIGS[more, mode]
    after = apply(before, decide(event, before, config, now).actions)
    settled = apply(after, decide(Tick("sweep"), after, config, now).actions)
    assert decide(Tick("sweep"), settled, config, now).actions == ()
    if not isinstance(event, Pressed):
        assert decide(event, settled, config, now).actions == ()
    if mode == "shadow":
        assert (after.pull, after.notes) == (before.pull, before.notes)
    check = next((a for a in decide(event, before, config, now).actions if isinstance(a, SetCheck)), None)
    if check is not None:
        assert mode == "enforce" or check.conclusion != "failure"
        assert (check.conclusion is None) == (before.risk is None and before.failure is None)


def review(by: Person, said: str, minute: int = 0) -> Review:
    return Review(by, said, HEAD, datetime(2026, 11, 20, 12, minute, tzinfo=UTC))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "ready"),
    [
        ({}, False),
        ({"auto_merge": True}, True),
        ({"reviews": (review(BEN, "approved"),)}, True),
        ({"reviews": (review(BEN, "approved"), review(BEN, "commented", 1))}, True),
        ({"reviews": (review(BEN, "approved", 1), review(BEN, "changes_requested"))}, True),
        ({"reviews": (review(BEN, "approved"), review(BEN, "changes_requested", 1))}, False),
        ({"reviews": (review(BEN, "approved"), review(BEN, "dismissed", 1))}, False),
        ({"reviews": (review(BEN, "approved"), review(MIA, "changes_requested"))}, False),
        ({"reviews": (review(BEN, "approved"),), "draft": True}, False),
        ({"reviews": (review(BEN, "approved"),), "mergeable": False}, False),
        ({"reviews": (review(BEN, "approved"),), "mergeable": True}, True),
    ],
)
def test_ready_is_what_could_land_at_any_moment(changes: dict[str, Any], ready: bool):
    assert is_ready(pull(**changes)) is ready
