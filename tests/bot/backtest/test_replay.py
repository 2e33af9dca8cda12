"""The replay decides as the server would have, and knows nothing of what came later."""

import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from backtest_world import START, WEEKEND, grow

from bot.backtest.compare import Side, compared, comparison
from bot.backtest.landings import read_past
from bot.backtest.models import unknowing
from bot.backtest.outcomes import read_outcomes
from bot.backtest.page import page
from bot.backtest.replay import CHUNK, Contents, Replay, Replayed, rows_since
from bot.backtest.report import Backtest
from bot.backtest.scores import as_dataset, score
from bot.backtest.text import summary
from bot.policy.config import Config, parse
from bot.policy.decide import decide
from bot.policy.events import Changed
from bot.policy.pull import Person
from scoring.facts.services import Services, from_codeowners
from scoring.history.dataset import collect
from scoring.history.index import History
from scoring.history.read import commit_change
from scoring.scorer import SHIPPED, Scorer
from scoring.semantics.git import prove_range

NOW = START + 4000 * 86400
RED = WEEKEND.replace("level: weekend", "level: red")


def prepared(repo: Path, state: Path) -> Replay:
    history = History(repo, state, first_parent=True)
    tip = history.git.resolve("main")
    history.refresh(tip, now=NOW)
    past = read_past(history)
    outcomes = read_outcomes(history)
    model, knew = unknowing(SHIPPED, outcomes.commits)
    scores = score(past, outcomes, model, knew=knew)
    return Replay(past, scores, Contents(history.git, repo), "main", "acme/shop")


@pytest.fixture(scope="session")
def ready(past: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Replay, History]:
    """The past as it is replayed, for all tests that only look."""
    state = tmp_path_factory.mktemp("ready") / "landings"
    return prepared(past, state), History(past, state, first_parent=True)


@pytest.fixture(scope="session")
def at_red(ready: tuple[Replay, History]) -> list[Replayed]:
    return decided(ready[0], parse(RED))


def decided(replay: Replay, config: Config) -> list[Replayed]:
    return list(replay.run(config, rows_since(replay.past, replay.scores, None)))


def test_a_landing_and_a_pull_request_with_the_same_facts_get_the_same_verdict(
    past: Path, ready: tuple[Replay, History], at_red: list[Replayed], tmp_path: Path
) -> None:
    (replay, _), config = ready, parse(RED)
    scorer = Scorer(past, tmp_path / "index", clock=lambda: datetime.fromtimestamp(NOW, UTC))
    scorer.refresh(replay.past.landings[-1].sha)
    looked_at = [each for each in at_red if each.in_window][::15]
    assert {each.held for each in looked_at} == {True, False}
    for each in looked_at:
        change = commit_change(past, each.landing.sha)
        proof = prove_range(past, change.base, change.sha).proof()
        served = replace(scorer.assess(change), proof=proof)
        if each.landing.row < replay.scores.model_at(10**9).first or len(replay.scores.fitted) == 1:
            assert abs(served.percentile - each.percentile) < 1e-6
        pull = replace(
            replay.state(each.landing).pull, number=17, author=Person(5, "ana"), head_ref="topic", base_sha=change.base
        )
        served = replace(served, percentile=each.percentile)
        state = replace(replay.state(each.landing), pull=pull, risk=served)
        decision = decide(Changed("opened"), state, config, each.landing.at)
        assert (decision.verdict == 1) == each.held
        if each.held:
            assert next(opinion.until for opinion in decision.opinions if opinion.verdict) == each.until


def test_what_is_learned_later_changes_no_earlier_verdict(tmp_path: Path) -> None:
    repo = tmp_path / "shop.git"
    commits = grow(repo, 350)
    grow(repo, 250, seed=5, blame=tuple(commits[100:200]))
    replay = prepared(repo, tmp_path / "before")
    assert any(fitted.own_model for fitted in replay.scores.fitted)  # models of its own take part
    before = decided(replay, parse(RED))
    grow(repo, 120, seed=9, blame=tuple(commits[200:310]))
    after = decided(prepared(repo, tmp_path / "after"), parse(RED))
    assert len(after) == len(before) + 120
    assert after[: len(before)] == before


def test_the_very_same_labels_do_change_what_is_said_of_the_past(tmp_path: Path) -> None:
    repo = tmp_path / "shop.git"
    commits = grow(repo, 300)
    first = prepared(repo, tmp_path / "before")
    known = first.scores.dataset.inducing.sum()
    grow(repo, 60, seed=9, blame=tuple(commits[250:300]))
    later = prepared(repo, tmp_path / "after")
    assert later.scores.dataset.inducing.sum() >= known + 45


def test_the_backtest_the_evaluation_and_the_index_tell_the_same_faults(ready: tuple[Replay, History]) -> None:
    _, history = ready
    learned, replayed = (
        collect(history, "shop", faults_only=True),
        as_dataset(read_past(history), read_outcomes(history), "shop"),
    )
    assert learned.inducing.sum() > 10
    assert learned.digest() == replayed.digest()
    assert (learned.ever_at == replayed.ever_at).all()


def test_landings_in_a_critical_service_rank_higher(ready: tuple[Replay, History]) -> None:
    _, history = ready
    landed, outcomes = read_past(history), read_outcomes(history)
    model, knew = unknowing(SHIPPED, outcomes.commits)
    plain, critical = (
        score(landed, outcomes, model, knew=knew, critical=Services(owners=owners)).percentile
        for owners in ((), from_codeowners("/docs/ @acme/docs", {"@acme/docs": 1}))
    )
    docs = np.array([all(path.startswith("docs/") for path in each.paths) for each in landed.landings])
    docs &= ~np.isnan(plain)
    assert docs.sum() > 5
    assert critical[docs].mean() > plain[docs].mean() + 0.02


def test_a_large_change_of_comments_only_is_let_through_as_proven(ready: tuple[Replay, History]) -> None:
    replayed = decided(ready[0], parse(WEEKEND.replace("level: weekend", "level: frozen")))
    proven = [each for each in replayed if each.proven]
    assert proven
    assert {each.landing.title.split()[0] for each in proven} == {"Explain"}
    assert not any(each.held for each in proven)
    explained = [each for each in replayed if each.landing.title.startswith("Explain") and each.in_window]
    assert explained == proven


def test_frozen_paths_hold_what_the_gate_lets_through(ready: tuple[Replay, History]) -> None:
    replay, _ = ready
    held = [each for each in decided(replay, parse(WEEKEND + 'frozen_paths: ["docs/**"]\n')) if "freeze" in each.rules]
    assert held
    assert {path for each in held for path in each.landing.paths} == {"docs/readme.md"}


def test_a_hold_ends_when_its_window_does(at_red: list[Replayed]) -> None:
    for each in at_red:
        if each.held:
            assert each.until is not None
            assert (each.until.weekday(), each.until.hour) == (0, 8)
            assert 0 < (each.hours or 0) <= 63


def test_a_revert_inside_a_merged_branch_counts_for_the_landing_that_brought_it(tmp_path: Path) -> None:
    repo = tmp_path / "merged.git"
    first = grow(repo, 6)
    made = _merge(repo, first[-1], f"Take it back\n\nThis reverts commit {first[2]}.")
    history = History(repo, tmp_path / "state", first_parent=True)
    history.refresh(made, now=NOW)
    past = read_past(history)
    outcomes = read_outcomes(history)
    assert past.landings[-1].sha == made
    assert list(outcomes.by_row) == [2]
    assert outcomes.by_row[2].known_at == int(past.landings[-1].at.timestamp())


class Impatient:
    """Presses Ctrl-C when progress is reported."""

    def __call__(self, done: int, total: int) -> None:
        raise KeyboardInterrupt


def test_an_interruption_in_the_midst_leaves_what_was_decided_marked_partial(ready: tuple[Replay, History]) -> None:
    replay, outcomes = ready[0], read_outcomes(ready[1])
    test = Backtest(replay, outcomes, parse(RED), "red", rows_since(replay.past, replay.scores, None))
    with pytest.raises(KeyboardInterrupt):
        test.run(Impatient())
    test.stopped = "interrupted"
    report = test.figures()
    assert report["partial"] == {"why": "interrupted", "decided": CHUNK, "of": len(test.rows)}
    shown = page(report, "codechill backtest")
    assert "This report is partial." in shown
    assert "What other settings would have done" not in shown
    assert next(summary(report)).startswith(f"PARTIAL: interrupted after {CHUNK} of {len(test.rows)}")


def test_an_interrupted_comparison_keeps_what_both_sides_decided(ready: tuple[Replay, History]) -> None:
    replay, outcomes = ready[0], read_outcomes(ready[1])
    test = Backtest(replay, outcomes, parse(RED), "red", rows_since(replay.past, replay.scores, None))
    mild, strict = Side("mild", parse(WEEKEND), replay), Side("strict", parse(RED), replay)
    report = compared(test, mild, strict, Impatient())
    before, after = report["configurations"]  # type: ignore[misc]
    assert report["partial"] == {"why": "interrupted", "decided": CHUNK, "of": len(test.rows)}
    assert before["landings"] == after["landings"] > 0
    assert next(comparison(report)).startswith("PARTIAL: interrupted")


def _merge(repo: Path, onto: str, message: str) -> str:
    """A branch of one commit, merged a week after the first commit."""
    at = f"{START + 7 * 86400} +0000"
    dated = os.environ | {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=ann", "-c", "user.email=ann@x.example")
        command = ["git", "-C", str(repo), *who, *arguments]
        return subprocess.run(command, capture_output=True, check=True, text=True, env=dated).stdout.strip()

    tree = git("rev-parse", f"{onto}^{{tree}}")
    topic = git("commit-tree", tree, "-p", onto, "-m", message)
    merge = git("commit-tree", tree, "-p", onto, "-p", topic, "-m", "Merge branch 'topic'")
    git("update-ref", "refs/heads/main", merge)
    return merge
