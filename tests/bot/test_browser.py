"""What people see and press, in a real Chromium. It needs the machine's own browser; `.ci/run` installs one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.bot.conftest import Place
from tests.browsers import browser, in_a_browser

__all__ = ["browser"]
pytestmark = in_a_browser


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = request.param
    opened = browser.new_page(viewport={"width": width, "height": height})
    yield opened
    opened.close()


def test_a_held_change_shows_its_card_and_lands_after_a_manager_approved(place: Place, page: Page) -> None:
    people = place.stage.sandbox
    place.window("red")
    number = place.open(place.large(), "Rework <b>billing</b>")
    address = f"{people.address}/{place.name}/pull/{number}"

    page.goto(f"{address}?as={people.author}")
    assert page.locator("h1").inner_text().startswith("Rework <b>billing</b>")
    assert "Held until further notice" in page.locator(".prose h3").first.inner_text()
    card = page.locator(".prose", has_text="Held until further notice")
    assert "Why it looks risky" in card.inner_text()
    assert card.locator("ul").first.locator("li").count() >= 1
    assert page.get_by_role("button", name="Merge pull request").is_disabled()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    _say(place, page, "/chill justify launch_with_rollback The launch is tonight.")
    page.goto(f"{address}?as={people.release_manager}")
    _say(place, page, "/chill approve")

    page.goto(f"{address}?as={people.author}")
    assert "Exception approved" in page.locator(".prose h3").first.inner_text()
    page.get_by_role("button", name="Merge pull request").click()
    assert "Merged" in page.get_by_label("Merge").inner_text()


def test_a_hostile_description_runs_nothing_and_asks_no_other_host(place: Place, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    body = "<script>document.title='owned'</script><img src=https://elsewhere.example/x onerror=alert(1)> @everyone"
    number = place.open(place.change("docs/x.md", b"x\n"), "`</title><script>", body=body)
    page.goto(f"{place.stage.sandbox.address}/{place.name}/pull/{number}")
    assert "owned" not in page.title()
    assert [url for url in asked if not url.startswith(place.stage.sandbox.address)] == []


BROKEN = """
box => {
  const broken = [], walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    for (const word of node.data.matchAll(/[^\\s/–-]+[/–-]*/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(rect => Math.round(rect.top))).size > 1) broken.push(word[0]);
    }
  }
  return broken;
}
"""


def test_a_card_on_a_phone_scrolls_to_no_side_and_breaks_no_word(place: Place, browser: Browser) -> None:
    place.window("red")
    deep = "services/payments/settlement/adapters/clearing_house/reconciliation_worker.py"
    many = "".join(f"\ndef more_{n}(a):\n    if a > {n}:\n        return {n}\n" for n in range(90))
    number = place.open(place.change(deep, many.encode()), "Rework billing")
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{place.stage.sandbox.address}/{place.name}/pull/{number}")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    cards = page.locator(".prose", has_text="Why it looks risky").all()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert [card.evaluate("box => box.scrollWidth <= box.clientWidth") for card in cards] == [True] * len(cards) != []
    assert [card.evaluate(BROKEN) for card in cards] == [[]] * len(cards)
    assert all("in …/reconciliation_worker.py" in card.inner_text() for card in cards)
    page.close()


def _say(place: Place, page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.get_by_role("button", name="Comment", exact=True).click()
    place.stage.settle()
