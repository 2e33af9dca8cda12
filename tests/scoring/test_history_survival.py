"""Repositories as they are in the wild: the index reads them, or says in one sentence what to do."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from histories import DAY, START, Step, build, lines

from scoring.errors import ScoringError
from scoring.features import FEATURES
from scoring.history.index import History
from scoring.history.partial import missing_blobs
from scoring.history.read import commit_change
from scoring.history.store import Store

NOW = START + 4000 * DAY


def git(*arguments: str, path: Path | None = None) -> str:
    where = ("-C", str(path)) if path else ()
    done = subprocess.run(["git", *where, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def read(repo: Path, state: Path, **options: bool) -> History:
    history = History(repo, state, **options)
    history.refresh(history.git.resolve("HEAD"), now=NOW)
    return history


def last(history: History) -> dict[str, float]:
    return dict(zip([feature.name for feature in FEATURES], history.matrix()[-1].tolist(), strict=True))


def filtered(tmp_path: Path, what: str) -> Path:
    """Return a partial clone of a history of four commits."""
    build(tmp_path / "whole", [Step(f"c{n}", {"d/a": b"only %d\n" % n}, at=START + n) for n in range(4)])
    git("config", "uploadpack.allowFilter", "true", path=tmp_path / "whole")
    git("clone", "-q", "--bare", f"--filter={what}", f"file://{tmp_path}/whole", str(tmp_path / "part"))
    return tmp_path / "part"


@pytest.mark.parametrize("what", ["blob:none", "tree:0"])
def test_a_partial_clone_is_refused_with_the_remedy_and_nothing_is_fetched(tmp_path: Path, what: str) -> None:
    part = filtered(tmp_path, what)
    packs = sorted(part.glob("objects/pack/*"))
    with pytest.raises(ScoringError, match=r"git fetch --refetch.*--missing-blobs empty"):
        read(part, tmp_path / "state")
    assert sorted(part.glob("objects/pack/*")) == packs


def test_a_partial_clone_without_files_is_read_as_a_history_of_empty_ones_when_asked_for(tmp_path: Path) -> None:
    history = read(filtered(tmp_path, "blob:none"), tmp_path / "state", absent_as_empty=True)
    assert (len(history), history.absent) == (4, 4)


def test_a_clone_without_folders_cannot_be_read_as_empty_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match="git fetch --refetch"):
        read(filtered(tmp_path, "tree:0"), tmp_path / "state", absent_as_empty=True)


def test_an_empty_repository_has_no_commit_to_read(tmp_path: Path) -> None:
    git("init", "-q", "--bare", str(tmp_path / "repo"))
    with pytest.raises(ScoringError, match="has no commits yet; commit something first"):
        read(tmp_path / "repo", tmp_path / "state")


@pytest.mark.parametrize("bare", [True, False])
def test_an_author_with_two_addresses_is_one_person_when_mailmap_says_so(tmp_path: Path, bare: bool) -> None:
    steps = [
        Step("Start", {"a": lines(3), ".mailmap": b"Ann <ann@x.org> <Ann@Old.org>\n"}, "ann@x.org"),
        Step("Same hand", {"a": lines(4)}, "Ann@Old.org", START + DAY),
        Step("Another", {"a": lines(5)}, "bob@x.org", START + 2 * DAY),
    ]
    shas = build(tmp_path / "bare", steps)
    git("clone", "-q", str(tmp_path / "bare"), str(tmp_path / "work"))
    repo = tmp_path / ("bare" if bare else "work")
    history = read(repo, tmp_path / "state")
    assert history.authors() == 2
    assert last(history)["prior_authors"] == pytest.approx(np.log(2))
    assert commit_change(repo, shas[1]).author == "ann@x.org"


def test_a_copied_file_is_a_new_file_and_takes_nothing_from_the_one_it_came_from(tmp_path: Path) -> None:
    steps = [
        Step("Start", {"a.py": lines(30)}),
        Step("More", {"a.py": lines(40)}, at=START + DAY),
        Step("Copy", {"b.py": lines(40)}, at=START + 2 * DAY),
        Step("Go on", {"a.py": lines(41), "b.py": lines(39)}, at=START + 3 * DAY),
    ]
    build(tmp_path / "repo", steps)
    history = read(tmp_path / "repo", tmp_path / "state")
    assert (last(history)["file_changes"], last(history)["file_changes_most"]) == (3, 2)


def test_a_file_renamed_and_its_name_taken_by_another_keep_their_own_pasts(tmp_path: Path) -> None:
    steps = [
        Step("Start", {"a.py": lines(30)}),
        Step("More", {"a.py": lines(40)}, at=START + DAY),
        Step("Move", {}, at=START + 2 * DAY, renames=(("a.py", "b.py"),)),
        Step("Take the name", {"a.py": b"new\n"}, at=START + 3 * DAY),
        Step("Touch it", {"a.py": b"new\nagain\n"}, at=START + 4 * DAY),
    ]
    build(tmp_path / "repo", steps)
    history = read(tmp_path / "repo", tmp_path / "state")
    assert (last(history)["file_changes"], last(history)["file_lines"]) == (1, 1)


def test_a_commit_of_forty_thousand_files_is_one_change(tmp_path: Path) -> None:
    count = 40_000  # more than SQLite takes values in one statement: 32,766
    entries = b"".join(b"M 100644 :1 d%d/e%d/f%d.c\n" % (n % 7, n % 1000, n) for n in range(count))
    who = b"ann <ann@x.org> %d +0000\n" % START
    stream = b"blob\nmark :1\ndata 6\nif x:\n\ncommit refs/heads/main\nauthor " + who + b"committer " + who
    git("init", "-q", "--bare", "-b", "main", str(tmp_path / "repo"))
    importing = ["git", "-C", str(tmp_path / "repo"), "fast-import", "--quiet"]
    subprocess.run(importing, input=stream + b"data 5\nBig\n\n" + entries, check=True)
    history = read(tmp_path / "repo", tmp_path / "state")
    told = [last(history)[name] for name in ("kamei_nf", "lines_added", "branches_added", "folders")]
    assert told == [count, count, count, 7000]
    assert len(history.paths(0, 1)[0]) == count


def test_a_repository_of_longer_ids_is_read_like_any_other(tmp_path: Path) -> None:
    git("init", "-q", "--bare", "--object-format=sha256", "-b", "main", str(tmp_path / "repo"))
    (tmp_path / "work").mkdir()
    git("clone", "-q", str(tmp_path / "repo"), str(tmp_path / "work"))
    who = ("-c", "user.name=ann", "-c", "user.email=ann@x.org")
    for number in range(3):
        (tmp_path / "work" / "a.py").write_bytes(lines(number + 1))
        git("add", "a.py", path=tmp_path / "work")
        git(*who, "commit", "-q", "-m", f"c{number}", path=tmp_path / "work")
    assert len(read(tmp_path / "work", tmp_path / "state")) == 3


def test_nothing_is_written_into_the_repository(tmp_path: Path) -> None:
    build(tmp_path / "repo", [Step(f"c{n}", {"a": b"%d\n" % n}, at=START + n) for n in range(3)])
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "repo").rglob("*")}
    read(tmp_path / "repo", tmp_path / "state")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "repo").rglob("*")} == before


def test_a_file_that_is_no_index_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").write_bytes(b"no database " * 100)
    with pytest.raises(ScoringError, match="is damaged; delete it"):
        Store(tmp_path / "index.sqlite")


def test_a_whole_clone_lacks_nothing(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", [Step(f"c{n}", {"a": b"%d\n" % n}, at=START + n) for n in range(3)])
    history = History(tmp_path / "repo", tmp_path / "state")
    assert missing_blobs(history.git, shas[-1]) == []
