"""The queue of differences as somebody works on it: in a real Chromium, by the keyboard alone."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from scoring.difftest.answers import Answer
from scoring.difftest.labels import Label, NoiseReason
from scoring.difftest.record import Difference
from tests.bot.web.test_differences_page import PAGE, Queue
from tests.browsers import browser, in_a_browser
from tests.fakes.line import Line
from tests.scoring.difftest.records import difference

__all__ = ["browser"]
pytestmark = in_a_browser
SIGHT = "#cards > article:not([hidden])"
WORKS = "**/differences?*"


def rows() -> list[Difference]:
    """Three that may be regressions, the largest first, and forty that are not, of which three are alike."""
    plain = [difference(f"p{n:02}", field=f"body.f{n:02}", description="a value") for n in range(37)]
    again = [difference(f"a{n}", endpoint=f"GET /again{n}", field="body.same", pattern="1 → 2") for n in range(3)]
    gone = [
        difference(f"s{n} {copy}", field=f"body.gone{n}", kind="removed") for n in range(3) for copy in range(3 - n)
    ]
    return [*gone, *plain, *again]


@dataclass
class Work:
    queue: Queue
    page: Page

    @property
    def sight(self) -> str:
        """The field of the group in sight."""
        return self.page.locator(f"{SIGHT} .field").inner_text()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def waiting(self, count: int) -> None:
        self.page.locator("[data-count=waiting]", has_text=re.compile(f"^{count}$")).wait_for()

    def kept(self) -> list[Answer]:
        self.page.get_by_text("All kept").wait_for()
        return self.queue.shelf.answers()


@pytest.fixture
def address(line: Line) -> Iterator[tuple[Queue, str]]:
    queue = Queue(line)
    queue.put(*rows())
    app = Flask("differences")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    here = f"http://127.0.0.1:{server.port}"
    app.register_blueprint(replace(queue.web.site, address=here).blueprint())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield queue, here
    server.shutdown()
    thread.join()


@pytest.fixture
def work(browser: Browser, address: tuple[Queue, str]) -> Iterator[Work]:
    queue, here = address
    opened = browser.new_context(extra_http_headers={"X-Test-Reader": "ana"})
    page = opened.new_page()
    wrong: list[Any] = []
    page.on("pageerror", lambda error: wrong.append(error))
    page.goto(here + PAGE)
    yield Work(queue, page)
    opened.close()
    assert wrong == []


def test_every_key_does_what_the_help_says(work: Work) -> None:
    assert work.sight == "body.gone0"
    work.press("Enter")  # what may be a regression is nobody's to take over
    assert (work.sight, work.page.locator("[data-key=Enter]").is_disabled()) == ("body.gone0", True)
    work.press("r", "s", "w")
    work.page.keyboard.type("not used by anybody")
    work.press("Tab", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "Enter", "n")
    said = [(each.label, each.why, each.noise_reason) for each in work.kept()]
    assert said == [
        (Label.REGRESSION, "", None), (Label.REGRESSION, "", None),
        (Label.NOISE, "not used by anybody", NoiseReason.HARMLESS),
    ]  # fmt: skip
    first = work.sight
    work.press("Space")
    assert work.sight != first
    work.press("k")
    assert work.sight == first
    work.press("Enter", "u")
    assert work.sight == first
    work.press("o")
    labels = [each.label for each in work.kept()]
    assert labels[3:] == [Label.NOISE, None, Label.REGRESSION]
    work.press("?")
    assert work.page.get_by_role("dialog").is_visible()
    work.press("Escape", "e")
    assert work.page.get_by_role("status").inner_text().startswith("Regression. GET /users/")


def test_one_more_key_answers_all_that_are_alike_and_undo_takes_all_of_them_back(work: Work) -> None:
    while not work.sight.startswith("body.same"):
        work.press("Space")
        work.page.wait_for_selector(SIGHT)
    work.press("n")
    work.page.get_by_role("button", name="2 more alike: Noise").wait_for()
    work.press("a")
    work.waiting(40)
    assert [each.label for each in work.kept()] == [Label.NOISE] * 3
    work.press("u")
    work.waiting(43)
    assert [each.label for each in work.kept()] == [Label.NOISE] * 3 + [None] * 3


def test_a_key_that_is_held_down_answers_once(work: Work) -> None:
    for _ in range(5):
        work.page.keyboard.down("n")
    work.page.keyboard.up("n")
    assert len(work.kept()) == 1


def test_answers_wait_in_the_browser_while_the_server_is_away_and_outlive_a_new_page(work: Work) -> None:
    work.page.route(WORKS, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    work.press("r", "r")
    work.page.get_by_text("your answers are kept here").wait_for()
    assert (work.sight, work.queue.shelf.answers()) == ("body.gone2", [])
    work.page.on("dialog", lambda asked: asked.accept())
    work.page.reload()
    work.page.get_by_text("your answers are kept here").wait_for()
    assert work.sight == "body.gone2"
    work.page.unroute(WORKS)
    work.page.reload()
    assert [each.label for each in work.kept()] == [Label.REGRESSION] * 2


def test_all_of_a_queue_is_answered_without_waiting_for_a_page(work: Work) -> None:
    for _ in range(43):
        work.page.wait_for_selector(SIGHT)
        work.press("n")
    work.page.get_by_text("Nothing waits for an answer.").wait_for()
    assert len({each.group for each in work.kept()}) == 43
    work.page.reload()
    assert "Everything is answered, and no regression is there" in work.page.locator("#progress").inner_text()


def test_single_keys_can_be_switched_off_and_the_buttons_still_answer(work: Work) -> None:
    work.press("?", "Space", "Escape", "n")
    assert work.sight == "body.gone0"
    button = work.page.get_by_role("button", name="n Noise")
    button.focus()
    work.press("Enter")
    assert ([each.label for each in work.kept()], work.sight) == ([Label.NOISE], "body.gone1")
    assert button.evaluate("each => each === document.activeElement")


def test_without_a_script_the_same_keys_are_a_form(browser: Browser, address: tuple[Queue, str]) -> None:
    queue, here = address
    opened = browser.new_context(extra_http_headers={"X-Test-Reader": "ana"}, java_script_enabled=False)
    page = opened.new_page()
    page.goto(here + PAGE)
    page.get_by_label("Why, for whoever looks next").fill("it crashed")
    page.get_by_role("button", name="r Regression").press("Enter")
    (answer,) = queue.shelf.answers()
    assert (answer.label, answer.why) == (Label.REGRESSION, "it crashed")
    page.get_by_role("button", name="Take it back").press("Enter")
    page.get_by_role("link", name="space Next").press("Enter")
    page.locator("#cards > article:first-child .field", has_text="body.gone1").wait_for()
    assert [each.label for each in queue.shelf.answers()] == [Label.REGRESSION, None]
    opened.close()
