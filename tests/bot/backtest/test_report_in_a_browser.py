"""The report as it is looked at: in a real Chromium, on a desk and on a phone, by day and by night."""

from pathlib import Path

import pytest
from backtest_world import Ran
from playwright.sync_api import Browser

from tests.browsers import browser, in_a_browser

__all__ = ["browser"]
pytestmark = in_a_browser
TOO_WIDE = "[...document.querySelectorAll('.wide')].filter(each => each.scrollWidth > each.clientWidth).length"


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
