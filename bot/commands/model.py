"""`codechill model`: which models a server fitted, how they did, and which one serves."""

import getpass
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.commands.challenge import attempt
from bot.commands.database import Unusable, known_repository, with_stored
from bot.commands.jobs import Nothing
from bot.jobs import queue_on
from bot.jobs.kinds import RETRAIN_ONE, Training
from bot.learning.registry import DEFAULT, LEAST_CHANGES, LEAST_DAYS, Refused, Registry
from bot.learning.retrain import fittable, missing
from bot.policy.text.whole import visible
from bot.store import AuditLog, KnownModel, Models, Repositories
from scoring.models.registry import KINDS
from scoring.scorer import SHIPPED

R = TypeVar("R")


def registered(command: Callable[..., R]) -> Callable[..., R]:
    """Hand what is known of models and their folders to a command. Adds --database, --env and --models."""

    @wraps(command)
    def run(*args: Any, models: Models, folder: Path, under: Path | None, **more: Any) -> R:
        place = under or folder.absolute() / "models"
        return command(*args, registry=Registry(models, place, SHIPPED, lambda: datetime.now(UTC)), **more)

    at = click.option(
        "--models", "under", type=click.Path(path_type=Path), help="Their folder; default: in CODECHILL_FOLDER."
    )
    return with_stored("repositories", "models", folder=True)(at(run))


of_repository = click.option("--repository", required=True, metavar="OWNER/NAME", help="Its name, or its number.")
formatted = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
reasoned = click.option("--reason", required=True, help="Why, for the audit log.")


@click.group()
def model() -> None:
    """List the models that a server fitted, compare them with the one that serves, promote and roll back.

    A repository is served by the default model (the one that ships, or CODECHILL_MODEL), corrected by what its own
    past adds, until another one proves no worse. What is fitted is compared on the newest matured changes, then asked
    beside the one that serves, and serves only after that (docs/learning.md).

    \b
      codechill model list --repository acme/shop
      codechill model retrain --repository acme/shop
      codechill model rollback --repository acme/shop --reason "holds the wrong changes since Monday"

    Exit status: 0 done, 1 the answer is no, 2 it could not be done.
    """


model.add_command(attempt)


@model.command("list")
@registered
@click.option("--repository", metavar="OWNER/NAME", help="Only this one: its name, or its number.")
@formatted
def list_(repositories: Repositories, registry: Registry, repository: str | None, style: str) -> None:
    """List models, newest first."""
    chosen = known_repository(repositories, repository).id if repository else None
    known = registry.models.all(chosen)
    if style == "json":
        click.echo(json.dumps([row_of(each) for each in known], indent=2))
        return
    for each in known:
        why = f"  {each.why}" if each.why else ""
        line = f"{each.repository_id:>12}  {each.id:<32}  {each.state:<8}  since {each.at:%Y-%m-%d}{why}"
        click.echo(visible(line))
    if not known:
        click.echo("No model was fitted here: the default one serves every repository.", err=True)
        for last in _last_try(registry, chosen):
            click.echo(visible(last), err=True)


@model.command()
@registered
@of_repository
@formatted
@click.argument("name")
def show(repositories: Repositories, registry: Registry, repository: str, style: str, name: str) -> None:
    """Show a model: its state, its hashes, and how it did."""
    known = _model(repositories, registry, repository, name)
    if style == "json":
        click.echo(json.dumps(row_of(known), indent=2))
        return
    click.echo("".join(f"{line}\n" for line in _shown(registry, known)), nl=False)


@model.command()
@registered
@of_repository
@formatted
@click.argument("name")
def compare(repositories: Repositories, registry: Registry, repository: str, style: str, name: str) -> None:
    """Say whether a model may serve, and why not.

    Exit status: 0 it may, 1 it may not yet, or not at all.
    """
    known = _model(repositories, registry, repository, name)
    why_not = registry.why_not_yet(known)
    if style == "json":
        click.echo(json.dumps(row_of(known) | {"may_serve": not why_not, "why_not": why_not}, indent=2))
    else:
        click.echo("".join(f"{line}\n" for line in _compared(known)), nl=False)
    if why_not and known.state != "champion":
        raise Nothing(f"{known.id} must not serve: {why_not}")


@model.command()
@registered
@of_repository
@reasoned
@click.argument("name")
def promote(repositories: Repositories, registry: Registry, repository: str, reason: str, name: str) -> None:
    """Let a model serve its repository, once it was compared and tried.

    Exit status: 1 it must not serve.
    """
    known = _model(repositories, registry, repository, name)
    try:
        registry.promote(known, reason, by=_who())
    except Refused as error:
        raise Nothing(f"{known.id} must not serve: {error}") from None
    click.echo(f"{known.id} serves from the next look on.")


@model.command()
@registered
@of_repository
@click.option("--kind", "kinds", multiple=True, help="Only this kind; repeat for more.")
def retrain(repositories: Repositories, registry: Registry, repository: str, kinds: tuple[str, ...]) -> None:
    """Have the server fit models on the past of a repository and compare them: a job, which `codechill jobs` lists."""
    known = known_repository(repositories, repository)
    unknown = sorted(set(kinds) - {kind.name for kind in KINDS.values() if kind.by_columns})
    if unknown:
        raise Unusable(
            f"{unknown[0]!r} is none of {', '.join(kind.name for kind in KINDS.values() if kind.by_columns)}"
        )
    named = [kind for kind in KINDS.values() if kind.by_columns and (not kinds or kind.name in kinds)]
    for kind in named:
        if missing(kind):
            click.echo(f"{kind.name} needs {', '.join(missing(kind))}: install codechill[train] for it.", err=True)
    if not fittable(kinds):
        raise Nothing("none of these can be fitted here")
    queue = queue_on(registry.models.engine)
    queue.add(RETRAIN_ONE.new(Training(known.id, f"asked by {_who()}", kinds), datetime.now(UTC)))
    click.echo(f"The server fits models for {known.full_name}; codechill model list shows what becomes of them.")


@model.command()
@registered
@of_repository
@reasoned
def rollback(repositories: Repositories, registry: Registry, repository: str, reason: str) -> None:
    """Let the model serve that served before.

    Exit status: 1 the default one serves already.
    """
    known = known_repository(repositories, repository)
    try:
        goes, comes = registry.rollback(known.id, reason, by=_who())
    except Refused as error:
        raise Nothing(str(error)) from None
    serves = "the default model" if comes == DEFAULT else comes
    click.echo(f"{goes} serves no more; {serves} does, from the next look on.")


def _who() -> str:
    return getpass.getuser()


def _last_try(registry: Registry, repository_id: int | None) -> Iterator[str]:
    """When models were tried to be fitted last, and what came of it: nothing where nobody tried."""
    for record in list(AuditLog(registry.models.engine).records(repository_id, kind="retraining"))[-1:]:
        yield f"Tried {record.at:%Y-%m-%d %H:%M} UTC: {json.loads(record.body)['words']}"


def _model(repositories: Repositories, registry: Registry, repository: str, name: str) -> KnownModel:
    known = known_repository(repositories, repository)
    row = registry.models.get(known.id, name)
    if row is None:
        names = ", ".join(each.id for each in registry.models.all(known.id)[:5]) or "none was fitted yet"
        raise Unusable(f"{known.full_name} has no model {name}: {names}")
    return row


def row_of(known: KnownModel) -> dict[str, Any]:
    """As plain data."""
    return {
        "repository_id": known.repository_id, "id": known.id, "kind": known.kind, "state": known.state,
        "why": known.why, "at": known.at.isoformat(), "trained_at": known.trained_at.isoformat(),
        "files": dict(known.files), "figures": dict(known.figures),
    }  # fmt: skip


def _shown(registry: Registry, known: KnownModel) -> Iterator[str]:
    yield visible(
        f"{known.id}, {known.kind}, {known.state} since {known.at:%Y-%m-%d}{': ' * bool(known.why)}{known.why}"
    )
    yield f"folder {registry.place(known)}"
    for name, digest in known.files.items():
        yield f"  sha256 {digest}  {name}"
    changes = len(registry.models.said(known.repository_id, known.id))
    yield f"asked of {changes} changes ({LEAST_CHANGES} and {LEAST_DAYS.days} days are needed before it may serve)"
    yield from _compared(known)


def _compared(known: KnownModel) -> Iterator[str]:
    seen = known.figures
    window = seen["window"]
    yield f"compared on {window['end'] - window['cut']:,} matured changes, {window['faults']} of them at fault:"
    for gate in seen["gates"]:
        ratio = gate["ratio"]
        yield (
            f"  {100 * gate['share']:g} % gated: captured {100 * gate['challenger']:.0f} %, the one that served "
            f"{100 * gate['champion']:.0f} %; {ratio['value']:.2f} times [{ratio['low']:.2f}, {ratio['high']:.2f}]"
        )
    error = seen["calibration_error"]
    yield (
        f"  expected and observed differ by {100 * error['challenger']:.1f} of 100 changes, "
        f"by {100 * error['champion']:.1f} with the one that served"
    )
