"""What an operator sees of the work, and does about what was given up."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.jobs import jobs
from bot.jobs import LeaseQueue
from bot.jobs.port import NewJob
from bot.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store(f"sqlite:///{tmp_path}/codechill.db")
    queue = LeaseQueue(one.engine)
    for number in (1, 2, 3):
        queue.add(NewJob("pull", {"delivery": f"d{number}"}, f"7#{number}", NOW))
    for _ in range(2):
        job = queue.claim("w", NOW, timedelta(minutes=1))
        assert job is not None
        queue.bury(job, "GitError: the disk is\nfull")
    yield one
    one.close()


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CODECHILL_FOLDER", str(tmp_path))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(jobs, arguments)


def states(store: Store) -> list[tuple[int, str]]:
    return sorted((job.id, job.state) for job in LeaseQueue(store.engine).listed(None, None))


def test_the_list_counts_and_shows_why(store: Store) -> None:
    done = run("list", "--state", "dead")
    assert done.exit_code == 0
    first, *rest = done.output.splitlines()
    assert first == "1 waiting, 0 running, 2 dead"
    assert [line.split()[:4] for line in rest[::2]] == [["2", "dead", "pull", "7#2"], ["1", "dead", "pull", "7#1"]]
    assert rest[1].strip() == "GitError: the disk is full"


def test_the_list_for_machines_has_every_job(store: Store) -> None:
    jobs = json.loads(run("list", "--format", "json").output)
    assert [(job["id"], job["state"], job["attempts"]) for job in jobs] == [
        (3, "waiting", 0),
        (2, "dead", 1),
        (1, "dead", 1),
    ]


def test_a_retried_job_waits_again_and_the_log_says_so(store: Store) -> None:
    assert (run("retry", "1").exit_code, states(store)) == (0, [(1, "waiting"), (2, "dead"), (3, "waiting")])
    (record,) = store.audit.records()
    assert (record.kind, json.loads(record.body)["job"]) == ("job retried", 1)


def test_dropping_all_removes_the_dead_and_keeps_the_reason(store: Store) -> None:
    done = run("drop", "--all", "--reason", "The repository is gone")
    assert (done.exit_code, done.output, states(store)) == (0, "2 jobs removed.\n", [(3, "waiting")])
    assert {json.loads(record.body)["reason"] for record in store.audit.records()} == {"The repository is gone"}


def test_a_number_that_no_dead_job_has_is_answered_with_no(store: Store) -> None:
    done = run("retry", "3", "99")
    assert (done.exit_code, "no dead job has the number 3, 99" in done.output) == (1, True)


@pytest.mark.parametrize("arguments", [("retry",), ("retry", "1", "--all"), ("drop", "--reason", "x")])
def test_jobs_are_named_or_all_are_meant(store: Store, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.exit_code, "codechill jobs list" in done.output) == (2, True)
