"""Who worked on a pull request, as the adapter asks it of the forge: accounts by their addresses, page by page."""

import subprocess
from pathlib import Path
from typing import Any, cast

import pytest

from bot.forge.github.authors import commit_authors
from bot.forge.github.forge import GitHubForge
from bot.forge.github.wire import GitHubWire
from bot.forge.port import Authors, Gone, Target
from bot.line.render import Markdown
from bot.policy.pull import Person
from bot.sandbox import Sandbox

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


def of(
    box: Sandbox, folder: Path, commits: list[tuple[str, str, str]], also: frozenset[str] = frozenset()
) -> Authors | None:
    head = chain(folder, commits)
    box.add_repository(REPO, folder)
    pull = box.open_pull(REPO, title="Many", head_sha=head)
    forge, target = forge_of(box)
    return forge.commit_authors(target, pull.number, also)


def authors(box: Sandbox, folder: Path, commits: list[tuple[str, str, str]]) -> set[str] | None:
    found = of(box, folder, commits)
    names = {account.id: login for login, account in box.world.accounts.items()}
    return None if found is None else {names[number] for number in found.people}


def test_authors_committers_and_co_authors_are_found_by_their_addresses(empty_box: Sandbox, tmp_path: Path) -> None:
    commits = [
        ("ada@example.org", "nobody@elsewhere.example", "by ada"),
        ("x@x.example", "ravi@example.org", "committed by ravi"),
        ("x@x.example", "x@x.example", "with maya\n\nCo-authored-by: M <103+maya@users.noreply.github.com>"),
    ]
    assert authors(empty_box, tmp_path / "r", commits) == {"ada", "ravi", "maya"}


@pytest.mark.parametrize(
    ("address", "whose", "unplaced"),
    [
        ("MAYA@Example.ORG", {"maya"}, set()),
        ("103+maya@users.noreply.github.com", {"maya"}, set()),
        ("103+an-old-name@users.noreply.github.com", {"maya"}, set()),
        ("103+AN-OLD-NAME@USERS.NOREPLY.GITHUB.COM", {"maya"}, set()),
        ("an-old-name@users.noreply.github.com", set(), {"an-old-name@users.noreply.github.com"}),
        ("Maya@Elsewhere.example", set(), {"maya@elsewhere.example"}),
        ("103+maya@users.noreply.elsewhere.example", set(), {"103+maya@users.noreply.elsewhere.example"}),
        ("", set(), {"(no address)"}),
    ],
)
@pytest.mark.parametrize("role", ["author", "committer", "co-author"])
def test_an_address_is_somebodys_or_nobody_can_place_it(
    empty_box: Sandbox, tmp_path: Path, address: str, whose: set[str], unplaced: set[str], role: str
) -> None:
    if role == "co-author" and not address:
        return  # a trailer without an address is no trailer
    ada = "ada@example.org"
    words = f"x\n\nCO-AUTHORED-BY: M <{address}>" if role == "co-author" else "x"
    who = (address if role == "author" else ada, address if role == "committer" else ada)
    found = of(empty_box, tmp_path / "r", [(*who, words)])
    names = {account.id: login for login, account in empty_box.world.accounts.items()}
    assert found is not None
    assert ({names[number] for number in found.people} - {"ada"}, found.unplaced) == (whose, unplaced)


def test_the_number_in_a_noreply_address_decides_where_the_forge_itself_places_nobody(
    empty_box: Sandbox, tmp_path: Path
) -> None:
    found = of(empty_box, tmp_path / "r", [("9999+left@users.noreply.github.com", "ada@example.org", "x")])
    assert found is not None
    assert found.people - {empty_box.world.accounts["ada"].id} == {9999}
    assert found.unplaced == frozenset()


@pytest.mark.parametrize(
    ("api", "people", "unplaced"),
    [
        ("https://api.github.com", {8}, {"9+x@users.noreply.git.example.org", "noreply@git.example.org"}),
        ("https://git.example.org/api/v3", {9}, {"8+x@users.noreply.github.com", "noreply@github.com"}),
        ("https://api.acme.ghe.com", set(), {
            "8+x@users.noreply.github.com", "9+x@users.noreply.git.example.org",
            "noreply@github.com", "noreply@git.example.org",
        }),
    ],
)  # fmt: skip
def test_a_number_of_another_github_is_nobody_here(api: str, people: set[int], unplaced: set[str]) -> None:
    class Empty:
        """A pull request whose commits the forge does not show by name."""

        def query(self, *_: object) -> dict[str, Any]:
            commits = {"nodes": [], "totalCount": 0, "pageInfo": {"hasNextPage": False, "endCursor": None}}
            return {"repository": {"databaseId": 2, "pullRequest": {"commits": commits}}}

    also = ["8+x@users.noreply.github.com", "9+x@users.noreply.git.example.org"]
    also += ["noreply@github.com", "noreply@git.example.org"]
    found = commit_authors(cast(GitHubWire, Empty()), Target(1, 2, REPO), 1, api=api, also=also)
    assert found is not None
    assert (found.people, found.unplaced) == (people, unplaced)


def test_addresses_that_only_git_names_are_placed_in_the_same_way(empty_box: Sandbox, tmp_path: Path) -> None:
    also = frozenset({"103+old@users.noreply.github.com", "ADA@example.org", "x@x.example"})
    found = of(empty_box, tmp_path / "r", [("ada@example.org", "ada@example.org", "x")], also)
    assert found is not None
    assert found.people == {empty_box.world.accounts["ada"].id, 103}
    assert found.unplaced == {"x@x.example"}


def test_what_the_forge_commits_itself_is_nobodys_but_its_author(empty_box: Sandbox, tmp_path: Path) -> None:
    commits = [("ada@example.org", "noreply@github.com", "edited in the browser")]
    found = of(empty_box, tmp_path / "r", commits, frozenset({"noreply@github.com"}))
    assert found is not None
    assert (found.people, found.unplaced) == ({empty_box.world.accounts["ada"].id}, frozenset())


def test_those_of_a_later_page_are_found_too(empty_box: Sandbox, tmp_path: Path) -> None:
    commits = [("ada@example.org", "ada@example.org", "x")] * 120 + [("maya@example.org", "ada@example.org", "y")]
    assert authors(empty_box, tmp_path / "r", commits) == {"ada", "maya"}


def test_with_more_commits_than_the_forge_lists_nobody_knows(empty_box: Sandbox, tmp_path: Path) -> None:
    assert authors(empty_box, tmp_path / "r", [("ada@example.org", "ada@example.org", "x")] * 251) is None


def test_a_pull_request_that_is_not_there_is_gone(box: Sandbox) -> None:
    forge, target = forge_of(box)
    with pytest.raises(Gone):
        forge.commit_authors(target, 999, frozenset())


def test_landed_commits_are_an_accounts_by_addresses_that_it_confirmed(empty_box: Sandbox, tmp_path: Path) -> None:
    commits = [
        ("ada@example.org", "x@x.example", "by ada"),
        ("103+an-old-name@users.noreply.github.com", "ada@example.org", "by maya, committed by ada"),
        ("x@x.example", "ada@example.org", "with ada\n\nCo-authored-by: A <ada@example.org>"),
    ]
    head = chain(tmp_path / "r", commits)
    run = ["git", "-C", str(tmp_path / "r"), "update-ref", "refs/heads/main", head]
    subprocess.run(run, check=True)
    empty_box.add_repository(REPO, tmp_path / "r")
    forge, target = forge_of(empty_box)
    people = {login: Person(account.id, login) for login, account in empty_box.world.accounts.items()}

    def titles(person: Person) -> list[str]:
        shas = forge.landed_by(target, person)
        shown = ["git", "-C", str(tmp_path / "r"), "show", "-s", "--format=%s", *shas]
        return subprocess.run(shown, check=True, capture_output=True, text=True).stdout.splitlines() if shas else []

    assert titles(people["ada"]) == ["by ada"]
    assert titles(people["maya"]) == ["by maya, committed by ada"]
    assert titles(people["ravi"]) == []
    # the login is another account's now
    assert titles(Person(12345, "ada")) == []
    assert titles(Person(12345, "nobody-of-that-name")) == []
