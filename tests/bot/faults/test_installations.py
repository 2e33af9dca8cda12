"""The App loses its way in, gets it back, or a repository becomes another: nothing is done in the wrong place."""

from datetime import timedelta

import pytest

from bot.demo import replay
from bot.forge.envelope import Envelope
from bot.forge.port import Gone, Target
from bot.jobs.intake import intake
from bot.policy.events import Tick
from bot.store import Delivery
from tests.bot.faults.conftest import Line, Red


def test_what_is_not_found_after_an_uninstall_is_given_up_at_once(alone: Line) -> None:
    number = alone.open(alone.large())
    alone.stage.sandbox.faults.lose(events=["installation"])
    alone.stage.sandbox.uninstall()
    alone.stage.app.reconciler._live.forge._wire._installations.clear()  # type: ignore[attr-defined]  # as after a restart
    target = Target(alone.stage.sandbox.installation_id, alone.repository_id, alone.name)
    with pytest.raises(Gone):
        alone.stage.app.reconciler.pull(target, number, Tick("sweep"))
    alone.sweep()
    assert alone.stage.app.store.repositories.all() == ()
    assert alone.put_back() == []


def test_events_of_what_is_gone_are_dropped_and_counted_and_leave_no_dead_job(alone: Line) -> None:
    sandbox, app = alone.stage.sandbox, alone.stage.app
    number = alone.open(alone.large())
    sandbox.faults.lose(events=["installation"])
    sandbox.uninstall()
    app.reconciler._live.forge._wire._installations.clear()  # type: ignore[attr-defined]  # as after a restart
    one = Envelope(sandbox.installation_id, alone.repository_id, alone.name, number, Tick("sweep"))
    gone = [Delivery(f"gone-{at}", "pull_request", b"{}", app.clock(), (one,)) for at in range(3)]
    app.store.inbox.receive(gone, intake(app.store.repositories, app.store.pulls, app.store.pushes, app.queue))
    alone.settle()
    assert (app.queue.dead(), alone.put_back()) == ((), [])
    assert {app.store.inbox.state(each.guid) for each in gone} == {"done"}
    assert 'codechill_jobs_total{kind="pull",outcome="dropped"}' in app.web.test_client().get("/metrics").text


def test_an_uninstall_in_the_middle_of_a_run_leaves_no_job_behind(alone: Line) -> None:
    sandbox = alone.stage.sandbox
    sandbox.faults.slow(0.5, path="/pulls/", after=False)
    alone.begin(alone.large())
    alone.until(lambda: sandbox.faults.armed[0].left == 0, "it did not begin")
    sandbox.uninstall()
    alone.settle()
    assert alone.put_back() == []
    assert alone.stage.app.store.repositories.all() == ()


def test_a_suspended_installation_is_taken_up_again_where_it_was(alone: Line) -> None:
    sandbox = alone.stage.sandbox
    held = alone.open(alone.large())
    sandbox.suspend()
    new = alone.begin(alone.change("docs/new.md", b"# New\n"))
    alone.settle()
    assert alone.checks(new) == []
    sandbox.unsuspend()
    alone.settle()
    assert alone.check(new).conclusion == "success"
    assert alone.is_held_once(held)


def test_a_token_that_ends_before_its_time_is_replaced_in_the_middle_of_a_run(line: Line) -> None:
    sandbox = line.stage.sandbox
    line.open(line.change("docs/new.md", b"# New\n"))
    sandbox.expire_tokens()
    assert line.is_held_once(line.open(line.large()))


def test_a_token_that_git_is_refused_with_is_replaced(line: Line) -> None:
    line.stage.sandbox.faults.answer(401, path=r"\.git/")
    assert line.is_held_once(line.open(line.large()))


@pytest.mark.parametrize("long", [False, True])
def test_a_token_of_any_length_opens_the_interface_and_git(line: Line, *, long: bool) -> None:
    world = line.stage.sandbox.world
    world.long_tokens = long
    line.stage.sandbox.expire_tokens()
    assert line.is_held_once(line.open(line.large()))
    assert {len(token) > 255 for token, made in world.tokens.items() if made.expires_at > world.now()} == {long}
    world.long_tokens = True


def test_a_key_that_github_does_not_believe_is_tried_again_and_not_taken_for_a_loss(line: Line) -> None:
    line.stage.sandbox.faults.answer(401, times=6, path=f"/repos/{line.name}/")
    assert line.is_held_once(line.open(line.large()))


@pytest.mark.parametrize("told", [True, False])
def test_a_renamed_repository_keeps_its_one_comment_and_its_verdict(line: Line, *, told: bool) -> None:
    sandbox = line.stage.sandbox
    number = line.open(line.large())
    if not told:
        sandbox.faults.lose(events=["repository"])
    old, line.name = line.name, f"{line.name}-renamed"
    sandbox.rename(old, line.name.removeprefix("acme/"))
    line.settle()
    sandbox.faults.clear()
    sandbox.push(line.name, sandbox.pull(line.name, number).head_ref, line.change("more.py", b"x = 1\n", line.large()))
    line.settle()
    assert line.is_held_once(number)
    known = line.stage.app.store.repositories.get(line.repository_id)
    assert known is not None
    assert known.full_name == line.name


def test_a_sweep_finds_a_renamed_repository_that_nobody_told_of(line: Line) -> None:
    sandbox = line.stage.sandbox
    line.open(line.change("docs/new.md", b"# New\n"))
    with line.unheard():
        old, line.name = line.name, f"{line.name}-moved"
        sandbox.rename(old, line.name.removeprefix("acme/"))
        number = line.begin(line.large())
    line.sweep()
    assert line.is_held_once(number)


def test_a_name_that_another_repository_took_is_not_mistaken_for_the_old_one(line: Line, red: Red) -> None:
    sandbox = line.stage.sandbox
    number = line.open(line.large())
    old = line.name
    with line.unheard():
        sandbox.rename(old, f"{old.removeprefix('acme/')}-gone")
        impostor = sandbox.add_repository(old, red.folder, "main")
        assert line.begin(line.large()) == number
    target = Target(sandbox.installation_id, sandbox.repository(f"{old}-gone").id, old)
    with pytest.raises(Gone, match="another repository now"):
        line.stage.app.reconciler.pull(target, number, Tick("sweep"))
    assert impostor.comments == {}
    assert impostor.runs == {}


def test_a_repository_that_moved_out_of_reach_is_left_alone(alone: Line) -> None:
    sandbox = alone.stage.sandbox
    number = alone.open(alone.large())
    before = alone.checks(number)
    sandbox.transfer(alone.name, sandbox.author)
    alone.name = f"{sandbox.author}/shop"
    alone.settle()
    sandbox.push(alone.name, sandbox.pull(alone.name, number).head_ref, alone.change("m.py", b"x = 1\n", alone.large()))
    alone.sweep()
    assert alone.checks(number) == []
    assert before[0].conclusion == "failure"
    assert alone.stage.app.store.repositories.all() == ()


def test_an_archived_repository_is_read_only_and_nothing_waits_for_it(line: Line) -> None:
    sandbox = line.stage.sandbox
    number = line.open(line.large())
    before = line.cards(number), line.checks(number)
    sandbox.archive(line.name)
    line.settle()
    line.clock.forward(timedelta(days=1))
    line.sweep()
    assert (line.cards(number), line.checks(number)) == before
    assert line.put_back() == []
    sandbox.archive(line.name, archived=False)
    line.settle()
    sandbox.push(line.name, sandbox.pull(line.name, number).head_ref, line.change("m.py", b"x = 1\n", line.large()))
    line.settle()
    assert line.is_held_once(number)


def test_a_deleted_repository_stops_nothing_else(line: Line, red: Red) -> None:
    sandbox = line.stage.sandbox
    line.open(line.large())
    doomed = sandbox.add_repository(f"{line.name}-doomed", red.folder, "main")
    sandbox.faults.slow(0.5, path="-doomed/pulls/", after=False)
    sandbox.open_pull(doomed.full_name, title="Doomed", head_sha=line.large())
    line.until(lambda: sandbox.faults.armed[0].left == 0, "it did not begin")
    sandbox.delete(doomed.full_name)
    number = line.open(line.change("docs/new.md", b"# New\n"))
    assert line.check(number).conclusion == "success"
    assert doomed.id not in {one.id for one in line.stage.app.store.repositories.all()}


def test_a_deleted_fork_does_not_take_its_pull_request_along(line: Line) -> None:
    sandbox = line.stage.sandbox
    number = line.open(line.large(), fork=True)
    sandbox.delete(f"{sandbox.author}/{line.name.removeprefix('acme/')}")
    line.settle()
    sandbox.comment(line.name, number, sandbox.release_manager, "/chill refresh")
    line.settle()
    assert line.is_held_once(number)
    assert replay.git(line.folder, "rev-parse", f"refs/pull/{number}/head") == line.head
