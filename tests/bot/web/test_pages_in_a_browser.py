"""Every page as people meet it: signed in for real, in a real Chromium, from a phone to a desk, by day and by night.

SCREENSHOTS=folder keeps a picture of each.
"""

import gzip
import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page

from bot.demo.stage import Stage
from bot.store.tables import jobs
from bot.web.pages import PAGES
from tests.bot.conftest import Place, settled
from tests.bot.web.test_auto_review_shown import filled as filled_with_landings
from tests.bot.web.test_differences_page import handed_in
from tests.bot.web.test_model_page import filled
from tests.browsers import browser, in_a_browser
from tests.scoring.difftest.records import releases

__all__ = ["browser"]
pytestmark = in_a_browser
AXE = gzip.decompress((Path(__file__).parent / "axe" / "axe.min.js.gz").read_bytes()).decode()
SERIOUS = ("serious", "critical")
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
SOON = "  - {name: Holiday season, level: yellow, from: 2031-12-20, to: 2032-01-04, reason: Few are on call}\n"


@dataclass
class Town:
    """A repository with something on every page, and an address of each."""

    place: Place
    asking: int
    held: int
    free: int

    def address(self, path: str) -> str:
        owner, _, name = self.place.name.partition("/")
        filled = path.replace("<owner>", owner).replace("<repo>", name).replace("<int:number>", str(self.asking))
        return self.place.stage.address + filled


@pytest.fixture(scope="module")
def town(running: Stage, shop: Path) -> Town:
    place = settled(running, "acme/checkout", shop)
    place.window("red")
    people = running.sandbox
    asking = place.open(place.large(), "Move billing to the new ledger")
    held = place.open(place.change("api/session.py", b"def session():\n    return None\n" * 40), "Shorten sessions")
    free = place.open(place.change("docs/guide.md", b"# Guide\n\nHow to pay.\n"), "Say how to pay")
    people.merge(place.name, free, people.reviewer)
    place.settle()
    place.say(asking, people.author, "/chill justify launch_with_rollback The launch is tonight, and the flag is off.")
    store = place.stage.app.store
    (home,) = (one for one in store.repositories.all() if one.full_name == place.name)
    filled(store, home.id, datetime.now(UTC))
    filled_with_landings(store, home, asking, free, datetime.now(UTC))
    handed_in(store, home.id, releases(2), datetime.now(UTC))
    return Town(place, asking, held, free)


def context(browser: Browser, width: int = 1280, scheme: str = "light") -> BrowserContext:
    return browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]


def sign_in(page: Page, town: Town, login: str) -> None:
    """By the pages' own way, from the first page to the forge and back."""
    page.goto(town.address("/now"))
    page.get_by_role("link", name="Sign in with GitHub").click()
    page.get_by_role("link", name=f"Continue as {login}").click()
    page.wait_for_url(re.compile(r"/now$"))


@pytest.fixture(scope="module")
def signed_in(browser: Browser, town: Town) -> dict[str, Any]:
    """The cookies of a release manager who operates the server."""
    opened = context(browser)
    page = opened.new_page()
    sign_in(page, town, town.place.stage.sandbox.release_manager)
    kept: Any = opened.storage_state()
    opened.close()
    return kept


# the first two show each width and each scheme once; all of them are for whoever looks at pictures
SCREENS = ((1280, "light"), (390, "dark"), (1280, "dark"), (390, "light"))


@pytest.mark.parametrize("page_row", PAGES, ids=lambda row: row.name)
def test_every_page_fits_is_read_by_everybody_and_asks_nobody_else(
    browser: Browser, town: Town, signed_in: dict[str, Any], page_row: Any
) -> None:
    for width, scheme in SCREENS if os.environ.get("SCREENSHOTS") else SCREENS[:2]:
        opened = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            storage_state=signed_in,  # type: ignore[arg-type]
        )
        page = opened.new_page()
        asked: list[str] = []
        wrong: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("console", lambda said, wrong=wrong: wrong.append(said.text) if said.type == "error" else None)
        answer = page.goto(town.address(page_row.path))
        assert answer is not None
        assert answer.status == 200
        page.wait_for_load_state("networkidle")
        where = f"{page_row.name} at {width}, {scheme}"
        _picture(page, f"{page_row.name}-{width}-{scheme}")
        assert [url for url in asked if not url.startswith(town.place.stage.address)] == [], where
        assert wrong == [], where  # what the policy of the page forbids is an error there
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert not page.evaluate(TOO_WIDE), where
        assert _broken(page) == [], where
        opened.close()


def _broken(page: Page) -> list[str]:
    """What axe finds that keeps somebody out."""
    page.evaluate(AXE)
    results = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for one in results["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"][:3]
    ]


def _picture(page: Page, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_who_is_not_signed_in_is_led_back_to_where_they_wanted_to_go(browser: Browser, town: Town) -> None:
    opened = context(browser, 390)
    page = opened.new_page()
    page.goto(town.address("/r/<owner>/<repo>/pulls/<int:number>"))
    assert _broken(page) == []
    _picture(page, "signin-390-light")
    page.get_by_role("link", name="Sign in with GitHub").click()
    page.get_by_role("link", name="Continue as ada").click()
    page.wait_for_url(re.compile(rf"/pulls/{town.asking}$"))
    assert page.get_by_role("heading", level=1).inner_text() == "Move billing to the new ledger"
    page.get_by_role("button", name="Sign out").click()
    page.goto(town.address("/now"))
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in to see this page"
    opened.close()


def test_a_release_manager_reads_filters_and_approves_with_the_keyboard_alone(browser: Browser, town: Town) -> None:
    opened = context(browser)
    page = opened.new_page()
    sign_in(page, town, "maya")
    row = page.locator(".row", has_text="Move billing to the new ledger")
    assert "The launch is tonight" in row.inner_text()  # the repository is private

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"

    _tab_to(page, "[name=path]")
    page.keyboard.type("docs/")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("path=docs"))
    assert page.locator(".row").count() == 0
    page.goto(town.address("/now"))

    _tab_to(page, "summary")
    page.keyboard.press("Enter")
    _tab_to(page, "button[value=approve]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("answered="))
    assert "Your answer to acme/checkout" in page.get_by_role("status").inner_text()
    town.place.settle()
    assert town.place.check(town.asking).conclusion == "success"
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # looks at once, as it does every 20 s
    page.locator(".row", has_text="Move billing").wait_for(state="detached")
    opened.close()


def test_an_operator_lets_a_job_that_was_given_up_run_again_with_the_keyboard_alone(
    browser: Browser, town: Town, signed_in: dict[str, Any]
) -> None:
    store = town.place.stage.app.store
    dead = {"kind": "prune", "payload": "{}", "key": "clock/prune", "priority": 0, "state": "dead", "attempts": 8}
    with store.write() as connection:
        connection.execute(sa.insert(jobs).values(**dead, run_at=datetime.now(UTC), error="OSError: no space left"))
    opened = browser.new_context(storage_state=signed_in)  # type: ignore[arg-type]
    page = opened.new_page()
    page.goto(town.address("/operator"))
    assert "OSError: no space left" in page.locator(".jobs").inner_text()
    _tab_to(page, "[name=reason]")
    page.keyboard.press("Enter")  # without a reason the browser itself sends nothing
    page.keyboard.type("There is space again")
    _tab_to(page, "button[value=retry]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#dead$"))
    assert page.locator(".jobs").count() == 0
    (record,) = store.audit.records(kind="job retried")
    facts = json.loads(record.body)
    assert (facts["by"]["login"], facts["reason"]) == (town.place.stage.sandbox.release_manager, "There is space again")
    opened.close()


def _tab_to(page: Page, selector: str, most: int = 60) -> None:
    """By the Tab key only; what has the focus can be seen to have it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert width == "2px", selector
            return
    raise AssertionError(f"{selector} cannot be reached with the keyboard")


def test_a_calendar_program_reads_at_the_address_that_a_person_makes_until_it_is_taken_back(
    browser: Browser, town: Town, signed_in: dict[str, Any]
) -> None:
    opened = browser.new_context(storage_state=signed_in)  # type: ignore[arg-type]
    page = opened.new_page()
    page.goto(town.address("/r/<owner>/<repo>/calendar"))
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Address for").input_value()
    answer = requests.get(address, timeout=10)  # by a program that is not signed in
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/calendar")
    assert "BEGIN:VEVENT" in answer.text
    page.get_by_role("link", name="Back to the calendar").click()
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("button", name="Make an address").wait_for()
    assert requests.get(address, timeout=10).status_code == 404
    opened.close()
