"""Incidents in a conversation: a person who may write names the change that caused one, wherever they are."""

import json
from datetime import UTC, datetime

import pytest

from bot.policy.events import Commented
from tests.fakes.line import FRIDAY, Line
from tests.fakes.world import Pull


def merged(line: Line, *, commits: int = 1) -> Pull:
    pull = line.seen(0.4)
    line.merge(pull, "ana", commits=commits)
    return pull


def test_a_writer_names_the_cause_where_it_was_merged_and_models_learn_from_what_landed(line: Line) -> None:
    pull = merged(line)
    line.say(pull, "ben", "/chill incident cause this sev1 INC-204 Checkout was down: the cache was never filled")
    (claim,) = line.claims()
    assert (claim.incident, claim.state, claim.severity, claim.severe) == ("INC-204", "confirmed", "sev1", True)
    assert (claim.by, claim.sources, claim.known_at) == ("ben", ("command",), FRIDAY)
    assert claim.text == "INC-204 Checkout was down: the cache was never filled"
    (incident,) = line.store.incidents.of(line.home.id)
    assert (incident.sha, incident.name, incident.severe) == (pull.landed[0], "INC-204", True)
    assert datetime.fromtimestamp(incident.known_at, UTC) == FRIDAY
    assert line.answer(pull).startswith("Noted: `#1` is named as the cause of `INC-204`.")
    assert [json.loads(record.body)["claim"]["by"] for record in line.records() if record.kind == "claim"] == ["ben"]


def test_it_is_named_from_any_other_pull_request_by_number_or_by_commit(line: Line) -> None:
    pull, other = merged(line), line.seen(0.2)
    line.say(other, "ana", f"/chill incident cause #{pull.number}")
    line.say(other, "ana", f"/chill incident cause {pull.landed[0][:9]} INC-7")
    assert [claim.commits for claim in line.claims()] == [pull.landed, pull.landed]
    assert line.blamed() == list(pull.landed)  # once, however often it is named


def test_all_commits_that_a_pull_request_landed_as_are_its(line: Line) -> None:
    pull = merged(line, commits=3)
    line.say(pull, "ben", "/chill incident cause this")
    assert sorted(line.blamed()) == sorted(pull.landed)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("/chill incident cause #77", "acme/shop has no pull request #77"),
        ("/chill incident cause #1", "#1 of acme/shop was not merged, so it caused nothing yet"),
        ("/chill incident cause deadbeef1", "acme/shop has no commit deadbeef1"),
    ],
)
def test_an_unknown_cause_waits_as_a_candidate_with_a_sentence(line: Line, words: str, why: str) -> None:
    line.say(line.seen(0.2), "ben", words)
    (claim,) = line.claims()
    assert (claim.state, claim.reason, line.blamed()) == ("candidate", why, [])


@pytest.mark.parametrize("login", ["eve", "helper[bot]"])
def test_an_outsider_and_a_bot_change_nothing(line: Line, login: str) -> None:
    pull = merged(line)
    line.world.bot("helper[bot]")
    line.say(pull, login, "/chill incident cause this sev1")
    assert (line.claims(), line.blamed()) == ((), [])


def test_the_author_of_a_change_who_may_not_write_cannot_name_one_either(line: Line) -> None:
    pull = line.seen(0.4, login="eve")
    line.merge(pull, "ben")
    line.say(pull, "eve", "/chill incident cause this")
    assert line.claims() == ()
    assert "Only people who may write to this repository can say that." in line.answer(pull)


def test_an_edited_comment_is_no_word(line: Line) -> None:
    pull = merged(line)
    comment = line.world.say(pull, "ben", "Thanks!")
    line.world.edit(pull, comment.id, "/chill incident cause this")
    edited = next(each for each in pull.comments if each.id == comment.id)
    line.look(pull, Commented(edited))
    assert line.claims() == ()


def test_a_comment_that_is_delivered_twice_counts_once(line: Line) -> None:
    pull = merged(line)
    comment = line.world.say(pull, "ben", "/chill incident cause this")
    for _ in range(3):
        line.look(pull, Commented(comment))
    line.restart()
    line.look(pull, Commented(comment))
    assert [claim.reports for claim in line.claims()] == [1]
    assert len(line.answers(pull)) == 1


def test_two_people_who_name_the_same_incident_make_one_claim(line: Line) -> None:
    pull = merged(line)
    line.say(pull, "ben", "/chill incident cause this INC-204")
    line.clock.forward(hours=1)
    line.say(pull, "mia", "/chill incident cause #1 sev2 inc-204 https://status.example/INC-204 Down")
    (claim,) = line.claims()
    assert (claim.reports, claim.by, claim.severity, claim.known_at) == (2, "ben", "sev2", FRIDAY)
    assert line.blamed() == list(pull.landed)


def test_a_dispute_takes_the_label_away_and_no_later_report_brings_it_back(line: Line) -> None:
    pull = merged(line)
    line.say(pull, "ben", "/chill incident cause this INC-204")
    line.say(pull, "mia", "/chill incident dispute 1 The database was full")
    (claim,) = line.claims()
    assert (claim.state, claim.state_by, claim.reason) == ("disputed", "mia", "The database was full")
    assert line.answer(pull).startswith("Claim 1: disputed.")
    line.say(pull, "ben", "/chill incident cause this INC-204")
    assert (line.claims()[0].state, line.blamed()) == ("disputed", [])
    line.clock.forward(hours=2)
    line.say(pull, "ben", "/chill incident confirm this We looked again")
    assert line.claims()[0].known_at == line.clock.now  # known from now on, not from when it was said first
    assert line.blamed() == list(pull.landed)


def test_a_dispute_needs_a_reason_and_a_claim(line: Line) -> None:
    pull = merged(line)
    line.say(pull, "ben", "/chill incident cause this")
    line.say(pull, "mia", "/chill incident dispute 1")
    assert "Say why, so that the next person can judge it" in line.answer(pull)
    line.say(pull, "mia", "/chill incident withdraw 9 Never mind")
    assert "Say which: the number of a claim, or its cause." in line.answer(pull)
    assert line.blamed() == list(pull.landed)


def test_what_is_claimed_is_listed(line: Line) -> None:
    pull = merged(line)
    line.say(pull, "ben", "/chill incident list")
    assert "Nothing is claimed here." in line.answer(pull)
    line.say(pull, "ben", "/chill incident cause this INC-204 | nasty | @everybody")
    line.say(pull, "ben", "/chill incident list")
    assert "| 1 | `INC-204` | `#1` | confirmed | evidence of level 1 |" in line.answer(pull)


def test_other_commands_are_not_answered_once_it_is_merged(line: Line) -> None:
    pull = merged(line)
    line.say(pull, "ben", "/chill refresh")
    line.say(pull, "ben", "/chill why")
    assert line.answers(pull) == []
