"""Commands that score, train and evaluate without any forge: `score`, `train`, `evaluate`."""

import hashlib
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ParamSpec

import click

from bot.commands.criticality import services
from bot.commands.progress import progress_bar
from bot.commands.refusals import sentence
from bot.line.render import Markdown, visible
from bot.line.terminal import plain, plain_reason, text
from bot.policy.config import Config
from bot.policy.show.card import scored
from bot.policy.show.views import Advice
from scoring.assessment import Assessment, Reason
from scoring.change import Change
from scoring.errors import ScoringError
from scoring.facts.wording import Ids
from scoring.git import Git
from scoring.history import frozen
from scoring.history.dataset import Dataset, collect, require_apart
from scoring.history.index import History
from scoring.history.read import commit_change, read_change
from scoring.incidents import Incident, read_incidents
from scoring.learning import selection as select
from scoring.models.card import read_card
from scoring.scorer import SHIPPED, Scorer
from scoring.semantics import ChangeVerdict
from scoring.semantics.git import prove_range

P = ParamSpec("P")

# the standard levels, the strictest first: the share of changes each holds back
LEVELS = (("red", 0.50), ("yellow", 0.10), ("weekend", 0.05))


def plainly(command: Callable[P, None]) -> Callable[P, None]:
    """Turn errors meant for people into one sentence and exit status 2."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (ScoringError, OSError) as error:
            click.echo(f"codechill: {sentence(error)}", err=True)
            sys.exit(2)

    return guarded


def state_folder(repository: Path) -> Path:
    """Return where the index of a repository is kept: the user's cache, never the repository."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    name = hashlib.sha256(os.fsencode(Git(repository).directory.resolve())).hexdigest()[:16]
    return Path(cache) / "codechill" / name


def level(percentile: float) -> str:
    """Return the mildest day on which a change of this rank is held, "green" when there is none."""
    held = [name for name, share in LEVELS if percentile >= 1 - share]
    return held[-1] if held else "green"


def index_folder(folder: Path, incidents: Sequence[Incident]) -> Path:
    """Return where the index that counts imported incidents in is kept: beside the one without."""
    told = "\n".join(sorted(incident.key() for incident in incidents))
    name = hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return folder / f"incidents-{name}" if incidents else folder


incidents_option = click.option(
    "--incidents",
    type=click.Path(path_type=Path),
    help="CSV or JSON of incidents and the changes that caused them: incident, cause, known_at, severity.",
)
missing_blobs_option = click.option(
    "--missing-blobs",
    type=click.Choice(["refuse", "empty"]),
    default="refuse",
    show_default=True,
    help="What to do about files that a partial clone lacks.",
)


@click.command()
@click.option("--repo", type=click.Path(path_type=Path), default=Path(), help="The git repository; default: here.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--state", type=click.Path(path_type=Path), help="Folder of the index; default: the user's cache.")
@click.option(
    "--model", type=click.Path(path_type=Path), default=SHIPPED, help="Model folder instead of the shipped one."
)
@missing_blobs_option
@incidents_option
@click.option(
    "--config",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Configuration that says what is critical; default: the one the change stands on.",
)
@click.option("--author", help="Whose change it is, by an address of the history; default for a range: somebody new.")
@click.argument("what", default="HEAD", metavar="[SHA | BASE..HEAD]")
@plainly
def score(
    repo: Path,
    form: str,
    state: Path | None,
    model: Path,
    missing_blobs: str,
    incidents: Path | None,
    file: Path | None,
    author: str | None,
    what: str,
) -> None:
    """Score one commit, or all that HEAD changes since it left BASE.

    Code and what landed before are read; what a message says moves nothing. Experience may lower the score: a single
    commit is taken for a landed one, whose author line is believed, while a range is somebody's who is new here unless
    --author says who. (The server believes neither: it asks GitHub whose account opened the pull request.) How critical
    services are is read from the configuration, CODEOWNERS and catalog files of the commit that the change stands on,
    never from the change.
    """
    change = _change(repo, what, author)
    if not change.files:
        raise ScoringError(
            f"{what} changes no file: there is nothing to score. Name a commit, or a range like main..HEAD."
        )
    told = read_incidents(incidents) if incidents else ()
    scorer = Scorer(
        repo, index_folder(state or state_folder(repo), told), shipped=model,
        absent_as_empty=missing_blobs == "empty", incidents=told,
    )  # fmt: skip
    with progress_bar("Reading history") as report:
        scorer.refresh(_as_of(scorer, change), progress=report)
    scorer.fit()
    verdict = _certain(repo, change)
    assessed = scorer.assess(
        change, critical=services(scorer.history.git, change.base, file), proof=verdict.proof(), parts=verdict.parts()
    )
    match form:
        case "json":
            click.echo(json.dumps(as_json(assessed), indent=2))
        case "markdown":
            click.echo(Markdown().alone(scored(assessed, Config.default())), nl=False)
        case _:
            click.echo(f"{change.sha[:12]} {visible(change.title)}")
            click.echo(text(scored(assessed, Config.default())))


def _change(repo: Path, what: str, author: str | None) -> Change:
    base, dots, head = what.partition("..")
    if not dots:
        landed = commit_change(repo, what)
        return landed if author is None else replace(landed, author=author.lower(), name="")
    git = Git(repo)
    last = commit_change(repo, git.resolve(head.lstrip(".") or "HEAD"))
    return read_change(
        repo, base or "HEAD", last.sha, at=last.at, author=author or "", title=last.title, message=last.message
    )


def _certain(repo: Path, change: Change) -> ChangeVerdict:
    """What can be proved of the change, as the server does before it scores."""
    return prove_range(repo, change.base, change.sha)


def _as_of(scorer: Scorer, change: Change) -> str:
    """Return the commit up to which history is read: what the change stands on, unless more is known already."""
    git = scorer.history.git
    known = scorer.history.tip
    if known and scorer.history.knows(change.sha):
        return known
    return change.base or git.resolve("HEAD")


def as_json(assessed: Assessment) -> dict[str, object]:
    """Return the card as plain data."""
    told = asdict(assessed) | {"level": level(assessed.percentile), "at": assessed.at.isoformat()}
    card = scored(assessed, Config.default())
    return told | {
        "reasons": [_as_json(each, plain_reason(each)) for each in card.reasons],
        "suggestions": [_as_json(each, plain(each.words, each.subject)) for each in card.suggestions],
        "because": card.because,
        # what is true of it at any rank, and how much of what raises its score that carries
        "claims": {each.claim: round(each.share, 3) for each in assessed.reasons},
    }  # fmt: skip


def _as_json(told: Reason | Advice, words: str) -> dict[str, object]:
    return asdict(told) | {"words": words, "subject": _printable(told.subject)}


def _printable(text: str | None) -> str | None:
    # a terminal obeys control characters, and no JSON reader accepts a lone surrogate
    return None if text is None else visible(text)


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


@click.command()
@many
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for model.onnx and card.json.")
@click.option("--name", default="own", show_default=True, help="The model's id on its card.")
@click.option("--kind", type=click.Choice(["trees", "table1", "tokens"]), default="trees", show_default=True)
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
    _require_libraries()
    from scoring.learning.train import train_table1, train_tokens, train_trees

    tables = _tables(repos, state, missing_blobs, incidents)
    told = f"codechill train --kind {kind} --folds {folds} --name {name}"
    with TemporaryDirectory() as draft:
        folder = Path(draft) / "model"
        match kind:
            case "trees":
                card = train_trees(tables, folder, name, told, folds)
            case "tokens":
                card = train_tokens(tables, [_words(repo, state, incidents) for repo in repos], folder, name, told)
            case _:
                card = train_table1(tables, folder, name, told)
        shutil.copytree(folder, out, dirs_exist_ok=True)
    known = sum(source.inducing for source in card.sources)
    click.echo(f"{out}: {card.id} from {len(tables)} repositories, {known:,} known faults, parity {card.parity:.0e}.")


def _words(repo: Path, state: Path | None, incidents: Path | None) -> Callable[[Sequence[int]], list[Ids]]:
    """Return what reads the words of changes from the index that `_table` made."""
    told = read_incidents(incidents) if incidents else ()
    return History(repo, index_folder(_folder(repo, state), told), incidents=told).words


def _folder(repo: Path, state: Path | None) -> Path:
    return state / state_folder(repo).name if state else state_folder(repo)


def _require_libraries() -> None:
    missing = [name for name in ("lightgbm", "onnx", "onnxmltools") if importlib.util.find_spec(name) is None]
    if missing:
        raise ScoringError(f"Training needs {', '.join(missing)}; install codechill[train].")


@click.command()
@many
@click.option("--model", type=click.Path(path_type=Path), default=SHIPPED, help="The model of other repositories.")
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
    tables = _tables(repos, state, missing_blobs, incidents)
    scored = [measure.score_all(table, measure.unseen(model, table)) for table in tables]
    found = measure.require_same(scored)
    if expect and expect != found:
        raise ScoringError(f"The data has hash {found}, not {expect}: figures on different data cannot be compared.")
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


def _tables(repos: Sequence[Path], state: Path | None, missing_blobs: str, incidents: Path | None) -> list[Dataset]:
    told = read_incidents(incidents) if incidents else ()
    tables = [_table(repo, state, missing_blobs == "empty", told) for repo in repos]
    require_apart(tables)
    return tables


def _table(repo: Path, state: Path | None, absent_as_empty: bool, incidents: Sequence[Incident]) -> Dataset:
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
    history.close()
    return table


def _name(repo: Path) -> str:
    """Return owner/name as far as the path tells it."""
    path = repo.absolute()
    path = path.parent if path.name in ("repo", ".git") else path
    return path.name.removesuffix(".git").replace("+", "/")
