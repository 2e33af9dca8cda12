"""The machine under codechill misbehaves: clock, disk, database, mirror, git."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest
import sqlalchemy as sa

from bot.demo import replay
from bot.demo.stage import Stage
from tests.bot.conftest import BASIC
from tests.bot.faults.conftest import Line, Red, lines, placed

DAY = timedelta(days=1)


# --- the clock


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["ahead", "back"])
def test_a_clock_that_jumps_in_the_middle_of_a_run_leaves_one_comment_and_one_verdict(
    line: Line, jump: timedelta
) -> None:
    sandbox = line.stage.sandbox
    sandbox.faults.slow(0.6, method="POST", path="/comments$", after=False)
    number = line.begin(line.large())
    line.until(lambda: sandbox.faults.armed[0].left == 0, "it did not begin")
    line.clock.forward(jump)  # ahead: every lease has run out, and another worker takes the same job
    line.settle()
    sandbox.rerun(line.name, line.check(number).id, sandbox.author)
    line.settle()
    assert line.is_held_once(number)
    line.clock.forward(-jump)


def test_a_window_that_a_clock_ahead_of_its_time_opened_is_closed_when_the_clock_is_put_right(line: Line) -> None:
    soon = line.clock() + timedelta(hours=5)
    line.configure(f"{BASIC}windows:\n  - {{name: Night, level: red, from: '{soon:%Y-%m-%d %H:%M}', to: 2099-01-01}}\n")
    number = line.open(line.large())
    assert line.check(number).conclusion == "success"
    line.clock.forward(timedelta(hours=6))
    line.stage.app.schedule.look()
    line.settle()
    assert line.check(number).conclusion == "failure"
    line.clock.forward(-timedelta(hours=6))
    line.stage.app.schedule.look()
    line.settle()
    assert line.check(number).conclusion == "success"


# --- the database and the disk


def test_a_database_that_is_locked_for_a_while_only_delays(line: Line) -> None:
    other = sqlite3.connect(line.stage.app.store.engine.url.database or "", isolation_level=None)
    number = line.begin(line.large())
    other.execute("BEGIN IMMEDIATE")
    sleep(0.8)
    other.execute("ROLLBACK")
    other.close()
    line.settle()
    assert line.is_held_once(number)


@contextmanager
def full(engine: sa.Engine) -> Iterator[None]:
    """The database may not grow any more, as on a full disk."""
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: sqlite3.Connection, record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    sa.event.listen(engine, "connect", limit)
    engine.dispose()
    yield
    sa.event.remove(engine, "connect", limit)
    engine.dispose()


def test_a_disk_that_is_full_for_the_database_delays_and_loses_nothing(line: Line) -> None:
    sandbox = line.stage.sandbox
    number = line.open(line.change("docs/new.md", b"# New\n"))
    with full(line.stage.app.store.engine):
        sandbox.edit(line.name, number, sandbox.author, body="x" + os.urandom(60_000).hex())
        sandbox.settle()
        assert sandbox.deliveries[-1].status_code == 503
        sandbox.push(line.name, sandbox.pull(line.name, number).head_ref, line.large())
        sandbox.settle()
    line.sweep()
    assert line.is_held_once(number)
    assert line.stage.app.store.audit.verify() is None


# --- git


def wrapped(folder: Path, body: str) -> dict[str, str]:
    """A PATH on which git is a script that may come to the real one."""
    folder.mkdir()
    script = folder / "git"
    script.write_text(f'#!/bin/sh\nREAL={shutil.which("git")}\n{body}\nexec $REAL "$@"\n')
    script.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.fixture
def switch(tmp_path: Path) -> Path:
    """While this file is there, git may write no file of more than 512 bytes, as on a full disk."""
    return tmp_path / "full"


@pytest.fixture
def crowded(tmp_path: Path, switch: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    body = f'case "$*" in *fetch*) [ -e {switch} ] && ulimit -f 1;; esac'
    monkeypatch.setenv("PATH", wrapped(tmp_path / "bin", body)["PATH"])
    yield from lines(tmp_path / "stage")


def test_a_disk_that_is_full_for_git_is_told_and_made_up_for(crowded: Stage, red: Red, switch: Path) -> None:
    line = placed(crowded, red, "acme/shop")
    switch.touch()
    number = line.open(line.large())
    assert line.check(number).conclusion == "failure"
    summary = line.check(number).summary or ""
    assert "could not score this change: the repository could not be read with git" in summary
    assert "`/chill refresh` tries again" in summary
    mirror = crowded.app.store.engine.url.database
    halves = list(Path(mirror or "").parent.glob("mirrors/**/tmp_*"))
    assert halves
    switch.unlink()
    line.sweep()
    assert line.is_held_once(number)
    assert "could not" not in (line.check(number).summary or "")
    assert [half for half in halves if half.exists()] == []


@pytest.mark.parametrize("what", ["objects", "garbage"])
def test_a_corrupt_mirror_is_cloned_again(line: Line, what: str) -> None:
    line.open(line.change("docs/new.md", b"# New\n"))
    folder = line.stage.app.reconciler._live.assessor._mirror.path(line.repository_id)  # type: ignore[attr-defined]
    if what == "objects":
        shutil.rmtree(folder / "objects")
    else:
        for pack in (folder / "objects" / "pack").iterdir():
            pack.chmod(0o644)
            pack.write_bytes(b"garbage")
    number = line.open(line.large())
    assert line.is_held_once(number)
    assert "could not" not in (line.check(number).summary or "")


@pytest.mark.parametrize("at", [0, 8192], ids=["no database", "damaged inside"])
def test_a_corrupt_index_is_built_again(line: Line, at: int) -> None:
    line.open(line.change("docs/new.md", b"# New\n"))
    assessor = line.stage.app.reconciler._live.assessor
    index = assessor._indexes / str(line.repository_id) / "index.sqlite"  # type: ignore[attr-defined]
    for side in (index, index.with_name("index.sqlite-wal")):
        if side.exists():
            with side.open("r+b") as file:
                file.seek(at)
                file.write(os.urandom(200_000))
    if at == 0:
        assessor._scorers.clear()  # type: ignore[attr-defined]  # as after a restart
    number = line.open(line.large())
    assert line.is_held_once(number)
    assert "could not" not in (line.check(number).summary or "")


def test_a_git_host_that_cannot_be_reached_is_told_and_made_up_for(line: Line) -> None:
    sandbox = line.stage.sandbox
    sandbox.faults.answer(503, times=10_000, path=r"\.git/")
    number = line.open(line.large())
    summary = line.check(number).summary or ""
    assert line.check(number).conclusion == "failure"
    assert "could not score this change: the repository could not be read with git" in summary
    sandbox.faults.clear()
    line.sweep()
    assert line.is_held_once(number)
    assert "could not" not in (line.check(number).summary or "")


def test_a_git_host_that_hangs_is_given_up_after_the_limit_and_holds_up_nobody(alone: Line, red: Red) -> None:
    sandbox = alone.stage.sandbox
    seen = alone.open(alone.large())  # its commits are here
    others = [placed(alone.stage, red, f"acme/other{number}") for number in range(3)]
    numbers = [other.open(other.change("docs/new.md", b"# New\n")) for other in others]
    sandbox.faults.slow(30, times=100, path=r"other.*\.git/", after=False)
    for other, number in zip(others, numbers, strict=True):
        sandbox.push(other.name, sandbox.pull(other.name, number).head_ref, other.large())
    alone.until(lambda: sandbox.faults.armed[0].left < 100, "nothing hangs")
    sandbox.comment(alone.name, seen, sandbox.author, "/chill why")
    alone.until(lambda: len(alone.ours(seen)) == 2, "it waited for the host that hangs")
    sandbox.faults.clear()
    alone.settle()
    assert [other.is_held_once(number) for other, number in zip(others, numbers, strict=True)] == [True] * 3


def test_a_push_that_git_cannot_fetch_gets_no_verdict_from_the_head_before(alone: Line) -> None:
    sandbox = alone.stage.sandbox
    number = alone.open(alone.change("docs/new.md", b"# New\n"))
    sandbox.faults.answer(503, times=10_000, path=r"\.git/")
    head = sandbox.pull(alone.name, number).head_ref
    sandbox.push(alone.name, head, alone.large())
    alone.settle()
    assert alone.check(number).conclusion == "failure"  # the score of the head before is not this one's
    assert "could not score" in (alone.check(number).summary or "")
    assert replay.git(alone.folder, "rev-parse", f"refs/heads/{head}") == alone.head
