"""`codechill serve`: run the App."""

from __future__ import annotations

import errno
import resource
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click
import sqlalchemy as sa
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from bot.commands.operator import Unusable, env_option, settings_from
from bot.commands.refusals import sentence
from bot.config.roles import SERVE, Role
from bot.config.settings import Settings
from bot.process.logs import configure
from bot.store.engine import words

if TYPE_CHECKING:
    from flask import Flask

    from bot.app import App


FILES, OTHER_FILES = 8192, 512  # open at once; of those not for connections
AT_ONCE = 256  # connections taken in one turn


@click.command()
@env_option
def serve(env_file: Path | None) -> None:
    """Run the App: webhooks in, checks and comments out.

    Settings come from CODECHILL_* in the environment, or from the file given with --env. Needed are
    CODECHILL_APP_ID, CODECHILL_PRIVATE_KEY (path, PEM or base64) and CODECHILL_WEBHOOK_SECRET.
    Ctrl-C ends it gracefully: jobs in hand are finished, everything else waits in the database.
    """
    run_as(SERVE, env_file)


def run_as(role: Role, env_file: Path | None) -> None:
    """Be one process of a server until somebody ends it. Raises Unusable."""
    settings = settings_from(env_file)
    from bot.app import build  # takes a second: what is wrong with the settings is said before

    configure(settings.log_level, settings.log_format, settings.secrets())
    try:
        app = build(settings, role=role)
    except sa.exc.SQLAlchemyError as error:
        raise Unusable(f"the database does not answer: {words(error)}; check CODECHILL_DATABASE") from None
    except ImportError as error:
        raise Unusable(str(error)) from None
    except (OSError, ValueError) as error:
        raise Unusable(sentence(error)) from error
    _run(app, settings)


def http_server(
    web: Flask, *, host: str, port: int, threads: int, most: int, sockets: dict[int, Any] | None = None
) -> BaseWSGIServer | MultiSocketServer:
    """Not running yet. A request may have `most` bytes: waitress alone would buffer 1 GB before the door sees it.

    Connections that say nothing, or not enough, are many and cheap, and let go soon: whoever opens a thousand of them
    keeps nobody else out.
    """
    sockets = {} if sockets is None else sockets
    server = create_server(
        web,
        map=sockets,
        host=host,
        port=port,
        threads=threads,
        max_request_body_size=most,
        recv_bytes=1 << 16,  # a usual delivery in one or two pieces, not in four
        asyncore_use_poll=True,  # select would end at 1,024 open files
        backlog=1024,
        connection_limit=_connections(),
        channel_timeout=15,  # seconds of silence; GitHub sends a delivery at once
        cleanup_interval=3,
    )
    for one in list(sockets.values()):
        if isinstance(one, BaseWSGIServer):
            one.handle_accept = partial(_accept_waiting, one, one.handle_accept)
    return server


def port_of(server: BaseWSGIServer | MultiSocketServer) -> int:
    """Where it listens; a name with addresses of two families (`localhost`, `*`) has a door for each."""
    return int(server.effective_listen[0][1] if isinstance(server, MultiSocketServer) else server.effective_port)


def _accept_waiting(door: BaseWSGIServer, accept_one: Callable[[], None]) -> None:
    """All that wait at a door, up to a bound: waitress takes one a turn, and each turn asks every connection there is.

    Whoever comes behind a thousand others would wait for a thousand turns.
    """
    for _ in range(AT_ONCE):
        before = len(door._map)
        if before >= door.adj.connection_limit:
            return
        accept_one()
        if len(door._map) == before:
            return


def _connections() -> int:
    """As many as the system allows, less what files, databases and git need; the soft limit is raised for that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    files = wanted if soft == resource.RLIM_INFINITY else min(soft, FILES)
    return max(100, files - OTHER_FILES)


def _run(app: App, settings: Settings) -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        server = http_server(
            app.web, host=settings.host, port=settings.port, threads=settings.threads, most=settings.max_delivery_bytes
        )
    except (OSError, ValueError) as error:
        app.store.close()
        raise Unusable(_cannot_listen(settings, error)) from None
    app.start()
    place = f"[{settings.host}]" if ":" in settings.host else settings.host
    listens = "listens" if app.role.doors else f"{app.role.name} answers probes"
    path = "webhook" if app.role.doors else "readyz"
    click.echo(f"codechill {listens} on http://{place}:{port_of(server)}/{path}", err=True)
    try:
        server.run()  # returns on Ctrl-C
    finally:
        click.echo("codechill: finishing the jobs in hand ...", err=True)
        server.close()
        app.stop()


def _cannot_listen(settings: Settings, error: OSError | ValueError) -> str:
    place = f"{settings.host}:{settings.port}"
    if not isinstance(error, OSError):
        return f"{settings.host[:100]!r} is no address of this machine; see CODECHILL_HOST"
    if error.errno == errno.EADDRINUSE:
        return f"something else listens on {place} already: stop it, or choose another port with CODECHILL_PORT"
    return f"this machine does not let codechill listen on {place} ({error.strerror or error}); see CODECHILL_HOST"


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
