"""The commands score, train and evaluate, as a person or a script runs them."""

import csv
import importlib.util
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from histories import DAY, START, Step, build, lines

from bot.commands.learning import evaluate, train
from bot.commands.scoring import level, score
from scoring.features import FEATURES
from scoring.history import frozen
from scoring.history.dataset import collect, resample, training_rows
from scoring.history.index import History
from scoring.models.card import read_card


def run(command: object, *arguments: object, cache: Path) -> Result:
    return CliRunner(env={"XDG_CACHE_HOME": str(cache)}).invoke(command, [str(each) for each in arguments])  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which every sixth change, to core.c, is taken back a day later."""
    folder = tmp_path_factory.mktemp("acme") / "shop.git"
    steps = [Step("Start", {"core.c": lines(30), "a.md": lines(5), "b.py": lines(20)}, at=START)]
    for number in range(240):
        at, who = START + (number + 1) * DAY, f"p{number % 4}@x.org"
        if number % 6 == 0:
            code = b"".join(b"if (x%d) { f(%d); }\n" % (n, number) for n in range(20))
            steps.append(Step(f"Rework {number}", {"core.c": lines(30) + code}, who, at))
            steps.append(Step(f'Revert "Rework {number}"', {"core.c": lines(30)}, who, at + DAY // 2))
        else:
            steps.append(
                Step(f"Tidy {number}", {("a.md", "b.py")[number % 2]: lines(5 + number % 9, f"w{number}_")}, who, at)
            )
    build(folder, steps)
    return folder


def test_json_has_what_scripts_need_and_a_level(repo: Path, tmp_path: Path) -> None:
    done = run(score, "--repo", repo, "--format", "json", cache=tmp_path)
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert {"sha", "percentile", "probability", "level", "reasons", "suggestions", "model"} <= set(told)
    assert told["level"] == level(told["percentile"])
    assert told["model"].endswith(" + this repository")


@pytest.mark.parametrize(
    ("percentile", "name"),
    [
        (0.0, "green"),
        (0.49, "green"),
        (0.5, "red"),
        (0.89, "red"),
        (0.9, "yellow"),
        (0.95, "weekend"),
        (1.0, "weekend"),
    ],
)
def test_the_level_is_the_mildest_that_holds_the_change(percentile: float, name: str) -> None:
    assert level(percentile) == name


def test_history_is_read_once_with_a_bar_and_never_into_the_repository(repo: Path, tmp_path: Path) -> None:
    first = run(score, "--repo", repo, cache=tmp_path)
    again = run(score, "--repo", repo, cache=tmp_path)
    assert "Reading history" in first.stderr
    assert "Reading history" not in again.stderr
    assert again.stdout == first.stdout
    assert [path.name for path in (tmp_path / "codechill").glob("*/index.sqlite")] == ["index.sqlite"]


@pytest.mark.parametrize("what", ["HEAD..HEAD", "HEAD...HEAD", "HEAD.."])
def test_a_range_that_changes_nothing_is_said_to(repo: Path, tmp_path: Path, what: str) -> None:
    done = CliRunner().invoke(score, ["--repo", str(repo), "--state", str(tmp_path / "state"), what])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"codechill: {what} changes no file: there is nothing to score.")


def test_a_range_is_scored_as_one_change_and_markdown_folds_the_method_away(repo: Path, tmp_path: Path) -> None:
    text = run(score, "--repo", repo, "main~3..main", cache=tmp_path)
    markdown = run(score, "--repo", repo, "--format", "markdown", "main~3..", cache=tmp_path)
    assert text.stdout.splitlines()[1].startswith("Riskier than ")
    assert "<details><summary>How this score is made</summary>" in markdown.stdout
    assert "this comment" not in markdown.stdout


def test_what_is_critical_is_what_the_change_stands_on_says(repo: Path, tmp_path: Path) -> None:
    told = b'version: 1\ncritical_from: {codeowners: {"@acme/docs": 1}}\n'
    files: dict[str, bytes | None] = {".github/codechill.yml": told, "CODEOWNERS": b"*.md @acme/docs\n"}
    steps = [
        Step("Start", {"a.md": b"1\n", "b.py": b"1\n"}),
        Step("Say so", {**files, "a.md": b"2\n"}, at=START + DAY),
        Step("Then change it", {"a.md": b"3\n"}, at=START + 2 * DAY),
        Step("Spoil it", {".github/codechill.yml": b"version: 2\n"}, at=START + 3 * DAY),
        Step("Change it again", {"a.md": b"4\n"}, at=START + 4 * DAY),
    ]
    shas = build(tmp_path / "repo", steps)

    def why(sha: str, *more: object) -> tuple[bool, str]:
        done = run(score, "--repo", tmp_path / "repo", "--format", "json", *more, sha, cache=tmp_path)
        assert done.exit_code == 0
        return "critical" in json.loads(done.stdout)["claims"], done.stderr

    assert [why(sha)[0] for sha in shas] == [False, False, True, False, False]
    assert "version: 1; nothing counts as critical" in why(shas[4])[1]
    (tmp_path / "mine.yml").write_text("version: 1\ncritical: {b.py: 1, a.md: 1}\n")
    assert why(shas[1], "--config", tmp_path / "mine.yml")[0]
    (tmp_path / "mine.yml").write_text("version: 1\ncritcal: {}\n")
    refused = run(score, "--repo", repo, "--config", tmp_path / "mine.yml", cache=tmp_path)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "did you mean critical" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--repo", "/nowhere"), "/nowhere is not a folder"),
        (("--repo", "."), "is not a git repository"),
        (("--repo", "{repo}", "no-such"), "There is no commit 'no-such'"),
        (("--repo", "{repo}", "--model", "/nowhere"), "is no model folder"),
        (("--repo", "{repo}", "--", "--output=x"), "is not the name of a commit"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], complaint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(score, *(each.format(repo=repo) for each in arguments), cache=tmp_path / "cache")
    assert done.exit_code == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_repository_without_commits_is_refused(tmp_path: Path) -> None:
    build(tmp_path / "empty", [])
    done = run(score, "--repo", tmp_path / "empty", cache=tmp_path / "cache")
    assert (done.exit_code, done.stdout) == (2, "")
    done = run(evaluate, "--repo", tmp_path / "empty", cache=tmp_path / "cache")
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_model_is_trained_evaluated_and_scores_again(repo: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    done = run(train, "--repo", repo, "--kind", "table1", "--name", "mine", "--out", out, cache=tmp_path)
    assert (done.exit_code, sorted(path.name for path in out.iterdir())) == (0, ["card.json", "model.onnx"])
    card = json.loads((out / "card.json").read_text())
    assert (card["id"], card["sources"][0]["repository"], card["sources"][0]["inducing"]) == ("mine", "shop", 40)
    told = run(score, "--repo", repo, "--model", out, "--format", "json", cache=tmp_path)
    assert json.loads(told.stdout)["model"].startswith("mine")
    refused = run(evaluate, "--repo", repo, "--model", out, cache=tmp_path)
    assert refused.exit_code == 2
    assert "learned from shop" in refused.stderr


@pytest.mark.parametrize("kind", ["table1", "trees"])
def test_a_model_asks_for_nothing_that_an_author_chooses_without_changing_code(
    repo: Path, tmp_path: Path, kind: str
) -> None:
    done = run(train, "--repo", repo, "--kind", kind, "--out", tmp_path / "model", cache=tmp_path)
    assert done.exit_code == 0, done.stderr
    asked = {column.removeprefix("rank:") for column in read_card(tmp_path / "model").columns}
    assert asked
    assert not asked & {feature.name for feature in FEATURES if not feature.gates}


def test_an_evaluation_writes_a_row_for_each_change_and_repeats_itself(repo: Path, tmp_path: Path) -> None:
    first, second = (tmp_path / name for name in ("a.csv", "b.csv"))
    done = run(evaluate, "--repo", repo, "--scores", first, cache=tmp_path)
    again = run(evaluate, "--repo", repo, "--scores", second, cache=tmp_path)
    assert done.exit_code == 0
    assert done.stdout == again.stdout
    assert first.read_text() == second.read_text()
    rows = list(csv.DictReader(first.open()))
    assert list(rows[0])[1:] == [
        "sha", "landed_at", "split", "label", "known_at", "severe", "churn",
        "table1", "kamei", "shipped", "own", "blend", "percentile",
    ]  # fmt: skip
    assert len(rows) == 281
    assert sum(int(row["label"]) for row in rows) == 40
    assert [row["split"] for row in rows] == ["train"] * 196 + ["test"] * 85
    assert all((row["known_at"] != "") == (row["label"] == "1") for row in rows)


def test_figures_on_other_data_are_refused(repo: Path, tmp_path: Path) -> None:
    done = run(evaluate, "--repo", repo, "--expect", "0" * 16, cache=tmp_path)
    assert done.exit_code == 2
    assert "cannot be compared" in done.stderr


def test_one_history_twice_is_refused(repo: Path, tmp_path: Path) -> None:
    done = run(evaluate, "--repo", repo, "--repo", repo, cache=tmp_path)
    assert done.exit_code == 2
    assert "share history" in done.stderr


def test_a_history_without_labels_cannot_be_trained_on_and_nothing_is_written(tmp_path: Path) -> None:
    build(tmp_path / "calm", [Step(f"Tidy {n}", {"a": lines(n)}, at=START + n * DAY) for n in range(30)])
    for command in (train, evaluate):
        extra = ("--out", tmp_path / "model") if command is train else ()
        done = run(command, "--repo", tmp_path / "calm", *extra, cache=tmp_path / "cache")
        assert (done.exit_code, done.stdout, done.stderr.count("codechill: ")) == (2, "", 1)
    assert not (tmp_path / "model").exists()


def test_one_author_is_no_sample_of_people_but_can_be_scored(tmp_path: Path) -> None:
    steps = [Step(f"Tidy {n}", {"a": lines(n)}, at=START + n * DAY) for n in range(9)]
    build(tmp_path / "solo", [*steps, Step('Revert "Tidy 8"', {"a": lines(7)}, at=START + 9 * DAY)])
    refused = run(evaluate, "--repo", tmp_path / "solo", cache=tmp_path / "cache")
    scored = run(score, "--repo", tmp_path / "solo", cache=tmp_path / "cache")
    assert (refused.exit_code, scored.exit_code) == (2, 0)
    assert "single author" in refused.stderr


def test_training_without_its_libraries_says_what_is_missing(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    done = run(train, "--repo", repo, "--out", tmp_path / "model", cache=tmp_path)
    assert done.exit_code == 2
    assert "install codechill[train]" in done.stderr


def test_imported_incidents_become_labels(repo: Path, tmp_path: Path) -> None:
    history = History(repo, tmp_path / "state")
    history.refresh(history.git.resolve("main"), now=START + 999 * DAY)
    before = collect(history, "shop")
    row = next(n for n, change in enumerate(history.changes()) if not before.inducing[n])
    (tmp_path / "i.csv").write_text(
        "incident,cause,known_at,severity\n"
        f"I1,{history.changes()[row].sha[:12]},2023-12-01,sev0\nI2,#99,2023-12-01,low\n"
    )
    done = run(
        evaluate, "--repo", repo, "--incidents", tmp_path / "i.csv", "--scores", tmp_path / "s.csv", cache=tmp_path
    )
    told = list(csv.DictReader((tmp_path / "s.csv").open()))[row]
    assert done.exit_code == 0
    assert (told["label"], told["severe"]) == ("1", "1")


def test_only_what_was_known_trains_and_only_the_ripe_is_clean(repo: Path, tmp_path: Path) -> None:
    history = History(repo, tmp_path / "state")
    history.refresh(history.git.resolve("main"), now=START + 999 * DAY)
    data = collect(history, "shop")
    cut = data.cut(0.7)
    rows, label = training_rows(data, cut)
    moment = data.at[cut]
    assert (data.known_at[rows[label]] < moment).all()
    assert (data.at[rows[~label]] <= moment - 30 * DAY).all()
    kept, marks = resample(rows, label)
    assert (marks.sum(), (~marks).sum()) == (label.sum(), min(5 * label.sum(), (~label).sum()))
    assert resample(rows, label)[0].tolist() == kept.tolist()


def test_a_frozen_table_reads_back_as_it_was(repo: Path, tmp_path: Path) -> None:
    done = run(evaluate, "--repo", repo, "--freeze", tmp_path / "t.npz", cache=tmp_path)
    history = History(repo, tmp_path / "state")
    history.refresh(history.git.resolve("main"), now=START + 999 * DAY)
    data, kept = collect(history, "shop"), frozen.read(tmp_path / "t.npz", "shop")
    assert done.exit_code == 0
    assert (kept.raw == data.raw).all()
    assert (kept.quantile == data.quantile).all()
    assert (kept.known_at == data.known_at).all()
