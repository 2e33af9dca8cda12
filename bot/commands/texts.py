"""`pretrain` and `align`: small models that read the text of changes. Both need codechill[text]."""

import importlib.util
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import click

from bot.commands.learning import corpora_of, many
from bot.commands.progress import progress_bar
from bot.commands.scoring import plainly
from scoring.errors import ScoringError
from scoring.models.aligned import ALIGNED
from scoring.models.encoder import ENCODER
from scoring.models.fitted_text import LIBRARIES, Plan, all_texts, fit_text, labelled
from scoring.models.model import Corpus
from scoring.text.message import HEADINGS
from scoring.text.reading import PARTS, Reading

Family = Literal["causal", "masked"]
FOLDER = click.Path(path_type=Path, file_okay=False)
SIZE = click.Choice(["tiny", "small", "medium", "large"])
minutes_option = click.option(
    "--minutes", type=click.FloatRange(min=0, min_open=True), help="Of training at most; default: until it is through."
)
part_option = click.option(
    "--part", "parts", type=click.Choice(PARTS), multiple=True, default=("title", "plan", "diff"), show_default=True,
    help="What of a change is read; repeat for more.",
)  # fmt: skip
heading_option = click.option(
    "--plan-heading", "headings", multiple=True, default=HEADINGS,
    help='What the plan for testing stands under, such as "Test plan"; repeat for more.',
)  # fmt: skip
tokens_option = click.option(
    "--tokens", type=click.IntRange(32, 4096), default=512, show_default=True, help="Of one window."
)


def require_text() -> None:
    """Raise ScoringError when the libraries that train models of text are not installed."""
    if missing := [name for name in LIBRARIES if importlib.util.find_spec(name) is None]:
        raise ScoringError(f"Training a model of text needs {', '.join(missing)}; install codechill[text].")


@contextmanager
def reporting() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """One bar after another, each for a piece of work that is named."""
    with ExitStack() as open_bars:

        def begin(label: str) -> Callable[[int, int], None]:
            open_bars.close()
            return open_bars.enter_context(progress_bar(label))

        try:
            yield begin
        except KeyboardInterrupt:
            click.echo("Stopped; the same command goes on from here.", err=True)
            raise


@click.command()
@many
@click.option("--out", type=FOLDER, required=True, help="Folder for the weights, and for what a stopped run needs.")
@click.option("--kind", "family", type=click.Choice(["causal", "masked"]), default="causal", show_default=True,
              help="Learn the next token, for align; or hidden ones, for an encoder.")  # fmt: skip
@click.option("--start", type=FOLDER, help="Folder of weights to begin with; default: a model that knows nothing.")
@click.option("--size", type=SIZE, default="small", show_default=True, help="0.3, 5, 14 or 30 million parameters.")
@click.option("--vocabulary", type=click.IntRange(300, 65_536), default=8192, show_default=True, help="Tokens at most.")
@click.option("--epochs", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True,
              help="Times through all changes.")  # fmt: skip
@click.option("--share", type=click.FloatRange(0.05, 1.0), default=0.7, show_default=True,
              help="Of each history, from its begin: what comes later stays unread, to be measured on.")  # fmt: skip
@tokens_option
@part_option
@heading_option
@minutes_option
@plainly
def pretrain(
    repos: tuple[Path, ...], state: Path | None, missing_blobs: str, incidents: Path | None, out: Path, family: Family,
    start: Path | None, size: str, vocabulary: int, epochs: float, share: float, tokens: int, parts: tuple[str, ...],
    headings: tuple[str, ...], minutes: float | None,
) -> None:  # fmt: skip
    """Teach a small language model what changes look like, on the histories of repositories.

    Labels are not looked at. Uses a GPU where there is one. Stopped with Ctrl-C or killed, it goes on where it was when
    the same command is given again; out of time, it writes what it has.

    \b
      codechill pretrain --repo a --repo b --out base --minutes 60
      codechill align --base base --repo a --repo b --out model
    """
    require_text()
    from scoring.pretraining import weights
    from scoring.pretraining.pretrain import Recipe
    from scoring.pretraining.pretrain import pretrain as learn

    reading = Reading(tokens=tokens, parts=parts, headings=headings)
    corpora = [_begin_of(corpus, share) for corpus in corpora_of(repos, state, missing_blobs, incidents)]
    recipe = Recipe(family, size, vocabulary, tokens, epochs=epochs, minutes=minutes)
    work = out / "unfinished"
    with reporting() as report:
        model, made, told = learn(lambda: all_texts(corpora, reading), recipe, work, start, report)
    sources = [{"repository": c.table.name, "first": c.table.shas[0], "tip": c.table.shas[-1]} for c in corpora]
    weights.write(out, model, made, told | {"reading": reading.plain(), "sources": sources})
    shutil.rmtree(work)
    loss = told["validation loss"]
    click.echo(
        f"{out}: {told['tokens']:,} tokens of {len(corpora)} histories, {told['steps']} steps in {told['minutes']} min "
        f"on {told['on']}; loss on what was held out {loss:.3f}, stopped: {told['stopped']}."
    )


def _begin_of(corpus: Corpus, share: float) -> Corpus:
    """The changes of the first share of a history."""
    cut = max(1, corpus.table.cut(share))
    table = corpus.table
    first = replace(
        table, shas=table.shas[:cut], at=table.at[:cut], raw=table.raw[:cut], quantile=table.quantile[:cut],
        known_at=table.known_at[:cut], ever_at=table.ever_at[:cut], severe=table.severe[:cut],
    )  # fmt: skip
    return replace(corpus, table=first)


@click.command()
@many
@click.option("--base", type=FOLDER, help="Folder of pre-trained weights.")
@click.option("--out", type=FOLDER, help="Folder for model.onnx and card.json.")
@click.option("--name", default="own", show_default=True, help="The model's id on its card.")
@click.option("--kind", "family", type=click.Choice(["causal", "masked"]), default="causal", show_default=True,
              help="What the weights are: a causal model is aligned, an encoder gets a head.")  # fmt: skip
@click.option("--lora", type=click.IntRange(0, 256), default=0, show_default=True,
              help="Rank of what is learned beside the weights; 0: all weights learn.")  # fmt: skip
@click.option("--epochs", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True,
              help="Times through the changes; two overfit.")  # fmt: skip
@click.option("--batch", type=click.IntRange(1, 4096), default=64, show_default=True, help="Changes a step.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), default=3e-4, show_default=True)
@click.option("--windows", type=click.IntRange(1, 16), default=4, show_default=True, help="Of one change at most.")
@click.option("--pooling", type=click.Choice(["mean", "max"]), default="mean", show_default=True,
              help="How the scores of its windows come to one.")  # fmt: skip
@click.option("--records", type=click.Path(path_type=Path, dir_okay=False),
              help="Only write the training records as JSON lines, to fine-tune a model elsewhere.")  # fmt: skip
@tokens_option
@part_option
@heading_option
@minutes_option
@plainly
def align(
    repos: tuple[Path, ...], state: Path | None, missing_blobs: str, incidents: Path | None, base: Path | None,
    out: Path | None, name: str, family: Family, lora: int, epochs: float, batch: int, rate: float, windows: int,
    pooling: Literal["mean", "max"], records: Path | None, tokens: int, parts: tuple[str, ...],
    headings: tuple[str, ...], minutes: float | None,
) -> None:  # fmt: skip
    """Teach a pre-trained model which changes were at fault, and write it as ONNX for the server.

    The change stands between [DRS] and [/DRS], and the token of the answer behind it: the loss is on that token alone.
    Five clean changes for each fault, as known at the end of each history. The server needs codechill[tokenizers] to
    run what comes out, and neither torch nor transformers.
    """
    reading = Reading(tokens, windows, pooling, parts, headings)
    if records:
        count = write_records(corpora_of(repos, state, missing_blobs, incidents), reading, records)
        click.echo(f"{records}: {count:,} records.")
        return
    if base is None or out is None:
        raise click.UsageError("Name --base and --out to train, or --records to write what would be trained on.")
    require_text()
    from scoring.learning.train import train

    corpora = corpora_of(repos, state, missing_blobs, incidents)
    kind = ALIGNED if family == "causal" else ENCODER
    options: dict[str, Any] = {"lora": lora, "epochs": epochs, "batch": batch, "rate": rate, "minutes": minutes}
    command = f"codechill align --kind {family} --lora {lora} --epochs {epochs:g} --batch {batch} --name {name}"
    work = out / "unfinished"
    with reporting() as report, TemporaryDirectory() as draft:
        plan = Plan(reading, base, alignment=options, work=work, report=report)
        folder = Path(draft) / "model"
        card = train(replace(kind, fit=fit_text(family, plan)), corpora, folder, name, command)
        shutil.copytree(folder, out, dirs_exist_ok=True)
    shutil.rmtree(work)
    told = card.figures["training"]
    click.echo(
        f"{out}: {card.id} from {told['changes']:,} changes, {told['faults']:,} of them at fault, {told['steps']} "
        f"steps in {told['minutes']} min on {told['on']}; {told['precision']}, rank correlation with single precision "
        f"{told['rank correlation in eight bits']:.4f}."
    )


def write_records(corpora: list[Corpus], reading: Reading, path: Path, characters: int = 12_000) -> int:
    """Write {"prompt", "completion"} a line for each change that would train; returns how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for record, fault in labelled(corpora):
            prompt = record.wrapped(reading, characters)
            line = {"prompt": prompt, "completion": str(int(fault)), "sha256": record.digest()}
            file.write(json.dumps(line) + "\n")
            count += 1
    return count
