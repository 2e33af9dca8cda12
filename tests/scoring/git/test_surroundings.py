"""Nothing that a user, a machine or a repository sets for git changes what is read, and nothing of ours reaches git."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scoring.git import Git, GitError, GitTimeout, Limits, OutOfMemory, TooLarge
from scoring.git.environment import environment
from scoring.git.process import Limits as ProcessLimits
from scoring.git.process import answer
from scoring.history.read import commit_change, read_change
from scoring.history.stream import DIFF
from scoring.semantics.git import prove_range

LINES = "".join(f"line {number}\n" for number in range(40))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Repository:
    """A work tree with two commits: some lines and a comment, then others."""

    def __init__(self, folder: Path, *, form: str = "sha1") -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main", f"--object-format={form}", str(folder), at=folder.parent)
        self.base = self.commit({"a.py": "# one\nx = 1\n", "b.txt": LINES, "z.txt": "moved\n" * 30})
        (folder / "z.txt").unlink()
        later = {"a.py": "# two\nx = 1\n", "b.txt": LINES.replace("line 7\n", "seven\n"), "y.txt": "moved\n" * 30}
        self.head = self.commit(later)

    def git(self, *arguments: str, at: Path | None = None) -> str:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        done = subprocess.run(["git", "-C", str(at or self.folder), *who, *arguments], check=True, capture_output=True)
        return done.stdout.decode().strip()

    def commit(self, files: dict[str, str]) -> str:
        for path, content in files.items():
            (self.folder / path).write_text(content)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD")


def reading(one: Repository) -> list[object]:
    """All that is read of its last change, in each of the ways there are."""
    change = read_change(one.folder, one.base, one.head, at=NOW, author="a@x", title="t", message="")
    alone = commit_change(one.folder, one.head)
    proved = prove_range(one.folder, one.base, one.head)
    return [
        change.files,
        change.lines,
        alone.files,
        alone.lines,
        alone.author,
        [astuple(each) for each in proved.files],
    ]


@pytest.fixture
def one(tmp_path: Path) -> Repository:
    (tmp_path / "one").mkdir()
    return Repository(tmp_path / "one")


def configured(*settings: str) -> Callable[[Repository, Path], dict[str, str]]:
    """Set in the repository and in the user's own configuration."""

    def set_(one: Repository, home: Path) -> dict[str, str]:
        for setting in settings:
            name, _, value = setting.partition("=")
            value = value.replace("PROGRAM", str(program(home)))
            one.git("config", name, value)
            subprocess.run(["git", "config", "--file", str(home / ".gitconfig"), name, value], check=True)
        return {"HOME": str(home), "XDG_CONFIG_HOME": str(home)}

    return set_


def program(home: Path) -> Path:
    """It would be seen to have run."""
    place = home / "program"
    place.write_text(f"#!/bin/sh\necho ran >> {home}/ran\necho nonsense\n")
    place.chmod(0o755)
    return place


def attributes(place: str) -> Callable[[Repository, Path], dict[str, str]]:
    """Attributes that hide lines and name programs, where git would look for them."""

    def set_(one: Repository, home: Path) -> dict[str, str]:
        wanted = home if place.startswith("git/") else one.folder
        (wanted / place).parent.mkdir(exist_ok=True)
        (wanted / place).write_text("*.txt -diff\n*.py diff=evil -text\n")
        one.git("config", "diff.evil.textconv", str(program(home)))
        one.git("config", "diff.evil.command", str(program(home)))
        return {"HOME": str(home), "XDG_CONFIG_HOME": str(home)}

    return set_


def grafted(one: Repository, home: Path) -> dict[str, str]:
    (one.folder / ".git" / "info").mkdir(exist_ok=True)
    (one.folder / ".git" / "info" / "grafts").write_text(f"{one.head}\n")
    return {}


def replaced(one: Repository, home: Path) -> dict[str, str]:
    blob = one.git("rev-parse", f"{one.head}:b.txt")
    other = one.git("rev-parse", f"{one.base}:b.txt")
    one.git("replace", blob, other)
    one.git("replace", one.head, one.base)
    return {}


def elsewhere(one: Repository, home: Path) -> dict[str, str]:
    other = Repository(_made(home / "other"))
    folder = other.folder / ".git"
    return {
        "GIT_DIR": str(folder), "GIT_WORK_TREE": str(other.folder), "GIT_INDEX_FILE": str(folder / "index"),
        "GIT_COMMON_DIR": str(folder), "GIT_OBJECT_DIRECTORY": str(folder / "objects"), "GIT_PREFIX": "x/",
        "GIT_NAMESPACE": "n", "GIT_CEILING_DIRECTORIES": str(one.folder.parent),
    }  # fmt: skip


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def spoken(one: Repository, home: Path) -> dict[str, str]:
    trace = str(home / "ran")
    return {
        "GIT_EXTERNAL_DIFF": str(program(home)), "GIT_DIFF_OPTS": "--unified=9", "GIT_PAGER": str(program(home)),
        "GIT_TRACE": trace, "GIT_LITERAL_PATHSPECS": "0", "GIT_CONFIG_PARAMETERS": "'diff.noprefix'='true'",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "diff.external", "GIT_CONFIG_VALUE_0": str(program(home)),
        "GIT_REPLACE_REF_BASE": "refs/heads/", "LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de", "GIT_DEFAULT_HASH": "sha256",
        "GIT_SHALLOW_FILE": str(home / "none"), "GIT_ATTR_SOURCE": one.head, "GIT_SSH_COMMAND": str(program(home)),
    }  # fmt: skip


CUSTOMS = {
    "another program for diffs": configured("diff.external=PROGRAM"),
    "no prefixes": configured("diff.noprefix=true"),
    "other prefixes": configured("diff.mnemonicPrefix=true", "diff.srcPrefix=x/", "diff.dstPrefix=y/"),
    "signatures shown": configured("log.showSignature=true", "gpg.program=PROGRAM"),
    "attributes of the user": configured("core.attributesFile=PROGRAM"),
    "renames off": configured("diff.renames=false", "status.renames=false"),
    "copies looked for": configured("diff.renames=copies", "diff.renameLimit=1"),
    "another algorithm": configured("diff.algorithm=patience", "diff.indentHeuristic=false", "diff.context=9"),
    "lines between hunks": configured("diff.interHunkContext=9", "diff.suppressBlankEmpty=true"),
    "another order": configured("diff.orderFile=PROGRAM", "diff.relative=true"),
    "colour": configured("color.ui=always", "color.diff=always", "diff.colorMoved=zebra", "diff.wsErrorHighlight=all"),
    "quoted names": configured("core.quotePath=true", "diff.statNameWidth=1"),
    "another encoding": configured("i18n.logOutputEncoding=UTF-16", "i18n.commitEncoding=latin1"),
    "a monitor of files": configured("core.fsmonitor=PROGRAM", "core.untrackedCache=true"),
    "hooks": configured("core.hooksPath=PROGRAM"),
    "a pager and aliases": configured("core.pager=PROGRAM", "pager.diff=PROGRAM", "alias.log=!PROGRAM"),
    "dates and decorations": configured("log.date=relative", "log.decorate=full", "format.pretty=short"),
    "merges shown": configured("log.diffMerges=combined", "diff.submodule=log", "diff.ignoreSubmodules=all"),
    "large files at once": configured("core.bigFileThreshold=1", "core.packedGitLimit=1k"),
    "another work tree": configured("core.worktree=/nowhere", "core.bare=false"),
    "a mail map": configured("mailmap.file=PROGRAM", "mailmap.blob=HEAD:a.py"),
    "a safe folder": configured("safe.directory=/nowhere", "safe.bareRepository=explicit"),
    "attributes in the tree": attributes(".gitattributes"),
    "attributes beside the tree": attributes(".git/info/attributes"),
    "attributes at home": attributes("git/attributes"),
    "grafts": grafted,
    "replaced objects": replaced,
    "another repository in the environment": elsewhere,
    "wishes in the environment": spoken,
}


@pytest.mark.parametrize("custom", CUSTOMS)
def test_customs_change_nothing_that_is_read(
    one: Repository, custom: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = reading(one)
    home = _made(tmp_path / "home")
    for name, value in CUSTOMS[custom](one, home).items():
        monkeypatch.setenv(name, value)
    assert reading(one) == before
    assert not (home / "ran").exists()


def test_what_was_read_is_what_the_commits_hold(one: Repository) -> None:
    files = read_change(one.folder, one.base, one.head, at=NOW, author="", title="", message="").files
    assert [(file.path, file.status, file.added, file.deleted, file.old_path) for file in files] == [
        ("a.py", "M", 1, 1, None),
        ("b.txt", "M", 1, 1, None),
        ("y.txt", "R", 0, 0, "z.txt"),
    ]


def test_a_repository_of_another_owner_is_read(one: Repository) -> None:
    if os.geteuid():
        pytest.fail("only root can give a folder away; this test is for where it runs as root")
    before = reading(one)
    for place in [one.folder, *one.folder.rglob("*")]:
        os.chown(place, 1234, 1234, follow_symlinks=False)
    assert reading(one) == before


def test_no_folder_but_the_one_named_is_trusted(one: Repository, tmp_path: Path) -> None:
    record(tmp_path / "bin", "git", tmp_path / "seen")
    Git(one.folder / ".git").run("cat-file", "-t", one.head)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        Git(one.folder).run("cat-file", "-t", one.head)
    trusted = [line.split("=", 1)[1] for line in (tmp_path / "seen").read_text().splitlines() if "VALUE" in line]
    assert "*" not in trusted
    assert str(one.folder) in trusted


def record(folder: Path, name: str, into: Path) -> None:
    """A program that notes its whole environment and then is git."""
    folder.mkdir()
    place = folder / name
    place.write_text(f'#!/bin/sh\nenv >> {into}\nexec {shutil.which("git")} "$@"\n')
    place.chmod(0o755)


def test_no_secret_of_ours_is_in_the_environment_of_git(
    one: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tmp_path / "bin", "git", tmp_path / "seen")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("CODECHILL_WEBHOOK_SECRET", "verysecret")
    monkeypatch.setenv("GITHUB_TOKEN", "verysecret")
    reading(one)
    seen = (tmp_path / "seen").read_text()
    assert "verysecret" not in seen
    names = {line.partition("=")[0] for line in seen.splitlines()}
    assert {name for name in names if not name.startswith("GIT_")} <= {
        "PATH", "HOME", "TMPDIR", "LC_ALL", "LD_LIBRARY_PATH", "PWD", "OLDPWD", "SHLVL", "_",
    }  # fmt: skip


def test_a_linked_work_tree_a_folder_in_it_and_a_clone_that_borrows_are_read(one: Repository, tmp_path: Path) -> None:
    one.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"), one.head)
    one.git("clone", "-q", "--bare", "--shared", str(one.folder), str(tmp_path / "borrows"))
    (tmp_path / "linked" / "deep").mkdir()
    for folder in (tmp_path / "linked", tmp_path / "linked" / "deep", tmp_path / "borrows", one.folder / ".git"):
        assert Git(folder).resolve("HEAD") == one.head
        assert read_change(folder, one.base, one.head, at=NOW, author="", title="", message="").files


def test_a_repository_of_sha256_is_read_from_its_first_commit_on(tmp_path: Path) -> None:
    one = Repository(_made(tmp_path / "one"), form="sha256")
    assert [file.path for file in commit_change(one.folder, one.base).files] == ["a.py", "b.txt", "z.txt"]
    assert [file.added for file in read_change(
        one.folder, None, one.base, at=NOW, author="", title="", message="").files] == [2, 40, 30]  # fmt: skip
    assert prove_range(one.folder, "", one.base).files
    assert len(reading(one)) == 6


NAMES = [
    "feature/#123-fix",
    "fix/größe",
    "_wip",
    "日本",
    "a+b",
    "v1.0",
    "user@work",
    "-x",
    "50%",
    "it's",
    'say"hi',
    "(x)",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_that_git_allows_names_its_commit(one: Repository, name: str) -> None:
    one.git("update-ref", f"refs/heads/{name}", one.base)
    assert Git(one.folder).resolve(f"refs/heads/{name}") == one.base
    if not name.startswith("-"):
        assert Git(one.folder).resolve(name) == one.base
        assert read_change(one.folder, name, "main", at=NOW, author="", title="", message="").base == one.base


@pytest.mark.parametrize("name", ["@", "HEAD", "main", "release", "annotated", "HEAD~0", "main@{0}", "refs/heads/main"])
def test_the_usual_ways_to_name_a_commit_work(one: Repository, name: str) -> None:
    one.git("tag", "release", one.head)
    one.git("tag", "-a", "-m", "for all", "annotated", one.head)
    assert Git(one.folder).resolve(name) == one.head


@pytest.mark.parametrize(
    "name",
    ["", "-x", "--all", "--output=/tmp/x", "^main", "main..other", "HEAD~1...HEAD", "HEAD:a.py", ":/change", ":a.py",
     "a\nb", "a\0b", "nowhere", "HEAD~9", "x" * 2000],
)  # fmt: skip
def test_what_names_no_commit_is_refused_in_one_sentence(one: Repository, name: str) -> None:
    with pytest.raises(GitError, match=r"^[^\n]+\.$"):
        Git(one.folder).resolve(name)


def test_branches_without_a_common_commit_are_told_as_that_and_unknown_ones_as_unknown(one: Repository) -> None:
    one.git("checkout", "-q", "--orphan", "apart")
    one.commit({"c.txt": "c\n"})
    for base, words in (("apart", "no common history"), ("nowhere", "There is no commit 'nowhere'")):
        with pytest.raises(GitError if base == "nowhere" else ValueError, match=words):
            read_change(one.folder, base, "main", at=NOW, author="", title="", message="")


def fake(folder: Path, body: str) -> dict[str, str]:
    """The environment of a git that is a program of ours."""
    folder.mkdir()
    (folder / "git").write_text(f"#!{sys.executable}\nimport os, subprocess, sys, time\n{body}\n")
    (folder / "git").chmod(0o755)
    return environment() | {"PATH": f"{folder}:{os.environ['PATH']}"}


def test_a_git_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    body = f"""
child = subprocess.Popen(["sleep", "600"])
open({str(tmp_path / "child")!r}, "w").write(str(child.pid))
child.wait()
"""
    with pytest.raises(GitTimeout):
        answer([str(tmp_path / "bin" / "git")], fake(tmp_path / "bin", body), tmp_path, ProcessLimits(seconds=3))
    child = Path(f"/proc/{(tmp_path / 'child').read_text()}/stat")
    while child.exists() and child.read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)


def test_a_stream_that_stops_is_ended(one: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = f"""
if "log" not in sys.argv:
    os.execv({shutil.which("git")!r}, ["git", *sys.argv[1:]])
print("block", flush=True)
time.sleep(600)
"""
    monkeypatch.setenv("PATH", fake(tmp_path / "bin", body)["PATH"])
    stream = Git(one.folder).blocks("log", limits=Limits(seconds=2))
    assert next(stream) == b"block\n"
    with pytest.raises(GitTimeout):
        next(stream)


def test_a_git_that_asks_for_too_much_memory_is_told_in_a_sentence(one: Repository) -> None:
    git, blob = Git(one.folder), one.git("rev-parse", "HEAD:b.txt")
    with pytest.raises(OutOfMemory, match="more memory than git is given"):
        git.run("hash-object", "-t", "tree", "--stdin", stdin=b"x" * (64 << 20), limits=Limits(memory=32 << 20))
    with pytest.raises(TooLarge, match="more than 100 bytes"):
        git.run("cat-file", "blob", blob, limits=Limits(answer=100))


def test_what_git_starts_has_the_limit_too(tmp_path: Path) -> None:
    body = """
told = subprocess.run([sys.executable, "-c", "import resource; print(resource.getrlimit(resource.RLIMIT_DATA))"],
                      capture_output=True, text=True)
print(told.stdout)
"""
    limits = ProcessLimits(memory=1 << 30)
    said = answer([str(tmp_path / "bin" / "git")], fake(tmp_path / "bin", body), tmp_path, limits)
    assert said.decode().strip() == str((1 << 30, 1 << 30))
    assert resource.getrlimit(resource.RLIMIT_DATA) != (1 << 30, 1 << 30)


def test_a_small_push_that_unpacks_to_much_gets_no_more_memory_than_the_limit(one: Repository) -> None:
    with (one.folder / "zeros.txt").open("wb") as zeros:
        zeros.truncate(128 << 20)
    head = one.commit({})
    change = read_change(one.folder, one.head, head, at=NOW, author="", title="", message="")
    assert [(file.path, file.added) for file in change.files] == [("zeros.txt", 0)]
    one.git("gc", "--quiet")
    with pytest.raises(OutOfMemory):
        Git(one.folder).run("diff-tree", "-r", *DIFF, one.head, head, limits=Limits(memory=64 << 20))


def test_two_diffs_at_most_are_read_at_a_time(one: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = f"""
if "diff-tree" in sys.argv:
    mine = {str(tmp_path)!r} + f"/running-{{os.getpid()}}"
    open(mine, "w").close()
    time.sleep(0.3)
    open({str(tmp_path / "seen")!r}, "a").write(str(len([n for n in os.listdir({str(tmp_path)!r}) if "running" in n])))
    os.unlink(mine)
os.execv({shutil.which("git")!r}, ["git", *sys.argv[1:]])
"""
    monkeypatch.setenv("PATH", fake(tmp_path / "bin", body)["PATH"])

    def read(number: int) -> int:
        return len(read_change(one.folder, one.base, one.head, at=NOW, author="", title="", message="").files)

    with ThreadPoolExecutor(5) as threads:
        assert list(threads.map(read, range(5))) == [3] * 5
    seen = (tmp_path / "seen").read_text()
    assert len(seen) == 5
    assert set(seen) <= {"1", "2"}
