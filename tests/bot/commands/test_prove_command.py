import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.prove import prove


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(prove, [str(argument) for argument in arguments])


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Three commits: code, a comment, code."""
    for content in ("x = 1\n", "x = 1  # one\n", "x = 2  # one\n"):
        (tmp_path / "a.py").write_text(content)
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "m"]):
            identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
            subprocess.run(["git", "-C", tmp_path, *identity, *command], check=True, capture_output=True)
    return tmp_path


def test_a_proved_range_is_printed_and_exits_0(repo: Path) -> None:
    result = run("--repo", repo, "HEAD~2..HEAD~1")
    assert (result.exit_code, result.output) == (
        0,
        "P  comments  a.py: Only comments changed, checked by comparing syntax trees.\n"
        "P  the change: Only comments changed, checked by comparing syntax trees.\n",
    )


def test_a_change_of_code_exits_1(repo: Path) -> None:
    result = run("--repo", repo, "HEAD~1..HEAD")
    assert (result.exit_code, result.output.split("\n")[0]) == (
        1,
        "-  code  a.py: More than comments and layout changed.",
    )


UNKNOWN = "; `git log --oneline` lists what it has."
USELESS = {
    "nothing asked": ([], "Give a revision like HEAD, a range like main...my-branch, or --files OLD NEW."),
    "both asked": (
        ["HEAD~1..HEAD", "--files", "a.py", "a.py"],
        "Give a revision like HEAD, a range like main...my-branch, or --files OLD NEW.",
    ),
    "an unknown name": (["nowhere..HEAD"], f"This repository has no commit 'nowhere'{UNKNOWN}"),
    "before the first commit": (["HEAD~9..HEAD"], f"This repository has no commit 'HEAD~9'{UNKNOWN}"),
    "a file": (["HEAD:a.py..HEAD"], f"This repository has no commit 'HEAD:a.py'{UNKNOWN}"),
    "an option": (["--", "--upload-pack=x..HEAD"], "'--upload-pack=x' is not a revision."),
    "a commit that is not here": ([f"{'f' * 40}..HEAD"], f"This repository has no commit '{'f' * 40}'{UNKNOWN}"),
    "a name that would drive the terminal": (
        ["a\x1b[31m..HEAD"],
        f"This repository has no commit 'a\\x1b[31m'{UNKNOWN}",
    ),
    "a path for a range": (["HEAD~1..HEAD", "--as", "a.py"], "--as names the path that --files OLD NEW stand for"),
    "an empty path": (["--files", "a.py", "a.py", "--as", " "], "--as names the path that --files OLD NEW stand for"),
    "a missing file": (["--files", "a.py", "b.py"], "File 'b.py' does not exist."),
    "a folder": (["--files", "a.py", "."], "File '.' is a directory."),
    "one file": (["--files", "a.py"], "Option '--files' requires 2 arguments."),
    "another format": (["HEAD~1..HEAD", "--format", "xml"], "'xml' is not one of 'text', 'json'."),
    "no repository": (["--repo", "/", "HEAD~1..HEAD"], "/ is not a git repository."),
    "no folder": (["--repo", "/nowhere", "HEAD~1..HEAD"], "Directory '/nowhere' does not exist."),
}


@pytest.mark.parametrize("case", USELESS)
def test_what_cannot_be_checked_exits_2_with_one_sentence(
    repo: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo)
    arguments, words = USELESS[case]
    result = run(*arguments)
    said = result.output.rstrip("\n").split("\n")[-1]
    assert (result.exit_code, said[:7], words in said) == (2, "Error: ", True), result.output


def test_two_files_are_read_as_the_path_they_stand_for(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("x = 1\n")
    new.write_text("x = (1)\n")
    assert run("--files", old, new, "--as", "src/a.py").exit_code == 0
    assert run("--files", old, new, "--as", "src/a.txt").exit_code == 1


def test_json_holds_the_same_verdicts(repo: Path) -> None:
    words = "Only comments changed, checked by comparing syntax trees."
    assert json.loads(run("--repo", repo, "HEAD~2..HEAD~1", "--format", "json").output) == {
        "level": "P",
        "kind": "comments",
        "words": words,
        "files": [{"path": "a.py", "level": "P", "kind": "comments", "words": words}],
    }


def test_a_path_cannot_drive_the_terminal(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("x = 1\n")
    assert "a\\x1b[31m.py" in run("--files", old, old, "--as", "a\x1b[31m.py").output
