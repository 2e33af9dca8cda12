"""`codechill freeze`: start, list and end freezes by hand, through the signed API of a server."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import click
import requests

from bot.commands.operator import FOLDER, Unusable, env_option, settings_from
from bot.config.keys import keys, signed
from bot.policy.text.whole import visible
from bot.setup.keep import ENV

PATIENCE_S = 20
F = TypeVar("F", bound=Callable[..., Any])


class Declined(click.ClickException):
    """The server said no: exit status 1."""

    exit_code = 1


def _shared(command: F) -> F:
    for option in (
        click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True),
        env_option,
        click.option("--as", "name", help="Which key to sign with; needed when there are several."),
        click.option("--server", envvar="CODECHILL_SERVER", help="Its address; default: the server set up here."),
    ):
        command = option(command)
    return command


@click.group()
def freeze() -> None:
    """Hold changes back at once, for a while, and say why.

    Requests are signed with a key of CODECHILL_API_KEYS (name=secret), which the server has as well: whoever's key it
    is, is named in the audit log.

    \b
      codechill freeze start acme/shop --level red --for 4h --reason "The payment provider is down"
      codechill freeze list acme/shop
      codechill freeze end acme/shop api-0123456789abcdef

    Exit status: 0 done, 1 the server refused, 2 it could not be asked.
    """


@freeze.command()
@click.argument("repository")
@click.option("--level", required=True, help="A level of the repository's configuration, like red or frozen.")
@click.option("--for", "lasting", help="How long: 90m, 4h, 2d.")
@click.option("--until", help="When it ends instead, with an offset: '2026-11-28 08:00 +01:00'.")
@click.option("--reason", required=True, help="Why, for everybody who reads the check.")
@click.option("--branch", "branches", multiple=True, help="Only base branches like this; default: protected ones.")
@click.option("--path", "paths", multiple=True, help="Only changes that touch files like this.")
@_shared
def start(repository: str, level: str, lasting: str | None, until: str | None, reason: str,
          branches: tuple[str, ...], paths: tuple[str, ...],
          server: str | None, name: str | None, env_file: Path | None, layout: str) -> None:  # fmt: skip
    """Start a freeze of REPOSITORY (owner/name) now."""
    wanted: dict[str, Any] = {
        "repository": repository,
        "level": level,
        "for": lasting,
        "until": until,
        "reason": reason,
    }
    wanted |= {"branches": list(branches) or None, "paths": list(paths) or None}
    body = {key: value for key, value in wanted.items() if value is not None}
    answer = _ask(server, name, env_file, "POST", "/api/freezes", body)
    _print(answer, layout, f"{answer['id']} is on until {answer['end']}.")


@freeze.command("list")
@click.argument("repository")
@_shared
def list_(repository: str, server: str | None, name: str | None, env_file: Path | None, layout: str) -> None:
    """List freezes of REPOSITORY that are on, and the level in force on each branch."""
    answer = _ask(server, name, env_file, "GET", f"/api/freezes?repository={quote(repository)}")
    lines = [
        f"{one['id']}: {one['level']} until {one['end']}, by {one['by']}: {one['reason']}" for one in answer["freezes"]
    ]
    _print(answer, layout, "\n".join(lines or ["no freeze by hand is on"]))


@freeze.command()
@click.argument("repository")
@click.argument("freeze_id", metavar="ID")
@click.option("--reason", default="", help="Why, for the audit log.")
@_shared
def end(repository: str, freeze_id: str, reason: str,
        server: str | None, name: str | None, env_file: Path | None, layout: str) -> None:  # fmt: skip
    """End freeze ID of REPOSITORY now."""
    path = f"/api/freezes/{quote(freeze_id, safe='')}/end"
    answer = _ask(server, name, env_file, "POST", path, {"repository": repository, "reason": reason})
    _print(answer, layout, f"{answer['id']} ended.")


def _ask(server: str | None, name: str | None, env_file: Path | None, method: str, path: str,
         body: dict[str, Any] | None = None) -> dict[str, Any]:  # fmt: skip
    """Raises Declined and Unusable."""
    address, known = _server(server, env_file)
    name = name or (next(iter(known)) if len(known) == 1 else None)
    if name is None or name not in known:
        raise Unusable(f"name a key with --as: known are {', '.join(known)}" if known else "set CODECHILL_API_KEYS")
    content = b"" if body is None else json.dumps(body).encode()
    headers = signed(name, known[name], datetime.now(UTC), method, path, content)
    headers["Content-Type"] = "application/json"
    try:
        answer = requests.request(
            method, f"{address}{path}", data=content, headers=headers, timeout=PATIENCE_S, allow_redirects=False
        )
        answered: dict[str, Any] = answer.json()
    except requests.JSONDecodeError:
        raise Unusable(f"{address} answered, but not as codechill does") from None
    except requests.RequestException as error:
        raise Unusable(f"{address} could not be reached ({type(error).__name__})") from None
    if not answer.ok:
        raise Declined(str(answered.get("error", f"the server answered {answer.status_code}")))
    return answered


def _server(given: str | None, env_file: Path | None) -> tuple[str, dict[str, str]]:
    """Where to ask and with which keys: named here and in the environment, or those of the server set up here."""
    if given and not given.startswith(("https://", "http://")):
        raise Unusable(f"--server {visible(given)[:100]}: begin with https://, like https://chill.example.org")
    named = os.environ.get("CODECHILL_API_KEYS", "")
    here = env_file is not None or "CODECHILL_APP_ID" in os.environ or (FOLDER / ENV).is_file()
    if named and not given and not here:
        raise Unusable("no server is set up here: name one with --server or CODECHILL_SERVER")
    if given and named and env_file is None:
        return given.rstrip("/"), _keys(named)
    settings = settings_from(env_file)
    address = given or settings.public_url or f"http://{settings.host}:{settings.port}"
    return address.rstrip("/"), _keys(settings.api_keys.get_secret_value())


def _keys(listed: str) -> dict[str, str]:
    try:
        return dict(keys(listed))
    except ValueError as error:
        raise Unusable(f"CODECHILL_API_KEYS: {error}") from None


def _print(answer: dict[str, Any], layout: str, said: str) -> None:
    if layout == "json":
        click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    click.echo(said)
    for one in answer["in_force"]:
        until = f" until {one['until']}" if one["until"] else ""
        click.echo(f"  {one['branch']}: {one['level']}, {one['share'] * 100:g} % held back{until}")
