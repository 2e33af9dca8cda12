"""Incidents in a conversation: a person who may write names the change that caused one, wherever they are."""

import json
from datetime import UTC, datetime

import pytest

from bot.policy.events import Changed, Commented
from bot.store import KnownRepository
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
    assert "| 1 |  | `#1` | confirmed | evidence of level 1 |" in line.answer(pull)
    assert "INC-204" not in line.answer(pull)  # whoever reads the repository may not know it
    line.home.private = True
    line.say(pull, "mia", "/chill incident list")
    assert "| 1 | `INC-204` | `#1` | confirmed | evidence of level 1 |" in line.answer(pull)


def test_other_commands_are_not_answered_once_it_is_merged(line: Line) -> None:
    pull = merged(line)
    line.say(pull, "ben", "/chill refresh")
    line.say(pull, "ben", "/chill why")
    assert line.answers(pull) == []


# --- reverts and trailers, as they land


def taking_back(line: Line, pull: Pull, title: str, body: str = "", *, login: str = "ben", branch: str = "") -> Pull:
    """A pull request that says it takes another back, two hours later, merged."""
    line.clock.forward(hours=2)
    revert = line.seen(0.1, login=login)
    revert.title, revert.body, revert.head_ref = title, body, branch or revert.head_ref
    line.merge(revert, "mia")
    return revert


def sha(pull: Pull) -> str:
    return pull.landed[0]


@pytest.mark.parametrize(
    ("title", "body", "level"),
    [
        ('Revert "A change"', "This reverts commit {sha}.", 3),
        ("Take the cache out", "This reverts commit {sha}.\n\nIt emptied the carts.", 3),
        ('Revert "A change"', "Reverts acme/shop#1", 4),
        ('Revert "A change"', "", 5),
    ],
)
def test_a_revert_that_lands_is_a_revert_label_by_its_strongest_evidence(
    line: Line, title: str, body: str, level: int
) -> None:
    pull = merged(line)
    revert = taking_back(line, pull, title, body.format(sha=sha(pull)))
    (claim,) = line.claims()
    assert (claim.kind, claim.state, claim.level, claim.is_label) == ("revert", "confirmed", level, True)
    assert (claim.commits, claim.evidence) == (pull.landed, f"acme/shop#{revert.number} takes it back")
    assert line.blamed() == []  # the scorer reads reverts in the history itself: an incident it is not


def test_a_branch_of_the_forges_button_is_evidence_and_one_that_only_holds_such_words_is_none(line: Line) -> None:
    pull = merged(line)
    taking_back(line, pull, "Undo it", branch="fix-revert-1-cache")
    assert line.claims() == ()
    taking_back(line, pull, "Undo it", branch="revert-1-cache")
    assert [(claim.level, claim.commits) for claim in line.claims()] == [(4, pull.landed)]


def test_a_title_that_two_changes_bear_names_neither(line: Line) -> None:
    first, second = merged(line), merged(line)
    assert first.title == second.title
    taking_back(line, first, 'Revert "A change"')
    assert [(claim.state, claim.commits) for claim in line.claims()] == [("candidate", ())]


def test_a_revert_of_a_revert_blames_nobody(line: Line) -> None:
    pull = merged(line)
    revert = taking_back(line, pull, 'Revert "A change"', "Reverts acme/shop#1")
    for title in ('Reapply "A change"', 'Revert "Revert "A change""'):
        taking_back(line, revert, title, f"This reverts commit {sha(revert)}.")
    taking_back(line, revert, "Bring the cache back", f"This reverts commit {sha(revert)}.")
    assert [claim.commits for claim in line.claims()] == [pull.landed]


def test_two_reverts_of_one_change_are_one_claim(line: Line) -> None:
    pull = merged(line)
    taking_back(line, pull, 'Revert "A change"', "Reverts acme/shop#1")
    taking_back(line, pull, "Take it out again", f"This reverts commit {sha(pull)}.")
    (claim,) = line.claims()
    assert (claim.reports, claim.level) == (2, 3)


def test_a_partial_revert_says_so(line: Line) -> None:
    pull = merged(line)
    revert = taking_back(line, pull, "Partially revert #1", "It was too slow.")
    assert [claim.evidence for claim in line.claims()] == [f"acme/shop#{revert.number} takes it back in part"]


@pytest.mark.parametrize("reason", ["The test is flaky.", "By mistake.", "Experiment ended.", "A merge conflict."])
def test_a_revert_for_another_reason_than_a_fault_is_kept_and_is_no_label(line: Line, reason: str) -> None:
    pull = merged(line)
    taking_back(line, pull, 'Revert "A change"', f"Reverts acme/shop#1\n\n{reason}")
    (claim,) = line.claims()
    assert (claim.state, claim.fault, claim.is_label) == ("confirmed", False, False)


def test_whoever_takes_back_their_own_change_at_once_leaves_it_to_a_person(line: Line) -> None:
    pull = merged(line)
    line.clock.forward(minutes=20)
    quick = line.seen(0.1, login="ana")
    quick.title = 'Revert "A change"'
    line.merge(quick, "mia")
    (claim,) = line.claims()
    assert (claim.state, claim.reason) == (
        "candidate",
        "its own author took it back within an hour: whether anybody met it, a person has to say",
    )
    taking_back(line, pull, 'Revert "A change"', "Reverts acme/shop#1", login="ben")
    assert [claim.state for claim in line.claims()] == ["confirmed"]  # somebody else did as well


def test_a_revert_of_another_repository_waits_for_somebody_who_may_write_there(line: Line) -> None:
    pull = merged(line)
    blog = line.world.repository("acme/blog", {"a.md": "1"})
    line.store.repositories.saw(KnownRepository(blog.id, 1, "acme/blog"))
    line.world.commit(blog, "topic", {"a.md": "2"})
    there = line.world.open(blog, "max", "topic")
    line.world.merge(blog, there)
    taking_back(line, pull, 'Revert "Something"', "Reverts acme/blog#1")
    line.say(pull, "ben", "/chill incident cause acme/blog#1")
    claims = line.store.claims.of(blog.id)
    assert [(claim.state, claim.reason) for claim in claims] == [
        ("candidate", "said in another repository by ben, who may not write to acme/blog")
    ] * 2
    line.world.allow(blog, "ben", "write")
    line.say(pull, "ben", "/chill incident cause acme/blog#1")
    assert [claim.state for claim in line.store.claims.of(blog.id)] == ["candidate", "confirmed"]


def test_a_revert_that_was_closed_and_not_merged_says_nothing(line: Line) -> None:
    pull = merged(line)
    revert = line.seen(0.1)
    revert.title, revert.body = 'Revert "A change"', f"This reverts commit {sha(pull)}."
    line.world.close(revert)
    line.look(revert, Changed("closed"))
    assert line.claims() == ()


@pytest.mark.parametrize(
    "trailers", ["Incident: INC-7\nCaused-by: {sha}", 'Incident: INC-7\nFixes: {sha} ("A change")']
)
def test_a_fix_by_a_writer_that_names_its_incident_and_its_cause_is_an_incident_label(
    line: Line, trailers: str
) -> None:
    pull = merged(line)
    taking_back(line, pull, "Fill the cache", trailers.format(sha=sha(pull)))
    (claim,) = line.claims()
    assert (claim.incident, claim.level, claim.kind, claim.sources) == ("INC-7", 2, "incident", ("trailer",))
    assert line.blamed() == list(pull.landed)


@pytest.mark.parametrize(
    ("login", "body"),
    [("eve", "Incident: INC-7\nCaused-by: #1"), ("ben", "Fixes: {sha}"), ("ben", "Incident: INC-7\nFixes: #1")],
)
def test_trailers_of_outsiders_repairs_alone_and_closed_issues_are_no_incidents(
    line: Line, login: str, body: str
) -> None:
    pull = merged(line)
    taking_back(line, pull, "Fill the cache", body.format(sha=sha(pull)), login=login)
    assert line.claims() == ()


def test_a_landing_that_is_delivered_twice_counts_its_revert_once(line: Line) -> None:
    pull = merged(line)
    revert = taking_back(line, pull, 'Revert "A change"', "Reverts acme/shop#1")
    records = len(line.records())
    line.look(revert, Changed("closed"))
    assert len(line.claims()) == 1
    assert len(line.records()) == records  # said once more is no news
