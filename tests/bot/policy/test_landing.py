"""What is said about time is true: when a held change lands again, and until when an exception lets it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from policy_world import ANA, MIA, SATURDAY, TUESDAY, apply, said, state, weekend

from bot.policy.actions import Reply, SaveEscalation, SetCheck, StartFreeze
from bot.policy.config import Config, parse
from bot.policy.config.freezes import Freeze, joined
from bot.policy.decide import case_of, decide
from bot.policy.events import Commented, Tick
from bot.policy.opinion import Verdict
from bot.policy.state import Failure, State
from bot.policy.views import Card

HOUR = timedelta(hours=1)


def tell(before: State, body: str, config: Config, by: object = ANA, number: int = 100, now: datetime = SATURDAY):
    actions = decide(Commented(said(body, by, number=number)), before, config, now).actions  # type: ignore[arg-type]
    return actions, apply(before, actions)


def approved(config: Config) -> State:
    _, asked = tell(state(), "/chill justify security_fix it leaks", config)
    return tell(asked, "/chill approve", config, MIA, 101)[1]


def by_hand(start: datetime, hours: float, level: str = "frozen", name: str = "By hand") -> Freeze:
    return Freeze("f1", name, level, start, start + hours * HOUR, "The payment provider is down", MIA, ("main",))


def card(config: Config, now: datetime, before: State) -> Card:
    return case_of(before, config, now).card


def test_a_freeze_of_two_hours_over_an_exception_until_monday_holds_for_two_hours() -> None:
    after = approved(weekend())
    config = joined(weekend(), [by_hand(SATURDAY + HOUR, 2)])
    during = card(config, SATURDAY + 2 * HOUR, after)
    assert during.headline.startswith("Held until Sat 21 Nov 16:00 CET")
    assert during.gate is not None
    assert f"{during.gate.until:%a %H:%M}" == "Sat 16:00"
    assert during.ask is not None
    assert during.ask.words.endswith("It counts again from Sat 21 Nov 16:00 CET.")
    for minutes, verdict in ((179, Verdict.BLOCK), (180, Verdict.PASS)):
        at = SATURDAY + timedelta(minutes=minutes)
        assert decide(Tick("edge"), after, config, at).verdict is verdict


def test_an_exception_is_said_to_help_until_a_freeze_that_is_planned_holds_the_change_again() -> None:
    after = approved(weekend())
    config = joined(weekend(), [by_hand(SATURDAY + 3 * HOUR, 2)])
    assert card(config, SATURDAY, after).headline.startswith("Exception approved until Sat 21 Nov 16:00 CET")
    _, asked = tell(state(), "/chill justify security_fix it leaks", config)
    actions, _ = tell(asked, "/chill approve", config, MIA, 101)
    (reply,) = [action for action in actions if isinstance(action, Reply)]
    assert reply.words == "Approved: this content may land until Sat 21 Nov 16:00 CET."


def test_an_exception_that_expired_while_a_freeze_was_on_does_not_count_again() -> None:
    after = approved(weekend())
    config = joined(weekend(), [by_hand(SATURDAY + HOUR, 60)])
    assert card(config, SATURDAY + 2 * HOUR, after).headline.startswith("Held until Tue 24 Nov 02:00 CET")


def test_an_approved_exception_without_an_end_counts_again_after_a_freeze_too() -> None:
    config = joined(
        parse("version: 1\nwindows: [{name: W, level: weekend, from: 2026-11-01}]\nescalation: {managers: [mia]}"),
        [by_hand(SATURDAY + HOUR, 2)],
    )
    after = approved(config)
    assert case_of(after, config, SATURDAY + 2 * HOUR).free_at == SATURDAY + 3 * HOUR
    assert card(config, SATURDAY, after).headline.startswith("Exception approved until Sat 21 Nov 13:00 UTC")


def test_the_reason_of_a_window_and_of_a_freeze_is_said_where_it_holds() -> None:
    config = joined(weekend(), [by_hand(TUESDAY, 2)])
    assert card(config, TUESDAY, state()).lead.startswith(
        "By hand holds back every change to `main`; the reason given: `The payment provider is down`."
    )
    (check,) = [a for a in decide(Tick("edge"), state(), config, TUESDAY).actions if isinstance(a, SetCheck)]
    assert "The payment provider is down" in check.card.lead
    planned = parse(
        'version: 1\nfrozen_paths: ["api/**"]\n'
        "windows: [{name: Sale, level: red, from: 2026-11-01, reason: Our ``biggest` day}]"
    )
    assert [opinion.words for opinion in case_of(state(), planned, TUESDAY).opinions if opinion.words] == [
        "Sale holds back the riskiest 50 % of changes to `main`, and this is one of them; "
        "the reason given: `Our ''biggest' day`.",
        "Sale is open, and this change touches a frozen path; the reason given: `Our ''biggest' day`.",
    ]


@pytest.mark.parametrize(
    ("level", "frozen", "advised"),
    [("red", "", True), ("frozen", "", False), ("red", 'frozen_paths: ["api/**"]', False)],
)
def test_nobody_is_told_to_make_safer_what_no_lower_score_would_free(level: str, frozen: str, advised: bool) -> None:
    config = parse(f"version: 1\nwindows: [{{name: W, level: {level}, from: 2026-11-01}}]\n{frozen}")
    assert ("make it safer" in card(config, TUESDAY, state()).lead) is advised


def test_two_freezes_of_one_minute_and_even_of_one_second_have_their_own_names() -> None:
    config, names = weekend("freezes: {by: [mia]}"), []
    for number, now in ((100, TUESDAY), (101, TUESDAY), (102, TUESDAY), (103, TUESDAY + timedelta(seconds=7))):
        actions, _ = tell(state(0.1), "/chill freeze red 4h why", config, MIA, number, now)
        (started,) = [action for action in actions if isinstance(action, StartFreeze)]
        names.append(started.freeze.name)
        config = joined(config, [started.freeze])
    assert names == [
        "Freeze of Tue 24 Nov 13:00:00 CET",
        "Freeze of Tue 24 Nov 13:00:00 CET (2)",
        "Freeze of Tue 24 Nov 13:00:00 CET (3)",
        "Freeze of Tue 24 Nov 13:00:07 CET",
    ]


def test_a_freeze_beside_a_stricter_window_is_not_said_to_be_in_force() -> None:
    config = parse(
        "version: 1\nwindows: [{name: Black Friday, level: red, from: 2026-11-01}]\nfreezes: {by: [mia], longest: 1d2h}"
    )
    actions, _ = tell(state(0.1), "/chill freeze yellow 4h\n\nThe provider is down", config, MIA, now=TUESDAY)
    (started,) = [action for action in actions if isinstance(action, StartFreeze)]
    assert started.freeze.reason == "The provider is down"
    (reply,) = [action for action in actions if isinstance(action, Reply)]
    assert reply.words == (
        "`main` stays at `red` while `Black Friday` is open; this freeze (`yellow`) counts beside it "
        "until Tue 24 Nov 16:00 UTC, and `/chill thaw` ends it."
    )


@pytest.mark.parametrize(
    ("bodies", "text"),
    [
        (["/chill justify security_fix\n\nSessions leak.\n\n- a list\n\nSince noon."], "Sessions leak. Since noon."),
        (["/chill justify security_fix", "/chill justify security_fix Sessions leak"], "Sessions leak"),
        (["/chill justify security_fix", "/chill justify\nSessions leak"], "Sessions leak"),
        (["/chill justify security_fix Sessions", "/chill justify security_fix leak"], "Sessions leak"),
        (["/chill justify security_fix a\n\nb\n\n/chill why\n\nc"], "a b"),
    ],
)
def test_the_why_of_a_request_is_kept_from_a_later_line_or_comment(bodies: list[str], text: str) -> None:
    after = state()
    for number, body in enumerate(bodies):
        _, after = tell(after, body, weekend(), number=number + 1)
    (request,) = after.escalations
    assert (request.id, request.reason, request.text) == ("comment-1", "security_fix", text)


def test_a_request_without_a_why_is_told_how_to_add_it_and_a_misspelt_reason_is_not_taken_for_one() -> None:
    actions, after = tell(state(), "/chill justify security_fix", weekend())
    (reply,) = [action for action in actions if isinstance(action, Reply)]
    assert reply.words.endswith("`/chill justify security_fix <why>`; it is kept with this request.")
    actions, _ = tell(after, "/chill justify secrity_fix now", weekend(), number=101)
    assert not [action for action in actions if isinstance(action, SaveEscalation)]
    public = replace(state().pull, repository=replace(state().pull.repository, private=False))
    actions, _ = tell(replace(after, pull=public), "/chill justify security_fix a name", weekend(), number=102)
    (reply,) = [action for action in actions if isinstance(action, Reply)]
    assert (reply.quoted, "handed in apart" in reply.words) == ("", True)


def test_what_cannot_be_scored_is_held_with_the_reason() -> None:
    config = parse("version: 1\nwindows: [{name: Sale, level: red, from: 2026-11-01, reason: Our day}]")
    lost = replace(state(), risk=None, failure=Failure("the diff is empty"))
    assert card(config, TUESDAY, lost).lead.startswith(
        "Sale holds back changes that cannot be scored; the reason given: `Our day`."
    )


def test_a_freeze_that_is_no_stricter_takes_nothing_from_an_exception() -> None:
    after = approved(weekend())
    config = joined(weekend(), [by_hand(SATURDAY + 3 * HOUR, 2, "weekend")])
    assert card(config, SATURDAY, after).headline.startswith("Exception approved until Mon 23 Nov 08:00 CET")
