"""Which commits a pull request brought, and what the index says of them: real git, a real index."""

import os
import subprocess
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.learning.evidence import Evidence
from bot.learning.faults import Fault, read_faults
from bot.learning.landed import brought
from scoring.git import Git
from scoring.history.index import History
from scoring.incidents import Incident

START, DAY = 1_600_000_000, 86_400


class Origin:
    def __init__(self, folder: Path) -> None:
        self.folder, self.days = folder, 0
        folder.mkdir()
        self.git("init", "-q", "-b", "main")
        self.base = self.commit("a.c", "Begin")

    def git(self, *command: str) -> str:
        self.days += 1
        at = f"{START + self.days * DAY} +0000"
        who = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "ada")
        who |= dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "ada@acme.example")
        who |= {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
        made = subprocess.run(
            ["git", "-C", str(self.folder), *command], check=True, capture_output=True, text=True,
            env={"PATH": os.defpath, "HOME": str(self.folder), **who},
        )  # fmt: skip
        return made.stdout.strip()

    def commit(self, path: str, message: str) -> str:
        (self.folder / path).write_text(f"{message}\n" * 3)
        self.git("add", path)
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def branch(self) -> str:
        """Two commits on the commit that main began with."""
        self.git("checkout", "-q", "-b", "topic", self.base)
        self.commit("b.c", "First of two")
        head = self.commit("c.c", "Second of two")
        self.git("checkout", "-q", "main")
        self.commit("d.c", "Meanwhile")
        return head

    def reader(self) -> Git:
        return Git(self.folder)


def test_a_merge_brought_itself_and_every_commit_of_the_branch(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "shop")
    head = origin.branch()
    origin.git("merge", "-q", "--no-ff", "-m", "Merge pull request #7", "topic")
    merge = origin.git("rev-parse", "HEAD")
    assert set(brought(origin.reader(), origin.base, head, merge)) == {merge, head, origin.git("rev-parse", "topic~1")}


def test_a_squash_brought_one_commit_and_a_rebase_as_many_as_the_branch_had(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "shop")
    head = origin.branch()
    origin.git("merge", "-q", "--squash", "topic")
    origin.git("commit", "-q", "-m", "Both at once (#7)")
    squash = origin.git("rev-parse", "HEAD")
    assert brought(origin.reader(), origin.base, head, squash) == (squash,)
    origin.git("reset", "-q", "--hard", "HEAD~1")
    origin.git("cherry-pick", f"{origin.base}..topic")
    tip, before = origin.git("rev-parse", "HEAD"), origin.git("rev-parse", "HEAD~1")
    assert tip != head
    assert brought(origin.reader(), origin.base, head, tip) == (tip, before)


def test_what_is_not_here_brought_nothing_yet(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "shop")
    head = origin.branch()
    assert brought(origin.reader(), origin.base, head, "f" * 40) == ()


def test_the_index_tells_who_was_reverted_merges_too_and_incidents_name_a_pull_request_or_a_commit(
    tmp_path: Path,
) -> None:
    origin = Origin(tmp_path / "shop")
    head = origin.branch()
    origin.git("merge", "-q", "--no-ff", "-m", "Merge pull request #7 from acme/topic", "topic")
    merge = origin.git("rev-parse", "HEAD")
    single = origin.commit("e.c", "Another (#8)")
    origin.git("revert", "--no-edit", single)
    undo_single = origin.git("rev-parse", "HEAD")
    origin.git("revert", "--no-edit", "-m", "1", merge)
    undo_merge = origin.git("rev-parse", "HEAD")
    history = History(origin.folder, tmp_path / "index")
    history.refresh(undo_merge, now=START + 100 * DAY)
    named = (Incident("INC-1", START + 60 * DAY, number=9), Incident("INC-2", START + 61 * DAY, sha=head[:9]))
    faults = read_faults(history, named)
    landed_at = datetime.fromtimestamp(START + 10 * DAY, UTC)
    later = landed_at + timedelta(days=80)

    def known(number: int, *commits: str) -> list[tuple[str, str]]:
        return [(fault.kind, fault.evidence) for fault in faults.of(number, commits, landed_at, later)]

    assert known(8, single) == [("revert", undo_single)]
    assert known(7, merge) == [("revert", undo_merge)]
    assert known(9, "0" * 40) == [("incident", "INC-1")]
    assert known(7, head) == [("incident", "INC-2")]
    assert faults.of(8, (single,), landed_at, landed_at) == ()
    assert all(isinstance(fault, Fault) for each in faults.by_sha.values() for fault in each)
    history.close()


def test_without_a_mirror_or_an_index_nothing_is_said(tmp_path: Path) -> None:
    evidence = Evidence(lambda repository: Git(tmp_path), lambda repository: nullcontext(None), lambda repository: ())
    assert evidence.faults(7) is None
