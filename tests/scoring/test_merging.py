"""What landed is compared with what its parent and the approved head give, however it landed."""

import random
import subprocess

import pytest

from bench.landed import WAYS, Merge, Place, rebased, squashed
from scoring.git import Git
from scoring.git.merging import difference, merged, scratch

WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Merge]:
    """A branch of two commits, beside which its base went on by two, and their merge."""
    folder = tmp_path_factory.mktemp("history") / "repo"
    folder.mkdir()

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(folder), *WHO, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(**files: str) -> str:
        for name, text in files.items():
            (folder / f"{name}.txt").write_text(text)
        git("add", "--all")
        git("commit", "--quiet", "-m", "change")
        return git("rev-parse", "HEAD")

    git("init", "--quiet", "-b", "main")
    commit(a="1\n2\n3\n4\n5\n6\n7\n8\n", b="b\n", c="c\n")
    git("checkout", "--quiet", "-b", "topic")
    commit(a="1\n2\n3\n4\n5\n6\n7\neight\n")
    head = commit(d="d\n")
    git("checkout", "--quiet", "main")
    commit(b="bb\n")
    base = commit(a="one\n2\n3\n4\n5\n6\n7\n8\n", c="cc\n")
    git("merge", "--quiet", "--no-ff", "-m", "Merge", head)
    return Place(folder / ".git", tmp_path_factory.mktemp("place")), Merge(git("rev-parse", "HEAD"), base, head)


def test_what_landed_by_a_merge_a_squash_a_rebase_or_a_fast_forward_is_as_it_was_approved(
    place: tuple[Place, Merge],
) -> None:
    here, merge = place
    git, again = Git(here.folder), rebased(here, merge)
    assert again is not None
    squash = squashed(here, merge, here.tree(merge.sha))
    assert [difference(git, landed, merge.head, merge.base) for landed in (merge.sha, squash, again)] == [None] * 3
    assert difference(git, merge.head, merge.head) is None


def test_each_way_to_corrupt_a_landing_is_found(place: tuple[Place, Merge]) -> None:
    here, merge = place
    git, right = Git(here.folder), here.tree(merge.sha)
    for at, (way, corrupt) in enumerate(WAYS.items()):
        wrong = corrupt(here, merge, right, random.Random(1))
        parents = (merge.base, merge.head)[: 1 + at % 2]  # as a squash, and as a merge
        unlike = difference(git, here.commit(wrong, *parents), merge.head, merge.base)
        assert unlike is not None, way
        assert (unlike.landed, unlike.expected) == (wrong, right)


def test_a_head_put_on_an_older_base_undoes_what_landed_since_and_is_found(place: tuple[Place, Merge]) -> None:
    here, merge = place
    before = here.run("rev-parse", f"{merge.base}~1")  # one commit beside the two of the head
    git, stale = Git(here.folder), here.commit(here.tree(merge.head), before)
    for base in (before, ""):  # although its commits replayed there give just that tree
        unlike = difference(git, stale, merge.head, base)
        assert unlike is not None
        assert unlike.landed == here.tree(merge.head)


def test_the_order_of_a_queues_group_matters_and_work_of_others_must_lie_under_it(place: tuple[Place, Merge]) -> None:
    here, merge = place
    git, landed = Git(here.folder), squashed(here, merge, here.tree(merge.sha))
    after = here.commit(here.tree(merge.base), merge.base)  # of somebody else, queued before it
    beside = difference(git, landed, merge.head, after)
    assert beside is not None
    assert beside.words == "What landed does not stand on what its base branch held before."


def test_a_merge_of_another_head_is_not_what_was_approved(place: tuple[Place, Merge]) -> None:
    here, merge = place
    unlike = difference(Git(here.folder), merge.sha, here.run("rev-parse", f"{merge.head}~1"), merge.base)
    assert unlike is not None
    assert unlike.words == "What landed merges another commit than the one that was approved."


def test_a_merge_that_conflicts_has_no_tree_and_nothing_is_written_into_the_repository(
    place: tuple[Place, Merge],
) -> None:
    here, merge = place
    blob = here.run("hash-object", "-w", "--stdin", stdin=b"EIN\n2\n3\n4\n5\n6\n7\neight\n")
    clash = here.commit(here.edited(here.tree(merge.head), f"100644 {blob}\ta.txt"), merge.head)
    before = sorted(here.folder.rglob("objects/??/*"))
    with scratch(Git(here.folder)) as work:
        assert merged(work, merge.base, clash) is None
        assert merged(work, merge.base, merge.head) == here.tree(merge.sha)
    assert sorted(here.folder.rglob("objects/??/*")) == before
    landed = difference(Git(here.folder), here.commit(here.tree(merge.base), merge.base), clash, merge.base)
    assert landed is not None
    assert "does not merge" in landed.words
