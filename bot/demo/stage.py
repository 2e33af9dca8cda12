"""The sandbox and the App side by side on loopback, in one process: the demo's stage, and the tests'."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr
from waitress.server import create_server

from bot.app import App, build
from bot.config.settings import CALLBACK, Settings
from bot.sandbox import Sandbox
from bot.sandbox.access import key_pair
from bot.store.queued import jobs_on

LANDING_APP = 4712
Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Stage:
    """`sandbox` is where people act, `app` is what answers them; real HTTP both ways."""

    sandbox: Sandbox
    app: App
    address: str  # of the App
    app_folder: Path  # everything that the App keeps

    def settle(self, limit: float = 300.0) -> None:
        """Wait until every webhook was delivered and every job is done. Raises TimeoutError after `limit` seconds."""
        ends = monotonic() + limit
        while monotonic() < ends:
            self.sandbox.settle()
            if not self._jobs() and not self.app.worker.busy():
                return
            sleep(0.02)
        raise TimeoutError(f"work was still under way after {limit:.0f} seconds: see the log")

    def _jobs(self) -> int:
        """How many jobs are not done, but for those that the clock keeps for later."""
        jobs = jobs_on(self.app.store.engine.dialect.name)
        later = jobs.c.key.startswith("clock/") & (jobs.c.run_at > self.app.clock())
        query = sa.select(sa.func.count()).select_from(jobs).where(jobs.c.state.in_(("waiting", "running")), ~later)
        with self.app.store.read() as connection:
            return int(connection.scalar(query) or 0)


@contextmanager
def stage(
    folder: Path,
    *,
    clock: Clock = now,
    forge_clock: Clock | None = None,
    trusted: Clock | None = None,
    working: bool = True,
    port: int = 0,
    lands: bool = False,
    **settings: Any,
) -> Iterator[Stage]:
    """Both running, with everything they keep under `folder`; stopped at the end.

    `settings` of the App may be given. The forge has its own clock where one is given, as it has in life; `trusted` is
    the one by which tokens end, where that has to be the true one. Not `working`: jobs are done by whoever calls
    `app.worker.run_one`. `lands`: there is the second App as well, which lands.
    """
    sandbox = Sandbox(folder / "forge", forge_clock or clock)
    sandbox.world.trusted = trusted
    sandbox.start(port)
    try:
        listening = socket.create_server(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        sandbox.callback_urls.append(f"{address}{CALLBACK}")
        settings = (with_landing_app(sandbox) if lands else {}) | settings
        app = build(settings_for(sandbox, folder / "app", **{"public_url": address} | settings), clock=clock)
        server = create_server(app.web, sockets=[listening], threads=8)
        thread = threading.Thread(target=server.run, name="app-http", daemon=True)
        thread.start()
        if working:
            app.start(schedule=False)  # edges come when the story says so
        sandbox.webhook_url = f"{address}/webhook"
        try:
            yield Stage(sandbox, app, address, folder / "app")
        finally:
            sandbox.webhook_url = ""
            app.stop()
            server.close()
            server.task_dispatcher.shutdown()
            thread.join(timeout=5)
    finally:
        sandbox.stop()


def with_landing_app(sandbox: Sandbox) -> dict[str, Any]:
    """The second App on the sandbox, and its settings."""
    private, public = key_pair()
    rights = {
        "checks": "read",
        "contents": "write",
        "merge_queues": "write",
        "pull_requests": "write",
        "issues": "write",
    }
    made = sandbox.add_app(LANDING_APP, "codechill-landing", (private, public), **rights, statuses="read")
    return {"landing_app_id": made.app.id, "landing_private_key": SecretStr(private)}


def settings_for(sandbox: Sandbox, folder: Path, **more: Any) -> Settings:
    """What the App beside a sandbox needs to know."""
    given = {
        "app_id": sandbox.app_id,
        "private_key": SecretStr(sandbox.private_key_pem),
        "webhook_secret": SecretStr(sandbox.webhook_secret),
        "github_api": sandbox.api,
        "git_protocols": "http",  # loopback only; a real server keeps to https
        "client_id": sandbox.client[0],
        "client_secret": SecretStr(sandbox.client[1]),
        "operators": str(sandbox.world.account(sandbox.release_manager).id),
        "folder": folder,
        "workers": 2,
        "paced": False,
        "doctor_hours": 0,
    }
    return Settings(**{**given, **more}, _env_file=None)
