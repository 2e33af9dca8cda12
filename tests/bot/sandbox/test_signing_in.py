"""Signing in on behalf of the App is as GitHub documents it, refusals included."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from sandbox_kit import ask

from bot.sandbox import Sandbox

BACK = "https://chill.example/signin/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Late:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory, keys: tuple[str, str]) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("signing-in"), Late(), keys=keys) as made:
        made.add_repository("acme/rocket")
        made.add_repository("acme/secret").roles = {}
        made.add_repository("acme/open", private=False).roles = {}
        made.callback_urls.append(BACK)
        yield made


def code(box: Sandbox, login: str = "ada", **more: str) -> dict[str, str]:
    """What the browser is sent back with."""
    asked = {"client_id": box.client[0], "redirect_uri": BACK, "state": "s", "code_challenge": CHALLENGE, "as": login}
    address = f"{box.address}/login/oauth/authorize?{urlencode(asked | more)}"
    answer = requests.get(address, allow_redirects=False, timeout=10)
    assert answer.headers["Location"].startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def buy(box: Sandbox, code: str, **more: str) -> dict[str, Any]:
    form = {"client_id": box.client[0], "client_secret": box.client[1], "code": code, "code_verifier": VERIFIER}
    answer = requests.post(f"{box.address}/login/oauth/access_token", data=form | more, timeout=10)
    assert answer.status_code == 200  # GitHub says so of what it refuses, too
    answered: dict[str, Any] = answer.json()
    return answered


def token(box: Sandbox, login: str = "ada") -> str:
    return str(buy(box, code(box, login)["code"])["access_token"])


def test_a_code_buys_a_token_once(box: Sandbox) -> None:
    came = code(box)
    assert came["state"] == "s"
    bought = buy(box, came["code"])
    assert (bought["access_token"][:4], bought["expires_in"], bought["token_type"]) == ("ghu_", 28800, "bearer")
    assert ask(box, "/user", bought["access_token"])[1]["login"] == "ada"
    assert buy(box, came["code"])["error"] == "bad_verification_code"


WRONG = [
    ({"code_verifier": "x" * 43}, "bad_verification_code"), ({"code": "0"}, "bad_verification_code"),
    ({"client_secret": "no"}, "incorrect_client_credentials"), ({"redirect_uri": "https://x"}, "redirect_uri_mismatch"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "error"), WRONG)
def test_what_is_wrong_buys_nothing(box: Sandbox, change: dict[str, str], error: str) -> None:
    assert buy(box, **{"code": code(box)["code"]} | change)["error"] == error


def test_a_code_is_good_for_ten_minutes_and_a_token_for_eight_hours(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    early, bought = code(box)["code"], token(box)
    monkeypatch.setattr(Late, "now", Late.now + timedelta(minutes=10))
    assert buy(box, early)["error"] == "bad_verification_code"
    assert ask(box, "/user", bought)[0] == 200
    monkeypatch.setattr(Late, "now", Late.now + timedelta(hours=8))
    assert ask(box, "/user", bought)[0] == 401


def test_nobody_is_sent_to_an_address_that_the_app_did_not_name(box: Sandbox) -> None:
    assert code(box, redirect_uri="https://evil.example/")["error"] == "redirect_uri_mismatch"


def test_the_page_asks_who_is_there_and_knows_no_other_app(box: Sandbox) -> None:
    asked = urlencode({"client_id": box.client[0], "redirect_uri": BACK, "state": "<b>"})
    page = requests.get(f"{box.address}/login/oauth/authorize?{asked}", timeout=10)
    assert [name in page.text for name in ("ada", "ravi", "maya", '<b>"')] == [True, True, True, False]
    assert requests.get(f"{box.address}/login/oauth/authorize?client_id=x", timeout=10).status_code == 404


def test_a_person_is_told_of_what_the_app_covers_and_they_were_given(box: Sandbox) -> None:
    mine = token(box)
    (installation,) = ask(box, "/user/installations", mine)[1]["installations"]
    assert installation["id"] == box.installation_id
    path = f"/user/installations/{installation['id']}/repositories"
    answer = ask(box, path, mine)[1]
    assert ([each["full_name"] for each in answer["repositories"]], answer["total_count"]) == (["acme/rocket"], 1)
    assert ask(box, "/user/installations/1/repositories", mine)[0] == 404
    assert ask(box, path, box.token("ada"))[0] == ask(box, "/user/installations", box.token("ada"))[0] == 403


def test_a_token_for_a_person_may_what_both_may(box: Sandbox) -> None:
    mine = token(box)
    assert ask(box, "/repos/acme/rocket/branches", mine)[0] == 200
    assert ask(box, "/repos/acme/secret/branches", mine)[0] == 404
    issues = "/repos/acme/rocket/issues"  # the App may only read them
    assert ask(box, issues, mine, "POST", {"title": "x"})[0] == 403
    assert ask(box, issues, box.token("ada"), "POST", {"title": "x"})[0] == 201
