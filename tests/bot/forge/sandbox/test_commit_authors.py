"""Who worked on a pull request, as the adapter asks it of the forge: accounts by their addresses, page by page."""

import subprocess
from pathlib import Path

import pytest

from bot.forge.github import GitHubForge
from bot.forge.port import Gone, Target
from bot.forge.sandbox import Sandbox
from bot.render import Markdown

REPO = "acme/rocket"


def chain(folder: Path, commits: list[tuple[str, str, str]]) -> str:
    """A repository with one commit for each (author address, committer address, message) after a first one."""
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(folder)], check=True)
    lines = []
    for at, (author, committer, message) in enumerate([("x@x.example", "x@x.example", "first"), *commits]):
        branch = "main" if at == 0 else "change"
        lines += [f"commit refs/heads/{branch}", f"author A <{author}> {at} +0000"]
        lines += [f"committer C <{committer}> {at} +0000", f"data {len(message)}", message]
        lines += ["from refs/heads/main"] if at == 1 else []
        lines += ["M 100644 inline file", "data 1", str(at % 10), ""]
    run = ["git", "-C", str(folder), "fast-import", "--quiet"]
    subprocess.run(run, input="\n".join(lines).encode(), check=True)
    tip = ["git", "-C", str(folder), "rev-parse", "change"]
    return subprocess.run(tip, check=True, capture_output=True, text=True).stdout.strip()


def forge_of(box: Sandbox) -> tuple[GitHubForge, Target]:
    forge = GitHubForge(app_id=box.app_id, private_key=box.private_key_pem, api=box.api, words=Markdown())
    return forge, Target(box.installation_id, box.repository(REPO).id, REPO)


def authors(box: Sandbox, folder: Path, commits: list[tuple[str, str, str]]) -> set[str] | None:
    head = chain(folder, commits)
    box.add_repository(REPO, folder)
    pull = box.open_pull(REPO, title="Many", head_sha=head)
    forge, target = forge_of(box)
    ids = forge.commit_authors(target, pull.number)
    names = {account.id: login for login, account in box.world.accounts.items()}
    return None if ids is None else {names[number] for number in ids}


def test_authors_committers_and_co_authors_are_found_by_their_addresses(empty_box: Sandbox, tmp_path: Path) -> None:
    commits = [
        ("ada@example.org", "nobody@elsewhere.example", "by ada"),
        ("x@x.example", "ravi@example.org", "committed by ravi"),
        ("x@x.example", "x@x.example", "with maya\n\nCo-authored-by: M <103+maya@users.noreply.github.com>"),
    ]
    assert authors(empty_box, tmp_path / "r", commits) == {"ada", "ravi", "maya"}


def test_those_of_a_later_page_are_found_too(empty_box: Sandbox, tmp_path: Path) -> None:
    commits = [("ada@example.org", "ada@example.org", "x")] * 120 + [("maya@example.org", "ada@example.org", "y")]
    assert authors(empty_box, tmp_path / "r", commits) == {"ada", "maya"}


def test_with_more_commits_than_the_forge_lists_nobody_knows(empty_box: Sandbox, tmp_path: Path) -> None:
    assert authors(empty_box, tmp_path / "r", [("ada@example.org", "ada@example.org", "x")] * 251) is None


def test_a_pull_request_that_is_not_there_is_gone(box: Sandbox) -> None:
    forge, target = forge_of(box)
    with pytest.raises(Gone):
        forge.commit_authors(target, 999)
