"""Look at a year that was lived: its pages, at the clock of its last moment, with nothing running behind them."""

import argparse
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import FloatRect, sync_playwright
from playwright.sync_api import Page as BrowserPage

from bench.year.cast import OPERATOR
from bot.demo.replay import NotUsable
from bot.demo.stage import Stage, stage
from bot.demo.stage import now as truly
from bot.learning.week import span_of
from bot.process.logs import configure
from bot.sandbox import Sandbox
from bot.web.pages import PAGES

CHROMIUM = "/usr/bin/chromium"
SIZES = {"": (1200, 900), "-narrow": (390, 844)}  # by the end of a picture's name
LONGEST = 1800  # pixels of a picture; what lies below is more of the same


@contextmanager
def looked_at(folder: Path) -> Iterator[Stage]:
    """The App on the year's database, beside a forge that has its repositories and people again: nothing works on.

    Raises NotUsable where there is no year.
    """
    if not (folder / "diary.db").exists():
        raise NotUsable(f"{folder} holds no year: live one with --out {folder} first")
    ended = _ended(folder)
    with stage(folder, clock=lambda: ended, trusted=truly, working=False, operators=OPERATOR) as here:
        here.sandbox.webhook_url = ""  # the App is told nothing
        for identity, name in _repositories(folder):
            _again(here.sandbox, identity, name)
        yield here


def _again(box: Sandbox, identity: int, name: str) -> None:
    """A repository under the number that the App knows it by; its git data are not needed to look at pages."""
    made = box.add_repository(name, private=False)
    del box.world.repositories[made.id]
    made.id = identity
    box.world.repositories[identity] = made


def addresses(folder: Path) -> dict[str, str]:
    """Every page there is, by a name for its picture: of each repository, and of one pull request in each."""
    repositories = _repositories(folder)
    with closing(sqlite3.connect(folder / "diary.db")) as diary:
        held = dict(diary.execute("SELECT repository_id, max(number) FROM changes WHERE held_at > '' GROUP BY 1"))
        days = dict(diary.execute("SELECT repository_id, max(held_at) FROM changes WHERE held_at > '' GROUP BY 1"))
        opened = dict(diary.execute("SELECT repository_id, max(number) FROM changes GROUP BY 1"))
    places: dict[str, str] = {}
    for page in PAGES:
        for identity, full_name in repositories if page.of_repository else repositories[:1]:
            owner, _, name = full_name.partition("/")
            number = held.get(identity) or opened[identity]
            path = page.path.replace("<owner>", owner).replace("<repo>", name).replace("<int:number>", str(number))
            if page.name == "week" and identity in days:  # the newest week in which something was held
                path += f"?week={span_of(datetime.fromisoformat(days[identity]).date(), 'UTC').name}"
            places[f"{page.name}-{name}" if page.of_repository else page.name] = path
    return places


def photographed(folder: Path, place: Path) -> list[str]:
    """A picture of each page in each size; returns what a browser complained about."""
    place.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with looked_at(folder) as here, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context()
        _sign_in(context.new_page(), here)
        for end, (width, height) in SIZES.items():
            view = context.new_page()
            view.set_viewport_size({"width": width, "height": height})
            view.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
            for name, path in addresses(folder).items():
                answer = view.goto(f"{here.address}{path}")
                if answer is None or answer.status != 200:
                    wrong.append(f"{path}: {answer.status if answer else 'no answer'}")
                _shoot(view, place / f"{name}{end}.jpg")
        browser.close()
    return wrong


def _shoot(view: BrowserPage, place: Path) -> None:
    """The whole page, or its beginning."""
    tall = view.evaluate("document.documentElement.scrollHeight")
    width = (view.viewport_size or {"width": 0})["width"]
    clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": min(tall, LONGEST)}
    view.screenshot(path=place, full_page=True, clip=clip, type="jpeg", quality=60)


def _sign_in(view: BrowserPage, here: Stage) -> None:
    view.goto(f"{here.address}/signin?to=/now")
    view.goto(f"{view.url}&as={here.sandbox.release_manager}")


def _repositories(folder: Path) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(folder / "diary.db")) as diary:
        return diary.execute("SELECT id, name FROM repositories ORDER BY id").fetchall()


def _ended(folder: Path) -> datetime:
    with closing(sqlite3.connect(folder / "diary.db")) as diary:
        (ends,) = diary.execute("SELECT ends FROM year").fetchone()
    return datetime.fromisoformat(ends).replace(tzinfo=UTC)


def main() -> int:
    """Serve until Ctrl-C, or take the pictures and end."""
    parser = argparse.ArgumentParser(prog="python -m bench.year.look", description=__doc__)
    parser.add_argument("folder", type=Path, help="what was named with --out")
    parser.add_argument("--pictures", type=Path, help="a folder for a picture of each page")
    given = parser.parse_args()
    configure("error", "text", ())
    if given.pictures is not None:
        wrong = photographed(given.folder, given.pictures)
        sys.stderr.write("".join(f"{each}\n" for each in wrong))
        return 1 if wrong else 0
    with looked_at(given.folder) as here:
        sys.stdout.write("".join(f"{here.address}{path}\n" for path in addresses(given.folder).values()))
        sys.stdout.write(f"Sign in as {here.sandbox.release_manager}. ")
        sys.stdout.write("Ctrl-C ends it.\n")
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
