"""What may become of a pull request: drafts, closing, another base or title, pushes, twins, merge queues."""

import pytest

from bot.policy.actions import SetCheck
from bot.policy.events import Changed
from tests.fakes.line import MANAGERS, Line

LAX = "version: 1\n"


def test_a_draft_has_its_verdict_before_and_after_it_is_ready(line: Line) -> None:
    pull = line.held()
    for draft in (True, False):
        pull.draft = draft
        line.look(pull, Changed("ready_for_review"))
        assert (line.conclusion(pull), line.card(pull).startswith("### Held")) == ("failure", True)
    assert len(line.home.runs) == 1


def test_a_closed_pull_request_is_left_alone_until_it_is_opened_again(line: Line) -> None:
    pull = line.held()
    line.world.close(pull)
    line.configure(MANAGERS)
    before = len(line.forge.done)
    assert line.look(pull, Changed("closed")) is None
    assert line.say(pull, "ana", "/chill why") is None
    assert (len(line.forge.done), line.conclusion(pull)) == (before, "failure")
    assert line.store.pulls.all_open(line.home.id) == ()
    line.world.close(pull, again=True)
    line.look(pull, Changed("reopened"))
    assert line.conclusion(pull) == "success"


def test_another_base_brings_the_verdict_of_that_base(line: Line) -> None:
    pull = line.held()
    line.configure(LAX, "release")
    pull.base_ref = "release"
    line.look(pull, Changed("edited"))
    assert line.conclusion(pull) == "success"
    pull.base_ref = "main"
    line.look(pull, Changed("edited"))
    assert line.conclusion(pull) == "failure"


def test_another_base_is_scored_anew_so_that_a_small_difference_lends_its_score_to_no_large_one(line: Line) -> None:
    line.window()
    large = line.world.commit(line.home, "staging", {"api/session.py": "rewritten\n"})
    head = line.world.commit(line.home, "staging", {"docs/one.md": "# One\n"})
    line.home.branches |= {"staging": large, "topic": head}
    line.assessor.believe(head, 0.1)
    pull = line.world.open(line.home, "ana", "topic", base="staging")
    line.look(pull)
    line.assessor.believe(head, 0.97)
    pull.base_ref = "main"
    line.look(pull, Changed("edited"))
    kept = line.store.assessments.get(line.home.id, pull.number, head)
    assert (line.assessor.scored, kept.base if kept else None) == (2, line.home.branches["main"])
    assert line.conclusion(pull) == "failure"


def test_another_title_changes_nothing(line: Line) -> None:
    pull = line.held()
    before = len(line.forge.done)
    pull.title = "Completely harmless"
    line.look(pull, Changed("edited"))
    assert (len(line.forge.done), line.assessor.scored) == (before, 1)


@pytest.mark.parametrize(("before", "after", "seen"), [(0.97, 0.1, "success"), (0.1, 0.97, "failure")])
def test_a_push_is_scored_anew_and_each_head_keeps_its_own_verdict(
    line: Line, before: float, after: float, seen: str
) -> None:
    line.window()
    pull = line.seen(before)
    first, shown = pull.head, line.conclusion(pull)
    line.push(pull, after)
    assert (line.run(first).conclusion, line.conclusion(pull)) == (shown, seen)
    assert len(line.ours(pull)) <= 2  # the card, and what tells that the gate was crossed


def test_the_check_begins_before_there_is_a_score(line: Line) -> None:
    line.window()
    pull = line.seen(0.97)
    checks = [action for action in line.forge.done if isinstance(action, SetCheck)]
    assert [(check.head_sha, check.conclusion) for check in checks] == [(pull.head, None), (pull.head, "failure")]
    assert len(line.home.runs) == 1


def test_a_pull_request_of_a_bot_is_scored_like_any_other(line: Line) -> None:
    line.window()
    line.world.bot("bumper[bot]")
    assert line.conclusion(line.seen(0.97, login="bumper[bot]")) == "failure"


def test_an_empty_change_is_free_and_says_so(line: Line) -> None:
    line.window("yellow")
    pull = line.seen(0.0, files={"README.md": "x"})
    assert line.conclusion(pull) == "success"


# --- twins: a check shows on a commit, for every pull request of it


def twin(line: Line, head: str, base: str, branch: str = "twin") -> int:
    line.home.branches[branch] = head
    return line.world.open(line.home, "ana", branch, base=base).number


def test_a_second_pull_request_of_the_same_commits_into_a_branch_without_rules_releases_nothing(line: Line) -> None:
    pull = line.held()
    line.configure(LAX, "lax")
    other = line.home.pulls[twin(line, pull.head, "lax")]
    line.look(other)
    assert line.conclusion(pull) == "failure"
    assert "has the same commits and is held" in line.summary(other)
    line.say(other, "ana", "/chill justify security_fix It leaks")
    assert "An exception cannot lift this. It is held with pull request 1." in line.answer(other)
    line.world.close(other)
    line.look(other, Changed("closed"))
    line.say(pull, "ana", "/chill justify security_fix It leaks")
    line.say(pull, "mia", "/chill approve")
    assert line.conclusion(pull) == "success"


def test_a_pull_request_that_was_opened_first_does_not_keep_its_success_when_a_twin_is_held(line: Line) -> None:
    line.window()
    line.configure(LAX, "lax")
    free = line.open(0.97)
    free.base_ref = "lax"
    line.look(free)
    assert line.conclusion(free) == "success"
    held = line.home.pulls[twin(line, free.head, "main")]
    line.look(held)
    line.say(free, "ana", "/chill refresh")
    assert line.conclusion(held) == "failure"


def test_when_the_held_one_is_closed_the_other_is_free(line: Line) -> None:
    pull = line.held()
    line.configure(LAX, "lax")
    other = line.home.pulls[twin(line, pull.head, "lax")]
    line.look(other)
    line.world.close(pull)
    line.look(pull, Changed("closed"))
    line.tick(other)
    assert line.conclusion(other) == "success"


def test_two_of_the_same_commits_do_not_write_over_each_other(line: Line) -> None:
    line.window()
    line.configure(LAX, "lax")
    for first, second in ((line.open(0.1), "main"), (line.open(0.97), "main"), (line.open(0.97), "lax")):
        other = line.home.pulls[twin(line, first.head, second, f"twin-of-{first.number}")]
        for pull in (first, other, first):
            line.look(pull)
        written, shown = len(line.forge.done), (line.conclusion(first), line.summary(first))
        for pull in (other, first, other, first):
            assert line.tick(pull).actions == ()
        assert (len(line.forge.done), (line.conclusion(first), line.summary(first))) == (written, shown)


def test_the_one_that_stays_open_shows_its_own_verdict(line: Line) -> None:
    line.window()
    pull = line.seen(0.1)
    other = line.home.pulls[twin(line, pull.head, "main")]
    line.look(other)
    assert line.check(pull).digest.endswith(f":success:{other.number}")
    line.tick(pull)
    line.world.close(other)
    line.look(other, Changed("closed"))
    line.tick(pull)
    assert line.check(pull).digest.endswith(f":success:{pull.number}")


# --- merge queues


@pytest.mark.parametrize(
    ("scores", "conclusion"),
    [((0.1,), "success"), ((0.97,), "failure"), ((0.1, 0.2), "success"), ((0.1, 0.97), "failure")],
)
def test_a_group_passes_when_all_of_it_would(line: Line, scores: tuple[float, ...], conclusion: str) -> None:
    line.window()
    event = line.queue(*[line.seen(score) for score in scores])
    assert line.run(event.head_sha).conclusion == conclusion
    assert [group.head_sha for group in line.store.groups.all_open(line.home.id)] == [event.head_sha]


def test_a_group_is_decided_again_when_a_window_opens_unnoticed_and_written_only_when_it_differs(line: Line) -> None:
    pull = line.seen(0.97)
    event = line.queue(pull)
    written = len(line.forge.done)
    line.ask(event)
    assert (line.run(event.head_sha).conclusion, len(line.forge.done)) == ("success", written)
    line.window()
    line.ask(event)
    assert (line.run(event.head_sha).conclusion, line.conclusion(pull)) == ("failure", "success")


@pytest.mark.parametrize(
    ("text", "conclusion"),
    [("", "success"), (f"{MANAGERS}windows: [{{name: Always, level: yellow, from: 2020-01-01}}]\n", "failure")],
)
def test_a_group_with_a_member_that_cannot_be_found_is_held_while_a_window_is_open(
    line: Line, text: str, conclusion: str
) -> None:
    if text:
        line.configure(text)
    pull = line.seen(0.1)
    event = line.queue(pull)
    line.home.runs.clear()
    del line.home.pulls[pull.number]
    line.ask(event)
    assert line.run(event.head_sha).conclusion == conclusion


def test_a_group_whose_branch_is_gone_is_no_group_any_more(line: Line) -> None:
    pull = line.seen(0.1)
    event = line.queue(pull)
    line.world.close(pull)
    del line.home.branches["main"]
    line.ask(event)
    assert line.store.groups.all_open(line.home.id) == ()


@pytest.mark.parametrize(("mode", "conclusion"), [("advise", "neutral"), ("comment", "neutral")])
def test_a_mode_that_only_advises_fails_no_group(line: Line, mode: str, conclusion: str) -> None:
    line.window("red", f"mode: {mode}")
    assert line.run(line.queue(line.seen(0.97)).head_sha).conclusion == conclusion


def test_in_shadow_a_group_gets_no_check(line: Line) -> None:
    line.window("red", "mode: shadow")
    line.queue(line.seen(0.97))
    assert line.home.runs == []


def test_an_exception_of_a_member_counts_in_the_queue(line: Line) -> None:
    pull = line.held()
    line.say(pull, "ana", "/chill justify security_fix It leaks")
    line.say(pull, "mia", "/chill approve")
    assert line.run(line.queue(pull).head_sha).conclusion == "success"
