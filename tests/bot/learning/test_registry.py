"""Which model serves a repository: only one that was compared, tried and is whole, and the one before comes back."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from bot.commands.model import model as command
from bot.jobs.lease import LeaseQueue
from bot.learning.registry import DEFAULT, LEAST_CHANGES, LEAST_DAYS, Refused, Registry, hashes
from bot.store import KnownModel, KnownRepository, Store
from scoring.assessment import Assessment
from scoring.errors import ScoringError
from scoring.models.card import Card
from scoring.models.export import write
from scoring.models.linear import fit
from scoring.models.linear_graph import linear_graph
from scoring.ranking.calibration import Calibration
from scoring.scorer import SHIPPED
from tests.fakes.clock import Clock

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
FIGURES = {
    "because": "schedule",
    "window": {"cut": 100, "end": 400, "faults": 60},
    "gates": [{"share": 0.05, "champion": 0.2, "challenger": 0.25, "ratio": {"value": 1.25, "low": 1.0, "high": 1.5}}],
    "calibration_error": {"champion": 0.01, "challenger": 0.011},
}


def folder(at: Path, name: str, seed: int = 1) -> Path:
    """A model folder of a regression on two columns."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(200, 2)).astype(np.float32)
    graph = linear_graph(fit(x, rng.random(200) < 0.3))
    columns = ("files_touched", "churn")
    write(
        at, graph, lambda digest: Card(name, "own", columns, digest, 0.0, 0.02, Calibration(), (), "2026-11-01", "test")
    )
    return at


class Place:
    def __init__(self, path: Path) -> None:
        self.path, self.clock = path, Clock(NOW)
        self.database = path / "codechill.db"
        self.store = Store(f"sqlite:///{self.database}")
        self.store.repositories.saw(KnownRepository(7, 1, "acme/shop"))
        self.registry = Registry(self.store.models, path / "models", SHIPPED, self.clock)

    def fitted(self, name: str, seed: int = 1, refused: str = "") -> KnownModel:
        draft = folder(self.path / "drafts" / name, name, seed)
        return self.registry.add(7, draft, "own", FIGURES, refused=refused)

    def ask(self, name: str, changes: int = LEAST_CHANGES, pulls: int = 10_000) -> None:
        """Of so many changes, in so many pull requests, it said something beside the one that serves."""
        for number in range(1, changes + 1):
            said = Assessment(
                f"{number:040x}", self.clock.now, 0.5, 0.01, 0.01, (), (), "shipped", 500, 12, log_odds=-3.0,
                beside={name: -2.0},
            )  # fmt: skip
            self.store.assessments.save(7, number % pulls, said.sha, said)

    def tried(self, name: str, seed: int = 1) -> KnownModel:
        self.fitted(name, seed)
        self.ask(name)
        self.clock.now += LEAST_DAYS
        return self.row(name)

    def promoted(self, name: str, seed: int = 1) -> KnownModel:
        self.registry.promote(self.tried(name, seed), "it was not worse")
        return self.row(name)

    def row(self, name: str) -> KnownModel:
        row = self.store.models.get(7, name)
        assert row is not None
        return row

    def states(self) -> dict[str, str]:
        return {row.id: row.state for row in self.store.models.all(7)}

    def run(self, *arguments: str) -> Result:
        where = ["--database", str(self.database), "--models", str(self.path / "models")]
        verb, *rest = arguments
        return CliRunner().invoke(command, [verb, *where, *rest])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    assert made.store.audit.verify() is None
    made.store.close()


def test_a_model_that_was_fitted_is_tried_and_does_not_serve(place: Place) -> None:
    model = place.fitted("own-1")
    served = place.registry.served(7)
    assert (served.folder, served.tried) == (SHIPPED, (place.registry.place(model),))
    assert (model.state, model.files.keys()) == ("shadow", {"card.json", "model.onnx"})
    assert place.registry.served(8).folder == SHIPPED


def test_one_that_was_refused_is_kept_as_a_row_with_why_and_never_asked(place: Place) -> None:
    model = place.fitted("own-1", refused="it could be worse")
    assert place.registry.served(7).tried == ()
    assert not place.registry.place(model).exists()
    with pytest.raises(Refused, match="it is refused: it could be worse"):
        place.registry.promote(model, "please")


@pytest.mark.parametrize(
    ("changes", "days", "may"),
    [(LEAST_CHANGES, 7, True), (LEAST_CHANGES - 1, 7, False), (LEAST_CHANGES, 6.9, False), (0, 400, False)],
)
def test_it_may_serve_once_it_was_asked_of_enough_changes_for_long_enough(
    place: Place, changes: int, days: float, may: bool
) -> None:
    model = place.fitted("own-1")
    place.ask("own-1", changes)
    place.clock.now += timedelta(days=days)
    assert (place.registry.why_not_yet(model) == "") is may
    if may:
        place.registry.promote(model, "it was not worse")
        assert place.registry.served(7).folder == place.registry.place(model)
        return
    with pytest.raises(Refused, match="changes and 7 days are needed"):
        place.registry.promote(model, "please")


@pytest.mark.parametrize("harm", ["changed", "more", "less", "gone", "card"])
def test_a_folder_that_is_not_as_it_was_written_is_refused_and_the_default_serves(place: Place, harm: str) -> None:
    model = place.promoted("own-1")
    at = place.registry.place(model)
    match harm:
        case "changed":
            (at / "model.onnx").write_bytes((at / "model.onnx").read_bytes() + b"\0")
        case "card":
            (at / "card.json").write_text((at / "card.json").read_text().replace("0.02", "0.5"))
        case "more":
            (at / "weights.pickle").write_bytes(b"cos\nsystem\n")
        case "less":
            (at / "card.json").unlink()
        case _:
            at.rename(at.with_name("elsewhere"))
    assert place.registry.served(7).folder == SHIPPED
    refused = place.row("own-1")
    assert (refused.state, refused.why != "") == ("refused", True)
    assert place.registry.served(7).folder == SHIPPED


def test_a_model_that_cannot_be_loaded_is_never_kept(place: Place) -> None:
    draft = folder(place.path / "draft", "own-1")
    (draft / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(ScoringError, match="does not match its card"):
        place.registry.add(7, draft, "own", FIGURES)
    assert place.states() == {}


def test_the_newest_challenger_is_tried_alone_and_the_same_one_again_changes_nothing(place: Place) -> None:
    place.fitted("own-1")
    place.fitted("own-2", seed=2)
    head = place.store.audit.head()
    place.fitted("own-2", seed=2)
    assert place.states() == {"own-1": "retired", "own-2": "shadow"}
    assert place.store.audit.head() == head


def test_rolling_back_lets_the_one_before_serve_and_in_the_end_the_default(place: Place) -> None:
    first, second = place.promoted("own-1"), place.promoted("own-2", seed=2)
    assert place.states() == {"own-1": "retired", "own-2": "champion"}
    assert place.registry.rollback(7, "it holds the wrong changes") == (second.id, first.id)
    assert place.registry.served(7).folder == place.registry.place(first)
    assert place.registry.rollback(7, "this one too") == (first.id, DEFAULT)
    assert place.registry.served(7).folder == SHIPPED
    with pytest.raises(Refused, match="nothing before it"):
        place.registry.rollback(7, "again")
    assert place.states() == {"own-1": "refused", "own-2": "refused"}
    seen = [json.loads(each.body) for each in place.store.audit.records(7) if each.kind == "model"]
    assert [(each["model"], each["state"]) for each in seen][-4:] == [
        ("own-2", "retired"),
        ("own-1", "champion"),
        ("own-2", "refused"),
        ("own-1", "refused"),
    ]
    assert seen[-1]["why"] == "rolled back: this one too"


def test_rolling_back_past_one_that_is_not_as_it_was_written_leads_to_the_default(place: Place) -> None:
    first, second = place.promoted("own-1"), place.promoted("own-2", seed=2)
    (place.registry.place(first) / "card.json").write_text("{}")
    assert place.registry.rollback(7, "it holds the wrong changes") == (second.id, DEFAULT)
    assert place.registry.served(7).folder == SHIPPED
    assert place.states() == {"own-1": "refused", "own-2": "refused"}


def test_one_change_that_is_pushed_again_and_again_is_one_change(place: Place) -> None:
    model = place.fitted("own-1")
    place.ask("own-1", 2 * LEAST_CHANGES, pulls=LEAST_CHANGES - 1)
    place.clock.now += 2 * LEAST_DAYS
    assert place.registry.why_not_yet(model).startswith(f"it was asked of {LEAST_CHANGES - 1} changes")


def test_of_a_repository_that_is_gone_no_model_is_left(place: Place) -> None:
    model = place.promoted("own-1")
    place.registry.forget(7)
    assert not place.registry.place(model).exists()
    assert (place.row("own-1").state, place.registry.served(7).folder) == ("retired", SHIPPED)


def test_where_none_was_fitted_the_list_says_what_came_of_the_last_try(place: Place) -> None:
    assert "Tried" not in place.run("list").output
    for words in ("a single author", "at least 20 are needed to train"):
        place.store.audit.add("retraining", at=place.clock.now, repository_id=7, because="due", words=words)
    said = place.run("list", "--repository", "acme/shop").output
    assert ("at least 20 are needed to train" in said, "a single author" in said) == (True, False)


def test_the_commands_list_show_promote_and_roll_back(place: Place) -> None:
    here = ("--repository", "acme/shop")
    place.clock.now = datetime.now(UTC) - LEAST_DAYS - timedelta(hours=1)
    place.fitted("own-1")
    early = place.run("promote", *here, "--reason", "x", "own-1")
    assert (early.exit_code, "changes and 7 days are needed" in early.output) == (1, True)
    place.ask("own-1")
    assert place.run("compare", *here, "own-1").exit_code == 0
    shown = json.loads(place.run("show", *here, "--format", "json", "own-1").stdout)
    assert shown["files"] == hashes(place.registry.place(place.row("own-1")))
    assert shown["figures"] == FIGURES
    assert "sha256" in place.run("show", *here, "own-1").stdout
    assert place.run("promote", *here, "--reason", "It was not worse", "own-1").exit_code == 0
    (listed,) = json.loads(place.run("list", "--format", "json").stdout)
    assert (listed["id"], listed["state"]) == ("own-1", "champion")
    back = place.run("rollback", *here, "--reason", "It holds the wrong changes")
    assert (back.exit_code, "the default model does" in back.stdout) == (0, True)
    again = place.run("rollback", *here, "--reason", "It holds the wrong changes")
    assert again.exit_code == 1
    assert place.run("show", *here, "nothing").exit_code == 2


def test_retraining_is_a_job_of_the_server(place: Place) -> None:
    here = ("--repository", "acme/shop")
    assert place.run("retrain", *here, "--kind", "own").exit_code == 0
    assert place.run("retrain", *here, "--kind", "nonsense").exit_code == 2
    (job,) = LeaseQueue(place.store.engine).listed("waiting", 10)
    assert (job.kind, job.key) == ("retrain-one", "retrain/7")
