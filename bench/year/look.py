"""Look at a year that was lived: its pages, at the clock of its last moment, with nothing running behind them."""

import argparse
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from playwright.sync_api import sync_playwright
from waitress.server import create_server

from bot.app import build
from bot.demo.replay import NotUsable
from bot.demo.stage import settings_for
from bot.process.logs import configure
from bot.sandbox import Sandbox
from bot.web.pages import PAGES
from bot.web.readership import Everything

CHROMIUM = "/usr/bin/chromium"
SIZES = {"wide": (1200, 900), "narrow": (390, 844)}


@contextmanager
def looked_at(folder: Path, port: int = 0) -> Iterator[str]:
    """Serve the pages on loopback; yields the address. Raises NotUsable where there is no year."""
    if not (folder / "diary.db").exists():
        raise NotUsable(f"{folder} holds no year: live one with --out {folder} first")
    ended = _ended(folder)
    with tempfile.TemporaryDirectory(prefix="codechill-year-") as scratch:
        settings = settings_for(Sandbox(Path(scratch)), folder / "app")
        app = build(settings, clock=lambda: ended, readership=lambda store: Everything(store.repositories))
        server = create_server(app.web, host="127.0.0.1", port=port, threads=4)
        thread = Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.effective_port}"
        finally:
            server.close()
            server.task_dispatcher.shutdown()
            thread.join(timeout=5)
            app.store.close()


def addresses(folder: Path) -> dict[str, str]:
    """Every page there is, by a name for its picture: of each repository, and of one pull request in each."""
    with closing(sqlite3.connect(folder / "diary.db")) as diary:
        repositories = diary.execute("SELECT name, id FROM repositories ORDER BY id").fetchall()
        held = dict(diary.execute("SELECT repository_id, max(number) FROM changes WHERE held_at > '' GROUP BY 1"))
        opened = dict(diary.execute("SELECT repository_id, max(number) FROM changes GROUP BY 1"))
    places: dict[str, str] = {}
    for page in PAGES:
        for full_name, identity in repositories if page.of_repository else repositories[:1]:
            owner, _, name = full_name.partition("/")
            number = held.get(identity) or opened[identity]
            path = page.path.replace("<owner>", owner).replace("<repo>", name).replace("<int:number>", str(number))
            places[f"{page.name}-{name}" if page.of_repository else page.name] = path
    return places


def photographed(folder: Path, place: Path) -> list[str]:
    """A picture of each page in each size; returns what a browser complained about."""
    place.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with looked_at(folder) as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for size, (width, height) in SIZES.items():
            view = browser.new_page(viewport={"width": width, "height": height})
            view.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
            for name, path in addresses(folder).items():
                answer = view.goto(f"{address}{path}")
                if answer is None or answer.status != 200:
                    wrong.append(f"{path}: {answer.status if answer else 'no answer'}")
                view.screenshot(path=place / f"{name}-{size}.png", full_page=True)
        browser.close()
    return wrong


def _ended(folder: Path) -> datetime:
    with closing(sqlite3.connect(folder / "diary.db")) as diary:
        (ends,) = diary.execute("SELECT ends FROM year").fetchone()
    return datetime.fromisoformat(ends).replace(tzinfo=UTC)


def main() -> int:
    """Serve until Ctrl-C, or take the pictures and end."""
    parser = argparse.ArgumentParser(prog="python -m bench.year.look", description=__doc__)
    parser.add_argument("folder", type=Path, help="what was named with --out")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--pictures", type=Path, help="a folder for a picture of each page")
    given = parser.parse_args()
    configure("error", "text", ())
    if given.pictures is not None:
        wrong = photographed(given.folder, given.pictures)
        sys.stderr.write("".join(f"{each}\n" for each in wrong))
        return 1 if wrong else 0
    with looked_at(given.folder, given.port) as address:
        sys.stdout.write("".join(f"{address}{path}\n" for path in addresses(given.folder).values()))
        sys.stdout.write("Ctrl-C ends it.\n")
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
