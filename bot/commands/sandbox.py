"""`codechill sandbox`: the stand-in for GitHub by itself, for any client."""

import json
import re
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import click

from bot.commands.operator import Unusable
from bot.commands.refusals import sentence
from bot.config.settings import CALLBACK
from bot.sandbox import Refusal, Sandbox
from bot.sandbox.git import GitFailed
from bot.sandbox.verbs.repositories import head_branch

KEY, ENV = "app.private-key.pem", "codechill.env"


@click.command()
@click.option("--port", default=0, show_default="any free one", type=click.IntRange(0, 65535), help="Port on loopback.")
@click.option("--repo", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A git repository to load.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where to keep the git data and key.")
@click.option("--webhook", default="", help="Where to send webhooks.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
def sandbox(port: int, repo: Path | None, folder: Path | None, webhook: str, shape: str) -> None:
    """Run a local stand-in for GitHub: REST, webhooks, git over HTTP and a small page.

    It prints its address and everything a client needs to sign in, then serves until Ctrl-C. Nothing is kept.

    The settings with which `codechill serve` works with it are written into a file that it names:

    \b
      codechill sandbox --repo . --webhook http://127.0.0.1:8080/webhook --folder /tmp/forge
      codechill serve --env /tmp/forge/codechill.env        in another terminal
    """
    with ExitStack() as closing:
        place = folder or Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="codechill-sandbox-")))
        try:
            box = Sandbox(place)
            closing.callback(tidy, box, place)
            box.start(port)
            box.webhook_url = webhook
            if server := _server(webhook):
                box.callback_urls.append(f"{server}{CALLBACK}")
            name = load(box, repo)
        except (OSError, GitFailed, Refusal) as failed:
            raise Unusable(sentence(failed)) from failed
        said = details(box, place, name)
        click.echo(json.dumps(said) if shape == "json" else text(said))
        serve_until_stopped()


def tidy(box: Sandbox, place: Path) -> None:
    """Stop, and leave nothing behind in a folder that stays."""
    box.stop()
    shutil.rmtree(box.world.folder, ignore_errors=True)
    for each in (KEY, ENV):
        (place / each).unlink(missing_ok=True)


def load(box: Sandbox, source: Path | None) -> str:
    """One repository, filled from `source` or empty, protected by the check; its full name."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", source.resolve().name.removesuffix(".git")).strip(".-") if source else ""
    name = f"acme/{stem or 'rocket'}"
    box.add_repository(name, source, head_branch(source) if source else "main")
    box.protect(name)
    return name


def details(box: Sandbox, place: Path, name: str) -> dict[str, Any]:
    """What a client needs to know. The key is written where only its owner may read it."""
    key = _private(place / KEY, box.private_key_pem)
    settings = _private(place / ENV, "".join(f"CODECHILL_{line}\n" for line in _settings(box, place, key)))
    people = {"author": box.author, "reviewer": box.reviewer, "release_manager": box.release_manager}
    return {
        "address": box.address,
        "api": box.api,
        "app_id": box.app_id,
        "installation_id": box.installation_id,
        "private_key_file": str(key.resolve()),
        "webhook_secret": box.webhook_secret,
        "settings": str(settings.resolve()),
        "webhook_url": box.webhook_url,
        "bot": box.bot_login,
        "repository": name,
        "clone": f"{box.address}/{name}.git",
        "people": {role: {"login": login, "token": box.token(login)} for role, login in people.items()},
    }


def _private(file: Path, words: str) -> Path:
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(words)
    return file


def _settings(box: Sandbox, place: Path, key: Path) -> Iterator[str]:
    """What `codechill serve` needs to work with this sandbox: git over plain HTTP is what it has here."""
    yield f"APP_ID={box.app_id}"
    yield f"PRIVATE_KEY={key.resolve()}"
    yield f"WEBHOOK_SECRET={box.webhook_secret}"
    yield f"GITHUB_API={box.api}"
    yield "GIT_PROTOCOLS=http"
    yield f"FOLDER={(place / 'server').resolve()}"
    if server := _server(box.webhook_url):
        yield f"PORT={urlsplit(server).port}"
        yield f"PUBLIC_URL={server}"
        yield f"CLIENT_ID={box.client[0]}"
        yield f"CLIENT_SECRET={box.client[1]}"


def _server(webhook: str) -> str:
    """The address of the server on this machine that webhooks go to; "" when it is none."""
    parts = urlsplit(webhook)
    here = parts.hostname in ("127.0.0.1", "localhost") and parts.port
    return f"http://{parts.netloc}" if here else ""


def text(said: dict[str, Any]) -> str:
    """The same for people."""
    rows = {name.replace("_", " "): value for name, value in said.items() if name != "people"}
    rows |= {f"{role.replace('_', ' ')} {each['login']}": each["token"] for role, each in said["people"].items()}
    lines = [f"{name + ':':<22} {value}" for name, value in rows.items()]
    return "\n".join([*lines, "", f"In another terminal:   codechill serve --env {said['settings']}"])


def serve_until_stopped() -> None:
    """Wait for Ctrl-C or a request to end; both are the normal way out."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)
    stopped.wait()
