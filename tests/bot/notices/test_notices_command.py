"""`codechill notices`, and notices of the whole App: settings in, the clock's job, a request at the other end."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.__main__ import main
from bot.app import build
from bot.commands.operator import settings_from
from bot.jobs.kinds import NOTICES, Nothing
from bot.store import KnownNotice, KnownRepository, Store
from tests.bot.notices.receivers import SECRET, Receiver, http_receiver

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
FILE = """\
version: 1
notices: {channels: {hook: [window], gone: []}}
windows:
  - {name: Launch, level: red, from: 2026-11-27 11:00, to: 2026-11-29}
"""


def _key() -> bytes:
    kind, plain = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    return rsa.generate_private_key(65537, 2048).private_bytes(serialization.Encoding.PEM, kind, plain)


@dataclass
class Server:
    env: Path
    receiver: Receiver
    database: Path

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(
            main,
            ["notices", *arguments, *(() if arguments[0] == "list" else ("--env", str(self.env)))],
            catch_exceptions=False,
        )


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.chdir(tmp_path)
    with http_receiver() as receiver:
        (tmp_path / "channels.toml").write_text(
            f'[channel.hook]\nkind = "webhook"\naddress = "{receiver.address}/signed"\nsecret = "{SECRET}"\n'
            'repositories = ["acme/*"]\nprivate = ["acme/*"]\n'
        )
        (tmp_path / "key.pem").write_bytes(_key())
        lines = {
            "APP_ID": "7", "PRIVATE_KEY": "key.pem", "WEBHOOK_SECRET": "a long secret",
            "FOLDER": str(tmp_path / "server"), "CHANNELS": "channels.toml", "CHANNEL_NETWORKS": "127.0.0.0/8",
        }  # fmt: skip
        env = tmp_path / "codechill.env"
        env.write_text("".join(f"CODECHILL_{name}={value}\n" for name, value in lines.items()))
        yield Server(env, receiver, tmp_path / "server" / "codechill.db")


def test_the_clocks_job_of_the_whole_app_reaches_a_receiver_that_checks_the_signature(server: Server) -> None:
    app = build(settings_from(server.env), clock=lambda: NOW)
    app.store.repositories.saw(KnownRepository(9, 1, "acme/shop"))
    app.store.configurations.save(9, "main", text=FILE, sha="0" * 40, at=NOW)
    app.queue.add(NOTICES.new(Nothing(), NOW))
    app.worker.start()
    ends = time.monotonic() + 20
    while not app.store.notices.newest(1) and time.monotonic() < ends:
        time.sleep(0.02)
    app.stop()
    (body,) = server.receiver.bodies("/signed")
    assert json.loads(body)["title"].startswith("acme/shop: Launch holds back the riskiest 50 %")
    assert server.receiver.refused == 0


def test_a_trial_is_sent_as_the_server_would_or_says_why_not(server: Server) -> None:
    assert server.run("try", "hook").output == "hook: sent\n"
    assert json.loads(server.receiver.bodies("/signed")[0])["title"] == "A trial of codechill"
    server.receiver.status = 404
    no = server.run("try", "hook")
    assert (no.exit_code, no.output) == (1, "Error: hook: the host answered 404\n")
    unknown = server.run("try", "hok")
    assert (unknown.exit_code, unknown.output) == (2, "Error: no channel is called hok; there is hook\n")


def test_channels_that_files_name_and_nobody_set_up_are_said(server: Server) -> None:
    server.database.parent.mkdir()
    store = Store(f"sqlite:///{server.database}")
    for number, name in ((9, "acme/shop"), (10, "other/shop")):
        store.repositories.saw(KnownRepository(number, 1, name))
        store.configurations.save(number, "main", text=FILE, sha="0" * 40, at=NOW)
    store.close()
    run = server.run("channels")
    assert run.exit_code == 1
    assert run.output.splitlines()[:4] == [
        "hook (webhook): named by acme/shop, other/shop",
        "  other/shop may not use it: see `repositories` of the channel",
        "acme/shop names gone, which is not set up here",
        "other/shop names gone, which is not set up here",
    ]


def test_what_was_sent_is_listed_with_how_it_went(server: Server) -> None:
    server.database.parent.mkdir()
    store = Store(f"sqlite:///{server.database}")
    later = NOW + timedelta(hours=1)
    store.notices.save(KnownNotice("window:9:a", "hook", 9, NOW, 1, sent_at=NOW))
    store.notices.save(KnownNotice("week:9:b", "hook", 9, later, 2, later, error="the host answered 503"))
    store.notices.save(KnownNotice("drift:9:c", "hook", 9, later, 8, error="the host answered 404"))
    store.close()
    at = ("--database", str(server.database))
    assert server.run("list", *at).output.splitlines() == [
        "2026-11-27 13:00 UTC  hook  drift  not sent after 8: the host answered 404; given up",
        "2026-11-27 13:00 UTC  hook  week  not sent after 2: the host answered 503; next try 13:00 UTC",
        "2026-11-27 12:00 UTC  hook  window  sent",
    ]
    assert json.loads(server.run("list", *at, "--format", "json").output)[2]["sent_at"] == NOW.isoformat()


def test_secrets_of_channels_are_masked_in_logs(server: Server) -> None:
    secrets = settings_from(server.env).secrets()
    assert SECRET in secrets
    assert f"{server.receiver.address}/signed" in secrets
