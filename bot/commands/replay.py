"""`codechill replay`: send a saved event to a server again, signed as GitHub signs it."""

import http.client
import json
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import click

from bot.commands.operator import Unusable, env_option, settings_from
from bot.commands.refusals import sentence
from bot.doors.webhook import signature

_PATIENCE_S = 30  # GitHub Enterprise Server waits as long
# the object that only events of one kind carry; the narrower come first
_TELLS = (
    ("review", "pull_request_review"),
    ("merge_group", "merge_group"),
    ("check_run", "check_run"),
    ("check_suite", "check_suite"),
    ("comment", "issue_comment"),
    ("pull_request", "pull_request"),
    ("pusher", "push"),
    ("zen", "ping"),
)


@click.command()
@click.argument("saved", metavar="EVENT.json", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", default="http://127.0.0.1:8080/webhook", show_default=True)
@click.option("--event", help="The event's name, when the file does not tell it: pull_request, issue_comment, ...")
@click.option("--delivery", help="The delivery's id; default: a new one, since a known one is not processed again.")
@env_option
def replay(saved: Path, url: str, event: str | None, delivery: str | None, env_file: Path | None) -> None:
    """Send a saved event to a server, signed with CODECHILL_WEBHOOK_SECRET.

    EVENT.json is a payload as GitHub sends it, or a delivery as the App's settings page and
    GET /app/hook/deliveries/ID show it. The server fetches everything else itself, so the pull request must exist
    on the GitHub (or sandbox) that the server works with.

    Exit status: 0 accepted, 1 refused, 2 not sent.
    """
    secret = settings_from(env_file).webhook_secret.get_secret_value()
    payload, named = _read(saved)
    name = event or named or _guess(payload)
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "codechill-replay",
        "X-GitHub-Event": name,
        "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
        "X-Hub-Signature-256": signature(secret, body),
    }
    status, words = _post(url, body, headers)
    click.echo(f"{name} {headers['X-GitHub-Delivery']}: {status} {words}")
    raise SystemExit(0 if 200 <= status < 300 else 1)


def _read(saved: Path) -> tuple[dict[str, Any], str | None]:
    """The payload, and the event's name where the file is a whole delivery."""
    try:
        document = json.loads(saved.read_bytes())
    except OSError as error:
        raise Unusable(sentence(error)) from None
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{saved} is no JSON: {error}") from None
    if isinstance(document, dict) and isinstance(document.get("request"), dict):
        request = document["request"]
        name = document.get("event") or (request.get("headers") or {}).get("X-GitHub-Event")
        document = request.get("payload")
        if isinstance(document, dict):
            return document, name if isinstance(name, str) else None
    if not isinstance(document, dict):
        raise Unusable(f"{saved} holds no event: a JSON object is expected")
    return document, None


def _guess(payload: dict[str, Any]) -> str:
    for key, name in _TELLS:
        if key in payload:
            return name
    raise Unusable("the file does not tell what event it is; name it with --event")


def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    parts = urlsplit(url)
    try:
        with closing(_connection(parts)) as connection:
            connection.request("POST", parts.path or "/", body, headers)
            answer = connection.getresponse()
            words = answer.read(500).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unusable(f"{url} does not answer: {error or type(error).__name__}") from None
    return answer.status, "".join(letter if letter.isprintable() else " " for letter in words).strip()


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unusable("--url is no address; give it as http://127.0.0.1:8080/webhook")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname, parts.port, timeout=_PATIENCE_S)
