"""What goes wrong on the line: a forge that is away, refuses or stops in the middle; what has no score; what moves."""

from datetime import timedelta

import pytest

from bot.facts.assessor import Unscorable
from bot.forge.port import ForgeError, Gone
from bot.line.stale import STALE_LOOKS, Stale
from bot.policy.actions import PutComment, React, Reply, SetCheck
from bot.policy.events import Changed, Commented
from bot.policy.state import Cause
from tests.fakes.line import MANAGERS, Line

LAX = "version: 1\n"
ACTIONS: list[type] = [SetCheck, PutComment, Reply, React]


def test_a_forge_that_is_away_gets_nothing_and_the_next_look_makes_it_good(line: Line) -> None:
    line.window()
    pull = line.open(0.97)
    line.forge.away = True
    with pytest.raises(ForgeError, match="could not be reached"):
        line.look(pull)
    assert (line.forge.done, line.records()) == ([], [])
    line.forge.away = False
    line.look(pull)
    assert line.conclusion(pull) == "failure"


@pytest.mark.parametrize("action", ACTIONS)
def test_one_action_that_is_refused_keeps_no_other_from_being_done(line: Line, action: type) -> None:
    line.window()
    pull = line.open(0.97)
    line.forge.refusing = {action}
    line.look(pull)
    line.say(pull, "ana", "/chill justify security_fix It leaks")
    shown = {type(done) for done in line.forge.done}
    assert shown == {*ACTIONS} - {action}
    assert [each.state for each in line.store.exceptions.of(line.home.id, pull.number)] == ["asked"]
    assert "the forge said no" in "".join(record.body for record in line.records(pull)) or action is React


@pytest.mark.parametrize("failing", ["silent", "lossy"])
@pytest.mark.parametrize("action", ACTIONS)
def test_a_forge_that_stops_in_the_middle_is_caught_up_with_and_says_nothing_twice(
    line: Line, action: type, failing: str
) -> None:
    pull = line.held()
    said = line.world.say(pull, "ana", "/chill justify security_fix It leaks")
    getattr(line.forge, failing).add(action)
    with pytest.raises(ForgeError):
        line.look(pull, Commented(said))
    getattr(line.forge, failing).clear()
    line.restart()
    line.look(pull, Commented(said))
    (asked,) = line.store.exceptions.of(line.home.id, pull.number)
    assert (asked.state, line.conclusion(pull), len(line.answers(pull))) == ("asked", "failure", 1)
    assert "asks for an exception" in line.card(pull)
    assert line.thumbs(said) == ["eyes", "+1"]
    assert len(line.home.runs) == 1


@pytest.mark.parametrize(
    ("level", "more", "cause", "conclusion"),
    [
        ("red", "", "us", "failure"),
        ("red", "", "forge", "failure"),
        ("red", "", "change", "failure"),
        ("weekend", "", "us", "success"),  # below a tenth nothing is closed on errors
        ("weekend", "", "forge", "success"),
        ("weekend", "", "change", "failure"),  # nobody opens the gate with a diff that cannot be read
        ("green", "", "change", "success"),
        ("red", "gate: {on_error: {red: open}}", "us", "success"),
        ("red", "gate: {on_error: {red: open}}", "forge", "success"),
        ("red", "gate: {on_error: {red: open}}", "change", "failure"),
        ("weekend", "gate: {on_error: {weekend: closed}}", "us", "failure"),
        ("weekend", "gate: {on_error: {weekend: closed}}", "forge", "failure"),
    ],
)
def test_what_cannot_be_scored_is_held_where_the_level_is_closed_and_always_when_its_author_caused_it(
    line: Line, level: str, more: str, cause: Cause, conclusion: str
) -> None:
    line.window(level, more)
    pull = line.seen(wrong=Unscorable("the diff has 11,204 files", cause))
    assert line.conclusion(pull) == conclusion
    assert "codechill could not score this change: the diff has 11,204 files" in line.summary(pull)
    assert "`/chill refresh` tries again" in line.summary(pull)


def test_what_could_not_be_scored_is_scored_at_the_next_look(line: Line) -> None:
    line.window()
    pull = line.seen(wrong=Unscorable("the diff has 11,204 files"))
    line.assessor.believe(pull.head, 0.1)
    line.say(pull, "ana", "/chill refresh")
    assert line.conclusion(pull) == "success"
    assert "could not" not in line.summary(pull)


@pytest.mark.parametrize(
    ("cause", "more", "conclusion"),
    [("us", "", "failure"), ("us", "gate: {on_error: {red: open}}", "success"), ("change", "", "failure")],
)
def test_what_was_given_up_is_shown_on_the_check_with_what_happens_next(
    line: Line, cause: Cause, more: str, conclusion: str
) -> None:
    line.window("red", more)
    pull = line.open(0.97)
    line.give_up(pull, "the repository could not be read with git", cause)
    assert line.conclusion(pull) == conclusion
    assert "could not score this change: the repository could not be read with git" in line.summary(pull)
    assert "`/chill refresh` tries again" in line.summary(pull)


def test_what_was_given_up_after_a_score_says_so_and_the_score_stands(line: Line) -> None:
    pull = line.held()
    line.give_up(pull, "the repository could not be read with git")
    assert line.conclusion(pull) == "failure"
    assert "could not look at this change again: the repository could not be read with git" in line.card(pull)
    assert "Its last score stands" in line.card(pull)
    line.tick(pull)
    assert "could not look" not in line.card(pull)


def test_a_closed_pull_request_is_not_told_that_looking_was_given_up(line: Line) -> None:
    pull = line.open(0.97)
    line.world.close(pull)
    line.give_up(pull, "the repository could not be read with git")
    assert line.forge.done == []


def test_facts_older_than_what_a_delivery_told_are_not_decided_on(line: Line) -> None:
    line.window()
    pull = line.open(0.97)
    newer = Changed("synchronize", as_of=line.clock.now + timedelta(seconds=9))
    for _ in range(STALE_LOOKS):
        with pytest.raises(Stale, match="older than what a delivery told"):
            line.look(pull, newer)
    assert line.forge.done == []
    line.look(pull, newer)  # what a forge still says after some looks is how it is
    assert line.conclusion(pull) == "failure"


@pytest.mark.parametrize("what", ["head", "base"])
def test_a_pull_request_that_moves_while_it_is_looked_at_gets_no_verdict_of_before(line: Line, what: str) -> None:
    line.configure(LAX, "lax")
    line.window()
    pull = line.open(0.1 if what == "head" else 0.97)
    before = pull.head
    if what == "base":
        pull.base_ref = "lax"

    def move() -> None:
        if what == "head":
            line.assessor.believe(line.world.push(line.home, pull, {"api/more.py": "x"}), 0.97)
        else:
            pull.base_ref = "main"

    line.forge.meanwhile["listed"] = move
    with pytest.raises(Stale, match="changed while it was being looked at"):
        line.look(pull)
    assert [run.conclusion for run in line.home.runs] == [None]  # begun, and nothing said
    line.look(pull)
    assert line.conclusion(pull) == "failure"
    assert line.run(before).conclusion != "success"


def test_what_is_gone_is_gone(line: Line) -> None:
    pull = line.seen(0.1)
    written = len(line.forge.done)
    kept = line.home.pulls.pop(pull.number)
    with pytest.raises(Gone):
        line.look(pull)
    assert len(line.forge.done) == written
    line.home.pulls[pull.number] = kept


def test_a_command_that_its_author_deleted_before_it_was_read_does_nothing(line: Line) -> None:
    pull = line.held()
    said = line.world.say(pull, "ana", "/chill justify security_fix Oh wait")
    line.world.delete(line.home, said.id)
    with pytest.raises(Gone):
        line.look(pull, Commented(said))
    assert line.store.exceptions.of(line.home.id, pull.number) == ()


def test_two_checks_of_ours_on_one_head_are_made_to_say_the_same(line: Line) -> None:
    pull = line.held()
    first = line.check(pull)
    line.home.runs.append(type(first)(line.world.next_id(), pull.head, "success", "other", "Free", ""))
    line.tick(pull)
    assert [run.conclusion for run in line.home.runs] == ["failure", "failure"]


def test_one_pull_request_that_cannot_be_scored_changes_no_other(line: Line) -> None:
    line.window()
    bad, good = line.seen(wrong=Unscorable("it shares no history with its base branch")), line.seen(0.1)
    line.tick(bad)
    assert (line.conclusion(bad), line.conclusion(good)) == ("failure", "success")


def test_after_a_failure_the_verdict_of_before_is_not_taken_away(line: Line) -> None:
    pull = line.held()
    line.configure(MANAGERS)
    line.forge.silent.add(SetCheck)
    with pytest.raises(ForgeError):
        line.tick(pull)
    assert line.conclusion(pull) == "failure"
    line.forge.silent.clear()
    line.tick(pull)
    assert line.conclusion(pull) == "success"
