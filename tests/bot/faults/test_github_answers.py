"""GitHub fails, limits, answers late or with what was true before: the end is that of an undisturbed run."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.forge.envelope import Envelope
from bot.jobs.intake import intake
from bot.policy.events import Changed
from bot.store import Delivery
from tests.bot.faults.conftest import Line

WRITES = [("POST", "/check-runs$"), ("PATCH", r"/check-runs/\d+$"), ("POST", r"/issues/\d+/comments$")]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_error_of_github_is_waited_out(line: Line, status: int) -> None:
    line.stage.sandbox.faults.answer(status, times=7, path=f"/repos/{line.name}/")
    assert line.is_held_once(line.open(line.large()))


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_write_that_was_answered_with_an_error_is_not_done_twice(line: Line, method: str, path: str) -> None:
    line.stage.sandbox.faults.answer(502, times=2, method=method, path=path, after=True)
    number = line.open(line.large())
    assert line.is_held_once(number)
    assert len(line.checks(number)) == 1


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_write_whose_answer_came_too_late_is_not_done_twice(line: Line, method: str, path: str) -> None:
    line.stage.sandbox.faults.slow(1.3, method=method, path=path)
    number = line.open(line.large())
    assert line.is_held_once(number)
    assert len(line.checks(number)) == 1


@pytest.mark.parametrize(
    ("method", "path", "after"), [("GET", "/pulls/", False), *((*write, True) for write in WRITES), (*WRITES[2], False)]
)
def test_a_dropped_connection_leaves_one_comment_and_one_check(
    line: Line, method: str, path: str, *, after: bool
) -> None:
    line.stage.sandbox.faults.drop(times=3, method=method, path=path, after=after)
    number = line.open(line.large())
    assert line.is_held_once(number)
    assert len(line.checks(number)) == 1


def test_a_reply_whose_answer_was_lost_is_written_once(line: Line) -> None:
    number = line.open(line.large())
    line.stage.sandbox.faults.drop(method="POST", path=r"/issues/\d+/comments$", after=True)
    line.stage.sandbox.comment(line.name, number, line.stage.sandbox.author, "/chill why")
    line.settle()
    assert len(line.ours(number)) == 2  # the card and the answer


def test_a_note_on_a_crossed_gate_whose_answer_was_lost_is_written_once(line: Line) -> None:
    number = line.open(line.large())
    line.stage.sandbox.faults.drop(method="POST", path=r"/issues/\d+/comments$", after=True)
    line.configure("version: 1\n")
    line.settle()
    assert line.check(number).conclusion == "success"
    assert len(line.ours(number)) == 2  # the card and the note


def test_a_look_that_ends_between_the_check_and_the_note_still_tells_that_the_gate_was_crossed(line: Line) -> None:
    number = line.open(line.large())
    line.stage.sandbox.faults.drop(times=3, method="PATCH", path=r"/check-runs/\d+$", after=True)
    line.stage.sandbox.faults.answer(502, method="POST", path=r"/issues/\d+/comments$")
    line.configure("version: 1\n")
    line.settle()
    assert line.check(number).conclusion == "success"
    assert len(line.ours(number)) == 2  # the card and the note


def test_a_note_that_github_never_takes_is_given_up_and_the_verdict_is_shown_all_the_same(line: Line) -> None:
    number = line.open(line.large())
    line.stage.sandbox.faults.answer(500, times=10_000, method="POST", path=r"/issues/\d+/comments$")
    line.configure("version: 1\n")
    line.settle()
    assert line.check(number).conclusion == "success"
    assert len(line.ours(number)) == 1  # the card


def test_the_hourly_limit_is_waited_out_outside_the_worker_and_nothing_is_sent_meanwhile(line: Line) -> None:
    sandbox = line.stage.sandbox
    ends = (line.clock() + timedelta(minutes=20)).replace(microsecond=0)
    sandbox.faults.primary_limit(ends, path=f"/repos/{line.name}/")
    first = line.begin(line.large())
    sandbox.settle()
    idle(line)
    assert line.put_back()[0] >= ends
    asked = used(line)
    second = line.begin(line.change("docs/new.md", b"# New\n"))
    sandbox.settle()
    idle(line, 2)
    assert used(line) == asked
    line.settle()
    assert line.is_held_once(first)
    assert line.check(second).conclusion == "success"


def used(line: Line) -> int:
    """How many requests the installation sent."""
    return sum(used.count for (kind, _, _), used in line.stage.sandbox.limits.used.items() if kind == "installation")


def idle(line: Line, jobs: int = 1) -> None:
    """Wait until so many jobs are put back and no worker has anything in hand: none sleeps through a limit."""
    worker = line.stage.app.worker
    line.until(lambda: len(line.put_back()) == jobs and not worker.busy(), "a worker was busy for 10 seconds")


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(("retry_after", "wait"), [(None, 60), (7, 7), (100_000, 3600)])
def test_the_secondary_limit_is_waited_out_as_long_as_github_says(
    line: Line, status: int, retry_after: int | None, wait: int
) -> None:
    line.stage.sandbox.faults.secondary_limit(retry_after, status, path=f"/repos/{line.name}/")
    before = datetime.now(UTC) + line.clock.ahead
    number = line.begin(line.large())
    line.stage.sandbox.settle()
    idle(line)
    later = line.put_back()[0] - before
    assert timedelta(seconds=wait) <= later <= timedelta(seconds=wait + 60)
    line.settle()
    assert line.is_held_once(number)


@pytest.mark.parametrize("path", WRITES)
def test_a_limit_in_the_middle_of_writing_leaves_one_comment_and_one_check(line: Line, path: tuple[str, str]) -> None:
    line.stage.sandbox.faults.secondary_limit(5, method=path[0], path=path[1])
    number = line.open(line.large())
    assert line.is_held_once(number)
    assert len(line.checks(number)) == 1


def test_facts_older_than_the_webhook_are_never_decided_upon(line: Line) -> None:
    sandbox = line.stage.sandbox
    number = line.open(line.change("docs/new.md", b"# New\n"))
    calm = line.checks(number)
    line.forge_clock.forward(timedelta(seconds=2))
    sandbox.faults.stale_reads(3)
    sandbox.push(line.name, sandbox.pull(line.name, number).head_ref, line.large())
    line.settle()
    assert line.is_held_once(number)
    assert sandbox.check_runs(line.name, calm[0].sha) == calm


@pytest.mark.parametrize("ahead", [timedelta(days=4000), timedelta(hours=3)])
def test_a_signed_moment_that_has_not_come_yet_parks_nothing(line: Line, ahead: timedelta) -> None:
    app, number = line.stage.app, line.open(line.change("docs/new.md", b"# New\n"))
    head = line.stage.sandbox.pull(line.name, number).head_sha
    event = Changed("edited", app.clock() + ahead, head)
    one = Envelope(line.stage.sandbox.installation_id, line.repository_id, line.name, number, event)
    app.store.inbox.receive(
        [Delivery("early", "pull_request", b"{}", app.clock(), (one,))],
        intake(app.store.repositories, app.store.pulls, app.store.pushes, app.queue),
    )
    line.settle()
    assert app.store.inbox.state("early") == "done"
    assert line.put_back() == []
    newest = app.store.pulls.newest(line.repository_id, number)
    assert newest is not None
    assert newest < app.clock() + timedelta(minutes=2)


@pytest.mark.parametrize("path", ["/comments$", "/check-runs$"])
def test_a_list_that_lacks_what_we_wrote_last_ends_in_one_comment_and_one_verdict(line: Line, path: str) -> None:
    number = line.open(line.large())
    line.stage.sandbox.faults.stale_reads(4, path=path)
    line.stage.sandbox.rerun(line.name, line.check(number).id, line.stage.sandbox.author)
    line.settle()
    assert (len(line.cards(number)), len(line.checks(number))) == (1, 1)
    line.stage.sandbox.faults.clear()
    line.stage.sandbox.rerun(line.name, line.check(number).id, line.stage.sandbox.author)
    line.settle()
    assert line.is_held_once(number)


def test_a_github_that_stays_away_is_given_up_and_looked_at_again_by_the_next_sweep(line: Line) -> None:
    line.stage.sandbox.faults.answer(503, times=10_000, path=f"/repos/{line.name}/")
    number = line.open(line.large())
    assert line.checks(number) == []  # nothing can be said while GitHub does not listen: the required check is missing
    assert "Required status check" in line.stage.sandbox.mergeable(line.name, number)[0]
    line.stage.sandbox.faults.clear()
    line.sweep()
    assert line.is_held_once(number)
