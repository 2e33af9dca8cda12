"""Several processes read history as one would, and fail in the same words."""

import os
import signal
from pathlib import Path

import pytest
from histories import START, Step, build, lines

from scoring.errors import ScoringError
from scoring.git import Git
from scoring.history import readers, stream

ODD = os.fsdecode(b'd\xff/q"u\tn\nl \xc3\xa9.py')


def past(count: int, message: str = "") -> list[Step]:
    steps = [Step("Start", {ODD: lines(6), "bin": b"\0\1", "link": b"target"}, modes={"link": "120000"})]
    steps += [
        Step(f"Change {number}\n\n{message}", {ODD: lines(number % 9, f"v{number}_")}, at=START + number)
        for number in range(1, count)
    ]
    steps.append(Step("Side", {"side": b"if x:\n"}, at=START + count, parents=(0,)))
    steps.append(Step("Merge", {"side": b"if x:\n"}, at=START + count + 1, parents=(count - 1, count)))
    return [*steps, Step("Move", {}, at=START + count + 2, renames=((ODD, "new.py"),))]


def children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


@pytest.mark.parametrize("first_parent", [False, True])
def test_several_processes_read_what_one_reads_in_the_same_order(tmp_path: Path, first_parent: bool) -> None:
    shas = build(tmp_path / "repo", past(100))
    git = Git(tmp_path / "repo")
    alone = list(stream.commits(git, shas, first_parent=first_parent))
    assert [commit.sha for commit in alone] == shas
    for count in (1, 2, 3):
        assert list(readers.commits(git, shas, first_parent=first_parent, readers=count)) == alone


def test_an_object_that_a_reader_misses_is_told_in_the_same_words(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", past(100))
    git = Git(tmp_path / "repo")
    absent = [*shas[:90], "1" * 40, *shas[90:]]
    told = []
    for count in (0, 2):
        with pytest.raises(ScoringError) as error:
            list(readers.commits(git, absent, readers=count))
        told.append(str(error.value))
    assert told[0] == told[1]


def test_a_reader_that_is_killed_is_no_shorter_history(tmp_path: Path) -> None:
    # more than fits into a pipe, so that the reader is still at work
    shas = build(tmp_path / "repo", past(200, "words " * 2000))
    before = children()
    reading = readers.commits(Git(tmp_path / "repo"), shas, readers=2)
    next(reading)
    os.kill(next(pid for pid in children() if pid not in before), signal.SIGKILL)
    with pytest.raises(ScoringError, match="ended before its work was done"):
        list(reading)
    assert children() == before


def test_no_process_is_left_when_reading_stops_half_way(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", past(200, "words " * 2000))
    before = children()
    reading = readers.commits(Git(tmp_path / "repo"), shas, readers=2)
    next(reading)
    assert len(children()) == len(before) + 2
    reading.close()
    assert children() == before


def test_ctrl_c_in_a_terminal_reaches_the_one_who_asked_and_no_reader(tmp_path: Path) -> None:
    shas, before = build(tmp_path / "repo", past(60)), children()
    reading = readers.commits(Git(tmp_path / "repo"), shas, readers=2)
    next(reading)  # a terminal interrupts its process group
    assert os.getpgid(0) not in {os.getpgid(pid) for pid in children() if pid not in before}
    reading.close()


def test_a_reader_runs_nothing_from_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shas = build(tmp_path / "repo", past(40))
    for name in ("scoring.py", "marshal.py", "re.py", "struct.py", "sitecustomize.py"):
        (tmp_path / name).write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert len(list(readers.commits(Git(tmp_path / "repo"), shas, readers=2))) == len(shas)
    assert not (tmp_path / "ran").exists()
