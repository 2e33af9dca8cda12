"""An event goes in, actions come out: the line on a forge in memory."""

from tests.fakes.line import MANAGERS, Line


def test_a_risky_change_is_held_in_a_window_and_free_after_it(line: Line) -> None:
    line.window("red")
    pull = line.open(0.97)
    line.look(pull)
    assert line.conclusion(pull) == "failure"
    assert line.card(pull).startswith("### Held until further notice · riskier than 97 of 100")
    line.configure(MANAGERS)
    line.tick(pull)
    assert line.conclusion(pull) == "success"
    assert "free to land" in line.card(pull).splitlines()[0]


def test_a_quiet_change_gets_a_check_and_no_comment(line: Line) -> None:
    pull = line.open(0.2)
    line.look(pull)
    assert (line.conclusion(pull), line.ours(pull)) == ("success", [])


def test_the_second_look_writes_nothing(line: Line) -> None:
    line.window("red")
    pull = line.open(0.97)
    line.look(pull)
    before = len(line.forge.done)
    line.look(pull)
    assert len(line.forge.done) == before
    assert line.assessor.scored == 1


def test_an_exception_is_asked_for_by_the_author_and_granted_by_a_manager(line: Line) -> None:
    line.window("red")
    pull = line.open(0.97)
    line.look(pull)
    line.say(pull, "ana", "/chill justify security_fix It closes a hole")
    assert "@acme/release-managers" in line.answer(pull)
    assert line.conclusion(pull) == "failure"
    line.say(pull, "mia", "/chill approve")
    assert line.conclusion(pull) == "success"


def test_a_stranger_approves_nothing(line: Line) -> None:
    line.window("red")
    pull = line.open(0.97)
    line.look(pull)
    line.say(pull, "ana", "/chill justify security_fix It closes a hole")
    line.say(pull, "eve", "/chill approve")
    assert line.conclusion(pull) == "failure"
