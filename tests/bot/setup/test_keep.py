import io
import os
import shlex
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.settings import Settings
from bot.setup.keep import CannotKeep, Credentials, credentials, env_text, keep, require_room

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n"
ANSWER = {
    "id": 7,
    "slug": "chill",
    "owner": {"login": "acme"},
    "client_id": "Iv1.x",
    "client_secret": "c" * 40,
    "webhook_secret": "w" * 40,
    "pem": PEM,
}
API = "https://api.github.com"


def made() -> Credentials:
    return credentials(ANSWER)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_what_is_kept_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "codechill"
    env, key = keep(made(), folder, api=API)
    assert [mode(path) for path in (folder, env, key)] == [0o700, 0o600, 0o600]
    assert key.read_text() == PEM
    assert sorted(path.name for path in folder.iterdir()) == ["codechill.env", "key.pem"]


def test_the_server_reads_what_setup_wrote(tmp_path: Path) -> None:
    env, _ = keep(made(), tmp_path / "c", api="https://git.example.org/api/v3", public_url="https://chill.example.org")
    read = Settings(_env_file=env)  # type: ignore[call-arg]
    assert (read.app_id, read.github_api) == (7, "https://git.example.org/api/v3")
    assert read.private_key.get_secret_value() == PEM
    assert read.webhook_secrets == ("w" * 40,)
    assert read.public_url == "https://chill.example.org"


def test_a_shell_reads_it_the_same(tmp_path: Path) -> None:
    env, key = keep(made(), tmp_path / "c", api=API)
    told = subprocess.run(
        ["sh", "-c", f'set -a; . {env}; echo "$CODECHILL_APP_ID $CODECHILL_PRIVATE_KEY $CODECHILL_WEBHOOK_SECRET"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"7 {key} {'w' * 40}\n"


def test_credentials_that_are_there_are_not_lost(tmp_path: Path) -> None:
    keep(made(), tmp_path / "c", api=API)
    with pytest.raises(CannotKeep, match="exists already"):
        keep(made(), tmp_path / "c", api=API)
    keep(made(), tmp_path / "c", api=API, replace=True)


def test_a_link_that_somebody_laid_is_replaced_not_followed(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "c", tmp_path / "elsewhere"
    folder.mkdir(mode=0o700)
    elsewhere.write_text("mine")
    (folder / "key.pem").symlink_to(elsewhere)
    keep(made(), folder, api=API, replace=True)
    assert elsewhere.read_text() == "mine"
    assert not (folder / "key.pem").is_symlink()


def test_a_folder_that_others_write_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir(mode=0o777)
    with pytest.raises(CannotKeep, match="chmod 700"):
        require_room(tmp_path / "c", replace=False)


def test_a_folder_that_cannot_be_made_is_refused_before_github_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotKeep, match="cannot be made"):
        require_room(tmp_path / "file" / "c", replace=False)


def test_a_folder_with_a_space_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotKeep, match="a space or a quote"):
        require_room(tmp_path / "a b", replace=False)


def test_secrets_do_not_show_when_credentials_are_printed() -> None:
    shown = repr(made())
    assert not [secret for secret in ("c" * 40, "w" * 40, "MIIB") if secret in shown]


@pytest.mark.parametrize("part", sorted(ANSWER))
def test_an_answer_without_a_part_is_refused_and_nothing_of_it_is_repeated(part: str) -> None:
    with pytest.raises(CannotKeep) as caught:
        credentials({name: value for name, value in ANSWER.items() if name != part})
    assert not [secret for secret in ("c" * 40, "w" * 40, "MIIB") if secret in str(caught.value)]


@pytest.mark.parametrize("bad", ["two\nlines", "$(id)", "a b", "`id`", "", 7, None, "q'", "x#y"])
def test_a_value_that_would_mean_something_to_a_shell_is_refused(bad: object) -> None:
    with pytest.raises(CannotKeep):
        credentials(ANSWER | {"webhook_secret": bad})


plain = st.text(st.characters(min_codepoint=0, max_codepoint=0x24F), min_size=1, max_size=40)


@settings(max_examples=300, deadline=None)
@given(secret=plain)
def test_a_secret_that_is_taken_reads_back_the_same_everywhere(secret: str) -> None:
    try:
        given_out = credentials(ANSWER | {"webhook_secret": secret})
    except CannotKeep:
        return
    text = env_text(given_out, Path("/k/key.pem"), API)
    assert dotenv_values(stream=io.StringIO(text))["CODECHILL_WEBHOOK_SECRET"] == secret
    (line,) = [line for line in text.splitlines() if line.startswith("CODECHILL_WEBHOOK_SECRET=")]
    assert shlex.split(line, comments=True) == [f"CODECHILL_WEBHOOK_SECRET={secret}"]


def test_every_line_is_a_comment_or_a_plain_setting(tmp_path: Path) -> None:
    lines = env_text(made(), tmp_path / "key.pem", API, "https://x.example").splitlines()
    names = [line.partition("=")[0] for line in lines if not line.startswith("#")]
    assert names == [
        "CODECHILL_APP_ID",
        "CODECHILL_PRIVATE_KEY",
        "CODECHILL_WEBHOOK_SECRET",
        "CODECHILL_GITHUB_API",
        "CODECHILL_PUBLIC_URL",
        "CODECHILL_CLIENT_ID",
        "CODECHILL_CLIENT_SECRET",
    ]


def test_the_second_apps_credentials_stand_beside_the_first_ones_and_are_two_settings(tmp_path: Path) -> None:
    keep(made(), tmp_path / "c", api=API)
    env, key = keep(made(), tmp_path / "c", api=API, landing=True)
    lines = [line for line in env.read_text().splitlines() if not line.startswith("#")]
    assert lines == ["CODECHILL_LANDING_APP_ID=7", f"CODECHILL_LANDING_PRIVATE_KEY={key}"]
    assert (env.stat().st_mode & 0o777, key.stat().st_mode & 0o777) == (0o600, 0o600)
