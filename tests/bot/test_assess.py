"""What git cannot do for one change is that change's own; a damaged mirror is ours to mend."""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_mirror import LINES, LOCAL, MAIN, PULL, Origin

from bot.facts.assessor import Unscorable
from bot.forge.port import Target
from bot.git.mirror import Corrupt, Mirror
from bot.line.assess import MirrorAssessor
from bot.policy.config import Config
from bot.policy.content import Content
from bot.policy.pull import Person, PullRequest, Repository
from scoring.assessment import Assessment
from scoring.errors import ScoringError
from scoring.inspection import Inspection
from scoring.scorer import Scorer

SHOP = Target(1, 7, "acme/shop")
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Place:
    """A mirror of a repository with one pull request, and what assesses it."""

    def __init__(self, folder: Path) -> None:
        self.origin = Origin(folder / "origin")
        self.base = self.origin.commit("a.txt", LINES)
        self.head = self.origin.pull(1, "b.txt", "new\n")
        self.mirror = Mirror(folder / "mirrors", git=LOCAL)
        self.mirror.fetch(7, self.origin.url, [MAIN, PULL])
        self.assessor = MirrorAssessor(None, self.mirror, folder / "indexes")  # type: ignore[arg-type]

    def pull(self) -> PullRequest:
        return PullRequest(
            Repository(7, "acme/shop", "main"), 1, "A change", Person(1, "ada"), self.head, "topic", self.base, "main",
            draft=False, open=True, auto_merge=False, protected=True, updated_at=NOW,
        )  # fmt: skip

    def content(self) -> Content:
        base = self.assessor.base(SHOP, self.pull())
        return self.assessor.content(SHOP, base, self.assessor.diff(SHOP, base, self.head))

    def contributors(self) -> frozenset[str]:
        return self.assessor.contributors(SHOP, self.assessor.base(SHOP, self.pull()), self.head)

    def assess(self) -> Assessment:
        pull, critical = self.pull(), Config.default().criticality()
        base = self.assessor.base(SHOP, pull)
        return self.assessor.assess(SHOP, pull, base, self.assessor.diff(SHOP, base, self.head), critical, NOW)

    def inspect(self) -> Inspection:
        pull, critical = self.pull(), Config.default().criticality()
        base = self.assessor.base(SHOP, pull)
        return self.assessor.inspect(SHOP, pull, base, self.assessor.diff(SHOP, base, self.head), critical, NOW)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def diffs_do(folder: Path, body: str, patch: pytest.MonkeyPatch) -> None:
    """From now on git does this where a diff is asked for."""
    folder.mkdir()
    real = shutil.which("git")
    text = f"#!{sys.executable}\nimport os, sys\nif '--numstat' in sys.argv:\n    {body}\n"
    (folder / "git").write_text(f"{text}os.execv({real!r}, ['git', *sys.argv[1:]])\n")
    (folder / "git").chmod(0o755)
    patch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_a_change_is_read_with_the_people_behind_it(place: Place) -> None:
    content = place.content()
    assert (content.paths, place.contributors()) == (("b.txt",), frozenset({"a@example.org"}))
    assert len(content.name) == 64


def test_contents_are_inspected_once_and_ranked(place: Place) -> None:
    told = place.inspect()
    assert (told.files, told.lines, told.proven) == (1, 1, False)
    assert told.percentile == place.assess().percentile
    assert place.inspect() is told


def test_contents_that_a_model_cannot_rank_are_inspected_without_a_rank(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> float:
        raise ScoringError("The model speaks only of changes as they are.")

    monkeypatch.setattr(Scorer, "highest", refuse)
    assert place.inspect().percentile is None


def test_a_message_of_nothing_but_empty_lines_costs_no_more_than_its_length(place: Place) -> None:
    # one try for each pair of lines would take an hour
    message = "\n" * 400_000 + "\n  Co-Authored-By: B <B@example.org>\nx co-authored-by: C <c@example.org>\n"
    tree = place.origin.git("rev-parse", f"{place.head}^{{tree}}")
    (place.origin.folder / "message").write_text(message)
    place.head = place.origin.git("commit-tree", tree, "-p", place.base, "-F", "message")
    place.origin.git("update-ref", "refs/pull/1/head", place.head)
    place.mirror.fetch(7, place.origin.url, [MAIN, PULL])
    assert place.contributors() == frozenset({"a@example.org", "b@example.org"})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sys.exit('fatal: Out of memory, malloc failed (tried to allocate 99 bytes)')", "asks git for more memory"),
        ("os.kill(os.getpid(), 9)", "asks git for more memory"),
        ("print('x' * 200_000_000); sys.exit()", "its diff is too large to read"),
        ("print(':nonsense'); sys.exit()", "cannot be read"),
    ],
    ids=["no memory", "killed for memory", "too large", "nonsense"],
)
def test_what_the_diff_asks_too_much_of_is_the_changes_own_fault(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, words: str
) -> None:
    diffs_do(tmp_path / "bin", body, monkeypatch)
    with pytest.raises(Unscorable, match=words) as caught:
        place.assess()
    assert caught.value.cause == "change"


def test_a_mirror_that_turns_out_to_be_damaged_is_cloned_again(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        diffs_do(tmp_path / "bin", "sys.exit('fatal: loose object 12 (stored in x) is corrupt')", patch)
        with pytest.raises(Corrupt):
            place.assess()
    kept = place.mirror.path(7) / "kept"
    kept.touch()
    place.mirror.fetch(7, place.origin.url, [MAIN, PULL])
    assert not kept.exists()
    assert place.content().paths == ("b.txt",)
