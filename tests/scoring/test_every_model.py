"""What every kind of model holds, also one that is registered here alone: a file and one line, nothing else."""

import importlib.util
import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from click.testing import CliRunner, Result
from histories import START, Step, build, lines

from bot.backtest.landings import read_past
from bot.backtest.outcomes import read_outcomes
from bot.backtest.scores import score as score_landings
from bot.commands.learning import evaluate, train
from bot.commands.scoring import score
from scoring.assessment import Assessment
from scoring.errors import ScoringError
from scoring.history.dataset import Dataset, collect, training_rows
from scoring.history.index import History
from scoring.history.read import commit_change, read_change
from scoring.learning.evaluate import score_all, unseen
from scoring.models.asked_once import AskedOnce, TooSlow
from scoring.models.card import Card
from scoring.models.corpus import corpus_of
from scoring.models.linear import Linear, fit
from scoring.models.linear_graph import linear_graph
from scoring.models.matrix import MatrixModel, session
from scoring.models.model import Corpus, Floats, Kind, Rows, unknown_change
from scoring.models.registry import KINDS, load
from scoring.ranking.calibration import sigmoid
from scoring.scorer import Scorer
from scoring.text.record import joined

DAY = 86400
NOW = START + 999 * DAY
TEXTS: dict[str, str] = {}  # of the second repository, read by one git: this is about models, not about git
ASKED: list[int] = []  # how many changes the model below was asked of, call by call


def shouts(rows: Rows) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.array([[text_of_one(rows, place).count("danger")] for place in range(len(rows))], dtype=np.float32)


def text_of_one(rows: Rows, place: int) -> str:
    known = TEXTS.get(rows.key(place))
    return joined(rows.text(place).hunks) if known is None else known


@dataclass(frozen=True)
class FittedShouts:
    """How often a word stands in the text of a change."""

    linear: Linear
    columns: tuple[str, ...] = ()

    def logits(self, rows: Rows) -> Floats:
        return self.linear.logits(shouts(rows))

    def graph(self) -> bytes:
        return linear_graph(self.linear)


@dataclass(frozen=True)
class Shouts:
    """The same from its folder."""

    card: Card
    graph: MatrixModel

    def logits(self, rows: Rows) -> Floats:
        ASKED.append(len(rows))
        return self.graph.of_design(shouts(rows))


def fit_shouts(corpora: Sequence[Corpus]) -> FittedShouts:
    told = [training_rows(each.table, len(each.table.shas), NOW) for each in corpora]
    x = [shouts(corpus.rows())[rows] for corpus, (rows, _) in zip(corpora, told, strict=True)]
    return FittedShouts(fit(np.concatenate(x), np.concatenate([label for _, label in told])))


def open_shouts(card: Card, graph: bytes, where: Path) -> Shouts:
    return Shouts(card, MatrixModel(card, session(graph, 1, where)))


# the one line; as expensive as a language model
SHOUTS = Kind("shouts", "counts a word in the text of a change", "text", fit_shouts, open_shouts, cost=2.0)
# those of text are trained with torch: `make test-text` runs this file on them
FITTED = {name: all(importlib.util.find_spec(each) for each in kind.libraries) for name, kind in KINDS.items()}
NAMES = (*(name for name in KINDS if FITTED[name]), SHOUTS.name)


@pytest.fixture(scope="module", autouse=True)
def registered() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(KINDS, SHOUTS.name, SHOUTS)
        yield


def dangers(count: int, zone: str) -> list[Step]:
    """So many faults, each taken back, of two people."""
    steps = [Step("Start", {"a.c": lines(3)}, "bob@x.org", START)]
    for number in range(count):
        at = START + 4 * number * DAY
        steps.append(Step(f"Add {number}", {"a.c": b"danger(%s_%d);\n" % (zone.encode(), number)}, "ann@x.org", at))
        steps.append(Step(f'Revert "Add {number}"', {"a.c": lines(3)}, "bob@x.org", at + 2 * DAY))
    return steps


@dataclass(frozen=True)
class World:
    """One repository that models learn from, and one that they have not seen."""

    folder: Path
    learned: Path
    other: Path
    shas: tuple[str, ...]  # of the other

    def run(self, command: Any, *arguments: object, **environment: str) -> Result:
        env = {"XDG_CACHE_HOME": str(self.folder / "cache"), **environment}
        done = CliRunner(env=env).invoke(command, [str(each) for each in arguments])
        assert done.exit_code == 0, done.stderr
        return done

    def model(self, kind: str) -> Path:
        """A folder with a trained model, made once."""
        if not (self.folder / kind).exists():
            self.run(train, "--repo", self.learned, "--kind", kind, "--out", self.folder / kind)
        return self.folder / kind

    def history(self, repository: Path, name: str, **options: Any) -> History:
        history = History(repository, self.folder / name, **options)
        history.refresh(history.git.resolve("main"), now=NOW)
        return history

    def corpus(self, repository: Path) -> Corpus:
        history = self.history(repository, f"index-{repository.name}")
        return corpus_of(history, collect(history, repository.name))

    def scorer(self, kind: str) -> Scorer:
        clock = datetime.fromtimestamp(NOW, UTC)
        scorer = Scorer(self.other, self.folder / f"serving-{kind}", shipped=self.model(kind), clock=lambda: clock)
        scorer.refresh(self.shas[-1])
        return scorer


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("models")
    build(folder / "learned", dangers(25, "zone"))
    calm = [
        Step(f"Tidy {n}", {f"{'xyz'[n % 3]}.c": lines(3 + n % 7, f"t{n}_")}, f"p{n % 3}@x.org", START + n * DAY // 4)
        for n in range(300)
    ]
    shas = build(folder / "other", calm + dangers(14, "area"))
    told = subprocess.run(
        ["git", "-C", folder / "other", "log", "-p", "-U0", "--format=%x00%H"],
        capture_output=True,
        text=True,
        check=True,
    )
    TEXTS.update((each[:40], each[40:]) for each in told.stdout.split("\0")[1:])
    return World(folder, folder / "learned", folder / "other", tuple(shas))


def test_only_what_torch_trains_may_be_missing_here() -> None:
    assert {name for name, fitted in FITTED.items() if not fitted} in (set(), {"encoder", "aligned"})


@pytest.mark.parametrize("kind", NAMES)
def test_a_folder_is_a_card_and_a_graph_and_never_a_pickle(world: World, kind: str) -> None:
    folder = world.model(kind)
    assert sorted(each.name for each in folder.iterdir()) == ["card.json", "model.onnx"]
    assert json.loads((folder / "card.json").read_text())["kind"] == load(folder).card.kind == kind
    onnx.checker.check_model(onnx.load(folder / "model.onnx"))


@pytest.mark.parametrize("kind", NAMES)
def test_the_export_says_what_the_fit_says(world: World, kind: str) -> None:
    corpus = world.corpus(world.learned)
    model, fitted = load(world.model(kind)), KINDS[kind].fit([corpus])
    apart = np.abs(sigmoid(model.logits(corpus.rows())) - sigmoid(fitted.logits(corpus.rows()))).max()
    assert max(apart, model.card.parity) <= KINDS[kind].parity


@pytest.mark.parametrize("kind", NAMES)
def test_a_change_of_which_nothing_is_known_has_a_number(world: World, kind: str) -> None:
    said = load(world.model(kind)).logits(unknown_change())
    assert said.shape == (1,)
    assert np.isfinite(said).all()


@pytest.mark.parametrize("kind", NAMES)
def test_one_change_is_told_what_all_at_once_are_told(world: World, kind: str) -> None:
    model, rows = load(world.model(kind)), world.corpus(world.learned).rows()
    begun = time.perf_counter()
    together = model.logits(rows)
    per_change = 1000 * (time.perf_counter() - begun) / len(rows)
    print(f"{kind}: {per_change:.3f} ms a change, {len(rows)} at once")  # noqa: T201  (pytest -s)
    assert [float(model.logits(rows.one(place))[0]) for place in range(0, len(rows), 7)] == pytest.approx(
        list(together[::7]), abs=1e-5
    )


@pytest.mark.parametrize("kind", NAMES)
def test_what_lands_later_changes_nothing_of_what_was_said(world: World, kind: str, tmp_path: Path) -> None:
    then = History(world.learned, tmp_path)
    then.refresh(world.corpus(world.learned).table.shas[29], now=NOW)
    model = load(world.model(kind))
    before = model.logits(corpus_of(then, collect(then, "then")).rows())
    assert list(before) == list(model.logits(world.corpus(world.learned).rows())[:30])


@pytest.mark.parametrize("kind", NAMES)
def test_serving_backtest_and_evaluation_rank_the_same_change_alike(world: World, kind: str) -> None:
    landings = world.history(world.other, "landings", first_parent=True)
    replayed = score_landings(read_past(landings), read_outcomes(landings), load(world.model(kind)))
    corpus = world.corpus(world.other)
    measured = score_all(corpus.table, unseen(world.model(kind), corpus)).percentiles("shipped")
    scorer = world.scorer(kind)
    for row in (300, 307, 320, 327):
        served = scorer.assess(commit_change(world.other, world.shas[row]))
        assert served.percentile == pytest.approx(replayed.percentile[row], abs=1e-9)
        assert served.percentile == pytest.approx(measured[row], abs=1e-9)
        assert served.model == "own"
    assert len({round(float(each), 6) for each in measured[300:]}) > 1 or kind == "trees"


def test_a_new_kind_is_in_the_help_of_train(world: World) -> None:
    said = world.run(train, "--help").output
    assert "|shouts]" in said
    assert "counts a word in the text of a change" in said
    assert {name for name in KINDS if name not in said} == set()


@pytest.mark.parametrize("kind", ["tokens", "shouts"])
def test_a_new_kind_serves_and_is_measured(world: World, kind: str) -> None:
    told = world.run(score, "--repo", world.other, "--format", "json", "HEAD~1", CODECHILL_MODEL=str(world.model(kind)))
    assert json.loads(told.stdout)["model"] == "own"
    said = world.run(evaluate, "--repo", world.other, "--model", world.model(kind), "--format", "json").stdout
    assert 0 <= json.loads(said)["shipped"]["auc"] <= 1


def test_an_expensive_model_is_asked_once_for_each_change(world: World, tmp_path: Path) -> None:
    base, head = world.shas[-3:-1]
    change = read_change(world.other, base, head, at=datetime.fromtimestamp(NOW, UTC), author="", title="", message="")

    def assess() -> Assessment:
        scorer = Scorer(world.other, tmp_path, shipped=world.model("shouts"))
        scorer.refresh(base)
        return scorer.assess(change)

    first = assess()
    ASKED.clear()
    again = assess()
    assert (ASKED, again.percentile, again.suggestions) == ([], first.percentile, ())
    assert first.probability > again.base_rate  # it reads the change itself: this one shouts


def test_an_expensive_model_is_stopped_and_goes_on_where_it_was(world: World, tmp_path: Path) -> None:
    ticks = iter(range(1000))
    asked = AskedOnce(load(world.model("shouts")), tmp_path, limit=4, clock=lambda: float(next(ticks)))
    rows = world.corpus(world.learned).rows(-8)
    ASKED.clear()
    with pytest.raises(TooSlow, match="go"):
        asked.logits(rows)
    done = len(ASKED)
    assert 0 < done < 8
    while len(ASKED) < 8:
        before = len(ASKED)
        try:
            said = asked.logits(rows)
        except TooSlow:
            assert len(ASKED) > before
    assert list(said) == list(load(world.model("shouts")).logits(rows))
    assert ASKED[:8] == [1] * 8


def test_numbers_alone_are_nothing_to_a_model_of_words_or_text(world: World) -> None:
    table: Dataset = world.corpus(world.other).table
    with pytest.raises(ScoringError, match="only numbers are known"):
        Corpus(table).rows().text(0)
    with pytest.raises(ScoringError, match="only numbers are known"):
        load(world.model("tokens")).logits(Corpus(table).rows())
