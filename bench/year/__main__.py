"""A year of real histories through the whole App, at a moved clock.

    python -m bench.year --repo PATH [--repo PATH] [--from 2024-01-01] [--days 365] [--seed 1] --out FOLDER

What landed in a repository before the year is its history; what landed in it becomes pull requests of fifteen people,
opened hours before they landed. The App beside the sandbox decides them, over real HTTP and git, with its own clock
moved from one event to the next. The first repository enforces its freeze windows, the second one is in shadow mode.
Ctrl-C ends the year early: what was lived until then is told. Nothing in the repositories that are named is changed.
"""

import argparse
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

from bench.year import report
from bench.year.year import Year, lived
from bot.demo.replay import NotUsable
from bot.process.logs import configure


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", type=Path, action="append", required=True, help="a git repository; once or twice")
    parser.add_argument("--from", dest="start", type=_day, default=_day("2024-01-01"), metavar="YYYY-MM-DD")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=0, help="pull requests of each repository; others are pushed")
    parser.add_argument("--out", type=Path, required=True, help="a new folder for the database and the figures")
    parser.add_argument("--page", type=Path, help="where to write the page; left out: year.md in that folder")
    given = parser.parse_args()
    configure("error", "text", ())
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell has its background jobs ignore Ctrl-C
        signal.signal(number, _interrupt)
    if given.out.exists() and any(given.out.iterdir()):
        parser.error(f"{given.out} is not empty: name another folder, or remove it")
    try:
        with lived(
            given.out, given.repo, given.start, given.start + timedelta(days=given.days), given.seed, given.most
        ) as year:
            year.command = _command()
            return _live(year, given.page)
    except NotUsable as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _live(year: Year, page: Path | None) -> int:
    began, shown = time.monotonic(), 0.0
    try:
        for day in year.days():
            seconds = time.monotonic() - began
            if seconds - shown > 2:
                shown = seconds
                year.note(seconds)
                share = (day - year.start) / (year.end - year.start)
                left = seconds / max(share, 0.001) - seconds
                sys.stderr.write(
                    f"\r{day:%Y-%m-%d}  {year.landed} landed, {year.waiting} held  about {left / 60:.0f} min left "
                )
                sys.stderr.flush()
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped early; what was lived until now is told.")
    sys.stderr.write("\n")
    year.note(time.monotonic() - began)
    sys.stdout.write(year.speed(time.monotonic() - began))
    sys.stdout.write(f"{report.publish(year.folder, page)}\n")
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _command() -> str:
    """As it was said, with nobody's folders."""
    words = (word if word.startswith("-") or "/" not in word else _short(Path(word)) for word in sys.argv[1:])
    return " ".join(["python -m bench.year", *words])


def _short(path: Path) -> str:
    return path.parent.name if path.name in ("repo", ".git") else path.name


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
