"""Commands, buttons and comments on the line: who may say what, and that each is answered once."""

from dataclasses import replace

import pytest

from bot.policy.chat.commands import COMMANDS
from bot.policy.events import Commented
from tests.fakes.line import MANAGERS, Line

FREEZERS = f'{MANAGERS}freezes: {{by: ["@acme/release-managers"]}}\n'
FREEZE = "/chill freeze red 2h The database is being moved"
ASK = "/chill justify security_fix It leaks"


@pytest.mark.parametrize(
    ("login", "words", "answer", "thumb"),
    [
        ("eve", "/chill help", "| say | and | who |", "+1"),
        ("eve", "/chill why", "Held until further notice", "+1"),
        ("eve", "/chill", "| say | and | who |", "+1"),
        ("ana", "/chill wyh", "There is no such command. Did you mean `/chill why`?", "-1"),
        ("ana", "/chill sing", "There is no such command. `/chill help` lists what there is.", "-1"),
        ("ana", "**/chill why**", "That looks like a command and is none", None),
        ("ana", "/chill refresh", "The change is scored again.", "+1"),
        ("ben", "/chill refresh", "The change is scored again.", "+1"),
        ("eve", "/chill refresh", "Only the author and people who may write", "-1"),
        ("eve", ASK, "Only the author and people who may write", "-1"),
        ("ana", "/chill feedback useful", "Thank you", "+1"),
        ("ana", "/chill feedback wrong These are generated", "Thank you", "+1"),
        ("ana", "/chill feedback maybe", "Say `/chill feedback useful`", "-1"),
        ("eve", "/chill feedback wrong", "Only the author and people who may write", "-1"),
        ("ben", "/chill attest", "Only the author, `ana`, can say that.", "-1"),
        ("ben", "/chill approve", "Only `acme/release-managers` can decide that.", "-1"),
        ("mia", "/chill approve", "Nobody is asking for an exception now", "-1"),
        ("mia", "/chill deny", "Say why, so that the author knows", "-1"),
        ("mia", FREEZE, "Freezes are not started from comments here", "-1"),
        ("mia", "/chill thaw", "Freezes are not started from comments here", "-1"),
    ],
)
def test_a_command_is_answered_with_a_thumb(line: Line, login: str, words: str, answer: str, thumb: str | None) -> None:
    pull = line.held()
    line.say(pull, login, words)
    said = next(each for each in reversed(pull.comments) if each.body == words)
    assert answer in line.answer(pull)
    assert line.thumbs(said) == (["eyes", thumb] if thumb else [])
    assert line.conclusion(pull) == "failure"


def test_help_names_every_command_and_who_may(line: Line) -> None:
    pull = line.seen(0.1)
    line.say(pull, "eve", "/chill help")
    rows = [row for row in line.answer(pull).splitlines() if row.startswith("| `/chill ")]
    assert [row.split("`")[1].split()[1] for row in rows] == list(COMMANDS)
    assert all(command.who in row for row, command in zip(rows, COMMANDS.values(), strict=True))


def test_why_names_the_window_its_share_and_where_it_is_written(line: Line) -> None:
    pull = line.held()
    line.say(pull, "eve", "/chill why")
    assert "- `Always` is open: `red` holds back 50 %, `.github/codechill.yml` line 5" in line.answer(pull)
    assert "- held by the rule `gate`" in line.answer(pull)


@pytest.mark.parametrize(
    "words", ["A remark", "> /chill why", "    /chill why", "```\n/chill why\n```", "x /chill why"]
)
def test_what_is_no_command_is_left_alone(line: Line, words: str) -> None:
    pull = line.held()
    line.say(pull, "ana", words)
    assert line.answers(pull) == []


def test_a_bot_and_codechill_itself_are_never_answered(line: Line) -> None:
    pull = line.held()
    line.world.bot("helper[bot]")
    line.say(pull, "helper[bot]", "/chill why")
    assert line.answers(pull) == []


def test_the_same_comment_is_answered_once_however_often_it_is_delivered(line: Line) -> None:
    pull = line.held()
    said = line.world.say(pull, "ana", "/chill why")
    for _ in range(3):
        line.look(pull, Commented(said))
    line.restart()
    line.look(pull, Commented(said))
    assert len(line.answers(pull)) == 1
    assert line.thumbs(said) == ["eyes", "+1"]


def test_whoever_may_not_is_told_once_and_gets_a_thumb_after_that(line: Line) -> None:
    pull = line.held()
    line.say(pull, "ana", ASK)
    said = [line.world.say(pull, "ben", "/chill approve") for _ in range(3)]
    for each in said:
        line.look(pull, Commented(each))
    assert len([answer for answer in line.answers(pull) if answer.startswith("Only ")]) == 1
    assert [line.thumbs(each) for each in said] == [["eyes", "-1"]] * 3


@pytest.mark.parametrize("words", ["/chill approve", "### Free to land\n<!-- codechill:card 0123456789ab -->"])
def test_a_comment_that_was_edited_is_no_command(line: Line, words: str) -> None:
    pull = line.held()
    line.say(pull, "ana", ASK)
    said = line.world.say(pull, "mia", "Wait.")
    line.world.edit(pull, said.id, words)
    line.look(pull, Commented(replace(said, body=words, edited=True)))
    assert line.conclusion(pull) == "failure"


@pytest.mark.parametrize("words", ["### Free to land\n{mark}", "{card}\n\nApproved by mia.", "{mark}"])
def test_a_card_that_somebody_edited_says_again_what_is_true(line: Line, words: str) -> None:
    pull = line.held()
    (card,) = line.comments(pull)
    mark = next(row for row in card.body.splitlines() if "codechill:card" in row)
    line.world.edit(pull, card.id, words.format(mark=mark, card=card.body))
    line.look(pull)
    assert line.card(pull) == card.body


def test_a_card_that_was_saved_without_a_word_changed_is_left_as_it_is(line: Line) -> None:
    pull = line.held()
    (card,) = line.comments(pull)
    saved = card.body.replace("\n", "\r\n")
    line.world.edit(pull, card.id, saved)
    line.look(pull)
    assert line.card(pull) == saved


def test_a_comment_that_somebody_deleted_is_written_anew_once(line: Line) -> None:
    pull = line.held()
    (card,) = line.comments(pull)
    line.world.delete(line.home, card.id)
    line.look(pull)
    (again,) = line.comments(pull)
    assert (again.id != card.id, again.body) == (True, card.body)


def test_a_second_card_of_ours_is_taken_away(line: Line) -> None:
    pull = line.held()
    pull.comments.append(replace(line.comments(pull)[0], id=line.world.next_id()))
    line.look(pull)
    assert len(line.comments(pull)) == 1


def test_a_comment_by_somebody_who_pretends_to_be_us_is_left_alone(line: Line) -> None:
    pull = line.held()
    fake = line.world.say(pull, "ana", "### Free to land\n<!-- codechill:card 0123456789ab -->")
    line.configure(MANAGERS)
    line.tick(pull)
    assert fake in pull.comments
    assert "free to land" in line.card(pull)


def test_an_answer_that_somebody_deleted_is_not_given_again(line: Line) -> None:
    pull = line.held()
    said = line.world.say(pull, "ana", "/chill why")
    line.look(pull, Commented(said))
    answer = line.comments(pull)[-1]
    line.world.delete(line.home, answer.id)
    line.look(pull, Commented(said))
    assert line.answers(pull) == []


# --- freezes by hand


@pytest.mark.parametrize(
    ("login", "words", "held"),
    [
        ("mia", FREEZE, True),
        ("mia", "/chill freeze frozen 90m The database is being moved", True),
        ("mia", "/chill freeze green 2h The database is being moved", False),
        ("mia", "/chill freeze purple 2h The database is being moved", False),
        ("mia", "/chill freeze red 2h", False),
        ("mia", "/chill freeze red soon The database is being moved", False),
        ("mia", "/chill freeze red 4d The database is being moved", False),
        ("ana", FREEZE, False),
        ("eve", FREEZE, False),
    ],
)
def test_a_freeze_by_hand_is_started_by_whom_the_configuration_names(
    line: Line, login: str, words: str, held: bool
) -> None:
    line.configure(FREEZERS)
    pull = line.seen(0.97)
    line.say(pull, login, words)
    assert line.conclusion(pull) == ("failure" if held else "success")


def test_a_freeze_by_hand_holds_others_ends_by_itself_and_is_thawed_before(line: Line) -> None:
    line.configure(FREEZERS)
    pull, other = line.seen(0.97), line.seen(0.97)
    line.say(pull, "mia", FREEZE)
    line.tick(other)
    assert line.conclusion(other) == "failure"
    assert "Held until Fri 27 Nov 14:00 UTC" in line.card(other)
    line.clock.forward(hours=1)
    line.say(other, "max", "/chill thaw")
    line.tick(pull)
    assert (line.conclusion(pull), line.conclusion(other)) == ("success", "success")
    line.say(pull, "mia", FREEZE)
    line.clock.forward(hours=2)
    line.tick(pull)
    assert line.conclusion(pull) == "success"


def test_a_thaw_ends_no_scheduled_window(line: Line) -> None:
    line.configure(f"{FREEZERS}windows: [{{name: Always, level: red, from: 2020-01-01}}]\n")
    pull = line.seen(0.97)
    line.say(pull, "mia", "/chill thaw")
    assert line.answer(pull).startswith("No freeze that was started by hand is on")
    assert line.conclusion(pull) == "failure"


# --- buttons


@pytest.mark.parametrize(
    ("login", "button", "free", "kept"),
    [
        ("mia", "approve", True, "approved"),
        ("mia", "deny", False, "denied"),
        ("ana", "approve", False, "asked"),
        ("ben", "approve", False, "asked"),
        ("eve", "approve", False, "asked"),
        ("mia", "sing", False, "asked"),
    ],
)
def test_a_button_is_the_command_of_whoever_pressed_it(
    line: Line, login: str, button: str, free: bool, kept: str
) -> None:
    pull = line.held()
    line.say(pull, "ana", ASK)
    line.press(pull, login, button)
    (asked,) = line.store.exceptions.of(line.home.id, pull.number)
    assert (line.conclusion(pull), asked.state) == ("success" if free else "failure", kept)


def test_a_press_counts_for_what_the_check_showed_then(line: Line) -> None:
    pull = line.held()
    line.say(pull, "ana", ASK)
    shown = line.check(pull).digest
    line.press(pull, "mia", "deny")
    line.say(pull, "ana", "/chill justify security_fix It still leaks, look at the trace")
    line.press(pull, "mia", "deny", shown=shown)  # the same press, sent once more
    states = [each.state for each in line.store.exceptions.of(line.home.id, pull.number)]
    assert states == ["denied", "asked"]


@pytest.mark.parametrize(("login", "button", "useful"), [("ana", "useful", True), ("ben", "not-useful", False)])
def test_a_button_keeps_feedback_without_a_comment(line: Line, login: str, button: str, useful: bool) -> None:
    pull = line.seen(0.97)
    line.press(pull, login, button)
    line.press(pull, login, button)
    kept = [(each.by.login, each.useful, each.number) for each in line.store.feedback.all(line.home.id)]
    assert (kept, line.answers(pull)) == ([(login, useful, pull.number)], [])


def test_a_refresh_scores_again_and_shows_what_came_of_it(line: Line) -> None:
    pull = line.held()
    line.assessor.believe(pull.head, 0.1)
    line.tick(pull)
    assert (line.conclusion(pull), line.assessor.scored) == ("failure", 1)  # what is known is not made again
    line.press(pull, "ana", "refresh")
    assert (line.conclusion(pull), line.assessor.scored) == ("success", 2)
