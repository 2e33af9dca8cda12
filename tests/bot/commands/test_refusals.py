"""A place that cannot be used ends every command in one sentence that names it, and exit status 2."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.commands.refusals import sentence
from bot.store import Store

FILE_IN_THE_WAY = "a part of this path is a file, not a folder"


@pytest.mark.parametrize(
    "command",
    [
        ("score", "--repo", "REPO", "--state", "FILE/below"),
        ("sandbox", "--folder", "FILE/below"),
        ("setup", "--no-browser", "--folder", "FILE/below"),
        ("incidents", "--database", "FILE/below", "--repository", "acme/shop"),
        ("serve", "--env", "ENV"),
        ("replay", "REPO/FILE"),
    ],
    ids=lambda command: command[0],
)
def test_a_file_where_a_folder_should_be_is_named(
    command: tuple[str, ...], shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "FILE").write_text("x")
    key = "-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----"
    lines = ["APP_ID=7", f'PRIVATE_KEY="{key}"', "WEBHOOK_SECRET=a-long-secret", f"FOLDER={tmp_path}/FILE/below"]
    (tmp_path / "ENV").write_text("".join(f"CODECHILL_{line}\n" for line in lines))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, [word.replace("REPO", str(shop)) for word in command])
    assert (result.exit_code, "Traceback" in result.output) == (2, False)
    (said,) = result.output.strip().splitlines()[-1:]
    assert "FILE" in said
    assert "Errno" not in said


@pytest.mark.parametrize(
    "command",
    [
        ("jobs", "retry", "BIG"),
        ("jobs", "drop", "BIG", "--reason", "x"),
        ("jobs", "list", "--limit", "BIG"),
        ("incidents", "show", "BIG"),
        ("incidents", "dispute", "BIG", "--by", "ben", "--reason", "x"),
        ("feedback", "export", "--repository", "BIG"),
        ("audit", "export", "--number", "BIG"),
        ("audit", "export", "--since", "BIG"),
        ("audit", "export", "--repository", "BIG"),
        ("notices", "list", "--limit", "BIG"),
    ],
    ids=" ".join,
)
def test_a_number_that_no_database_keeps_is_refused(command: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    Store(f"sqlite:///{file}").close()
    ran = CliRunner().invoke(main, [*(word.replace("BIG", str(2**63)) for word in command), "--database", str(file)])
    assert (ran.exit_code, type(ran.exception)) == (2, SystemExit)
    assert str(2**63) in ran.output


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotADirectoryError(20, "Not a directory", "/srv/file/x"), f"/srv/file/x: {FILE_IN_THE_WAY}"),
        (PermissionError(13, "Permission denied", "/srv/x"), "/srv/x: this user may not do that there"),
        (OSError(30, "Read-only file system", "/srv/x"), "/srv/x: nothing can be written there, it can only be read"),
        (OSError(28, "No space left on device", "/srv/x"), "/srv/x: the disk is full"),
        (OSError(5, "Input/output error", b"/srv/\xff"), "/srv/\udcff: Input/output error"),
        (OSError(98, "Address already in use"), "[Errno 98] Address already in use"),
        (ValueError("two\n lines"), "two lines"),
    ],
)
def test_each_refusal_has_its_words(error: Exception, said: str) -> None:
    assert sentence(error) == said
