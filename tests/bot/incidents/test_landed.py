"""Which commits a cause stands for, on real git: what a squash, a rebase and a merge made of a pull request."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.forge.port import Ended, Gone, Target
from bot.git.fetch import Git
from bot.git.mirror import Mirror
from bot.line.landed import LandedCommits
from bot.policy.incidents.claim import Landed
from bot.policy.incidents.report import Cause
from bot.policy.pull import Person, Repository

HERE = Target(1, 7, "acme/shop")
WHO = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@acme.example"}


@dataclass
class Upstream:
    """A repository as the forge has it, and the forge's word on its pull requests."""

    folder: Path
    ends: dict[int, Ended] = field(default_factory=dict)
    clock: int = 1_700_000_000

    def git(self, *arguments: str) -> str:
        self.clock += 60
        made = {"GIT_AUTHOR_DATE": f"{self.clock} +0000", "GIT_COMMITTER_DATE": f"{self.clock} +0000"}
        committer = {"GIT_COMMITTER_NAME": "Forge", "GIT_COMMITTER_EMAIL": "noreply@forge.example"}
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), **WHO, **committer, **made}
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()

    def commit(self, path: str, text: str, title: str) -> str:
        (self.folder / path).write_text(text)
        self.git("add", path)
        self.git("commit", "-qm", title)
        return self.git("rev-parse", "HEAD")

    def pull(self, number: int, commits: int = 1) -> list[str]:
        """A branch with so many commits, and its ref as the forge keeps it."""
        self.git("checkout", "-q", "-b", f"topic-{number}", "main")
        made = [self.commit(f"{number}.txt", f"{step}\n", f"Step {step} of {number}") for step in range(commits)]
        self.git("update-ref", f"refs/pull/{number}/head", "HEAD")
        self.git("checkout", "-q", "main")
        self.commit("main.txt", f"{number}\n", f"Meanwhile {number}")
        return made

    def landed(self, number: int, head: str) -> str:
        """The pull request is merged as main now is."""
        sha, ada = self.git("rev-parse", "main"), Person(1, "ada")
        self.ends[number] = Ended(number, True, sha, head, f"topic-{number}", "main", "A change", "", ada, ada)
        return sha

    # --- the forge

    def ended(self, target: Target, number: int) -> Ended:
        if number not in self.ends:
            raise Gone(f"there is no pull request {number}")
        return self.ends[number]

    def landed_with(self, target: Target, sha: str) -> tuple[int, ...]:
        known = (number for number in self.ends if sha in self.git("rev-list", f"refs/pull/{number}/head"))
        return tuple(number for number in known if self.ends[number].merged)

    def repository(self, target: Target) -> Repository:
        return Repository(7, "acme/shop", "main")

    def clone_url(self, target: Target) -> str:
        return f"file://{self.folder}"

    def token(self, target: Target) -> str:
        return "token"


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    (tmp_path / "upstream").mkdir()
    made = Upstream(tmp_path / "upstream")
    made.git("init", "-q", "-b", "main")
    made.commit("main.txt", "0\n", "Begin")
    return made


@pytest.fixture
def commits_of(upstream: Upstream, tmp_path: Path) -> LandedCommits:
    mirror = Mirror(tmp_path / "mirrors", git=Git(60, "file", {"PATH": "/usr/bin:/bin"}))
    return LandedCommits(upstream, mirror)  # type: ignore[arg-type]


def test_a_squashed_pull_request_is_the_one_commit_that_landed(upstream: Upstream, commits_of: LandedCommits) -> None:
    commits = upstream.pull(12, 3)
    upstream.git("merge", "-q", "--squash", "topic-12")
    upstream.git("commit", "-qm", "A change (#12)")
    sha = upstream.landed(12, commits[-1])
    assert commits_of.of(HERE, Cause(number=12)).commits == (sha,)
    assert commits_of.of(HERE, Cause(sha=sha[:7])).commits == (sha,)
    assert commits_of.of(HERE, Cause(sha=commits[1])).commits == (sha,)  # a commit of its branch stands for it


def test_a_rebased_pull_request_is_the_copies_of_its_commits(upstream: Upstream, commits_of: LandedCommits) -> None:
    commits = upstream.pull(12, 3)
    before = upstream.git("rev-parse", "main")
    upstream.git("cherry-pick", *commits)
    sha = upstream.landed(12, commits[-1])
    copies = tuple(upstream.git("rev-list", "--reverse", f"{before}..{sha}").split())
    assert len(copies) == 3
    assert commits_of.of(HERE, Cause(number=12)).commits == copies
    assert commits_of.of(HERE, Cause(sha=copies[1][:12])).commits == copies[1:2]


def test_a_merged_pull_request_is_its_own_commits(upstream: Upstream, commits_of: LandedCommits) -> None:
    commits = upstream.pull(12, 2)
    upstream.git("merge", "-q", "--no-ff", "-m", "Merge pull request #12 from topic", "topic-12")
    sha = upstream.landed(12, commits[-1])
    assert commits_of.of(HERE, Cause(number=12)).commits == tuple(commits)
    assert commits_of.of(HERE, Cause(sha=sha)).commits == tuple(commits)
    assert commits_of.of(HERE, Cause(sha=commits[0][:8])).commits == (commits[0],)


def test_a_pull_request_that_was_merged_by_hand_as_it_was_is_its_last_commit(
    upstream: Upstream, commits_of: LandedCommits
) -> None:
    commits = upstream.pull(12, 1)
    upstream.git("reset", "-q", "--hard", "topic-12")
    upstream.landed(12, commits[-1])
    assert commits_of.of(HERE, Cause(number=12)).commits == (commits[-1],)


def test_what_nobody_knows_is_said_in_a_sentence(upstream: Upstream, commits_of: LandedCommits) -> None:
    (commit,) = upstream.pull(12)
    upstream.ends[12] = Ended(12, False, "", commit, "topic-12", "main", "A change", "", Person(1, "ada"))
    assert commits_of.of(HERE, Cause(number=13)).words == "acme/shop has no pull request #13"
    assert commits_of.of(HERE, Cause(number=12)).words == "#12 of acme/shop was not merged, so it caused nothing yet"
    assert commits_of.of(HERE, Cause(sha="0" * 7)).words == "acme/shop has no commit 0000000"


def test_a_commit_that_is_known_and_did_not_land_is_no_cause(upstream: Upstream, commits_of: LandedCommits) -> None:
    (commit,) = upstream.pull(12)
    commits_of.mirror.fetch(7, upstream.clone_url(HERE), ["refs/pull/12/head"])
    assert commits_of.of(HERE, Cause(sha=commit)).words == f"{commit[:12]} has not landed in acme/shop"


def test_a_prefix_of_two_commits_names_neither(upstream: Upstream, commits_of: LandedCommits) -> None:
    commits_of.mirror.fetch(7, upstream.clone_url(HERE), ["refs/heads/main"])
    prefix = ""
    while not prefix:
        upstream.commit("main.txt", f"{upstream.clock}\n", "More")
        every = upstream.git("rev-list", "main").split()
        starts = [sha[:1] for sha in every]
        prefix = next((one for one in starts if starts.count(one) > 1), "")
    commits_of.mirror.fetch(7, upstream.clone_url(HERE), ["refs/heads/main"])
    two = commits_of.of(HERE, Cause(sha=prefix.ljust(4, "0")))  # git disambiguates four digits or more
    assert two.commits == ()


def test_of_a_merge_of_very_many_commits_nobody_knows_which_it_was(
    upstream: Upstream, commits_of: LandedCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.line.landed.MOST", 2)
    commits = upstream.pull(12, 3)
    upstream.git("merge", "-q", "--no-ff", "-m", "Merge", "topic-12")
    upstream.landed(12, commits[-1])
    words = "#12 landed as more than 2 commits: name the one that caused it"
    assert commits_of.of(HERE, Cause(number=12)) == Landed(words=words)


def test_a_title_names_the_only_landed_change_that_is_called_so(upstream: Upstream, commits_of: LandedCommits) -> None:
    commits = upstream.pull(12)
    upstream.git("merge", "-q", "--squash", "topic-12")
    upstream.git("commit", "-qm", "Add a cache (#12)")
    sha = upstream.landed(12, commits[-1])
    assert commits_of.of(HERE, Cause(title="Add a cache")).commits == (sha,)
    assert (
        commits_of.of(HERE, Cause(title="Add")).words
        == "no landed change of acme/shop has the title that is taken back"
    )
    upstream.commit("main.txt", "again\n", "Add a cache")
    said = "2 landed changes of acme/shop have the title that is taken back"
    assert commits_of.of(HERE, Cause(title="Add a cache")).words == said


def test_what_landed_is_known_with_its_title_when_and_whose_it_was(
    upstream: Upstream, commits_of: LandedCommits
) -> None:
    commits = upstream.pull(12)
    upstream.git("merge", "-q", "--no-ff", "-m", "Merge pull request #12", "topic-12")
    sha = upstream.landed(12, commits[-1])
    for cause in (Cause(number=12), Cause(sha=commits[0])):
        landed = commits_of.of(HERE, cause)
        assert (landed.author, landed.at is not None) == (1, True)
    assert commits_of.of(HERE, Cause(sha=commits[0])).title == "Step 0 of 12"
    assert commits_of.of(HERE, Cause(sha=sha)).title == "Merge pull request #12"
