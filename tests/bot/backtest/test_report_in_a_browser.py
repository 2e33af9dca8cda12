"""The report as it is looked at: in a real Chromium, on a desk and on a phone, by day and by night."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from backtest_world import Ran
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]
OFFLINE = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
TOO_WIDE = "[...document.querySelectorAll('.wide')].filter(each => each.scrollWidth > each.clientWidth).length"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=OFFLINE)
        yield started
        started.close()


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_follows_the_light_and_asks_nobody(
    browser: Browser, ran: Ran, tmp_path: Path, size: tuple[int, int], scheme: str
) -> None:
    file = tmp_path / "report.html"
    file.write_text(ran.html, "utf-8")
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)  # type: ignore[arg-type]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert asked == [file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(TOO_WIDE) == 0
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(247, 247, 245)", "dark": "rgb(20, 23, 27)"}[scheme]
    # the answer is on the first screen
    assert page.locator(".answer").bounding_box()["y"] < size[1] / 2  # type: ignore[index]
    page.close()
