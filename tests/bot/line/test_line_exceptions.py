"""Exceptions on the line: who asks, who answers, what an approval is bound to, and when it ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.policy.events import Changed, Commented
from tests.fakes.line import MANAGERS, Line
from tests.fakes.world import Pull

ASK = "/chill justify security_fix It leaks"
UNTIL = "windows: [{name: Night, level: red, from: 2020-01-01, to: '2026-11-27 18:00'}]\n"


def asked(line: Line, **more: object) -> Pull:
    pull = line.held(**more)  # type: ignore[arg-type]
    line.say(pull, "ana", ASK)
    return pull


def approved(line: Line, **more: object) -> Pull:
    pull = asked(line, **more)
    line.say(pull, "mia", "/chill approve")
    assert line.conclusion(pull) == "success"
    return pull


@pytest.mark.parametrize(
    ("login", "words", "then"),
    [
        ("ana", ASK, "asked"),
        ("ben", ASK, "asked"),  # anyone who may write
        ("eve", ASK, None),
        ("ana", "/chill justify", None),
        ("ana", "/chill justify because I say so", None),
        ("ana", "/chill justify securty_fix It leaks", None),
        ("ana", "/chill justify security_fix", "asked"),
    ],
)
def test_who_asks_names_a_reason(line: Line, login: str, words: str, then: str | None) -> None:
    pull = line.held()
    line.say(pull, login, words)
    states = [each.state for each in line.store.exceptions.of(line.home.id, pull.number)]
    assert states == ([then] if then else [])
    assert (line.conclusion(pull), "@acme/release-managers" in line.answer(pull)) == ("failure", then == "asked")


@pytest.mark.parametrize(
    ("login", "words", "free"),
    [
        ("mia", "/chill approve", True),
        ("max", "/CHILL APPROVE", True),
        ("ben", "/chill approve", False),
        ("ana", "/chill approve", False),
        ("eve", "/chill approve", False),
        ("mia", "> /chill approve", False),
        ("mia", "`/chill approve`", False),
        ("mia", "**/chill approve**", False),
        ("mia", "Fine.\n\n/chill approve", True),
        ("mia", "/chill deny On Monday", False),
        ("mia", "LGTM", False),
    ],
)
def test_a_manager_answers_in_plain_text_and_nobody_else_does(line: Line, login: str, words: str, free: bool) -> None:
    pull = asked(line)
    line.say(pull, login, words)
    assert line.conclusion(pull) == ("success" if free else "failure")


@pytest.mark.parametrize(
    "login", ["mia-", "rnia", "Mia\u200b", "release-managers", "codechill-bot", "@acme/release-managers"]
)
def test_a_look_alike_of_a_manager_approves_nothing(line: Line, login: str) -> None:
    pull = asked(line)
    line.say(pull, login, "/chill approve")
    assert "can decide that" in line.answer(pull)
    assert line.conclusion(pull) == "failure"


def test_labels_and_edited_comments_release_nothing(line: Line) -> None:
    pull = asked(line)
    for label in ("codechill: approved", "release", "security_fix"):
        line.label(pull, "ana", label)
    said = line.world.say(pull, "mia", "Looks fine, but wait.")
    line.look(pull, Commented(said))
    line.world.edit(pull, said.id, "/chill approve")
    line.look(pull, Changed("edited"))
    line.look(pull, Commented(replace(said, body="/chill approve", edited=True)))
    assert line.conclusion(pull) == "failure"


def test_a_manager_who_lost_the_right_to_write_is_a_manager_by_the_team_alone(line: Line) -> None:
    line.configure("version: 1\nescalation: {managers: [mia]}\nwindows: [{name: A, level: red, from: 2020-01-01}]\n")
    pull = line.seen(0.97)
    line.say(pull, "ana", ASK)
    line.home.rights.pop(line.world.person("mia").id)
    line.say(pull, "mia", "/chill approve")
    assert line.conclusion(pull) == "failure"
    line.world.allow(line.home, "mia", "write")
    line.say(pull, "mia", "/chill approve")
    assert line.conclusion(pull) == "success"


def test_with_nobody_named_administrators_decide(line: Line) -> None:
    line.configure("version: 1\nwindows: [{name: A, level: red, from: 2020-01-01}]\n")
    line.world.allow(line.home, "ada", "write", "admin")
    pull = line.seen(0.97)
    line.say(pull, "ana", ASK)
    line.say(pull, "mia", "/chill approve")
    assert line.conclusion(pull) == "failure"
    line.say(pull, "ada", "/chill approve")
    assert line.conclusion(pull) == "success"


def test_whoever_asks_does_not_answer_even_as_a_manager(line: Line) -> None:
    pull = line.held()
    line.say(pull, "mia", ASK)
    line.say(pull, "mia", "/chill approve")
    assert line.answer(pull).startswith("Whoever asks for an exception cannot decide on it; it takes somebody else of")
    assert line.conclusion(pull) == "failure"
    line.say(pull, "max", "/chill approve")
    assert line.conclusion(pull) == "success"


@pytest.mark.parametrize("hand", ["author", "commit", "push"])
def test_a_manager_with_a_hand_in_the_change_does_not_answer(line: Line, hand: str) -> None:
    pull = line.held(login="mia" if hand == "author" else "ana")
    if hand == "commit":
        line.push(pull, 0.97, login="mia")
    if hand == "push":  # whatever the commit says
        line.push(pull, 0.97, pusher="mia")
    line.say(pull, "ben", ASK)
    line.say(pull, "mia", "/chill approve")
    assert line.answer(pull).startswith("Nobody who worked on a change can decide on its exception; it takes somebody")
    assert line.conclusion(pull) == "failure"
    line.say(pull, "max", "/chill approve")
    assert line.conclusion(pull) == "success"


def test_where_the_forge_does_not_list_all_commits_nobody_answers(line: Line) -> None:
    pull = asked(line)
    pull.countless = True
    line.say(pull, "mia", "/chill approve")
    assert line.answer(pull).startswith("Nobody can tell who worked on all of these commits")
    assert line.conclusion(pull) == "failure"


def test_an_address_that_nobody_owns_takes_two_managers(line: Line) -> None:
    pull = asked(line, contributors=frozenset({"nobody@elsewhere.example"}))
    seen = []
    for login in ("mia", "mia", "max"):
        line.say(pull, login, "/chill approve")
        seen.append((line.answer(pull).split(".")[0], line.conclusion(pull)))
    once = "Approved once"
    assert seen == [(once, "failure"), (once, "failure"), ("Approved: this content may land", "success")]


@pytest.mark.parametrize(
    ("files", "login", "free"),
    [
        (["payments/pay.py"], "lea", True),
        (["payments/pay.py", "payments/two.py"], "lea", True),
        (["payments/pay.py", "api/session.py"], "lea", False),
        (["api/session.py"], "lea", False),
        (["api/session.py"], "mia", True),
        (["payments/pay.py"], "mia", True),
    ],
)
def test_managers_of_a_path_answer_for_what_stays_within_it(
    line: Line, files: list[str], login: str, free: bool
) -> None:
    line.world.allow(line.home, "lea", "write")
    line.configure(
        'version: 1\nescalation: {managers: ["@acme/release-managers"], by_path: {"payments/**": [lea]}}\n'
        "windows: [{name: Always, level: red, from: 2020-01-01}]\n"
    )
    pull = line.seen(0.97, files=dict.fromkeys(files, "x\n"))
    line.say(pull, "ana", ASK)
    line.say(pull, login, "/chill approve")
    assert line.conclusion(pull) == ("success" if free else "failure")


@pytest.mark.parametrize(
    ("what", "free"),
    [
        ("the same content on another head", True),
        ("other content", False),
        ("a higher risk", False),
        ("a little more risk", True),
        ("another title", True),
    ],
)
def test_an_approval_is_of_this_content_and_this_risk(line: Line, what: str, free: bool) -> None:
    pull = approved(line, percentile=0.90)
    files = dict(line.home.files[pull.head])
    match what:
        case "the same content on another head":
            line.push(pull, 0.90, files)
        case "other content":
            line.push(pull, 0.90)
        case "a higher risk" | "a little more risk":
            line.push(pull, 0.93 if what == "a higher risk" else 0.92, files)
        case _:
            pull.title = "Other"
            line.look(pull)
    assert line.conclusion(pull) == ("success" if free else "failure")
    if not free:
        assert any(said.startswith("The approval of an exception no longer holds: ") for said in line.answers(pull))
        states = [each.state for each in line.store.exceptions.of(line.home.id, pull.number)]
        assert states == ["void"]


def test_a_request_falls_with_the_content_that_it_was_about(line: Line) -> None:
    pull = asked(line)
    line.push(pull, 0.97)
    line.say(pull, "mia", "/chill approve")
    assert line.conclusion(pull) == "failure"
    assert line.answer(pull).startswith("Nobody is asking for an exception now")


def test_an_approval_ends_with_its_window(line: Line) -> None:
    line.configure(MANAGERS + UNTIL)
    pull = line.seen(0.97)
    line.say(pull, "ana", ASK)
    line.say(pull, "mia", "/chill approve")
    assert "may land until Fri 27 Nov 18:00 UTC" in line.answer(pull)
    line.clock.forward(hours=7)
    line.tick(pull)
    line.window()
    line.tick(pull)
    assert line.conclusion(pull) == "failure"
    assert [each.state for each in line.store.exceptions.of(line.home.id, pull.number)] == ["expired"]


def test_a_request_that_its_window_outlived_is_answered_no_more(line: Line) -> None:
    line.configure(MANAGERS + UNTIL)
    pull = line.seen(0.97)
    line.say(pull, "ana", ASK)
    line.clock.forward(hours=7)
    line.say(pull, "mia", "/chill approve")
    assert [each.state for each in line.store.exceptions.of(line.home.id, pull.number)] == ["expired"]
    assert line.conclusion(pull) == "success"  # nothing holds it any more


def test_another_window_needs_its_own_exception(line: Line) -> None:
    pull = approved(line)
    line.configure(f"{MANAGERS}windows: [{{name: Another, level: red, from: 2020-01-01}}]\n")
    line.tick(pull)
    assert line.conclusion(pull) == "failure"
    assert "The exception was approved under `Always`; what holds the change now needs its own." in line.card(pull)


@pytest.mark.parametrize(
    ("first", "then", "free", "words"),
    [
        ("/chill deny On Monday", "/chill approve", False, "Nobody is asking for an exception now"),
        ("/chill approve", "/chill deny It broke", False, "The approval is taken back"),
        ("/chill approve", "/chill approve", True, "Approved: this content may land"),
        ("/chill deny", "/chill approve", True, "Approved: this content may land"),  # without a why it denied nothing
    ],
)
def test_what_was_answered_is_answered_again_only_to_take_it_back(
    line: Line, first: str, then: str, free: bool, words: str
) -> None:
    pull = asked(line)
    line.say(pull, "mia", first)
    line.clock.forward(minutes=1)
    line.say(pull, "mia", then)
    assert line.conclusion(pull) == ("success" if free else "failure")
    assert line.answer(pull).startswith(words)


def test_after_a_denial_it_may_be_asked_for_again(line: Line) -> None:
    pull = asked(line)
    line.say(pull, "mia", "/chill deny On Monday")
    line.say(pull, "ana", "/chill justify data_loss It loses data")
    line.say(pull, "max", "/chill approve")
    assert line.conclusion(pull) == "success"
    states = [each.state for each in line.store.exceptions.of(line.home.id, pull.number)]
    assert states == ["denied", "approved"]


def test_the_why_may_come_later_and_belongs_to_the_same_request(line: Line) -> None:
    line.home.private = True
    pull = line.held()
    line.say(pull, "ana", "/chill justify security_fix")
    line.say(pull, "ana", "/chill justify security_fix The session leaks")
    line.say(pull, "ben", ASK)
    (only,) = line.store.exceptions.of(line.home.id, pull.number)
    assert (only.state, only.text) == ("asked", "The session leaks")
    assert line.answer(pull).startswith("`ana` asked already")


@pytest.mark.parametrize("private", [True, False])
def test_what_somebody_wrote_is_repeated_only_where_members_alone_read_it(line: Line, private: bool) -> None:
    line.home.private = private
    pull = line.held()
    line.say(pull, "ana", "/chill justify security_fix Project Larch opens")
    (asked,) = line.store.exceptions.of(line.home.id, pull.number)
    line.store.private_reasons.tell(line.home.id, pull.number, asked.id, "ACME pays for it", by="ana", at=asked.at)
    line.say(pull, "mia", "/chill approve Larch is worth it")
    shown = "".join([*line.ours(pull), *(f"{run.title} {run.summary}" for run in line.home.runs)])
    assert line.conclusion(pull) == "success"
    assert ("security_fix" in shown, "Larch" in shown, "ACME" in shown) == (True, private, False)
    assert "Larch" in "".join(record.body for record in line.records(pull))


LABELS = (
    'version: 1\nescalation: {managers: ["@acme/release-managers"], labels: {freeze-exception: launch_with_rollback}}\n'
    "windows: [{name: Always, level: red, from: 2020-01-01}]\n"
)


@pytest.mark.parametrize(
    ("login", "label", "asks"),
    [
        ("ana", "freeze-exception", True),
        ("ben", "Freeze-Exception", True),
        ("eve", "freeze-exception", False),
        ("ana", "codechill: approved", False),
        ("mia", "security_fix", False),
    ],
)
def test_a_label_asks_where_the_configuration_says_so_and_never_grants(
    line: Line, login: str, label: str, asks: bool
) -> None:
    line.configure(LABELS)
    pull = line.seen(0.97)
    line.label(pull, login, label)
    states = [each.state for each in line.store.exceptions.of(line.home.id, pull.number)]
    assert (line.conclusion(pull), states) == ("failure", ["asked"] if asks else [])


def test_a_label_asks_once_and_again_only_when_it_is_put_on_again(line: Line) -> None:
    line.configure(LABELS)
    pull = line.seen(0.97)
    line.label(pull, "ana", "freeze-exception")
    line.label(pull, "ana", "freeze-exception")  # the same delivery again
    assert len(line.answers(pull)) == 1
    line.say(pull, "mia", "/chill approve")
    line.push(pull, 0.97)
    assert line.conclusion(pull) == "failure"  # the label is still there
    line.clock.forward(minutes=1)
    line.label(pull, "ana", "freeze-exception")
    states = [each.state for each in line.store.exceptions.of(line.home.id, pull.number)]
    assert states == ["void", "asked"]


def test_a_label_that_was_taken_off_meanwhile_asks_for_nothing(line: Line) -> None:
    line.configure(LABELS)
    pull = line.seen(0.97)
    line.forge.meanwhile["pull"] = pull.labels.clear
    line.label(pull, "ana", "freeze-exception")
    assert (line.store.exceptions.of(line.home.id, pull.number), line.answers(pull)) == ((), [])


def test_nothing_to_lift_is_nothing_to_ask_for(line: Line) -> None:
    pull = line.seen(0.1)
    line.say(pull, "ana", ASK)
    assert line.answer(pull).startswith("Nothing holds this change, so it needs no exception.")
    assert line.store.exceptions.of(line.home.id, pull.number) == ()


def test_an_exception_outlives_a_restart_and_a_long_silence(line: Line) -> None:
    pull = approved(line)
    line.clock.forward(days=60)
    line.restart()
    line.tick(pull)
    assert line.conclusion(pull) == "success"
    assert timedelta(days=60) == line.clock.now - line.store.exceptions.of(line.home.id, pull.number)[0].at
