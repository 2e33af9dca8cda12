"""Everything that may become of a pull request while codechill looks at it."""

from datetime import UTC, datetime

import pytest

from bot.demo import replay
from bot.sandbox.reports import CheckRun, CheckSuite
from tests.bot.conftest import BASIC, WHO
from tests.bot.faults.conftest import Line

BY = WHO | {name.replace("AUTHOR", "COMMITTER"): told for name, told in WHO.items()}


def files(line: Line, many: int) -> str:
    """A head that adds so many files."""
    blob = replay.git(line.folder, "hash-object", "-w", "--stdin", stdin=b"x = 1\n")
    entries = tuple(replay.Entry(f"many/file{number:05}.py".encode(), "100644", blob) for number in range(many))
    return replay.commit(line.folder, line.base, entries, f"Add {many} files\n", WHO)


def test_a_new_base_that_no_webhook_told_of_is_seen_by_the_sweep(line: Line) -> None:
    sandbox = line.stage.sandbox
    free = replay.write(line.folder, line.base, ".github/codechill.yml", BASIC.encode(), "No window\n", WHO)
    sandbox.push(line.name, "release", free, sandbox.release_manager)
    number = line.open(line.large(), base="release")
    assert line.check(number).conclusion == "success"
    with line.unheard():
        sandbox.edit(line.name, number, sandbox.author, base="main")
    line.sweep()
    assert line.check(number).conclusion == "failure"


def test_a_force_push_in_the_middle_of_a_run_gives_each_head_its_own_verdict(line: Line) -> None:
    sandbox = line.stage.sandbox
    calm = line.change("docs/new.md", b"# New\n")
    sandbox.faults.slow(0.6, method="POST", path="/check-runs$", after=False)
    number = line.begin(calm)
    line.until(lambda: sandbox.faults.armed[0].left == 0, "it did not begin")
    sandbox.push(line.name, sandbox.pull(line.name, number).head_ref, line.large())
    line.settle()
    assert line.is_held_once(number)
    assert "success" not in {run.conclusion for run in line.checks(number)}
    assert {run.conclusion for run in sandbox.check_runs(line.name, calm)} <= {"success", None}


def test_an_empty_change_is_scored_and_free(line: Line) -> None:
    there = replay.write(line.folder, line.base, "a.txt", b"a\n", "There\n", WHO)
    tree = replay.git(line.folder, "rev-parse", f"{line.base}^{{tree}}")
    back = replay.git(line.folder, "commit-tree", tree, "-p", there, "-m", "And back", environment=BY)
    number = line.open(back)
    assert line.check(number).conclusion == "success"
    assert "could not" not in (line.check(number).summary or "")


@pytest.mark.parametrize(("many", "told"), [(10_000, "10,000"), (3_001, "3,001")])
def test_a_diff_that_no_list_shows_in_full_is_not_scored_by_what_is_left_of_it(
    line: Line, many: int, told: str
) -> None:
    check = line.check(number := line.open(files(line, many)))
    assert check.conclusion == "failure"
    assert f"could not score this change: the diff has {told} files" in (check.summary or "")
    assert "`/chill refresh` tries again" in (check.summary or "")
    assert "or ask for an exception" in line.cards(number)[0]


def test_a_diff_as_long_as_a_list_may_be_is_scored_whole(line: Line) -> None:
    check = line.check(line.open(files(line, 3_000)))
    assert "could not score" not in (check.summary or "")


def test_a_change_that_conflicts_with_its_base_is_judged_by_itself(line: Line) -> None:
    sandbox, number = line.stage.sandbox, line.open(line.large())
    other = replay.write(line.folder, line.base, "billing/ledger.py", b"quite = 'different'\n", "Other\n", WHO)
    sandbox.push(line.name, "main", other, sandbox.release_manager)
    line.settle()
    sandbox.comment(line.name, number, sandbox.author, "/chill refresh")
    line.settle()
    assert line.is_held_once(number)
    assert any("conflict" in why.lower() for why in sandbox.mergeable(line.name, number))


def test_a_history_without_a_common_commit_is_told_and_held(line: Line) -> None:
    tree = replay.git(line.folder, "rev-parse", f"{line.base}^{{tree}}")
    strange = replay.git(line.folder, "commit-tree", tree, "-m", "No parent", environment=BY)
    check = line.check(line.open(strange))
    assert check.conclusion == "failure"
    assert "it shares no history with its base branch" in (check.summary or "")


@pytest.mark.parametrize(("name", "then"), [("lint", 1_001), ("codechill", 1_000)])
def test_a_commit_with_a_thousand_check_runs_gets_one_verdict(line: Line, name: str, then: int) -> None:
    sandbox, head = line.stage.sandbox, line.large()
    here, now = sandbox.repository(line.name), datetime.now(UTC)
    ours = sandbox.app_id
    suite = CheckSuite(sandbox.world.new_id(), here.id, head, None, None, now, now, app_id=ours)
    here.suites[suite.id] = suite
    for run in [sandbox.world.new_id() for _ in range(1_000)]:
        here.runs[run] = CheckRun(
            run, suite.id, here.id, head, name, "completed", "success", "", None, now, now, app_id=ours
        )
    number = line.open(head)
    sandbox.rerun(line.name, line.check(number).id, sandbox.author)
    line.settle()
    assert line.is_held_once(number)
    assert len(line.checks(number)) == then


def test_a_check_run_that_github_forgot_is_reported_anew(line: Line) -> None:
    sandbox = line.stage.sandbox
    number = line.open(line.large())
    sandbox.faults.answer(404, method="PATCH", path="/check-runs/")
    line.configure(BASIC)
    line.settle()
    assert line.check(number).conclusion == "success"


def test_one_pull_request_that_cannot_be_looked_at_does_not_hold_up_another(line: Line) -> None:
    sandbox = line.stage.sandbox
    bad = line.open(line.large(), title="Bad")
    sandbox.faults.answer(500, times=10_000, path=f"/pulls/{bad}$")
    for _ in range(3):
        sandbox.comment(line.name, bad, sandbox.author, "/chill why")
    good = line.begin(line.change("docs/new.md", b"# New\n"))
    line.until(lambda: line.checks(good) and line.check(good).conclusion == "success", "the good one waited")
    line.until(line.put_back, "the bad one was not put back")


def test_what_git_could_not_do_again_is_told_beside_the_score_that_stands(line: Line) -> None:
    sandbox = line.stage.sandbox
    number = line.open(line.large())
    moved = replay.write(line.folder, line.base, "OTHER.txt", b"x\n", "Move on\n", WHO)
    sandbox.faults.answer(503, times=10_000, path=r"\.git/")
    sandbox.push(line.name, "main", moved, sandbox.release_manager)
    sandbox.comment(line.name, number, sandbox.author, "/chill why")
    line.settle()
    assert line.check(number).conclusion == "failure"
    (card,) = line.cards(number)
    assert "could not look at this change again: the repository could not be read with git" in card
    assert "Its last score stands" in card
    sandbox.faults.clear()
    line.sweep()
    (card,) = line.cards(number)
    assert "could not look" not in card
