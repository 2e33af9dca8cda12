"""Two readers of one commit: whoever either of them names had a hand in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_mirror import Origin

from bot.git.contributors import contributors
from scoring.errors import ScoringError
from scoring.git import Git

ADA, MIA, EVE = (f"{name} <{name}@x> 1700000000 +0000" for name in ("Ada", "Mia", "Eve"))
FOLDER = Path(__file__).parents[2]


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    made = Origin(tmp_path / "origin")
    made.commit()
    return made


def pushed(origin: Origin, *headers: str, message: str = "change\n") -> frozenset[str]:
    """Who worked on a commit that has these headers after its tree and parent."""
    base, tree = origin.git("rev-parse", "HEAD"), origin.git("rev-parse", "HEAD^{tree}")
    text = "\n".join([f"tree {tree}", f"parent {base}", *headers, "", message])
    write = ["git", "-C", str(origin.folder), "hash-object", "-t", "commit", "-w", "--literally", "--stdin"]
    made = subprocess.run(write, input=text.encode(), check=True, capture_output=True).stdout.decode().strip()
    return contributors(Git(origin.folder), base, made)


def test_authors_committers_and_co_authors_are_named(origin: Origin) -> None:
    message = "change\n\n  co-AUTHORED-by: Eve <Eve@X>\n"
    assert pushed(origin, f"author {ADA}", f"committer {MIA}", message=message) == {"ada@x", "mia@x", "eve@x"}


def test_who_stands_in_a_second_header_of_an_author_is_named_too(origin: Origin) -> None:
    assert pushed(origin, f"author {ADA}", f"author {MIA}", f"committer {EVE}") == {"ada@x", "mia@x", "eve@x"}


def test_a_commit_that_names_nobody_at_all_has_a_hand_that_is_not_known(origin: Origin) -> None:
    assert pushed(origin, "author  1700000000 +0000", "committer  1700000000 +0000") == {""}


def test_nothing_between_two_ends_is_nobody(origin: Origin) -> None:
    head = origin.git("rev-parse", "HEAD")
    assert contributors(Git(origin.folder), head, head) == {""}


@pytest.mark.parametrize(
    "headers",
    [("author " + "1 +1 " * 400, f"committer {ADA}"), (f"author {ADA}", f"committer {ADA}", "parent nonsense")],
    ids=["too long to search", "a parent after the people"],
)
def test_no_header_takes_long_or_ends_in_anything_but_a_sentence(origin: Origin, headers: tuple[str, ...]) -> None:
    if len(headers[0]) > 1024:
        with pytest.raises(ScoringError, match="who worked on it is not known"):
            pushed(origin, *headers)
    else:
        assert pushed(origin, *headers) == {"ada@x"}


READ = """
import sys
from pathlib import Path
from bot.git.contributors import contributors
from scoring.git import Git
print(sorted(contributors(Git(Path(sys.argv[1])), sys.argv[2], sys.argv[3])), "git" in sys.modules)
"""


def test_no_configuration_and_no_git_of_the_environment_is_used_by_gitpython(origin: Origin, tmp_path: Path) -> None:
    base, head = origin.git("rev-parse", "HEAD"), origin.pull(1, "b.txt", "new\n")
    program, ran = tmp_path / "program", tmp_path / "ran"
    program.write_text(f"#!/bin/sh\necho ran >> {ran}\n")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "alias.version", "core.sshCommand", "trailer.x.command", "user.email"):
        origin.git("config", name, f"!{program}")
    (tmp_path / ".gitconfig").write_text(f"[alias]\nversion = !{program}\n[include]\npath = {tmp_path}/none\n[broken")
    odd = {"GIT_PYTHON_GIT_EXECUTABLE": str(program), "GIT_PYTHON_REFRESH": "raise", "GIT_PYTHON_TRACE": "full"}
    odd |= {"GIT_DIR": str(tmp_path), "GIT_EXEC_PATH": str(tmp_path), "GIT_AUTHOR_EMAIL": "x@x"}
    names = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", **odd}
    command = [sys.executable, "-c", READ, str(origin.folder), base, head]
    done = subprocess.run(command, env=names, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("['a@example.org'] True\n", "")
    assert not ran.exists()


def test_the_library_is_loaded_with_the_first_commit_that_is_read_and_leaves_the_environment_alone() -> None:
    text = (
        "import os, sys, bot.__main__, bot.line.assess; assert 'git' not in sys.modules; before = dict(os.environ);"
        "from bot.git.contributors import gitpython; git = gitpython(); assert dict(os.environ) == before;"
        "print(git.Git.GIT_PYTHON_GIT_EXECUTABLE)"
    )
    names = {"PATH": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", text], env=names, cwd=FOLDER, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("/dev/null\n", "")
