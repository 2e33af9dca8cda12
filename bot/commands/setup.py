"""`codechill setup`: make the GitHub App."""

import re
import socket
import threading
import time
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import click
from waitress.server import create_server

from bot.commands.operator import FOLDER, Unusable
from bot.commands.refusals import sentence
from bot.config.settings import CALLBACK
from bot.forge.github.hosts import UnusableHost, host
from bot.setup.convert import convert
from bot.setup.flow import HOUR, Flow, Plan, create_app
from bot.setup.keep import ENV, LANDING_ENV, CannotKeep, Credentials, keep, require_room
from bot.setup.manifest import PROFILES, ManifestError, Profile, read

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:/_~%\[\]-]+")


def _now() -> datetime:
    return datetime.now(UTC)


@click.command()
@click.option("--github", default="https://github.com", show_default=True, help="The GitHub to make the App on.")
@click.option("--org", help="The organisation that is to own it; default: the person signed in in the browser.")
@click.option("--url", "public_url", default="", help="Where GitHub and people will reach this server.")
@click.option("--webhook", default="", help="Address for webhooks when it is not URL/webhook.")
@click.option("--name", help="The App's name, unique on that GitHub; default: the one in the manifest.")
@click.option("--profile", type=click.Choice(PROFILES), default="advisory", show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, show_default="~/.config/codechill")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the page here; default: any.")
@click.option("--browser/--no-browser", default=True, help="Open the page, or only print its address.")
@click.option("--replace", is_flag=True, help="Give up credentials that are in the folder already.")
def setup(
    github: str, org: str | None, public_url: str, webhook: str, name: str | None, profile: Profile, folder: Path,
    port: int, browser: bool, replace: bool,
) -> None:  # fmt: skip
    """Make the GitHub App in your browser and keep its credentials in a folder that only you can read.

    A page opens on this machine, GitHub asks you to confirm the name, and that is all. Nothing secret is printed.
    On a machine without a browser: --no-browser --port 8123, and from your own machine ssh -L 8123:127.0.0.1:8123.

    Exit status: 0 the App exists, 2 it does not.
    """
    try:
        there = host(github)
        lands = profile == "landing"
        require_room(folder, replace=replace, landing=lands)
        public_url, hook = ("", None) if lands else _addresses(public_url, webhook)
        with socket.create_server(("127.0.0.1", port)) as listening:
            back = f"http://127.0.0.1:{listening.getsockname()[1]}"
            plan = Plan(read(profile), there, f"{back}/callback", org, hook, name, _callback(public_url))
            there.new_app(org, "")  # refuses a name that is none before anything opens
            flow = _flow(plan, folder, public_url, replace, lands)
            _serve(flow, listening, back, browser)
    except (UnusableHost, CannotKeep, ManifestError, OSError) as error:
        raise Unusable(sentence(error)) from error
    if flow.made is None:
        raise Unusable("no App was made; run codechill setup again")
    kept = folder / (LANDING_ENV if lands else ENV)
    click.echo(f"{flow.made.slug} is App {flow.made.app_id}; its credentials are in {kept}")
    click.echo(f"Next: install it at {there.install(flow.made.slug)}")
    if lands:
        click.echo(f"Then: cat {kept} >> {folder / ENV}, start codechill serve again, and codechill doctor")
    else:
        click.echo(f"Then: codechill serve --env {kept}, and codechill doctor")


def _callback(public_url: str) -> str:
    """Where people come back to who sign in to pages."""
    return f"{public_url}{CALLBACK}" if public_url else ""


def _addresses(public_url: str, webhook: str) -> tuple[str, str | None]:
    """Both without a slash at the end; webhooks go to URL/webhook unless said otherwise. Raises UnusableHost."""
    for given in (public_url, webhook):
        parts = urlsplit(given)
        if given and (not _ADDRESS.fullmatch(given) or not parts.hostname or parts.username):
            raise UnusableHost(f"{given!r} is no address; give it as https://chill.example.org")
    public_url = public_url.rstrip("/")
    return public_url, webhook or (f"{public_url}/webhook" if public_url else None)


def _flow(plan: Plan, folder: Path, public_url: str, replace: bool, landing: bool) -> Flow:
    def buy(code: str) -> object:
        return convert(plan.host.api, code)

    def store(made: Credentials) -> tuple[Path, Path]:
        return keep(made, folder, api=plan.host.api, public_url=public_url, replace=replace, landing=landing)

    return Flow(plan, buy, store, _now)


def _serve(flow: Flow, listening: socket.socket, address: str, browser: bool) -> None:
    server = create_server(create_app(flow), sockets=[listening], threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        click.echo(f"Open {address}{flow.path}")
        if browser:
            webbrowser.open(f"{address}{flow.path}")
        flow.finished.wait(HOUR.total_seconds())
        time.sleep(0.5)  # the last page is on its way
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
    finally:
        server.close()
