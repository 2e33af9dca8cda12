"""`train` and `evaluate`: models of histories, without any forge."""

import importlib.util
import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ParamSpec

import click

from bot.commands.progress import progress_bar
from bot.commands.scoring import (
    incidents_option,
    index_folder,
    missing_blobs_option,
    model_option,
    plainly,
    state_folder,
)
from scoring.errors import ScoringError
from scoring.history import frozen
from scoring.history.dataset import collect, require_apart
from scoring.history.index import History
from scoring.incidents import Incident, read_incidents
from scoring.learning import selection as select
from scoring.models.card import read_card
from scoring.models.corpus import corpus_of
from scoring.models.model import Corpus, Kind
from scoring.models.registry import KINDS

P = ParamSpec("P")


def many(command: Callable[P, None]) -> Callable[P, None]:
    """Add the options that `train` and `evaluate` share."""
    options = (
        click.option(
            "--repo", "repos", type=click.Path(path_type=Path), multiple=True, required=True, help="Repeat for more."
        ),
        click.option(
            "--state", type=click.Path(path_type=Path), help="Folder of the indexes; default: the user's cache."
        ),
        missing_blobs_option,
        incidents_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


class KindName(click.ParamType[str]):
    """The name of a kind of model, as far as there are any."""

    name = "kind"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return f"[{'|'.join(KINDS)}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in KINDS:
            self.fail(f"{value!r} is none of {', '.join(KINDS)}.", param, ctx)
        return value


class _Train(click.Command):
    """Its help ends with what kinds of model there are."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Kinds"):
            formatter.write_dl([(kind.name, kind.about) for kind in KINDS.values()])


@click.command(cls=_Train)
@many
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for model.onnx and card.json.")
@click.option("--name", default="own", show_default=True, help="The model's id on its card.")
@click.option("--kind", type=KindName(), default="trees", show_default=True, help="What is fitted; see below.")
@click.option(
    "--folds", type=click.IntRange(0, 20), default=0, help="Also write models that did not see some repositories."
)
@plainly
def train(
    repos: tuple[Path, ...],
    state: Path | None,
    missing_blobs: str,
    incidents: Path | None,
    out: Path,
    name: str,
    kind: str,
    folds: int,
) -> None:
    """Fit a model on the histories of repositories and write its folder."""
    chosen = KINDS[kind]
    _require_libraries(chosen)
    from scoring.learning import train as learning

    command = f"codechill train --kind {kind} --folds {folds} --name {name}"
    corpora = corpora_of(repos, state, missing_blobs, incidents)
    with TemporaryDirectory() as draft:
        folder = Path(draft) / "model"
        card = learning.train(chosen, corpora, folder, name, command, folds)
        shutil.copytree(folder, out, dirs_exist_ok=True)
    known = sum(source.inducing for source in card.sources)
    click.echo(f"{out}: {card.id} from {len(corpora)} repositories, {known:,} known faults, parity {card.parity:.0e}.")


def _folder(repo: Path, state: Path | None) -> Path:
    return state / state_folder(repo).name if state else state_folder(repo)


def _require_libraries(kind: Kind) -> None:
    missing = [name for name in kind.libraries if importlib.util.find_spec(name) is None]
    if missing:
        raise ScoringError(f"Training needs {', '.join(missing)}; install codechill[train].")


@click.command()
@many
@model_option
@click.option("--scores", type=click.Path(path_type=Path), help="Also write one row a change, as CSV.")
@click.option("--freeze", type=click.Path(path_type=Path), help="Also write the table of one repository: numbers only.")
@click.option("--expect", default="", help="Refuse unless the data has this hash.")
@click.option("--ablation", is_flag=True, help="Also measure what each family of features brings.")
@click.option("--selection", is_flag=True, help="Also show which features say the same.")
@click.option("--format", "form", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True)
@plainly
def evaluate(
    repos: tuple[Path, ...],
    state: Path | None,
    missing_blobs: str,
    incidents: Path | None,
    model: Path,
    scores: Path | None,
    freeze: Path | None,
    expect: str,
    ablation: bool,
    selection: bool,
    form: str,
) -> None:
    """Measure all models on the later 30 % of each history, trained only on what was known before."""
    from scoring.learning import evaluate as measure

    read_card(model)
    corpora = corpora_of(repos, state, missing_blobs, incidents)
    tables = [corpus.table for corpus in corpora]
    scored = [measure.score_all(corpus.table, measure.unseen(model, corpus)) for corpus in corpora]
    digest = measure.require_same(scored)
    if expect and expect != digest:
        raise ScoringError(f"The data has hash {digest}, not {expect}: figures on different data cannot be compared.")
    if freeze and len(tables) != 1:
        raise ScoringError("Only one repository at a time can be frozen.")
    if freeze:
        frozen.write(tables[0], freeze)
    if scores:
        measure.write_scores(scored, scores)
    click.echo(
        json.dumps(measure.figures(scored), indent=2) if form == "json" else measure.report(scored), nl=form == "json"
    )
    if ablation:
        click.echo("\n" + measure.ablation(tables))
    if selection:
        click.echo("\n" + select.report(tables))


def corpora_of(repos: Sequence[Path], state: Path | None, missing_blobs: str, incidents: Path | None) -> list[Corpus]:
    imported = read_incidents(incidents) if incidents else ()
    corpora = [_corpus(repo, state, missing_blobs == "empty", imported) for repo in repos]
    require_apart([corpus.table for corpus in corpora])
    return corpora


def _corpus(repo: Path, state: Path | None, absent_as_empty: bool, incidents: Sequence[Incident]) -> Corpus:
    folder = index_folder(_folder(repo, state), incidents)
    history = History(repo, folder, absent_as_empty=absent_as_empty, incidents=incidents)
    with progress_bar(f"Reading {_name(repo)}") as report:
        history.refresh(history.git.resolve("HEAD"), now=int(datetime.now(UTC).timestamp()), progress=report)
    if history.absent:
        click.echo(f"{_name(repo)}: {history.absent:,} files that this clone lacks were read as empty.", err=True)
    table = collect(history, _name(repo))
    if history.authors() < 2:
        raise ScoringError(
            f"{_name(repo)} has a single author, so what is learned or measured there describes one person; "
            "name other repositories, and score this one with the shipped model."
        )
    return corpus_of(history, table)


def _name(repo: Path) -> str:
    """OWNER/NAME as far as the path tells it."""
    path = repo.absolute()
    path = path.parent if path.name in ("repo", ".git") else path
    return path.name.removesuffix(".git").replace("+", "/")
