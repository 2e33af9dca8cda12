"""Where a change comes from, as the adapter asks it of the forge: accounts by number, signatures, the head's home."""

from datetime import UTC, datetime
from pathlib import Path

from test_commit_authors import REPO, chain, forge_of

from bot.policy.candidate import WEB_FLOW, Commit, Origin
from bot.policy.pull import Person
from bot.sandbox import Sandbox
from bot.sandbox.git import Git, Signature

DEPENDABOT = "49699333+dependabot[bot]@users.noreply.github.com"
GITHUB = "noreply@github.com"


def origin_of(box: Sandbox, folder: Path, commits: list[tuple[str, str, str]], *signed: int, **opened: str) -> Origin:
    """Of a pull request of these commits; those at the places `signed` bear the signature of GitHub itself."""
    head = chain(folder, commits)
    box.add_repository(REPO, folder)
    shas = [each.sha for each in reversed(Git(box.repository(REPO).folder).commits(head, limit=len(commits)))]
    box.sign(REPO, *(shas[at] for at in signed), by_github=True)
    pull = box.open_pull(REPO, title="Many", head_sha=head, **opened)
    forge, target = forge_of(box)
    authors = forge.commit_authors(target, pull.number, frozenset())
    assert authors is not None
    return authors.origin


def known_by(commit: Commit) -> tuple[int | None, int | None, bool]:
    """The numbers of its author and committer, and whether its signature holds."""
    author, committer = (None if who is None else who.id for who in (commit.author, commit.committer))
    return author, committer, commit.verified


def test_a_bots_commit_that_github_made_and_signed_is_the_bots(empty_box: Sandbox, tmp_path: Path) -> None:
    """GraphQL names no account for a bot: its number stands in the address."""
    empty_box.add_person("dependabot[bot]", bot=True, number=49699333)
    message = "Bump x\n\n---\nupdated-dependencies:\n- dependency-name: x\n...\n\nSigned-off-by: dependabot[bot]"
    origin = origin_of(empty_box, tmp_path / "r", [(DEPENDABOT, GITHUB, message)], 0, author="dependabot[bot]")
    (commit,) = origin.commits
    assert known_by(commit) == (49699333, WEB_FLOW.id, True)
    assert (commit.message, commit.parents, commit.helpers) == (message, 1, ())
    assert (origin.head_repository, origin.association) == (empty_box.repository(REPO).id, "NONE")
    assert origin.app == empty_box.world.bot.id


def test_githubs_address_without_its_signature_is_nobodys(empty_box: Sandbox, tmp_path: Path) -> None:
    commits = [(DEPENDABOT, GITHUB, "forged"), ("ada@example.org", GITHUB, "edited in the browser")]
    origin = origin_of(empty_box, tmp_path / "r", commits, 1)
    assert [known_by(commit) for commit in origin.commits] == [(49699333, None, False), (101, WEB_FLOW.id, True)]


def test_a_signature_of_a_key_is_its_committers_and_not_githubs(empty_box: Sandbox, tmp_path: Path) -> None:
    origin_of(empty_box, tmp_path / "r", [(DEPENDABOT, GITHUB, "a"), (DEPENDABOT, "ada@example.org", "b")])
    commits = Git(empty_box.repository(REPO).folder).commits("change-" + empty_box.pull(REPO, 1).head_sha[:10], limit=2)
    empty_box.sign(REPO, *(each.sha for each in commits))
    forge, target = forge_of(empty_box)
    authors = forge.commit_authors(target, 1, frozenset())
    assert authors is not None
    assert [known_by(commit) for commit in authors.origin.commits] == [(49699333, None, True), (49699333, 101, True)]


def test_co_authors_are_helpers_and_nobody_is_none(empty_box: Sandbox, tmp_path: Path) -> None:
    message = "x\n\nCo-authored-by: M <103+maya@users.noreply.github.com>\nCo-authored-by: N <n@nowhere.example>"
    origin = origin_of(empty_box, tmp_path / "r", [("ada@example.org", "ada@example.org", message)])
    assert origin.commits[0].helpers == (Person(103, ""), None)
    assert origin.commits[0].author == Person(101, "")


def test_a_fork_is_another_home(empty_box: Sandbox, tmp_path: Path) -> None:
    head = chain(tmp_path / "r", [("eve@example.org", "eve@example.org", "x")])
    empty_box.add_repository(REPO, tmp_path / "r", private=False)
    empty_box.add_person("eve")
    pull = empty_box.open_pull(REPO, title="From outside", author="eve", head_sha=head, fork=True)
    forge, target = forge_of(empty_box)
    authors = forge.commit_authors(target, pull.number, frozenset())
    assert authors is not None
    assert authors.origin.head_repository not in (None, target.repository_id)
    assert authors.origin.association == "NONE"


def test_a_merge_of_the_base_is_githubs_for_the_person_who_asked(empty_box: Sandbox, tmp_path: Path) -> None:
    origin_of(empty_box, tmp_path / "r", [(DEPENDABOT, GITHUB, "Bump")], 0)
    git, base = Git(empty_box.repository(REPO).folder), empty_box.tip(REPO)
    ada = Signature("Ada", "ada@example.org", datetime(2026, 1, 1, tzinfo=UTC))
    other = git.write_commit(git.text("rev-parse", "main^{tree}"), [base], "On main", ada)
    empty_box.push(REPO, "main", other)
    forge, target = forge_of(empty_box)
    answer = empty_box.app.test_client().put(
        f"/repos/{REPO}/pulls/1/update-branch", headers={"Authorization": f"Bearer {empty_box.token('ravi')}"}, json={}
    )
    assert answer.status_code == 202
    authors = forge.commit_authors(target, 1, frozenset())
    assert authors is not None
    assert [known_by(commit) for commit in authors.origin.commits][-1] == (102, WEB_FLOW.id, True)
    assert authors.origin.commits[-1].parents == 2
