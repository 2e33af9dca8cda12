"""What is true of every page follows from the table, for one that is added in memory too."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from bot.store import Store
from bot.web.page import Asked, NotThere, Page
from bot.web.pages import PAGES
from bot.web.site import ASSETS, HEADERS, navigation
from tests.bot.web.web_world import Web
from tests.fakes.line import Line


@dataclass(frozen=True)
class Greeting:
    words: str


def _read(store: Store, asked: Asked, now: datetime) -> str:
    if asked.query.get("missing"):
        raise NotThere
    return asked.repository.full_name if asked.repository else asked.reader.login


def _view(name: str, asked: Asked, now: datetime) -> Greeting:
    return Greeting(f"hello {name}")


def greeting(who: str = "anybody", path: str = "/greeting") -> Page:
    return Page("now", path, "Greeting", who, _read, _view, nav="Greetings")  # type: ignore[arg-type]


def address(page: Page, web: Web) -> str:
    """Of a pull request that was looked at, in the repository that ana reads."""
    owner, _, name = web.line.home.full_name.partition("/")
    filled = page.path.replace("<owner>", owner).replace("<repo>", name)
    return re.sub(r"<int:number>", "1", filled)


@pytest.fixture
def full(web: Web) -> Web:
    """Something to show: one that waits for an answer, one that is let through, one with a hostile title."""
    asking = web.line.held()
    web.line.say(asking, "ana", "/chill justify launch_with_rollback The launch is tonight")
    web.line.seen(0.2, login="ben")
    hostile = web.line.open(0.98)
    hostile.title = "</title><script>alert(1)</script>\u202e{{ 7 * 7 }}"
    web.line.look(hostile)
    return web


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
class TestEveryPage:
    def test_is_seen_by_nobody_who_did_not_sign_in(self, page: Page, full: Web) -> None:
        answer = full.get(address(page, full), reader=None)
        assert answer.status_code == 401
        link = f'/signin?to={address(page, full)}"'  # back to where one wanted to go, whether it is there or not
        assert "acme" not in answer.get_data(as_text=True).replace(link, "")

    def test_says_the_same_where_one_may_not_read_and_where_nothing_is(self, page: Page, full: Web) -> None:
        if page.who == "anybody":
            assert full.line.home.full_name not in full.text(address(page, full), "eve")
            return
        denied = full.get(address(page, full), "eve")
        missing = full.get(address(page, full).replace("shop", "nothing"), "eve")
        assert denied.status_code == missing.status_code == 404
        assert denied.get_data() == missing.get_data()

    def test_is_a_document_with_a_title_landmarks_and_one_heading(self, page: Page, full: Web) -> None:
        text = full.text(address(page, full))
        title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
        assert title is not None
        assert title[1].strip().endswith("· codechill")
        assert [text.count(f"<{tag}") for tag in ("html lang", "main", "h1", "footer")] == [1, 1, 1, 1]
        assert text.count("<header class=") == 1
        assert 'href="#main"' in text

    def test_runs_nothing_from_outside_and_names_no_other_host(self, page: Page, full: Web) -> None:
        answer = full.get(address(page, full))
        text = answer.get_data(as_text=True)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "unsafe" not in HEADERS["Content-Security-Policy"]
        assert re.findall(r"<script(?! src=\"/web/)", text) == re.findall(r"<style| style=| on\w+=", text) == []
        assert re.findall(r"(?:src|href)=\"(?:https?:)?//(?!forge\.example/)[^\"]*", text) == []
        assert "\u202e" not in text

    def test_is_not_sent_again_when_nothing_changed(self, page: Page, full: Web) -> None:
        first = full.get(address(page, full))
        again = full.get(address(page, full), **{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.get_data()) == (304, b"")


def test_a_page_that_is_added_is_found_in_the_navigation_and_served(line: Line) -> None:
    web = Web(line, (*PAGES, Page("hello", "/hello", "Hello", "anybody", _read, _view, nav="Greetings")))
    assert 'href="/hello"' in web.text("/now")
    assert ">Greetings<" in web.text("/now")


def test_pages_of_a_repository_are_linked_on_its_own_pages_only(line: Line) -> None:
    pages = (Page("one", "/r/<owner>/<repo>/one", "One", "readers", _read, _view, nav="One"),)
    reader = Web(line, ()).people.readers["ana"]
    assert navigation(pages, reader, None) == ()
    assert [one.address for one in navigation(pages, reader, reader.repositories[0])] == ["/r/acme/shop/one"]


def test_pages_of_operators_are_seen_by_operators_only(line: Line) -> None:
    web = Web(line, (greeting("operators"),))
    web.reads("ben", "acme/shop")
    assert web.get("/greeting", "ben").status_code == 404
    reader = web.people.readers["ben"]
    assert navigation((greeting("operators"),), reader, None) == ()


def test_what_a_page_does_not_find_is_not_there(line: Line) -> None:
    web = Web(line, (greeting(),))
    assert web.get("/greeting?missing=1").status_code == 404


def test_what_pages_are_made_with_is_kept_for_a_year_and_served_by_its_content(full: Web) -> None:
    served = {
        path for page in PAGES for path in re.findall(r"/web/[0-9a-f]{16}/[\w.]+", full.text(address(page, full)))
    }
    assert {path.rsplit("/", 1)[1] for path in served} == set(ASSETS)
    for path in served:
        answer = full.get(path, reader=None)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
        assert full.get(path.replace("/web/", "/web/0"), reader=None).status_code == 404


def test_the_navigation_marks_the_page_that_one_is_on(web: Web) -> None:
    assert re.search(r'href="/now" aria-current="page"', web.text("/now"))


def test_without_somebody_who_says_who_reads_there_are_no_pages() -> None:
    assert Flask("none").test_client().get("/now").status_code == 404


def test_every_page_has_its_section_in_the_documentation() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "pages.md").read_text("utf-8")
    assert [page.path for page in PAGES if f"`{page.path}`" not in text] == []


@pytest.mark.parametrize("number", ["0", "1000000000", "9" * 19, "9" * 30, "9" * 5000])
def test_a_number_that_no_pull_request_has_is_not_there(web: Web, number: str) -> None:
    assert web.get(f"/r/acme/shop/pulls/{number}").status_code == 404
