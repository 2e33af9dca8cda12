"""`codechill landing`: what waits to land by itself, what landed, and how to stop all of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from bot.commands.database import PULL, known_repository, with_stored
from bot.commands.jobs import Nothing
from bot.plain import plain
from bot.policy.candidate import Stop
from bot.policy.show.landing import HELD
from bot.policy.text.whole import visible
from bot.store import AutomaticLanding, AutomaticLandings, LandingQueue, LandingStop, Repositories

_STORED = ("repositories", "landing_queue", "automatic_landings")
_because = click.option("--because", required=True, help="Why, for whoever looks later and for the audit log.")
_by = click.option("--by", required=True, help="Who does this, for the audit log.")
_format = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group()
def landing() -> None:
    """See what waits to land by itself and what landed so, stop all of it in a repository, and resume it.

    What landed is compared with what was approved, by `git merge-tree`. A difference stops everything that lands by
    itself in that repository; only `resume`, with a reason, takes that back. One change is stopped on its pull request:
    with the button, a comment, or `/chill hold`.

    \b
      codechill landing list
      codechill landing show acme/shop 41
      codechill landing stop acme/shop --by maya --because "We are moving the database"
      codechill landing resume acme/shop --by maya --because "It was a merge driver, which is gone"

    Exit status: 0 done, 1 there is nothing like that (of `list`: something is stopped), 2 it could not be done.
    """


@landing.command("list")
@with_stored(*_STORED)
@click.option("--repository", help="OWNER/NAME; default: all.")
@_format
def list_(repository: str | None, style: str, **stored: Any) -> None:
    """List what waits, what landed by itself, and where nothing may. Status 1 where something is stopped."""
    repositories, queue, landings = (stored[name] for name in _STORED)
    known = (known_repository(repositories, repository),) if repository else repositories.all(gone=True)
    names = {one.id: one.full_name for one in known}
    stops = [stop for stop in landings.stops() if stop.repository_id in names]
    if style == "json":
        _json({
            "stopped": [_stop(stop, names) for stop in stops],
            "waiting": list(_waiting(queue, names)),
            "landed": [_row(each, names) for each in landings.all(tuple(names))],
        })  # fmt: skip
    else:
        lines = [
            f"{names[stop.repository_id]}: stopped by {visible(stop.by)}: {visible(stop.because)}" for stop in stops
        ]
        lines += [
            f"{row['repository']}#{row['number']} lands after {row['land_after']}" for row in _waiting(queue, names)
        ]
        lines += [_line(each, names) for each in landings.all(tuple(names))]
        click.echo("\n".join(lines) or "Nothing waits to land by itself, and nothing landed so.")
    if stops:
        raise SystemExit(1)


@landing.command()
@with_stored(*_STORED)
@click.argument("repository")
@click.argument("number", type=PULL)
@_format
def show(repository: str, number: int, style: str, **stored: Any) -> None:
    """Show where one pull request stands."""
    repositories, queue, landings = (stored[name] for name in _STORED)
    home = known_repository(repositories, repository)
    place = queue.of(home.id, number)
    tried = [each for each in landings.all((home.id,)) if each.number == number]
    if place.waiting is None and place.wishes.stop is None and not tried:
        raise Nothing(f"#{number} of {home.full_name} neither waits to land by itself nor did")
    if style == "json":
        names = {home.id: home.full_name}
        _json(plain(place, named=False) | {"landings": [_row(each, names) for each in tried]})
        return
    stop, waiting = place.wishes.stop, place.waiting
    lines = [f"It waits, and lands after {waiting.land_after:%Y-%m-%d %H:%M} UTC."] if waiting else []
    lines += [f"Stopped: {_why(stop)}"] if stop else []
    click.echo("\n".join((*lines, *(_line(each, {home.id: home.full_name}) for each in tried))))


def _why(stop: Stop) -> str:
    if stop.rule == "landing":
        return stop.words
    return f"{visible(stop.by.login) if stop.by else 'somebody'} {HELD[stop.rule]}. {stop.words}".strip()


@landing.command()
@with_stored("repositories", "automatic_landings")
@click.argument("repository")
@_by
@_because
@_format
def stop(
    repositories: Repositories,
    automatic_landings: AutomaticLandings,
    repository: str,
    by: str,
    because: str,
    style: str,
) -> None:
    """Let nothing land by itself in REPOSITORY until a person resumes it. Status 1 where that is so already."""
    home = known_repository(repositories, repository)
    before = automatic_landings.stopped(home.id)
    if before is not None:
        raise Nothing(f"{home.full_name} is stopped already by {visible(before.by)}: {visible(before.because)}")
    automatic_landings.stop(LandingStop(home.id, datetime.now(UTC), because, by))
    _done(
        f"Nothing lands by itself in {home.full_name} any more.", {"repository": home.full_name, "stopped": True}, style
    )


@landing.command()
@with_stored("repositories", "automatic_landings")
@click.argument("repository")
@_by
@_because
@_format
def resume(
    repositories: Repositories,
    automatic_landings: AutomaticLandings,
    repository: str,
    by: str,
    because: str,
    style: str,
) -> None:
    """Let changes land by themselves in REPOSITORY again. Status 1 where nothing is stopped."""
    home = known_repository(repositories, repository)
    if not automatic_landings.resume(home.id, at=datetime.now(UTC), by=by, because=because):
        raise Nothing(f"nothing is stopped in {home.full_name}")
    _done(
        f"Changes land by themselves in {home.full_name} again.",
        {"repository": home.full_name, "stopped": False},
        style,
    )


def _done(words: str, row: dict[str, object], style: str) -> None:
    _json(row) if style == "json" else click.echo(words)


def _json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _waiting(queue: LandingQueue, names: dict[int, str]) -> Iterator[dict[str, object]]:
    for repository_id, number in queue.due(datetime.max.replace(tzinfo=UTC)):
        waiting = queue.of(repository_id, number).waiting
        if repository_id in names and waiting is not None:
            yield {"repository": names[repository_id], "number": number} | plain(waiting, named=False)


def _stop(stop: LandingStop, names: dict[int, str]) -> dict[str, object]:
    return {"repository": names[stop.repository_id], "at": stop.at.isoformat(), "by": stop.by, "because": stop.because}


def _row(landing: AutomaticLanding, names: dict[int, str]) -> dict[str, object]:
    row: dict[str, object] = plain(landing, named=False)
    del row["repository_id"]
    return {"repository": names[landing.repository_id], **row}


def _line(landing: AutomaticLanding, names: dict[int, str]) -> str:
    how = landing.method or "merge queue"
    compared = {"": "not compared yet", "same": "as approved", "different": "NOT AS APPROVED"}[landing.verified]
    said = f": {visible(landing.words)}" if landing.words else ""
    place = f"{names[landing.repository_id]}#{landing.number} {landing.head_sha[:12]} into {visible(landing.base_ref)}"
    after = f", {compared}" if landing.state == "landed" else ""
    return f"{place} {landing.state} by {how} at {landing.at:%Y-%m-%d %H:%M} UTC{after}{said}"
