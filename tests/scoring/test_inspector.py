"""Inspecting changes of real repositories: hazards from trees and blobs, counts, and the highest rank of all parts."""

from pathlib import Path

import pytest
from histories import DAY, START, Step, build, extend, lines
from test_scorer import BRANCHY, CLOCK, past

from scoring.assessment import Proof
from scoring.change import Change
from scoring.errors import ScoringError
from scoring.git import Git
from scoring.history.diff import Diff, read
from scoring.history.read import ReadChange, change_of
from scoring.inspection import Inspection
from scoring.inspector import inspect
from scoring.scorer import Scorer
from scoring.semantics.git import prove


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Scorer]:
    folder = tmp_path_factory.mktemp("inspected")
    tip = build(folder / "repo", past(80, 12))[-1]
    reader = Scorer(folder / "repo", folder / "state", clock=lambda: CLOCK)
    reader.refresh(tip)
    return folder / "repo", tip, reader


def opened(ready: tuple[Path, str, Scorer], place: int, **step: object) -> tuple[Diff, ReadChange]:
    repo, tip, _ = ready
    (sha,) = extend(repo, [Step("x", at=START + 90 * DAY, **step)], first=3000 + place, onto=tip)  # type: ignore[arg-type]
    diff = read(Git(repo), tip, sha)
    return diff, change_of(diff, at=CLOCK, title="", message="")


def inspected(ready: tuple[Path, str, Scorer], diff: Diff, change: Change) -> Inspection:
    git = Git(ready[0])
    return inspect(git, diff, change, prove(git, change), ready[2].highest(change))


def test_a_plain_change_has_no_hazard_and_is_counted(ready: tuple[Path, str, Scorer]) -> None:
    diff, change = opened(ready, 0, files={"lib/calm.py": lines(45), "lib/new.py": b"x = 1\n"})
    told = inspected(ready, diff, change)
    assert (told.hazards, told.files, told.proven) == ((), 2, False)
    assert told.lines == sum(file.added + file.deleted for file in change.files)


def test_a_renamed_file_is_looked_at_under_both_names(ready: tuple[Path, str, Scorer]) -> None:
    diff, change = opened(ready, 1, renames=(("lib/calm.py", ".gitmodules"),))
    assert [(each.rule, each.path) for each in inspected(ready, diff, change).hazards if each.rule == "attributes"] == [
        ("attributes", ".gitmodules")
    ]


def test_a_link_is_seen_by_its_mode_in_the_tree(ready: tuple[Path, str, Scorer]) -> None:
    diff, change = opened(ready, 2, files={"lib/link": b"calm.py"}, modes={"lib/link": "120000"})
    assert "mode" in {each.rule for each in inspected(ready, diff, change).hazards}


def test_files_that_two_readings_do_not_both_name_are_for_a_person(ready: tuple[Path, str, Scorer]) -> None:
    diff, change = opened(ready, 3, files={"lib/calm.py": lines(45), "lib/new.py": b"x = 1\n"})
    fewer = Change(change.sha, change.base, "", change.at, "", "", change.files[:1])
    git = Git(ready[0])
    told = inspect(git, diff, fewer, prove(git, change), 0.1)
    assert [each.rule for each in told.hazards] == ["file_list"]


@pytest.mark.parametrize("place", range(3))
def test_the_rank_that_counts_is_at_least_that_of_the_whole_and_of_each_file_alone(
    ready: tuple[Path, str, Scorer], place: int
) -> None:
    _, _, reader = ready
    files = [
        {"core/risky.c": BRANCHY, "docs/a.md": lines(90)},
        {"core/risky.c": BRANCHY, "lib/calm.py": lines(45), "tests/test_a.py": lines(5)},
        {"docs/a.md": lines(9), "docs/b.md": lines(70)},
    ][place]
    _, change = opened(ready, 10 + place, files=files)
    highest = reader.highest(change)
    assert highest >= reader.assess(change).percentile - 1e-9
    shown = list(zip(change.files, change.lines, strict=True))
    assert highest >= max(reader.ranks(change, [[each] for each in shown])) - 1e-9


def test_the_rank_that_counts_of_a_landed_change_is_that_of_its_moment(ready: tuple[Path, str, Scorer]) -> None:
    repo, tip, reader = ready
    landed = change_of(read(Git(repo), Git(repo).resolve(f"{tip}~1"), tip), at=CLOCK, title="", message="")
    assert reader.highest(landed) >= reader.assess(landed).percentile - 1e-9


def test_a_proof_ranks_lowest_and_evidence_lowers_a_little(ready: tuple[Path, str, Scorer]) -> None:
    _, _, reader = ready
    _, change = opened(ready, 20, files={"core/risky.c": BRANCHY})
    bare, strong, proved = (
        reader.highest(change, proof=proof) for proof in (None, Proof("S", "docs", "x"), Proof("P", "docs", "x"))
    )
    assert proved == 0.0
    assert strong <= bare


def test_a_change_of_very_many_files_has_no_rank_unless_it_is_proved(ready: tuple[Path, str, Scorer]) -> None:
    _, _, reader = ready
    _, change = opened(ready, 21, files={f"lib/m{number}.py": b"x = 1\n" for number in range(201)})
    with pytest.raises(ScoringError, match="more than 200 files"):
        reader.highest(change)
    assert reader.highest(change, proof=Proof("P", "docs", "x")) == 0.0
