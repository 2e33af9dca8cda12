"""What one look costs: requests to the forge, counted by the sandbox that answers them, and git processes."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.forge.port import Target
from bot.policy.events import Changed, Commented, Event, Tick
from bot.policy.pull import Comment, Person
from tests.bot.conftest import Place


def target(place: Place) -> Target:
    repository = place.stage.sandbox.repository(place.name)
    return Target(place.stage.sandbox.installation_id, repository.id, place.name)


def requests(place: Place) -> int:
    """Made by the App so far, with what an installation may."""
    used = place.stage.sandbox.limits.used
    return sum(each.count for (kind, _, _), each in used.items() if kind == "installation")


def cost(place: Place, number: int, event: Event) -> int:
    before = requests(place)
    assert place.stage.app.reconciler.pull(target(place), number, event) is not None
    return requests(place) - before


@contextmanager
def unheard(place: Place) -> Iterator[None]:
    """No delivery comes of what happens meanwhile: it is looked at when the test says so."""
    sandbox = place.stage.sandbox
    address, sandbox.webhook_url = sandbox.webhook_url, ""
    try:
        yield
    finally:
        sandbox.webhook_url = address


@pytest.fixture
def number(place: Place) -> int:
    place.window("red")
    return place.open(place.large())


def test_a_look_that_finds_everything_done_takes_six_requests(place: Place, number: int) -> None:
    # pull request, base branch, comments, reviews, checks; the organisation's file
    assert cost(place, number, Tick("sweep")) == 6


def test_the_first_look_asks_for_the_pull_request_once(place: Place) -> None:
    place.window("red")
    with unheard(place):
        pull = place.stage.sandbox.open_pull(place.name, title="A change", head_sha=place.large())
        # those six and the file at a new commit; the check begins; whose change it is; where the head is now; the check
        # ends, the comment
        assert cost(place, pull.number, Changed("opened")) == 12
        assert cost(place, pull.number, Changed("opened")) == 6


def test_a_command_costs_what_its_author_may_and_what_is_written(place: Place, number: int) -> None:
    sandbox = place.stage.sandbox
    place.say(number, sandbox.author, "/chill justify launch_with_rollback The launch is tonight.")
    with unheard(place):
        said = sandbox.comment(place.name, number, sandbox.release_manager, "/chill approve")
        by = Person(sandbox.world.account(sandbox.release_manager).id, sandbox.release_manager)
        event = Commented(Comment(said.id, by, said.body, said.created_at))
        # those six; what the manager may, as a person and by team; seen; who had a hand in it; twice where the head
        # is now; the answer and its thumb, the check, the comment
        assert cost(place, number, event) == 16
    assert place.check(number).conclusion == "success"
    assert cost(place, number, Tick("sweep")) == 6  # with the exception in force


def test_an_approving_review_costs_what_the_reviewer_may_and_who_had_a_hand_in_it(place: Place, number: int) -> None:
    with unheard(place):
        place.stage.sandbox.review(place.name, number, place.stage.sandbox.reviewer)
    assert cost(place, number, Tick("sweep")) == 9


@pytest.fixture
def started(place: Place, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands of git that the App started, by name."""
    commands: list[str] = []

    class Counted(subprocess.Popen[bytes]):
        def __init__(self, args: Any, *more: Any, **named: Any) -> None:
            if str(place.stage.app_folder) in f"{args} {named.get('cwd')} {named.get('env')}":
                after = args[len(args) - args[::-1].index("git") :]
                commands.append(next(each for each in after if not each.startswith("-")))
            super().__init__(args, *more, **named)

    monkeypatch.setattr(subprocess, "Popen", Counted)
    return commands


def test_git_is_asked_where_the_head_left_its_base_and_for_nothing_that_was_read_before(
    place: Place, number: int, started: list[str]
) -> None:
    started.clear()
    cost(place, number, Tick("sweep"))
    assert started == ["merge-base"]


def test_a_new_change_is_fetched_and_its_diff_is_read_once_for_all(place: Place, started: list[str]) -> None:
    place.open(place.change("api/first.py", b"one = 1\n"))
    with unheard(place):
        pull = place.stage.sandbox.open_pull(place.name, title="A change", head_sha=place.change("b.py", b"two = 2\n"))
        started.clear()
        cost(place, pull.number, Changed("opened"))
    fetched = ["merge-base", "fetch", "rev-parse", "rev-parse", "cat-file", "merge-base"]
    diff, people, contents = ["diff-tree"], ["log", "cat-file"], ["cat-file"]
    assert started == [*fetched, *diff, *people, *contents]
