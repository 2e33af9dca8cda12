"""Who signs in is who the forge says, sees what the forge lets them read, and for no longer than it does."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import structlog

from bot.forge.github.people import GitHubPeople
from bot.forge.port import ForgeError, Unbelieved
from bot.process.logs import configure
from bot.sandbox import Sandbox
from bot.store import Store
from bot.web.seal import Seal, digest
from bot.web.signin import local
from tests.bot.web.signin_world import HERE, Doorway, query
from tests.fakes.clock import Clock
from tests.fakes.line import FRIDAY


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Clock]]:
    """acme/open, which all three may read, and acme/secret-plans, which only maya may."""
    clock = Clock(FRIDAY)
    with Sandbox(tmp_path_factory.mktemp("forge"), clock) as box:
        box.add_repository("acme/open")
        box.add_repository("acme/secret-plans").roles = {box.release_manager: "read"}
        yield box, clock


@pytest.fixture
def here(forge: tuple[Sandbox, Clock], anew: Callable[[], Store]) -> Iterator[Doorway]:
    box, clock = forge
    place = Doorway(box, anew(), clock)
    place.know("acme/open", "acme/secret-plans")
    yield place
    box.world.repository("acme/secret-plans").roles = {box.release_manager: "read"}
    box.world.user_tokens.clear()
    box.unsuspend()


def names(here: Doorway, login: str) -> list[str]:
    """Repositories whose names that person is shown."""
    browser = here.browser()
    browser.sign_in(login)
    text = browser.get("/now").get_data(as_text=True)
    return [name for name in ("acme/open", "acme/secret-plans") if name in text]


def test_whoever_signs_in_sees_what_they_may_read_on_the_forge_and_no_more(here: Doorway) -> None:
    assert [names(here, login) for login in ("ada", "maya")] == [["acme/open"], ["acme/open", "acme/secret-plans"]]


def test_signing_in_leads_back_to_where_one_wanted_to_go(here: Doorway) -> None:
    browser = here.browser()
    refused = browser.get("/now?path=api")
    assert refused.status_code == 401
    assert "/signin?to=/now%3Fpath%3Dapi" in refused.get_data(as_text=True)
    answer = browser.sign_in("ada", "/now%3Fpath%3Dapi")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/now?path=api")


def test_the_forge_is_asked_with_a_state_a_challenge_and_our_own_address(here: Doorway) -> None:
    asked = query(here.browser().begin())
    assert (asked["redirect_uri"], asked["code_challenge_method"]) == (f"{HERE}/signin/callback", "S256")
    assert (len(asked["state"]), len(asked["code_challenge"])) == (43, 43)
    assert asked["state"] != query(here.browser().begin())["state"]


def test_the_cookie_is_for_this_host_no_script_and_no_other_site(here: Doorway) -> None:
    browser = here.browser()
    set_cookie = browser.sign_in("ada").headers.getlist("Set-Cookie")
    (kept,) = [line for line in set_cookie if line.startswith("__Host-codechill=")]
    assert all(part in kept for part in ("; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/", "Max-Age=28800"))
    assert "Domain" not in kept


class TestForged:
    def test_a_cookie_that_this_server_did_not_sign_is_none(self, here: Doorway) -> None:
        browser = here.browser()
        browser.sign_in("ada")
        good = browser.cookie().value
        name, _, mark = good.rpartition(".")
        for bad in (
            name,
            f"{name}.",
            f"{name}.{mark[:-2]}AA",
            f"x{name}.{mark}",
            Seal.of("other").signed("session", name),
        ):
            browser.put(bad)
            assert browser.get("/now").status_code == 401, bad
        browser.put(good)
        assert browser.get("/now").status_code == 200

    def test_a_signed_name_of_no_session_is_nobody(self, here: Doorway) -> None:
        browser = here.browser()
        browser.put(here.readers.seal.signed("session", "made-up"))
        assert browser.get("/now").status_code == 401

    def test_what_was_signed_for_another_purpose_is_no_session(self, here: Doorway) -> None:
        browser = here.browser()
        browser.begin()
        begun = browser.cookie("__Host-codechill-begun").value
        browser.put(begun)
        assert browser.get("/now").status_code == 401


AWAY = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\n/evil.example", "now")


class TestTheWayBack:
    def test_an_answer_is_taken_once(self, here: Doorway) -> None:
        browser = here.browser()
        began = browser.begin()
        cookie = browser.cookie("__Host-codechill-begun").value
        back = browser.authorized(began, "ada")
        assert browser.get(back).status_code == 303
        browser.put(cookie, "__Host-codechill-begun")
        again = browser.get(back)
        assert (again.status_code, "used already" in again.get_data(as_text=True)) == (400, True)

    def test_another_browser_cannot_finish_what_this_one_began(self, here: Doorway) -> None:
        """Or somebody could be signed in as the attacker, and do there what they think they do as themselves."""
        mine, theirs = here.browser(), here.browser()
        back = mine.authorized(mine.begin(), "ada")
        assert theirs.get(back).status_code == 400
        theirs.begin()
        assert theirs.get(back).status_code == 400
        assert theirs.get("/now").status_code == 401

    def test_ten_minutes_later_it_is_too_late(self, here: Doorway) -> None:
        browser = here.browser()
        back = browser.authorized(browser.begin(), "ada")
        here.clock.now += timedelta(minutes=10)
        assert browser.get(back).status_code == 400

    @pytest.mark.parametrize("change", ["code=0000", "error=access_denied"])
    def test_what_the_forge_did_not_give_signs_nobody_in(self, here: Doorway, change: str) -> None:
        browser = here.browser()
        state = query(browser.begin())["state"]
        answer = browser.get(f"/signin/callback?state={state}&{change}")
        assert answer.status_code == 403
        assert browser.cookie() is None

    def test_a_code_is_worth_nothing_without_the_verifier(self, here: Doorway) -> None:
        browser = here.browser()
        code = query(browser.authorized(browser.begin(), "ada"))["code"]
        with pytest.raises(Unbelieved):
            here.forge.exchange(code, "x" * 43, f"{HERE}/signin/callback")

    def test_the_forge_sends_nobody_to_another_address(self, here: Doorway) -> None:
        elsewhere = here.browser().begin().replace("chill.example", "evil.example")
        answer = requests.get(f"{elsewhere}&as=ada", allow_redirects=False, timeout=10)
        assert answer.headers["Location"].startswith(f"{here.box.callback_urls[0]}?error=redirect_uri_mismatch")

    @pytest.mark.parametrize("to", [*AWAY, "/" + "a" * 2000])
    def test_nobody_is_led_away_afterwards(self, to: str) -> None:
        assert local(to) == "/now"
        assert local("/r/acme/shop/pulls/1?x=y") == "/r/acme/shop/pulls/1?x=y"


class TestItsEnd:
    def test_a_session_ends_by_itself(self, here: Doorway) -> None:
        browser = here.browser()
        browser.sign_in("ada")
        here.clock.now += timedelta(hours=8)
        assert browser.get("/now").status_code == 401

    def test_signing_out_ends_it_on_the_server_too(self, here: Doorway) -> None:
        browser = here.browser()
        browser.sign_in("ada")
        kept = browser.cookie().value
        assert browser.post("/signout", mark=browser.mark()).status_code == 303
        assert browser.cookie() is None
        browser.put(kept)
        assert browser.get("/now").status_code == 401

    def test_access_that_is_taken_away_ends_within_minutes(self, here: Doorway) -> None:
        browser = here.browser()
        browser.sign_in("maya")
        assert "secret-plans" in browser.get("/now").get_data(as_text=True)
        here.box.world.repository("acme/secret-plans").roles = {}
        here.clock.now += timedelta(minutes=5)
        assert "secret-plans" not in browser.get("/now").get_data(as_text=True)

    def test_a_token_that_was_taken_back_ends_the_session(self, here: Doorway) -> None:
        browser = here.browser()
        browser.sign_in("ada")
        here.box.world.user_tokens.clear()
        here.clock.now += timedelta(minutes=5)
        assert browser.get("/now").status_code == 401
        assert here.store.sessions.get(digest(browser.cookie().value.rpartition(".")[0]), here.clock.now) is None

    def test_while_the_forge_is_silent_nothing_is_shown(self, here: Doorway) -> None:
        browser = here.browser()
        browser.sign_in("ada")
        here.clock.now += timedelta(minutes=5)
        here.box.suspend()
        answer = browser.get("/now")
        assert (answer.status_code, "acme" in answer.get_data(as_text=True)) == (503, False)
        here.box.unsuspend()
        assert browser.get("/now").status_code == 200

    def test_the_forge_is_asked_once_in_that_time(self, here: Doorway) -> None:
        browser = here.browser()
        browser.sign_in("ada")
        before = here.clock.now
        browser.get("/now")
        here.box.suspend()
        here.clock.now = before + timedelta(minutes=4, seconds=59)
        assert browser.get("/now").status_code == 200


class TestForms:
    def test_a_form_of_another_site_or_reader_is_not_taken(self, here: Doorway) -> None:
        mine, theirs = here.browser(), here.browser()
        mine.sign_in("ada")
        theirs.sign_in("ravi")
        mark, other = mine.mark(), theirs.mark()
        assert mark != other
        for origin, given in (("https://evil.example", mark), ("", mark), ("null", mark), (HERE, other), (HERE, "")):
            assert mine.post("/signout", origin, mark=given).status_code == 403
        assert mine.get("/now").status_code == 200


def test_no_token_is_kept_readable_logged_or_shown(here: Doorway, tmp_path: Path) -> None:
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    browser = here.browser()
    with (tmp_path / "log").open("w") as file:
        configure("debug", "json", (), file)
        answer = browser.sign_in("ada")
        browser.get("/now")
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**configured)
    (token,) = here.box.world.user_tokens
    name = browser.cookie().value.rpartition(".")[0]
    session = here.store.sessions.get(digest(name), here.clock.now)
    assert session is not None
    for place in (
        (tmp_path / "log").read_text(),
        str(answer.headers),
        str(session),
        session.token,
        browser.cookie().value,
    ):
        assert token not in place
    assert token not in repr(here.forge.exchange) + repr(session)
    log = (tmp_path / "log").read_text()
    assert "signin" in log
    assert name not in log
    assert here.readers.seal.show("token", session.token) == token
    assert Seal.of("another server").show("token", session.token) is None


def test_a_forge_that_cannot_be_reached_is_an_error_and_no_answer() -> None:
    nobody = GitHubPeople("a", "b", "http://127.0.0.1:9/api/v3", timeout=1)
    with pytest.raises(ForgeError):
        nobody.reach("ghu_x")
    assert "client_secret" not in repr(nobody)
