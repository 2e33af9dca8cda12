"""The scorer: what the server sees, from a real repository to an assessment."""

import multiprocessing
import os
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from histories import DAY, START, Step, build, lines

from scoring.assessment import Proof, Suggestion
from scoring.claims.tell import SHARE
from scoring.errors import ScoringError
from scoring.facts.services import Services
from scoring.features import FEATURES
from scoring.git import Git
from scoring.history.read import commit_change, read_change
from scoring.scorer import Scorer

CLOCK = datetime.fromtimestamp(START, UTC) + timedelta(days=4000)
BRANCHY = b"".join(b"if a%d and b:\n    call(%d)\nelif c:\n    raise E\n" % (n, n) for n in range(60))


def past(count: int, faults: int) -> list[Step]:
    """Return a history in which changes to risky.c are the ones taken back."""
    steps = [Step("Start", {"core/risky.c": lines(50), "docs/a.md": lines(9), "lib/calm.py": lines(40)}, at=START)]
    for number in range(count):
        at = START + (number + 1) * DAY
        who = f"p{number % 5}@x.org"
        if number % 4 == 0 and faults:
            faults -= 1
            code = b"".join(b"if (x%d && y) { f(%d); }\n" % (n, number) for n in range(30))
            steps.append(Step(f"Rework core {number}", {"core/risky.c": lines(50) + code}, who, at))
            steps.append(Step(f'Revert "Rework core {number}"', {"core/risky.c": lines(50)}, "p9@x.org", at + DAY // 2))
        else:
            path = ("docs/a.md", "lib/calm.py")[number % 2]
            steps.append(Step(f"Tidy {number}", {path: lines(9 + number % 7, f"w{number}_")}, who, at))
    return steps


@pytest.fixture(scope="module")
def young(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], Path]:
    folder = tmp_path_factory.mktemp("young")
    steps = [
        *past(30, 3),
        Step("Risk it all", {"core/risky.c": BRANCHY, "lib/calm.py": b"", "core/new.c": BRANCHY}, at=START + 60 * DAY),
        Step("Fix a typo", {"docs/a.md": lines(9) + b"the end\n"}, at=START + 61 * DAY),
    ]
    return folder / "repo", build(folder / "repo", steps), folder / "state"


def scorer(repo: Path, state: Path, **options: bool) -> Scorer:
    return Scorer(repo, state, clock=lambda: CLOCK, **options)


def test_a_large_branching_change_ranks_above_a_typo_and_says_why(young: tuple[Path, list[str], Path]) -> None:
    repo, shas, state = young
    reader = scorer(repo, state)
    reader.refresh(shas[-3])
    risky, typo = (reader.assess(commit_change(repo, sha)) for sha in shas[-2:])
    assert risky.percentile > 0.9 > typo.percentile
    assert risky.probability > typo.probability
    assert {each.claim for each in risky.reasons} & {"branches", "size", "repaired_file"}
    assert [each.share for each in risky.reasons] == sorted((each.share for each in risky.reasons), reverse=True)
    assert all(each.share >= SHARE for each in risky.reasons)
    assert (risky.reference, risky.labelled, risky.model) == (len(shas) - 2, 3, reader.shipped.card.id)
    kept = {feature.name for feature in FEATURES if feature.gates and not feature.person}
    assert set(risky.features) == kept | {"proved", "strong_evidence"}


def test_every_suggestion_names_where_both_halves_rank_when_they_are_scored(tmp_path: Path) -> None:
    files = {"core/risky.c": BRANCHY, "extra/other.c": BRANCHY.replace(b"step", b"walk")}
    shas = build(tmp_path / "repo", [*past(30, 3), Step("Two at once", dict(files), at=START + 60 * DAY)])
    reader = scorer(tmp_path / "repo", tmp_path / "state")
    reader.refresh(shas[-2])
    change = commit_change(tmp_path / "repo", shas[-1])
    assessed = reader.assess(change)
    assert max(each.moved for each in assessed.suggestions or [Suggestion("", (), 0, 0)]) < assessed.percentile
    for each in assessed.suggestions:
        for inside, told in ((True, each.moved), (False, each.stays)):
            kept = [n for n, f in enumerate(change.files) if (f.path in each.paths) is inside]
            half = replace(
                change, files=tuple(change.files[n] for n in kept), lines=tuple(change.lines[n] for n in kept)
            )
            assert reader.assess(half).percentile == pytest.approx(told)


def test_a_change_already_landed_is_seen_as_it_was_then(young: tuple[Path, list[str], Path], tmp_path: Path) -> None:
    repo, shas, _ = young
    before = scorer(repo, tmp_path / "before")
    before.refresh(shas[-3])
    after = scorer(repo, tmp_path / "after")
    after.refresh(shas[-1])
    change = commit_change(repo, shas[-2])
    first, second = before.assess(change), after.assess(change)
    assert first.features == second.features
    assert first.percentile == pytest.approx(second.percentile)


def test_a_critical_service_raises_the_score_and_is_named(young: tuple[Path, list[str], Path]) -> None:
    repo, shas, state = young
    reader = scorer(repo, state)
    reader.refresh(shas[-3])
    change = commit_change(repo, shas[-1])
    plain, critical = reader.assess(change), reader.assess(change, critical=Services({"docs/**": 1}))
    assert critical.probability > plain.probability
    assert "critical" in [reason.claim for reason in critical.reasons]
    assert "critical" not in [reason.claim for reason in plain.reasons]


def test_a_file_that_is_moved_out_of_a_critical_service_still_touches_it(tmp_path: Path) -> None:
    steps = [*past(30, 3), Step("Move", {}, at=START + 60 * DAY, renames=(("docs/a.md", "lib/a.md"),))]
    shas = build(tmp_path / "repo", steps)
    reader = scorer(tmp_path / "repo", tmp_path / "state")
    reader.refresh(shas[-2])
    assessed = reader.assess(commit_change(tmp_path / "repo", shas[-1]), critical=Services({"docs/**": 1}))
    assert "critical" in [reason.claim for reason in assessed.reasons]


def test_a_repository_with_labels_of_its_own_gets_a_regression_of_its_own(tmp_path: Path) -> None:
    steps = past(160, 40)
    shas = build(tmp_path / "repo", steps)
    reader = scorer(tmp_path / "repo", tmp_path / "state")
    reader.refresh(shas[-2])
    change = commit_change(tmp_path / "repo", shas[-1])
    alone, other = reader.assess(change), scorer(tmp_path / "repo", tmp_path / "state")
    assert (alone.model, other.due()) == (reader.shipped.card.id, True)
    other.fit()
    assessed = reader.assess(change)
    assert (reader.due(), alone.labelled) == (False, assessed.labelled)
    assert assessed.model.endswith(" + this repository")
    assert assessed.labelled == 40
    again = scorer(tmp_path / "repo", tmp_path / "state").assess(commit_change(tmp_path / "repo", shas[-1]))
    assert again == assessed


def test_a_first_commit_a_rename_and_no_files_at_all_can_be_scored(tmp_path: Path) -> None:
    steps = [
        Step("Start", {"a.py": lines(5)}),
        Step("Move", {}, at=START + 1, renames=(("a.py", "b.py"),)),
        Step("Nothing", {}, at=START + 2),
    ]
    shas = build(tmp_path / "repo", steps)
    reader = scorer(tmp_path / "repo", tmp_path / "state")
    for sha in shas:
        assessed = reader.assess(commit_change(tmp_path / "repo", sha))
        assert 0 <= assessed.percentile <= 1
        assert 0 < assessed.probability < 1


def test_a_hostile_path_reaches_no_sentence_but_only_its_subject(tmp_path: Path) -> None:
    trap = "core/<img src=x> @all `x`|.c"
    steps = [*past(30, 3), Step("Big", {trap: BRANCHY, "lib/calm.py": BRANCHY}, at=START + 60 * DAY)]
    shas = build(tmp_path / "repo", steps)
    reader = scorer(tmp_path / "repo", tmp_path / "state")
    reader.refresh(shas[-2])
    assessed = reader.assess(commit_change(tmp_path / "repo", shas[-1]))
    assert not [told for told in (*assessed.reasons, *assessed.suggestions) if "img" in told.words]


def _index(repo: Path, state: Path, tip: str) -> None:
    scorer(repo, state).refresh(tip)


def test_two_processes_at_once_leave_one_whole_index(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", past(60, 5))
    context = multiprocessing.get_context("spawn")
    arguments = (tmp_path / "repo", tmp_path / "state", shas[-1])
    workers = [context.Process(target=_index, args=arguments) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    alone = scorer(tmp_path / "repo", tmp_path / "alone")
    alone.refresh(shas[-1])
    both = scorer(tmp_path / "repo", tmp_path / "state")
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert np.array_equal(both.history.matrix(), alone.history.matrix())


def test_a_killed_process_leaves_an_index_that_the_next_one_finishes(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", past(300, 5))
    context = multiprocessing.get_context("spawn")
    worker = context.Process(target=_index, args=(tmp_path / "repo", tmp_path / "state", shas[-1]))
    worker.start()
    while not (tmp_path / "state" / "lock").exists() and worker.is_alive():
        time.sleep(0.01)
    os.kill(worker.pid or 0, signal.SIGKILL)
    worker.join(30)
    finished, alone = (scorer(tmp_path / "repo", tmp_path / name) for name in ("state", "alone"))
    for reader in (finished, alone):
        reader.refresh(shas[-1])
    assert np.array_equal(finished.history.matrix(), alone.history.matrix())


def test_nothing_is_written_into_the_repository(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", past(20, 2))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "repo").rglob("*")}
    reader = scorer(tmp_path / "repo", tmp_path / "state")
    reader.refresh(shas[-2])
    reader.assess(commit_change(tmp_path / "repo", shas[-1]))
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "repo").rglob("*")}


def test_a_damaged_index_is_named(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", past(3, 0))
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "index.sqlite").write_bytes(b"no database" * 999)
    with pytest.raises(ScoringError, match="is damaged; delete it"):
        scorer(tmp_path / "repo", tmp_path / "state").refresh(shas[-1])


def test_a_pull_request_is_scored_as_one_change(tmp_path: Path) -> None:
    shas = build(tmp_path / "repo", past(30, 3))
    reader = scorer(tmp_path / "repo", tmp_path / "state")
    reader.refresh(shas[-6])
    head = commit_change(tmp_path / "repo", Git(tmp_path / "repo").resolve("main"))
    change = read_change(
        tmp_path / "repo", shas[-6], shas[-1], at=head.at, author=head.author, title="All at once", message=""
    )
    assert reader.assess(change).sha == shas[-1]


def test_strong_evidence_halves_the_odds_a_hint_changes_nothing_and_a_proof_ranks_lowest(
    young: tuple[Path, list[str], Path],
) -> None:
    repo, shas, state = young
    reader = scorer(repo, state)
    reader.refresh(shas[-1])
    change = commit_change(repo, shas[-2])
    plain = reader.assess(change)
    hint, strong, proved = (reader.assess(change, proof=Proof(level, "docs", "Checked.")) for level in "HSP")
    assert (hint.percentile, hint.probability) == (plain.percentile, plain.probability)
    assert strong.probability < plain.probability
    assert 0 < strong.percentile <= plain.percentile
    assert proved.percentile == 0.0
    seen = [(each.features["proved"], each.features["strong_evidence"]) for each in (plain, hint, strong, proved)]
    assert seen == [(0.0, 0.0), (0.0, 0.0), (0.0, 1.0), (1.0, 0.0)]
    assert strong.proof == Proof("S", "docs", "Checked.")
