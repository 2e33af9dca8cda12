import html
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from github_pages import CLIENT_SECRET, PEM, WEBHOOK_SECRET, Pages, app_of, serving

from bot.commands.setup import setup

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--github", "http://git.example.org"], "has to begin with https://"),
        (["--org", "../evil"], "is not the name of an organisation"),
        (["--url", "chill.example.org"], "is no address"),
        (["--url", "https://chill.example.org/$(id)"], "is no address"),
        (["--folder", "a b"], "has a space or a quote"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_opens(tmp_path: Path, arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(setup, ["--no-browser", "--folder", str(tmp_path / "c"), *arguments])
    assert (result.exit_code, words in result.output) == (2, True)


def test_credentials_that_exist_stop_it_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir(mode=0o700)
    (folder / "key.pem").write_text("x")
    result = CliRunner().invoke(setup, ["--no-browser", "--folder", str(folder)])
    assert (result.exit_code, "exists already" in result.output) == (2, True)


def browse(address: str, form: dict[str, str] | None = None) -> str:
    """What a browser shows in the end; it follows redirects as one does."""
    data = urlencode(form).encode() if form else None
    with urllib.request.urlopen(address, data) as answer:  # noqa: S310 - an address of this test
        return str(answer.read().decode())


def begun(folder: Path, github: str) -> subprocess.Popen[str]:
    command = "from bot.commands.setup import setup; setup()"
    options = ["--github", github, "--no-browser", "--url", "https://chill.example.org", "--folder", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", command, *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def first_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return re.fullmatch(r"Open (\S+)\n", process.stdout.readline())[1]  # type: ignore[index]


def test_the_whole_way_in_a_browser_prints_no_secret(tmp_path: Path) -> None:
    pages = Pages()
    with serving(app_of(pages)) as github:
        process = begun(tmp_path / "c", github)
        page = browse(first_address(process))
        action = html.unescape(re.findall(r'action="([^"]+)"', page)[0])
        manifest = html.unescape(re.findall(r'name="manifest" value="([^"]+)"', page)[0])
        # GitHub leads the browser back here, and this follows it to the last page
        last = browse(action, {"manifest": manifest})
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "codechill exists" in last
    assert "codechill is App 4711" in output
    assert (tmp_path / "c" / "key.pem").read_text() == PEM
    assert "CODECHILL_PUBLIC_URL=https://chill.example.org" in (tmp_path / "c" / "codechill.env").read_text()
    said = output + last + page
    assert not [secret for secret in (WEBHOOK_SECRET, CLIENT_SECRET, "secretkeymaterial") if secret in said]


def test_being_stopped_exits_2_and_leaves_nothing(tmp_path: Path) -> None:
    process = begun(tmp_path / "c", "http://127.0.0.1:9")
    first_address(process)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert (process.returncode, "no App was made" in output) == (2, True)
    assert list((tmp_path / "c").iterdir()) == []
