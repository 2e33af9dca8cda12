"""`score`: one change, without any forge; and what commands on histories share."""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click

from bot.commands.criticality import services
from bot.commands.progress import progress_bar
from bot.commands.refusals import sentence
from bot.line.render import Markdown
from bot.line.terminal import plain, plain_reason, text
from bot.policy.config import Config
from bot.policy.show.card import scored
from bot.policy.text.whole import visible
from bot.policy.views import Advice
from scoring.assessment import Assessment, Reason
from scoring.change import Change
from scoring.errors import ScoringError
from scoring.git import Git
from scoring.history.read import commit_change, read_change
from scoring.incidents import Incident, read_incidents
from scoring.scorer import SHIPPED, Scorer
from scoring.semantics.git import prove

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
    """Where the index of a repository is kept: the user's cache, never the repository."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    name = hashlib.sha256(os.fsencode(Git(repository).directory.resolve())).hexdigest()[:16]
    return Path(cache) / "codechill" / name


def level(percentile: float) -> str:
    """The mildest day on which a change of this rank is held, "green" when there is none."""
    held = [name for name, share in LEVELS if percentile >= 1 - share]
    return held[-1] if held else "green"


def index_folder(folder: Path, incidents: Sequence[Incident]) -> Path:
    """Where the index that counts imported incidents in is kept: beside the one without."""
    keys = "\n".join(sorted(incident.key() for incident in incidents))
    name = hashlib.sha256(keys.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return folder / f"incidents-{name}" if incidents else folder


incidents_option = click.option(
    "--incidents",
    type=click.Path(path_type=Path),
    help="CSV or JSON of incidents and the changes that caused them: incident, cause, known_at, severity.",
)
model_option = click.option(
    "--model",
    envvar="CODECHILL_MODEL",
    type=click.Path(path_type=Path),
    default=SHIPPED,
    help="Model folder instead of the one that ships; also CODECHILL_MODEL.",
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
@model_option
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
    imported = read_incidents(incidents) if incidents else ()
    scorer = Scorer(
        repo, index_folder(state or state_folder(repo), imported), shipped=model,
        absent_as_empty=missing_blobs == "empty", incidents=imported,
    )  # fmt: skip
    with progress_bar("Reading history") as report:
        scorer.refresh(_as_of(scorer, change), progress=report)
    scorer.fit()
    verdict = prove(scorer.history.git, change)
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


def _as_of(scorer: Scorer, change: Change) -> str:
    """The commit up to which history is read: what the change stands on, unless more is known already."""
    git = scorer.history.git
    known = scorer.history.tip
    if known and scorer.history.knows(change.sha):
        return known
    return change.base or git.resolve("HEAD")


def as_json(assessed: Assessment) -> dict[str, object]:
    """The card as plain data."""
    card_fields = asdict(assessed) | {"level": level(assessed.percentile), "at": assessed.at.isoformat()}
    card = scored(assessed, Config.default())
    return card_fields | {
        "reasons": [_as_json(each, plain_reason(each)) for each in card.reasons],
        "suggestions": [_as_json(each, plain(each.words, each.subject)) for each in card.suggestions],
        "because": card.because,
        # what is true of it at any rank, and how much of what raises its score that carries
        "claims": {each.claim: round(each.share, 3) for each in assessed.reasons},
    }  # fmt: skip


def _as_json(claim: Reason | Advice, words: str) -> dict[str, object]:
    return asdict(claim) | {"words": words, "subject": _printable(claim.subject)}


def _printable(text: str | None) -> str | None:
    # a terminal obeys control characters, and no JSON reader accepts a lone surrogate
    return None if text is None else visible(text)
