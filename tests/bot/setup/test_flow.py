import html
import json
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask, redirect
from flask.testing import FlaskClient
from github_pages import CLIENT_SECRET, PEM, WEBHOOK_SECRET, Pages, app_of, serving
from werkzeug.test import TestResponse

from bot.forge.github.hosts import host
from bot.setup.convert import ConversionFailed, convert
from bot.setup.flow import Flow, Plan, create_app
from bot.setup.keep import keep
from bot.setup.manifest import read

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Desk:
    """The page here, GitHub's pages there, and the person who goes from one to the other."""

    def __init__(self, folder: Path, github: str, pages: Pages, organisation: str | None = None) -> None:
        self.clock, self.pages, self.folder = Clock(), pages, folder
        there = host(github)
        plan = Plan(read(), there, "http://127.0.0.1:1/callback", organisation, "https://c.example/webhook")
        self.flow = Flow(plan, lambda code: convert(there.api, code), self._keep, self.clock)
        self.browser: FlaskClient = create_app(self.flow).test_client()
        self.github = app_of(pages).test_client()

    def _keep(self, made: object) -> tuple[Path, Path]:
        return keep(made, self.folder, api=self.flow.plan.host.api)  # type: ignore[arg-type]

    def open(self, path: str, **headers: str) -> TestResponse:
        return self.browser.get(path, base_url="http://127.0.0.1:1", headers=headers)

    def press(self) -> str:
        """Send the form as a browser would; returns the address that GitHub leads back to."""
        page = self.open(self.flow.path).text
        action = urlsplit(html.unescape(re.findall(r'action="([^"]+)"', page)[0]))
        manifest = html.unescape(re.findall(r'name="manifest" value="([^"]+)"', page)[0])
        answer = self.github.post(f"{action.path}?{action.query}", data={"manifest": manifest})
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def desk(tmp_path: Path, pages: Pages):  # type: ignore[no-untyped-def]
    with serving(app_of(pages)) as address:
        yield Desk(tmp_path / "c", address, pages, "acme")


def test_three_steps_leave_the_credentials_on_this_machine(desk: Desk) -> None:
    back = desk.press()
    answer = desk.open(back)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{desk.flow.path}/done")
    with desk.open(answer.headers["Location"]) as done:
        assert "codechill exists" in done.text
        assert "/github-apps/codechill/installations/new" in done.text
    env = (desk.folder / "codechill.env").read_text()
    assert "CODECHILL_APP_ID=4711" in env
    assert f"CODECHILL_WEBHOOK_SECRET={WEBHOOK_SECRET}" in env
    assert (desk.folder / "key.pem").read_text() == PEM
    assert desk.flow.finished.is_set()
    assert desk.pages.owners == ["acme"]


def test_what_github_is_asked_for_is_the_manifest_in_full(desk: Desk) -> None:
    desk.press()
    (asked,) = desk.pages.made.values()
    assert asked == read().as_github_wants(
        redirect_url="http://127.0.0.1:1/callback", webhook_url="https://c.example/webhook"
    )


def test_no_page_shows_a_secret(desk: Desk) -> None:
    begin, back = desk.open(desk.flow.path).text, desk.press()
    seen = [begin, desk.open(back).text, desk.open(f"{desk.flow.path}/done").text, desk.open(back).text]
    assert not [s for s in (WEBHOOK_SECRET, CLIENT_SECRET, "secretkeymaterial") if s in "".join(seen)]


def test_an_answer_with_another_state_is_refused_and_the_right_one_still_works(desk: Desk) -> None:
    back = desk.press()
    for forged in (re.sub("state=.*", "state=guess", back), re.sub("&state=.*", "", back), "/callback"):
        assert desk.open(forged).status_code == 403
    assert not desk.folder.exists()
    assert desk.open(back).status_code == 303


def test_the_page_serves_once(desk: Desk) -> None:
    back = desk.press()
    assert desk.open(back).status_code == 303
    again = desk.open(back)
    assert again.status_code == 403
    assert "made already" in again.text


def test_after_an_hour_the_page_says_so(desk: Desk) -> None:
    back = desk.press()
    desk.clock.now += timedelta(hours=1, seconds=1)
    assert "one hour" in desk.open(back).text


def test_a_code_that_github_does_not_know_is_told_calmly(desk: Desk) -> None:
    back = desk.press()
    desk.pages.made.clear()
    assert "used already" in desk.open(back).text
    assert not (desk.folder / "codechill.env").exists()


@pytest.mark.parametrize("code", ["../../app", "a%2Fb", "a%0Ab", "", "x" * 201])
def test_a_code_cannot_lead_to_another_address(desk: Desk, code: str) -> None:
    answer = desk.open(f"/callback?code={code}&state={desk.flow.state}")
    assert (answer.status_code, "GitHub sent no code" in answer.text) == (403, True)


def test_a_server_error_leaves_the_page_usable(desk: Desk) -> None:
    back = desk.press()
    desk.pages.fault = 500
    assert "GitHub answered 500" in desk.open(back).text
    desk.pages.fault = 0
    assert desk.open(back).status_code == 303


def test_an_unreachable_github_is_told_without_the_code() -> None:
    with pytest.raises(ConversionFailed) as caught:
        convert("http://127.0.0.1:9/api/v3", "verysecretcode")
    assert "could not be reached" in str(caught.value)
    assert "verysecretcode" not in str(caught.value)


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:1"])
def test_another_name_for_this_machine_does_not_reach_the_pages(desk: Desk, name: str) -> None:
    assert desk.browser.get(desk.flow.path, base_url=f"http://{name}").status_code == 421


def test_the_page_is_not_at_an_address_that_others_here_can_guess(desk: Desk) -> None:
    assert [desk.open(path).status_code for path in ("/", "/begin", "/done")] == [404, 404, 404]
    assert len(desk.flow.key) >= 40


def test_pages_may_load_nothing_and_are_not_kept(desk: Desk) -> None:
    headers = desk.open(desk.flow.path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert desk.open("/callback").headers["Referrer-Policy"] == "no-referrer"


def test_hostile_words_in_a_manifest_stay_words(tmp_path: Path, pages: Pages) -> None:
    told = read()
    evil = replace(told, name='"><script>', reasons=dict.fromkeys(told.reasons, "<img src=x>"))
    flow = Flow(Plan(evil, host("github.com"), "http://127.0.0.1:1/callback"), dict, lambda made: None, Clock())  # type: ignore[arg-type, return-value]
    page = create_app(flow).test_client().get(flow.path, base_url="http://127.0.0.1:1").text
    assert "<script>" not in page
    assert "<img" not in page
    value = html.unescape(re.findall(r'name="manifest" value="([^"]+)"', page)[0])
    assert json.loads(value)["name"] == '"><script>'


def test_at_level_debug_no_secret_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert desk.open(desk.press()).status_code == 303
    assert not [s for s in (WEBHOOK_SECRET, CLIENT_SECRET, "secretkeymaterial") if s in caplog.text]


def test_a_redirect_does_not_take_the_code_elsewhere() -> None:
    seen: list[str] = []
    app = Flask(__name__)
    app.add_url_rule("/elsewhere", "elsewhere", lambda: seen.append("elsewhere") or "{}", methods=["GET", "POST"])
    rule = "/api/v3/app-manifests/<code>/conversions"
    app.add_url_rule(rule, "convert", lambda code: redirect("/elsewhere", 307), methods=["POST"])
    with serving(app) as address, pytest.raises(ConversionFailed, match="307"):
        convert(f"{address}/api/v3", "code")
    assert seen == []


@pytest.mark.parametrize("body", ["not json", "", "[]", "null", '{"id": 1}'])
def test_an_answer_that_is_none_is_told(desk: Desk, body: str) -> None:
    app = Flask(__name__)
    rule = "/api/v3/app-manifests/<code>/conversions"
    app.add_url_rule(rule, "convert", lambda code: (body, 201), methods=["POST"])
    with serving(app) as address:
        desk.flow.convert = lambda code: convert(f"{address}/api/v3", code)
        assert desk.open(desk.press()).status_code == 403
    assert not (desk.folder / "codechill.env").exists()
