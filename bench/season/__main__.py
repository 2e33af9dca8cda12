"""A season of automatic review: two real histories, both Apps, six sources, twelve people, one moved clock.

    python -m bench.season --repo PATH --repo PATH [--from 2020-01-15] [--days 75] [--pulls 400] [--seed 1] --out FOLDER

Ctrl-C ends it early; what was lived until then is told. Nothing in the repositories that are named is changed.
"""

import argparse
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from bench.season import forge, report
from bench.season.season import Season, lived
from bench.year.__main__ import _day as day
from bench.year.__main__ import _interrupt as interrupt
from bench.year.__main__ import _short as short
from bot.demo.replay import NotUsable
from bot.process.logs import configure


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", type=Path, action="append", required=True, help="a git repository; once or twice")
    parser.add_argument("--from", dest="start", type=day, default=day("2020-01-15"), metavar="YYYY-MM-DD")
    parser.add_argument("--days", type=int, default=75)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pulls", type=int, default=400, help="pull requests that are opened, reverts beside them")
    parser.add_argument("--out", type=Path, required=True, help="a new folder for the database and the figures")
    parser.add_argument("--page", type=Path, help="where to write the page; left out: season.md in that folder")
    given = parser.parse_args()
    configure("error", "text", ())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    if given.out.exists() and any(given.out.iterdir()):
        parser.error(f"{given.out} is not empty: name another folder, or remove it")
    end = given.start + timedelta(days=given.days)
    try:
        with lived(given.out, given.repo, given.start, end, given.seed, given.pulls) as season:
            words = (word if word.startswith("-") or "/" not in word else short(Path(word)) for word in sys.argv[1:])
            season.command = " ".join(["python -m bench.season", *words])
            return _live(season, given.page)
    except NotUsable as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _live(season: Season, page: Path | None) -> int:
    began, shown = time.monotonic(), 0.0
    try:
        for at in season.days():
            seconds = time.monotonic() - began
            if seconds - shown > 2:
                shown = seconds
                season.note(seconds)
                share = (at - season.start) / (season.end - season.start)
                left = seconds / max(share, 0.001) - seconds
                sys.stderr.write(f"\r{at:%Y-%m-%d}  {dict(season.states)}  about {left / 60:.0f} min left ")
                sys.stderr.flush()
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped early; what was lived until now is told.")
    sys.stderr.write("\n")
    season.note(time.monotonic() - began)
    box = season.time.here.sandbox
    forge.keep(box.api, box.token(box.release_manager), season.folder)
    for kind, spent in season.time.spent.most_common(8):
        sys.stdout.write(f"  {kind:<12} {season.time.done[kind]:>6} jobs {spent:>8.1f} s\n")
    return report.publish(season.folder, page)


if __name__ == "__main__":
    sys.exit(main())
