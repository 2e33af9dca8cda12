"""Deliveries that never come, come twice, in another order, a day late: the verdict is that of what is true now."""

from datetime import timedelta

from bot.jobs.kinds import REDELIVER, Nothing
from tests.bot.faults.conftest import Line

DAY = timedelta(days=1)


def redeliver(line: Line) -> None:
    """What the clock does every ten minutes, when the lost ones are old enough to be missed."""
    line.clock.forward(timedelta(minutes=11))
    now = line.clock()
    line.stage.app.queue.add(REDELIVER.new(Nothing(), now))
    line.settle()


def test_a_payload_of_25_mb_that_never_came_is_made_up_for_by_the_sweep(line: Line) -> None:
    body = "x" * (26 * 1024 * 1024)
    number = line.open(line.large(), body=body)
    assert line.checks(number) == []
    assert "Required status check" in line.stage.sandbox.mergeable(line.name, number)[0]
    line.sweep()
    assert line.is_held_once(number)


def test_a_push_of_25_mb_that_never_came_is_made_up_for_by_the_sweep(line: Line) -> None:
    sandbox, number = line.stage.sandbox, line.open(line.change("docs/new.md", b"# New\n"))
    sandbox.edit(line.name, number, sandbox.author, body="x" * (26 * 1024 * 1024))
    sandbox.push(line.name, sandbox.pull(line.name, number).head_ref, line.large())
    line.settle()
    assert line.checks(number) == []
    line.sweep()
    assert line.is_held_once(number)


def test_lost_deliveries_are_asked_for_again(line: Line) -> None:
    sandbox = line.stage.sandbox
    sandbox.faults.lose(times=2, events=["pull_request"])
    first, second = line.open(line.large()), line.open(line.change("docs/new.md", b"# New\n"))
    assert (line.checks(first), line.checks(second)) == ([], [])
    redeliver(line)
    assert line.is_held_once(first)
    assert line.check(second).conclusion == "success"


def test_a_lost_command_is_asked_for_again_and_answered_once(line: Line) -> None:
    sandbox, number = line.stage.sandbox, line.open(line.large())
    sandbox.faults.lose(events=["issue_comment"])
    assert line.say(number, sandbox.author, "/chill why") == ""
    for _ in range(2):
        redeliver(line)
    assert len(line.ours(number)) == 2


def test_doubled_deliveries_are_done_once(line: Line) -> None:
    sandbox = line.stage.sandbox
    sandbox.faults.double(times=20)
    number = line.open(line.large())
    line.say(number, sandbox.author, "/chill why")
    assert line.is_held_once(number)
    assert (len(line.checks(number)), len(line.ours(number))) == (1, 2)


def test_reordered_deliveries_end_in_the_verdict_on_what_is_true_now(line: Line) -> None:
    sandbox = line.stage.sandbox
    sandbox.faults.reorder(3, events=["pull_request"])
    number = line.begin(line.change("docs/new.md", b"# New\n"))
    for head in (line.change("docs/other.md", b"# Other\n"), line.large()):
        line.forge_clock.forward(timedelta(seconds=2))
        sandbox.push(line.name, sandbox.pull(line.name, number).head_ref, head)
    line.settle()
    assert line.is_held_once(number)


def test_a_delivery_that_comes_a_day_late_changes_nothing(line: Line) -> None:
    sandbox, number = line.stage.sandbox, line.open(line.change("docs/new.md", b"# New\n"))
    sandbox.faults.lose(times=2, events=["pull_request"])
    sandbox.edit(line.name, number, sandbox.author, title="Calm")
    sandbox.push(line.name, sandbox.pull(line.name, number).head_ref, line.large())
    line.sweep()
    assert line.is_held_once(number)
    before = line.checks(number), line.ours(number)
    line.clock.forward(DAY)
    for late in [each for each in sandbox.deliveries if each.event == "pull_request"][-2:]:
        sandbox.redeliver(late.id)
    line.settle()
    assert (line.checks(number), line.ours(number)) == before


def test_a_command_that_comes_a_day_late_is_still_answered(line: Line) -> None:
    sandbox, number = line.stage.sandbox, line.open(line.large())
    sandbox.faults.lose(events=["issue_comment"])
    line.say(number, sandbox.author, "/chill why")
    line.clock.forward(DAY)
    sandbox.redeliver(sandbox.deliveries[-1].id)
    line.settle()
    assert len(line.ours(number)) == 2


def test_what_happened_while_the_server_was_away_is_made_up_for(line: Line) -> None:
    sandbox = line.stage.sandbox
    number = line.open(line.large())
    door, sandbox.webhook_url = sandbox.webhook_url, "http://127.0.0.1:9/webhook"
    new = line.begin(line.change("docs/new.md", b"# New\n"))
    sandbox.comment(line.name, number, sandbox.author, "/chill why")
    sandbox.settle()
    sandbox.webhook_url = door
    redeliver(line)
    assert line.check(new).conclusion == "success"
    assert len(line.ours(number)) == 2
