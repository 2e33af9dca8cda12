"""Right before it lands by itself: what the branch asks, what may have changed, and what is done next."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from policy_world import ANA, BEN, HEAD, TUESDAY, pull, state

from bot.policy.candidate import Consent, DayPlace, Inspection, SourceKey, Stop, Trust, Waiting, Wishes
from bot.policy.config import parse
from bot.policy.decide import case_of
from bot.policy.events import Due
from bot.policy.gatekeeping import Gatekeeping, Merged, Reported, Required, Rules
from bot.policy.landing_actions import Approve, Land, StopLanding, Withdraw
from bot.policy.pull import Person, Review, Unknown
from bot.policy.radar import funnel, landing, preflight
from bot.policy.radar.landing import Step
from bot.policy.radar.stage import PASSED, Answer, Stage
from bot.policy.responses.landing import PATIENCE, _actions, respond
from bot.policy.state import State

LANDER = Person(77, "codechill-landing[bot]", bot=True)
OURSELVES = Person(76, "codechill[bot]", bot=True)
ROBO = Person(42, "robo[bot]", bot=True)
OURS = frozenset({1, 2})
CI = Reported("test", preflight.ACTIONS, "success", "github-actions")
GATE = Gatekeeping(
    head_sha=HEAD, base_sha="b" * 40, lander=LANDER, ours=OURS, may=True, reported=(CI,), state="CLEAN",
    merged=Merged("c" * 40),
)  # fmt: skip
SINCE = TUESDAY - timedelta(hours=24)
WAITING = Waiting(HEAD, "main", "p", SINCE, TUESDAY, "patch-1")


def gate(rules: dict[str, Any] | None = None, **changes: Any) -> Gatekeeping:
    return replace(GATE, rules=Rules(**(rules or {})), **changes)


def refusals(given: Gatekeeping, **of_pull: Any) -> list[str]:
    return [each.rule for each in preflight.obstacles(given, pull(**of_pull))]


def required(*names: str, source: int | None = None) -> frozenset[Required]:
    return frozenset(Required(name, source) for name in names)


OBSTACLES = [
    (gate(), {}, []),
    (gate(stopped="a tree was corrupted"), {}, ["landing_stopped"]),
    (gate(may=False), {}, ["landing_app"]),
    (gate({"bypass": True}), {}, ["bypass"]),
    (gate(), {"author": LANDER}, ["own_change"]),
    (gate(reported=(CI, Reported("codechill", 1, "success", "codechill"))), {"author": OURSELVES}, ["own_change"]),
    (gate({"strange": frozenset({"workflows", "update"})}), {}, ["strange_rule", "strange_rule"]),
    (gate(objected=True), {}, ["changes_requested"]),
    (gate(decision="CHANGES_REQUESTED"), {}, ["changes_requested"]),
    (gate({"code_owners": True}), {}, ["code_owners"]),
    (gate({"code_owners": True}, decision="APPROVED"), {}, []),
    (gate({"approvals": 1}), {}, []),
    (gate({"approvals": 2}), {}, ["approvals"]),
    (gate({"approvals": 2}, others=1), {}, []),
    (gate({"approvals": 1, "one_more": True}), {"author": ROBO}, ["approvals"]),
    (gate({"approvals": 1, "one_more": True}), {}, []),
    (gate({"one_more": True}), {"author": ROBO}, []),
    (gate({"conversations": True}, unresolved=1), {}, ["conversations"]),
    (gate({"conversations": True}), {}, []),
    (gate(unresolved=3), {}, []),
    (gate({"signatures": True}, unsigned=1), {}, ["signatures"]),
    (gate({"signatures": True, "methods": frozenset({"rebase"})}), {}, ["method"]),
    (gate({"linear": True, "methods": frozenset({"merge"})}), {}, ["method"]),
    (gate({"linear": True, "methods": frozenset({"merge"}), "queue": True}), {}, []),
    (gate({"up_to_date": True}, state="BEHIND"), {}, ["behind"]),
    (gate(merged=Merged("")), {}, ["conflict"]),
    (gate(merged=None), {}, []),
    (gate({"required": required("test")}), {}, []),
    (gate({"required": required("test", source=9)}), {}, ["check_missing"]),
    (gate({"required": required("lint")}), {}, ["check_missing"]),
    (gate({"required": required("lint")}, reported=(CI, Reported("lint", 5, None))), {}, ["check_missing", "running"]),
    (gate({"required": required("lint")}, reported=(CI, Reported("lint", 5, "failure"))), {}, ["check_failed", "red"]),
    (gate({"required": required("lint")}, reported=(CI, Reported("lint", None, "skipped"))), {}, []),
    (gate(reported=()), {}, ["no_real_check"]),
    (gate(reported=(replace(CI, conclusion="neutral"),)), {}, ["no_real_check"]),
    (gate(reported=(replace(CI, source=1),)), {}, ["no_real_check"]),  # ours
    (gate(reported=(replace(CI, source=None),)), {}, ["no_real_check"]),  # a status: whoever may write sets it
    (gate(reported=(replace(CI, source=9),)), {}, ["no_real_check"]),  # of an App that nothing asks for
    (gate({"required": required("test", source=9)}, reported=(replace(CI, source=9),)), {}, []),
    (gate(reported=(replace(CI, name="AI Review"),)), {}, ["no_real_check"]),
    (gate(reported=(replace(CI, by="robo"),)), {"author": ROBO}, ["no_real_check"]),  # its author's own check
]  # fmt: skip


@pytest.mark.parametrize(("given", "of_pull", "rules"), OBSTACLES)
def test_what_the_branch_asks_and_the_forge_reports_lets_it_land_or_says_why_not(
    given: Gatekeeping, of_pull: dict[str, Any], rules: list[str]
) -> None:
    assert refusals(given, **of_pull) == rules


def test_an_approval_of_ours_is_expected_to_count_where_the_app_may_write_and_no_code_owner_must_review() -> None:
    assert [preflight.counts(each) for each in (gate(), gate(may=False), gate({"code_owners": True}))] == [
        True, False, False,
    ]  # fmt: skip


def test_a_squash_is_taken_where_it_is_allowed_and_a_way_that_breaks_a_rule_never() -> None:
    assert [
        preflight.method(gate(rules))
        for rules in (
            {},
            {"methods": frozenset({"merge", "rebase"})},
            {"methods": frozenset({"merge"}), "linear": True},
        )
    ] == ["squash", "merge", None]


def due(given: Gatekeeping | Unknown = GATE, *, waiting: Waiting | None = WAITING, **changes: Any) -> State:
    return state(0.02, gatekeeping=given, waiting=waiting, lander=LANDER, **changes)


def step(given: State, *, wanted: Waiting | None = WAITING, held: bool = False) -> Step | Answer:
    return landing.next_step(given, TUESDAY, wanted=wanted, held=held)


PROVEN = Inspection((), (), files=1, lines=3, proven=True, percentile=0.02)
OBJECTION = Review(BEN, "changes_requested", HEAD, SINCE)
LATER = replace(WAITING, land_after=TUESDAY + timedelta(seconds=1))
REVIEWED = {"approvals": 1}
NOT_NOW = [
    (due(waiting=None), WAITING, "person", "not_waiting"),
    (due(), None, "person", "not_waiting"),
    (due(), replace(WAITING, policy="another"), "waits", "changed"),
    (due(head_sha="9" * 40), WAITING, "waits", "changed"),
    (due(base_ref="next"), WAITING, "waits", "changed"),
    (due(waiting=LATER), LATER, "waits", "delay"),
    (due(draft=True), WAITING, "person", "draft"),
    (due(auto_merge=True), WAITING, "waits", "auto_merge"),
    (due(reviews=(OBJECTION,)), WAITING, "person", "changes_requested"),
    (due(reviews=(OBJECTION, replace(OBJECTION, state="commented"))), WAITING, "person", "changes_requested"),
    (due(Unknown("the forge is away")), WAITING, "waits", "gatekeeping_unknown"),
    (due(replace(GATE, base_sha="0" * 40)), WAITING, "waits", "moved"),
    (due(replace(GATE, enqueued=True)), WAITING, "person", "left_queue"),
    (due(gate(REVIEWED | {"approvals": 2})), WAITING, "person", "approvals"),
    (due(gate(reported=())), WAITING, "waits", "no_real_check"),
    (due(replace(GATE, merged=None)), WAITING, "waits", "merge_unknown"),
    (due(inspection=PROVEN), WAITING, "person", "proof_lost"),
    (due(replace(GATE, merged=Merged("c" * 40, proven=False)), inspection=PROVEN), WAITING, "person", "proof_lost"),
    (due(replace(GATE, enqueued=True, queued=True)), WAITING, "waits", "in_queue"),
    (due(gate(REVIEWED, approval=5, decision="REVIEW_REQUIRED")), WAITING, "person", "approval_does_not_count"),
    (due(replace(GATE, approval=5, state="BLOCKED")), WAITING, "waits", "blocked"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "wanted", "outcome", "rule"), NOT_NOW)
def test_whatever_changed_meanwhile_or_is_not_known_keeps_it_from_landing(
    given: State, wanted: Waiting | None, outcome: str, rule: str
) -> None:
    answer = step(given, wanted=wanted)
    assert isinstance(answer, Answer)
    assert (answer.outcome, answer.rule) == (outcome, rule)


def test_a_window_or_a_rule_that_holds_it_keeps_it_from_landing() -> None:
    assert step(due(), held=True) == Answer("waits", "held", "It is held, by a window or by another rule.")


def test_it_is_approved_first_then_merged_by_its_head_or_put_into_the_queue() -> None:
    approved = gate(REVIEWED, approval=5, decision="APPROVED")
    queue = gate({"queue": True}, approval=5, state="BLOCKED")
    proved = replace(GATE, approval=5, merged=Merged("c" * 40, proven=True))
    assert [step(due()), step(due(approved)), step(due(queue)), step(due(proved, inspection=PROVEN))] == [
        Step("approve", HEAD), Step("merge", HEAD, "squash"), Step("enqueue", HEAD), Step("merge", HEAD, "squash"),
    ]  # fmt: skip


def test_it_is_due_from_the_instant_on_at_which_its_delay_is_over() -> None:
    assert [landing.is_due(given, TUESDAY) for given in (due(), due(waiting=LATER), due(waiting=None))] == [
        True, False, False,
    ]  # fmt: skip


# --- what follows from it

CONFIG = parse(
    "version: 1\nauto_review:\n  mode: enforce\n  sources:\n"
    "    codemod-x: {account: 42, branch: 'x-*', kind: codemod, daily_limit: 3}\n"
)
KEY = SourceKey(1, 7, "codemod-x")


@pytest.fixture(autouse=True)
def _everything_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(funnel, "STAGES", (Stage("risk", "Is it safe?", lambda candidate: PASSED),))


def robots(given: Gatekeeping | Unknown, *, now: Any = TUESDAY, waits: bool = True, **changes: Any) -> list[Any]:
    """What is wanted of a change of the bot's that waits, and whose delay is over at TUESDAY."""
    trust = changes.pop("trust", Trust(KEY, dial="P20"))
    bare = state(0.02, author=ROBO, trust=trust, lander=LANDER, gatekeeping=given, **changes)
    fresh = case_of(bare, CONFIG, now).landing
    assert isinstance(fresh, Waiting) or not waits
    waiting = replace(fresh, since=SINCE, land_after=TUESDAY) if isinstance(fresh, Waiting) else None
    return list(respond(case_of(replace(bare, waiting=waiting), CONFIG, now), Due()))


def test_what_is_due_is_approved_and_what_is_approved_lands_in_a_place_of_its_sources_day() -> None:
    (approve,) = robots(GATE)
    assert (type(approve), approve.head_sha, approve.base_ref) == (Approve, HEAD, "main")
    assert "nobody objected" in approve.words
    (land,) = robots(replace(GATE, approval=5), inspection=replace(PROVEN, proven=False))
    assert (type(land), land.head_sha, land.base_sha, land.method) == (Land, HEAD, "b" * 40, "squash")
    assert (land.place.key, land.place.day, land.place.limit, land.place.lines) == (KEY, "2026-11-24", 3, 3)


def test_without_a_known_source_or_size_a_landing_claims_what_is_known() -> None:
    (land,) = robots(replace(GATE, approval=5), trust=Trust(replace(KEY, name="gone"), dial="P20"))
    assert (land.place.limit, land.place.lines) == (10, 0)


def test_a_persons_change_lands_by_the_limit_of_people_and_nothing_lands_that_nobody_can_count() -> None:
    config = parse("version: 1\nauto_review: {mode: enforce}\n")
    trust, shipped = Trust(replace(KEY, name="people"), dial="P20"), Wishes(consent=Consent(ANA, SINCE, "patch-1"))
    bare = state(0.02, gatekeeping=replace(GATE, approval=5), wishes=shipped, trust=trust)
    fresh = case_of(bare, config, TUESDAY).landing
    assert isinstance(fresh, Waiting)
    known = replace(bare, waiting=replace(fresh, land_after=TUESDAY))
    (land,) = respond(case_of(known, config, TUESDAY), Due())
    assert isinstance(land, Land)
    assert land.place.limit == 10
    uncounted = case_of(replace(known, trust=Unknown("no")), config, TUESDAY)
    assert list(_actions(uncounted, Step("merge", HEAD, "squash"))) == []


def test_before_it_is_due_only_what_no_waiting_changes_stops_it() -> None:
    early = TUESDAY - timedelta(hours=1)
    assert robots(GATE, now=early) == []
    assert robots(Unknown("nothing is due"), now=early) == []
    assert robots(gate(reported=()), now=early) == []
    (stop,) = robots(gate({"approvals": 2}), now=early)
    assert stop == StopLanding(
        Stop("landing", None, early, "The branch asks for 2 approvals, and ours would make it 1.")
    )


def test_where_nobody_lands_it_goes_to_a_person_as_soon_as_it_waits() -> None:
    early = TUESDAY - timedelta(hours=1)
    (stop,) = robots(Unknown("nothing waits to land by itself"), now=early, lands=False)
    assert stop.stop.words.startswith("The App that lands is not set up for this repository")


def test_what_passes_by_itself_is_waited_for_three_days_and_then_it_is_for_a_person() -> None:
    red = gate(reported=())
    assert robots(red, now=TUESDAY + PATIENCE - timedelta(seconds=1)) == []
    (stop,) = robots(red, now=TUESDAY + PATIENCE)
    assert (type(stop), stop.stop.rule) == (StopLanding, "landing")


def test_what_a_person_has_to_change_goes_to_a_person_at_once() -> None:
    (stop,) = robots(replace(GATE, stopped="a tree was corrupted"))
    assert stop.stop.words == "Nothing lands by itself in this repository until a person resumes it."


def test_our_approval_is_taken_back_where_nothing_waits_to_land_with_it() -> None:
    mine = Review(LANDER, "approved", "9" * 40, SINCE, 31)
    theirs = (Review(BEN, "approved", HEAD, SINCE, 32), replace(mine, state="dismissed"))
    withdrawn = Withdraw(31, "Nothing waits to land with this approval any more.")
    assert robots(GATE, reviews=(mine, *theirs))[0] == withdrawn
    live = replace(mine, head_sha=HEAD)
    assert not any(isinstance(each, Withdraw) for each in robots(replace(GATE, approval=31), reviews=(live,)))
    stopped = Wishes(Stop("hold", ANA, SINCE))
    assert robots(GATE, reviews=(live,), wishes=stopped, waits=False) == [withdrawn]


def test_actions_of_landing_hold_once_the_forge_shows_them() -> None:
    approve, withdraw = Approve(HEAD, "main", "w"), Withdraw(31, "w")
    land = Land(HEAD, "main", "b" * 40, "squash", DayPlace(KEY, "2026-11-24", 3, "P20", 42))
    live = Review(LANDER, "approved", HEAD, SINCE, 31)
    assert [approve.holds(due(each)) for each in (GATE, replace(GATE, approval=1), Unknown("no"))] == [
        False, True, False,
    ]  # fmt: skip
    assert [withdraw.holds(due(reviews=each)) for each in ((), (live,), (replace(live, state="dismissed"),))] == [
        True, False, True,
    ]  # fmt: skip
    assert [land.holds(due()), land.holds(due(open=False))] == [False, True]
