"""What keeps the server from starting is said in one sentence, with the next step."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.serve import serve

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq2X\n-----END RSA PRIVATE KEY-----"


def run(folder: Path, **more: str) -> Result:
    named = folder / "codechill.env"
    lines = {
        "APP_ID": "7",
        "PRIVATE_KEY": KEY.replace("\n", "\\n"),
        "WEBHOOK_SECRET": "a long secret",
        "FOLDER": str(folder),
    }
    named.write_text("".join(f"CODECHILL_{name}={value}\n" for name, value in (lines | more).items()))
    return CliRunner().invoke(serve, ["--env", str(named)])


def test_a_port_in_use_is_named_with_the_setting_to_change(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(tmp_path, PORT=str(taken.getsockname()[1]))
    assert done.exit_code == 2
    assert "something else listens on 127.0.0.1:" in done.stderr
    assert "CODECHILL_PORT" in done.stderr


def test_a_name_that_is_no_address_here_is_said(tmp_path: Path) -> None:
    done = run(tmp_path, HOST="no such host")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (
        2,
        "Error: 'no such host' is no address of this machine; see CODECHILL_HOST",
    )


@pytest.mark.parametrize("address", ["postgresql+psycopg://chill:hunter22@127.0.0.1:9/chill", "no address", "nodb://x"])
def test_a_database_that_is_away_is_named_without_its_password(tmp_path: Path, address: str) -> None:
    done = run(tmp_path, DATABASE=address)
    assert (done.exit_code, "Traceback" in done.output, "hunter22" in done.output) == (2, False, False)
    assert "CODECHILL_DATABASE" in done.stderr


def test_a_file_of_settings_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    done = CliRunner().invoke(serve, ["--env", str(tmp_path / "none.env")])
    assert (done.exit_code, done.stderr) == (2, f"Error: there is no file {tmp_path}/none.env\n")
