"""Nobody else on the machine reads what the server keeps, and no error repeats what was set."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.app import build
from bot.demo.stage import settings_for
from bot.process.privacy import keep_private
from bot.sandbox import Sandbox


@pytest.fixture(autouse=True)
def mask() -> Iterator[None]:
    """As a login shell has it, before and after."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.lstat().st_mode) for path in (folder, *folder.rglob("*")) if not path.is_symlink()}


def test_what_was_open_to_others_is_closed_and_what_is_made_from_then_on_is_too(tmp_path: Path) -> None:
    folder, outside = tmp_path / "kept", tmp_path / "outside"
    (folder / "mirrors" / "7.git").mkdir(parents=True)
    (folder / "mirrors" / "7.git" / "HEAD").write_text("x")
    outside.write_text("x")
    (folder / "mirrors" / "link").symlink_to(outside)
    keep_private(folder, [folder / "mirrors", folder / "nothing"])
    (folder / "new").mkdir()
    (folder / "new" / "file").write_text("x")
    assert modes(folder) == {0o700, 0o600}
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644


def test_a_file_that_another_process_removes_meanwhile_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").mkdir(mode=0o755)
    monkeypatch.setattr("bot.process.privacy.os.walk", lambda path: [(str(path), ["gone"], ["gone-too"])])
    keep_private(tmp_path, [tmp_path / "kept"])
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700


def test_a_servers_folder_and_database_are_its_users_alone(tmp_path: Path) -> None:
    folder, apart = tmp_path / "app", tmp_path / "apart.db"
    folder.mkdir(mode=0o755)
    apart.touch(0o644)
    with Sandbox(tmp_path / "forge") as sandbox:
        build(settings_for(sandbox, folder)).store.close()
        build(settings_for(sandbox, folder, database=f"sqlite:///{apart}")).store.close()
    assert (folder / "codechill.db").is_file()
    assert modes(folder) <= {0o700, 0o600}
    assert stat.S_IMODE(apart.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CALENDARS", "https://me:HIDDEN@calendar.example.com"),
        ("CALENDARS", "ok.example, HIDDEN://calendar.example.com"),
        ("CALENDAR_NETWORKS", "HIDDEN/8"),
        ("API_KEYS", "maya=HIDDEN"),
        ("UPLOAD_KEYS", "acme/shop=HIDDEN"),
        ("PRIVATE_KEY", "HIDDEN"),
        ("WEBHOOK_SECRET", "HIDDEN"),
        ("APP_ID", "HIDDEN"),
        ("PORT", "HIDDEN"),
        ("DATABASE", "postgres//u:HIDDEN@db/x"),
        ("DATABASE", "postgresql+psycopg://u:HIDDEN@127.0.0.1:1/x"),
        ("LOG_LEVEL", "HIDDEN"),
    ],
)
def test_a_setting_that_is_refused_is_never_repeated(tmp_path: Path, name: str, value: str) -> None:
    with Sandbox(tmp_path / "forge") as sandbox:
        key = tmp_path / "key.pem"
        key.write_text(sandbox.private_key_pem)
    given = {"APP_ID": "7", "PRIVATE_KEY": str(key), "WEBHOOK_SECRET": "a long secret", "FOLDER": str(tmp_path / "f")}
    environment = {f"CODECHILL_{one}": text for one, text in (given | {"PORT": "0", name: value}).items()}
    done = CliRunner().invoke(main, ["serve"], env=environment | {"HOME": str(tmp_path)}, catch_exceptions=False)
    assert done.exit_code == 2
    assert "HIDDEN" not in done.output
