"""The index: what it must survive, and the law that the future never reaches the past."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from histories import DAY, START, Step, build, extend, lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.errors import ScoringError
from scoring.features import FEATURES
from scoring.history.index import History
from scoring.history.read import commit_change, lines_of, read_change

NOW = START + 4000 * DAY
PEOPLE = ("ann@x.org", "bob@x.org", "cat@x.org")
PATHS = ("a/x.py", "a/y.c", "b/z.rs", "top.md", "b/tests/t.py")


def read(repo: Path, state: Path, tip: str, **options: bool) -> History:
    history = History(repo, state, **options)
    history.refresh(tip, now=NOW)
    return history


@st.composite
def pasts(draw: st.DrawFn) -> list[Step]:
    steps = [Step("Start", {path: lines(6) for path in PATHS}, "ann@x.org", START)]
    for number in range(draw(st.integers(3, 9))):
        touched = draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=3, unique=True))
        title = draw(st.sampled_from(["Add a thing", "Fix a crash", f'Revert "{steps[-1].message}"']))
        content = b"if x:\n" * draw(st.integers(0, 3)) + lines(draw(st.integers(0, 9)), f"v{number}_")
        at = START + draw(st.integers(-3, 40)) * DAY
        steps.append(Step(f"{title} {number}", dict.fromkeys(touched, content), draw(st.sampled_from(PEOPLE)), at))
    return steps


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(past=pasts(), cut=st.integers(1, 8))
def test_features_of_a_change_do_not_move_when_commits_are_added_after_it(
    past: list[Step], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")
    shas = build(folder / "repo", past)
    whole = read(folder / "repo", folder / "whole", shas[-1]).matrix()
    start = read(folder / "repo", folder / "start", shas[min(cut, len(shas) - 2)]).matrix()
    assert np.array_equal(whole[: len(start)], start)
    assert np.isfinite(whole).all()


def test_an_index_grown_in_steps_is_the_index_read_at_once(tmp_path: Path) -> None:
    steps = [Step("Start", {path: lines(6) for path in PATHS}, at=START)]
    for number in range(12):
        path = PATHS[number % len(PATHS)]
        message = f"Change {number}" if number % 4 else f'Revert "{steps[-1].message}"'
        steps.append(Step(message, {path: lines(4 + number, f"v{number}_")}, PEOPLE[number % 3], START + number * DAY))
    steps.append(Step("Move", {}, at=START + 20 * DAY, renames=(("a/x.py", "c/w.py"),)))
    steps.append(Step("After", {"c/w.py": lines(3)}, at=START + 21 * DAY))
    shas = build(tmp_path / "repo", steps)
    once = read(tmp_path / "repo", tmp_path / "once", shas[-1])
    grown = History(tmp_path / "repo", tmp_path / "grown")
    reads = [grown.refresh(sha, now=NOW) for sha in shas]
    assert reads == [1] * len(shas)
    assert np.array_equal(once.matrix(), grown.matrix())
    assert once.labels() == grown.labels()
    assert len(once.labels()) == 3
    assert grown.refresh(shas[-1], now=NOW) == 0


def test_a_renamed_file_brings_its_past_with_it(tmp_path: Path) -> None:
    steps = [
        Step("Start", {"old.py": lines(9)}, "ann@x.org", START),
        Step("Break", {"old.py": lines(12)}, "bob@x.org", START + DAY),
        Step("Move", {}, "bob@x.org", START + 2 * DAY, renames=(("old.py", "new.py"),)),
        Step('Revert "Break"', {"new.py": lines(9)}, "ann@x.org", START + 3 * DAY),
        Step("Touch", {"new.py": lines(10)}, "cat@x.org", START + 4 * DAY),
    ]
    shas = build(tmp_path / "repo", steps)
    history = read(tmp_path / "repo", tmp_path / "state", shas[-1])
    last = dict(zip([f.name for f in FEATURES], history.matrix()[-1].tolist(), strict=True))
    assert (last["file_changes"], last["file_faults"], last["file_lines"]) == (4, 1, 9)


def test_merges_are_no_changes_but_their_branches_are(tmp_path: Path) -> None:
    steps = [
        Step("Start", {"a": b"1\n"}, at=START),
        Step("Left", {"b": b"2\n"}, at=START + DAY, parents=(0,)),
        Step("Right", {"c": b"3\n"}, at=START + 2 * DAY, parents=(0,)),
        Step("Third", {"d": b"4\n"}, at=START + 3 * DAY, parents=(0,)),
        Step("Merge", {"b": b"2\n", "c": b"3\n", "d": b"4\n"}, at=START + 4 * DAY, parents=(1, 2, 3)),
    ]
    shas = build(tmp_path / "repo", steps)
    every = read(tmp_path / "repo", tmp_path / "every", shas[-1])
    assert [change.sha for change in every.changes()] == shas[:4]
    landed = read(tmp_path / "repo", tmp_path / "landed", shas[-1], first_parent=True)
    assert [change.sha for change in landed.changes()] == [shas[0], shas[1], shas[4]]
    assert landed.paths(2, 3) == (("c", "d"),)


def test_clocks_that_run_wild_do_not_stop_time(tmp_path: Path) -> None:
    times = [START, 10, 2**32 + START, START + 5 * DAY, START + 4 * DAY]
    shas = build(tmp_path / "repo", [Step(f"c{n}", {"a": b"%d\n" % n}, at=at) for n, at in enumerate(times)])
    history = read(tmp_path / "repo", tmp_path / "state", shas[-1])
    assert [change.at for change in history.changes()] == [START, START, START, START + 5 * DAY, START + 5 * DAY]


def test_any_byte_in_a_path_and_any_kind_of_file_is_read(tmp_path: Path) -> None:
    odd = os.fsdecode(b'd\xff/q"u\tn\nl \xc3\xa9.py')
    steps = [
        Step("Start", {odd: b"if a:\n", "bin": b"\0\1\2", "empty": b"", "link": b"target"}, modes={"link": "120000"}),
        Step("Again", {odd: b"if a:\n  b\n", "bin": b"\0\1\3", "link": b"now a file\n"}, at=START + DAY),
        Step("Gone", {odd: None, "bin": None}, at=START + 2 * DAY),
    ]
    shas = build(tmp_path / "repo", steps)
    history = read(tmp_path / "repo", tmp_path / "state", shas[-1])
    assert history.paths(1, 2) == (("bin", odd, "link"),)
    change = commit_change(tmp_path / "repo", shas[1])
    told = {file.path: (file.status, file.added, file.deleted, file.binary, file.new_mode) for file in change.files}
    assert told == {
        odd: ("M", 1, 0, False, "100644"),
        "bin": ("M", 0, 0, True, "100644"),
        "link": ("T", 1, 1, False, "100644"),
    }


def test_a_submodule_is_a_file_of_one_line(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", [Step("Start", {"a": b"1\n"})])
    tree = subprocess.run(
        ["git", "-C", str(tmp_path / "repo"), "mktree", "--missing"],
        input=f"160000 commit {shas[0]}\tsub\n".encode(),
        capture_output=True,
        check=True,
    ).stdout.decode().strip()  # fmt: skip
    environment = os.environ | {
        f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    made = subprocess.run(
        ["git", "-C", str(tmp_path / "repo"), "commit-tree", tree, "-p", shas[0], "-m", "Add sub"],
        env=environment, capture_output=True, check=True,
    ).stdout.decode().strip()  # fmt: skip
    change = commit_change(tmp_path / "repo", made)
    assert [(f.path, f.status, f.added, f.new_mode) for f in change.files] == [
        ("a", "D", 0, "000000"),
        ("sub", "A", 1, "160000"),
    ]


def test_an_empty_commit_is_a_change_without_files(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", [Step("Start", {"a": b"1\n"}), Step("Nothing", {}, at=START + 1)])
    history = read(tmp_path / "repo", tmp_path / "state", shas[-1])
    assert history.paths(1, 2) == ((),)
    assert np.isfinite(history.matrix()).all()


def test_rewritten_history_is_read_again_and_a_merged_branch_is_not(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", [Step(f"c{n}", {"a": b"%d\n" % n}, at=START + n) for n in range(5)])
    history = read(tmp_path / "repo", tmp_path / "state", shas[-1])
    assert history.refresh(shas[2], now=NOW) == 0
    (forced,) = extend(tmp_path / "repo", [Step("other", {"a": b"x\n"}, at=START + 9)], first=50, onto=shas[2])
    assert history.refresh(forced, now=NOW) == 4
    assert [change.sha for change in history.changes()] == [*shas[:3], forced]


def test_another_branch_adds_what_it_has_of_its_own_and_forgets_nothing(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", [Step(f"c{n}", {"a": b"%d\n" % n}, at=START + n) for n in range(5)])
    subprocess.run(["git", "-C", str(tmp_path / "repo"), "branch", "release", shas[4]], check=True)
    history = read(tmp_path / "repo", tmp_path / "state", shas[4])
    (other,) = extend(tmp_path / "repo", [Step("other", {"a": b"x\n"}, at=START + 9)], first=50, onto=shas[2])
    assert [history.refresh(tip, now=NOW) for tip in (other, shas[4], other)] == [1, 0, 0]
    assert [change.sha for change in history.changes()] == [*shas, other]


def test_a_shallow_clone_is_refused_with_the_remedy(tmp_path: Path) -> None:
    build(tmp_path / "repo", [Step(f"c{n}", {"a": b"%d\n" % n}, at=START + n) for n in range(5)])
    subprocess.run(["git", "clone", "-q", "--depth=2", f"file://{tmp_path}/repo", str(tmp_path / "cut")], check=True)
    history = History(tmp_path / "cut", tmp_path / "state")
    with pytest.raises(ScoringError, match="git fetch --unshallow"):
        history.refresh(history.git.resolve("HEAD"), now=NOW)
    assert len(history) == 0


def lacking(tmp_path: Path) -> tuple[Path, list[str]]:
    """Return a repository that lost one old version of a file, and its commits."""
    steps = [Step(f"c{n}", {"a": b"only %d\n" % n, "b": b"%d\n" % n}, at=START + n) for n in range(4)]
    shas = build(tmp_path / "repo", steps)
    git = ["git", "-C", str(tmp_path / "repo")]
    subprocess.run([*git, "unpack-objects", "-q"], input=b"", check=False, capture_output=True)
    packs = list((tmp_path / "repo/objects/pack").glob("*.pack"))
    for pack in packs:
        moved = tmp_path / pack.name
        for part in pack.parent.glob(f"{pack.stem}.*"):
            part.rename(tmp_path / part.name)
        subprocess.run([*git, "unpack-objects", "-q"], input=moved.read_bytes(), check=True)
    blob = subprocess.run([*git, "rev-parse", f"{shas[1]}:a"], capture_output=True, check=True).stdout.decode().strip()
    (tmp_path / "repo/objects" / blob[:2] / blob[2:]).unlink()
    return tmp_path / "repo", shas


def test_a_clone_without_some_objects_is_never_a_silently_short_history(tmp_path: Path) -> None:
    repo, shas = lacking(tmp_path)
    history = History(repo, tmp_path / "state")
    with pytest.raises(ScoringError, match="lacks some objects"):
        history.refresh(shas[-1], now=NOW)
    assert history.tip == ""


def test_absent_files_can_be_read_as_empty_when_asked_for(tmp_path: Path) -> None:
    repo, shas = lacking(tmp_path)
    history = read(repo, tmp_path / "state", shas[-1], absent_as_empty=True)
    assert (len(history), history.absent) == (4, 1)


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match="is not a git repository"):
        History(tmp_path, tmp_path / "state")


def test_a_pull_request_is_what_its_head_changes_since_it_left_the_base(tmp_path: Path) -> None:
    steps = [
        Step("Start", {"a.py": lines(3)}),
        Step("Base moves", {"other": b"1\n"}, at=START + 1),
        Step("One", {"b.py": b"if a:\n    f(x)\n"}, at=START + 2, parents=(0,)),
        Step("Two", {"a.py": lines(4)}, at=START + 3, parents=(2,)),
    ]
    shas = build(tmp_path / "repo", steps)
    commit = commit_change(tmp_path / "repo", shas[3])
    change = read_change(
        tmp_path / "repo", shas[1], shas[3], at=commit.at, author="Ann@X.org", title="Both", message="why"
    )
    assert (change.base, change.author, change.title) == (shas[0], "ann@x.org", "Both")
    assert [(file.path, file.status, file.added) for file in change.files] == [("a.py", "M", 1), ("b.py", "A", 2)]
    assert (change.lines[1].branches_added, change.lines[1].calls_added) == (1, 1)
    assert lines_of(tmp_path / "repo", change) == change.lines


@pytest.mark.parametrize("name", ["--output=x", "HEAD..HEAD", "no such", "", "a" * 300, "-1", "@{u}\n"])
def test_names_that_are_no_commits_are_refused_before_git_sees_them(tmp_path: Path, name: str) -> None:
    build(tmp_path / "repo", [Step("Start", {"a": b"1\n"})])
    with pytest.raises(ScoringError):
        commit_change(tmp_path / "repo", name)


def test_programs_named_in_the_configuration_of_a_repository_are_not_run(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", [Step("Start", {"a.py": b"1\n"}), Step("Next", {"a.py": b"2\n"}, at=START + 1)])
    trap = f"touch {tmp_path}/ran;"
    for name in ("diff.external", "core.fsmonitor", "diff.x.textconv", "diff.x.command", "gpg.program", "core.pager"):
        subprocess.run(["git", "-C", str(tmp_path / "repo"), "config", name, trap], check=True)
    (tmp_path / "repo/info/attributes").write_text("* diff=x\n")
    read(tmp_path / "repo", tmp_path / "state", shas[-1])
    commit_change(tmp_path / "repo", shas[-1])
    assert not (tmp_path / "ran").exists()
