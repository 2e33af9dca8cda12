"""The operator's settings: every form of a key, and no misspelt name goes unnoticed."""

import base64
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.app import build
from bot.config.settings import Settings, misspelt, pem

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq2X\nc2Vjb25kbGluZQ==\n-----END RSA PRIVATE KEY-----\n"
NEEDED = {"CODECHILL_APP_ID": "7", "CODECHILL_PRIVATE_KEY": KEY, "CODECHILL_WEBHOOK_SECRET": "a long secret"}


def settings(monkeypatch: pytest.MonkeyPatch, **more: str) -> Settings:
    for name, value in (NEEDED | more).items():
        monkeypatch.setenv(name, value)
    return Settings()


@pytest.mark.parametrize(
    "given",
    [
        KEY,
        KEY.replace("\n", "\\n"),
        f'"{KEY}"',
        KEY.replace("\n", "\r\n").replace("\r", ""),
        base64.b64encode(KEY.encode()).decode(),
        base64.encodebytes(KEY.encode()).decode(),
    ],
    ids=["text", "written newlines", "quoted", "windows", "base64", "base64 in lines"],
)
def test_a_key_may_be_given_as_text_or_base64(given: str) -> None:
    assert pem(given) == KEY


def test_a_key_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(KEY)
    assert pem(str(tmp_path / "key.pem")) == KEY


@pytest.mark.parametrize(
    "given",
    ["", "nothing.pem", "a2V5", "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----", "\0", "x" * 10_000],
)
def test_what_is_no_key_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(ValueError, match="private key") as caught:
        pem(given)
    assert not given or given not in str(caught.value)


def test_the_least_that_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch)
    assert (found.app_id, found.github_api, found.shadow) == (7, "https://api.github.com", False)
    assert found.database_url.startswith("sqlite:////")
    assert found.database_url.endswith("/.codechill/codechill.db")
    assert found.webhook_secrets == ("a long secret",)


def test_two_secrets_while_one_replaces_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, CODECHILL_WEBHOOK_SECRET_OLD="the one before")
    assert found.webhook_secrets == ("a long secret", "the one before")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_the_end_of_a_line_behind_a_value_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    given = {"WEBHOOK_SECRET": "a long secret", "WEBHOOK_SECRET_OLD": "the one before", "APP_ID": "7"}
    given |= {"HOST": "192.0.2.7", "GITHUB_API": "https://git.example.org/api/v3", "DATABASE": "sqlite:////srv/a.db"}
    given |= {"API_KEYS": "maya=correct-horse-battery", "LOG_LEVEL": "info"}
    plain = settings(monkeypatch, **{f"CODECHILL_{name}": value for name, value in given.items()})
    assert settings(monkeypatch, **{f"CODECHILL_{name}": value + end for name, value in given.items()}) == plain
    assert plain.webhook_secrets == ("a long secret", "the one before")


def test_an_old_secret_without_a_value_is_none_and_a_short_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, CODECHILL_WEBHOOK_SECRET_OLD="").webhook_secrets == ("a long secret",)
    with pytest.raises(ValidationError, match="8 characters or more"):
        settings(monkeypatch, CODECHILL_WEBHOOK_SECRET_OLD="short")


def test_what_is_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch)
    for secret in ("a long secret", "MIIEowIBAAKCAQEA7bq2X"):
        assert secret not in repr(found)
        assert secret not in found.model_dump_json()
    assert set(found.secrets()) == {"a long secret", KEY}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ID", "0"),
        ("APP_ID", "codechill"),
        ("WEBHOOK_SECRET", "short"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("LEASE_SECONDS", "1"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        settings(monkeypatch, **{f"CODECHILL_{name}": value})


def test_a_misspelt_setting_is_noticed() -> None:
    given = {"CODECHILL_WEBHOOK_SECERT": "x", "CODECHILL_APP_ID": "1", "CODECHILL_Q": "x", "PATH": "/bin"}
    assert misspelt(given) == (
        "unknown setting CODECHILL_Q",
        "unknown setting CODECHILL_WEBHOOK_SECERT; did you mean CODECHILL_WEBHOOK_SECRET?",
    )


def test_another_model_is_a_folder_and_nothing_said_is_the_one_that_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, CODECHILL_MODEL="/srv/model").model == Path("/srv/model")
    assert settings(monkeypatch, CODECHILL_MODEL="").model is None


def test_a_model_that_cannot_be_used_is_refused_before_anything_is_answered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"CODECHILL_MODEL: .* is no model folder: card.json is missing"):
        build(settings(monkeypatch, CODECHILL_MODEL=str(tmp_path), CODECHILL_FOLDER=str(tmp_path / "server")))


WITH_PAGES = {
    "CODECHILL_CLIENT_ID": "Iv1.abc",
    "CODECHILL_CLIENT_SECRET": "a client secret",
    "CODECHILL_PUBLIC_URL": "https://chill.example.org",
}
WITHOUT = [
    ({"CODECHILL_CLIENT_ID": ""}, "set CODECHILL_CLIENT_ID and CODECHILL_CLIENT_SECRET"),
    ({"CODECHILL_CLIENT_SECRET": ""}, "set CODECHILL_CLIENT_ID and CODECHILL_CLIENT_SECRET"),
    ({"CODECHILL_PUBLIC_URL": ""}, "has to be this server's https:// address"),
    ({"CODECHILL_PUBLIC_URL": "http://chill.example.org"}, "has to be this server's https:// address"),
    ({"CODECHILL_PUBLIC_URL": "https://example.org/chill"}, "without a path"),
]


@pytest.mark.parametrize(("change", "why"), WITHOUT)
def test_pages_are_off_until_people_can_sign_in_and_it_is_said_why(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str], why: str
) -> None:
    assert why in settings(monkeypatch, **WITH_PAGES | change).why_no_pages()
    for name in WITH_PAGES:
        monkeypatch.delenv(name)
    assert "pages are off" in settings(monkeypatch).why_no_pages()


@pytest.mark.parametrize("url", ["https://chill.example.org/", "http://127.0.0.1:8080", "http://localhost:8080"])
def test_pages_are_on_with_a_client_and_an_address_that_keeps_secrets(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    given = settings(monkeypatch, **WITH_PAGES | {"CODECHILL_PUBLIC_URL": url})
    assert given.why_no_pages() == ""
    assert "a client secret" in given.secrets()
    assert "a client secret" not in repr(given)


def test_operators_are_named_by_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, CODECHILL_OPERATORS="583231, 9919,").operator_ids == {583231, 9919}
    with pytest.raises(ValidationError, match="'octocat' is no account number"):
        settings(monkeypatch, CODECHILL_OPERATORS="octocat")
