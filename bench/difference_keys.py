"""How fast a key is answered in the queue of differences: python -m bench.difference_keys [--groups 300] [--keys 100].

A real server over HTTP, a real Chromium (playwright drives it), a queue of so many groups with logs on both sides. Of
each key press the time from the browser's own event to the frame that shows the next group, which the browser measures
itself; and how long the server takes until it has the answer, for which nobody waits. The anchor is the least that a
browser can do in the same run: a key that hides one line of an empty page and shows another.
"""

import argparse
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from bench.pages import Everything, figures
from bot.jobs.intake import Shares
from bot.store import KnownRepository, Store, Wanted
from bot.web.page import Desk, Reader, Stored
from bot.web.pages import PAGES
from bot.web.site import Site, environment
from scoring.difftest.record import Difference, Origin
from scoring.difftest.settings import TeamSettings

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
ORIGIN = Origin("web", "v2", "v1", "week 9", 0.01)
TIMED = """() => {
  window.times = [];
  addEventListener('keydown', (event) => {
    requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = () => window.times.push(performance.now() - event.timeStamp);
      after.port2.postMessage(0);
    });
  }, true);
}"""
EMPTY = """<!doctype html><title>anchor</title><p id="a">one</p><p id="b" hidden>other</p>"""
TURNS = """() => addEventListener('keydown', () => {
  for (const each of document.querySelectorAll('p')) each.hidden = !each.hidden;
})"""


@dataclass
class Taken:
    """Seconds, of each key, of each answer until the server had it."""

    keys: tuple[float, ...]
    answers: tuple[float, ...] = ()


def rows(count: int) -> Iterator[Difference]:
    for n in range(count):
        logs = tuple(f"2026-11-28T08:15:{line:02}Z INFO request {n} step {line} served" for line in range(12))
        yield Difference(
            id=str(n), origin=ORIGIN, request=f"r{n}", endpoint=f"GET /things{n}/orders", category="BodyValue", at=NOW,
            description=f"value of field {n} differs", field=f"body.items[*].f{n}", kind="value", pattern="a → b",
            left='{"id": 7, "title": "a post", "views": 21, "author": {"name": "ben"}}' * 4,
            right='{"id": 7, "title": "the post", "views": 22, "author": {"name": "ben"}}' * 4,
            prod_logs=logs, test_logs=(*logs, f"WARN slow request {n}"), noisy=False, calls=(f"GET /things{n}/orders",),
        )  # fmt: skip


@contextmanager
def serving(folder: Path, groups: int) -> Iterator[str]:
    store = Store(f"sqlite:///{folder / 'a.db'}")
    store.repositories.saw(KnownRepository(1, 1, "acme/shop"))
    upload = store.difference_uploads.begin(1, Wanted(ORIGIN, "jsonl", 1, "a"), by="ci", at=NOW)
    store.difference_intake.add(upload, rows(groups), TeamSettings())
    app = Flask("differences")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    address, stored = f"http://127.0.0.1:{server.port}", store.only(Stored)
    reader = Reader(1, "ada", store.repositories.all(), writes=frozenset({1}))
    desk = Desk(stored, lambda one, at: True, Shares())
    site = Site(
        stored, Everything(reader), lambda: datetime.now(UTC), address, "https://forge.example", PAGES, environment(),
        desk,
    )  # fmt: skip
    app.register_blueprint(site.blueprint())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{address}/r/acme/shop/differences"
    finally:
        server.shutdown()
        thread.join()
        store.close()


def pressed(page: Page, keys: int, pause: int, *, cards: bool) -> Taken:
    """One key each `pause` milliseconds, the next only when there is something to answer."""
    answers: list[float] = []

    def finished(request: object) -> None:
        if getattr(request, "method", "") == "POST":
            timing = request.timing  # type: ignore[attr-defined]
            answers.append((timing["responseEnd"] - timing["requestStart"]) / 1000)

    page.on("requestfinished", finished)
    page.evaluate(TIMED)
    for _ in range(keys):
        if cards:
            page.wait_for_selector("#cards > article:not([hidden])")
        page.keyboard.press("n")
        page.wait_for_timeout(pause)
    if cards:
        page.get_by_text("All kept").wait_for()
    return Taken(tuple(each / 1000 for each in page.evaluate("window.times")), tuple(answers))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=300)
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--pause", type=int, default=300, help="milliseconds between two keys")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or "chromium"
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), given.groups) as address,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]) as browser,
    ):
        empty = browser.new_page()
        empty.set_content(EMPTY)
        empty.evaluate(TURNS)
        anchor = pressed(empty, given.keys, given.pause, cards=False)
        empty.close()
        page = browser.new_page()
        page.goto(address)
        taken = pressed(page, given.keys, given.pause, cards=True)
    told = [
        figures(f"{given.keys} keys in a queue of {given.groups} groups, until the next is shown:", taken.keys),
        figures("an empty page in the same browser:", anchor.keys),
        figures("the server has the answer (nobody waits):", taken.answers),
        f"half of the keys took {_half(taken.keys) / _half(anchor.keys):.1f} times what an empty page takes",
        f"keys that took 100 ms or more: {sum(each >= 0.1 for each in taken.keys)} of {len(taken.keys)}",
    ]
    click.echo("\n".join(told))


def _half(seconds: tuple[float, ...]) -> float:
    return sorted(seconds)[len(seconds) // 2]


if __name__ == "__main__":
    main()
