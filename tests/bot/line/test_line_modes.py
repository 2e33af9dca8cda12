"""Modes and gates on the line: how strongly a verdict is shown, and what lifts it."""

import json

import pytest

from tests.fakes.line import Line


@pytest.mark.parametrize(
    ("mode", "held", "free", "comments"),
    [
        ("enforce", "failure", "success", 1),
        ("advise", "neutral", "success", 1),
        ("comment", "neutral", "neutral", 1),
    ],
)
def test_only_enforce_ever_fails_a_check(line: Line, mode: str, held: str, free: str, comments: int) -> None:
    line.window("red", f"mode: {mode}")
    risky, quiet = line.seen(0.97), line.seen(0.1)
    assert (line.conclusion(risky), line.conclusion(quiet)) == (held, free)
    assert (len(line.ours(risky)), line.ours(quiet)) == (comments, [])
    assert ("nothing stops you" in line.card(risky)) == (mode != "enforce")


def test_shadow_decides_and_writes_nothing_whatever_is_said(line: Line) -> None:
    line.window("red", "mode: shadow")
    pull = line.seen(0.97)
    decision = line.say(pull, "ana", "/chill justify security_fix It leaks")
    line.label(pull, "ana", "freeze-exception")
    assert (line.home.runs, line.ours(pull), line.forge.done) == ([], [], [])
    assert decision is not None
    assert decision.verdict.name == "BLOCK"


def test_shadow_records_once_what_it_would_have_held(line: Line) -> None:
    line.window("red", "mode: shadow")
    risky, quiet = line.seen(0.97), line.seen(0.1)
    line.tick(risky)
    line.tick(quiet)
    records = [(each.number, json.loads(each.body)["verdict"]) for each in line.store.audit.records(kind="decision")]
    assert records == [(risky.number, "block"), (quiet.number, "pass")]


@pytest.mark.parametrize(
    ("before", "after", "shown"), [("enforce", "advise", "neutral"), ("advise", "enforce", "failure")]
)
def test_another_mode_is_shown_at_the_next_look(line: Line, before: str, after: str, shown: str) -> None:
    line.window("red", f"mode: {before}")
    pull = line.seen(0.97)
    line.window("red", f"mode: {after}")
    line.tick(pull)
    assert line.conclusion(pull) == shown


@pytest.mark.parametrize(
    ("reviews", "held"),
    [
        ([("ben", "approved"), ("mia", "approved")], False),
        ([("ben", "approved")], True),
        ([("ben", "approved"), ("ben", "approved")], True),
        ([("ben", "approved"), ("eve", "approved")], True),  # she may not write
        ([("ben", "approved"), ("ana", "approved")], True),  # her own
        ([("ben", "approved"), ("mia", "changes_requested")], True),
        ([("ben", "approved"), ("mia", "approved"), ("mia", "dismissed")], True),
        ([("ben", "approved"), ("mia", "approved"), ("mia", "commented")], False),
        ([("mia", "changes_requested"), ("mia", "approved"), ("ben", "approved")], False),
    ],
)
def test_an_extra_review_takes_two_people_who_may_write_and_had_no_hand_in_it(
    line: Line, reviews: list[tuple[str, str]], held: bool
) -> None:
    line.window("red", "gate: {action: {red: extra_review}}")
    pull = line.seen(0.97)
    for login, state in reviews:
        line.clock.forward(minutes=1)
        line.review(pull, login, state)  # type: ignore[arg-type]
    assert line.conclusion(pull) == ("failure" if held else "success")


def test_reviews_count_for_the_head_that_they_were_given_on(line: Line) -> None:
    line.window("red", "gate: {action: {red: extra_review}}")
    pull = line.seen(0.97)
    for login in ("ben", "mia"):
        line.review(pull, login)
    assert line.conclusion(pull) == "success"
    line.push(pull, 0.97)
    assert line.conclusion(pull) == "failure"


def test_a_part_that_nobody_can_place_takes_a_third_reviewer(line: Line) -> None:
    line.window("red", "gate: {action: {red: extra_review}}")
    pull = line.seen(0.97, contributors=frozenset({"nobody@elsewhere.example"}))
    seen = []
    for login in ("ben", "mia", "max"):
        line.review(pull, login)
        seen.append(line.conclusion(pull))
    assert seen == ["failure", "failure", "success"]


@pytest.mark.parametrize(("login", "held"), [("ana", False), ("ben", True), ("mia", True), ("eve", True)])
def test_an_attestation_is_the_authors_alone(line: Line, login: str, held: bool) -> None:
    line.window("red", "gate: {action: {red: author_attest}}")
    pull = line.seen(0.97)
    line.say(pull, login, "/chill attest")
    assert line.conclusion(pull) == ("failure" if held else "success")


def test_an_attestation_is_of_one_head(line: Line) -> None:
    line.window("red", "gate: {action: {red: author_attest}}")
    pull = line.seen(0.97)
    line.press(pull, "ana", "attest")
    assert line.conclusion(pull) == "success"
    line.push(pull, 0.97)
    assert line.conclusion(pull) == "failure"


def test_where_the_gate_blocks_nobody_attests_and_no_review_lifts_it(line: Line) -> None:
    pull = line.held()
    line.say(pull, "ana", "/chill attest")
    assert line.answer(pull).startswith("No attestation is asked for at this level")
    for login in ("ben", "mia", "max"):
        line.review(pull, login)
    assert line.conclusion(pull) == "failure"
