"""The page about a season, from its two databases; what was written by hand in the page before stays.

python -m bench.season.report FOLDER --page docs/season.md
"""

import argparse
import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bench.season import figures
from bench.year.figures import opened
from bot.policy.radar.dial import STEPS

BEGIN, END = "## Read with care\n", "## What was lived\n"
REAL = """It is a replay. Real: both Apps (the one that judges and the one that lands), their database (SQLite), git and
HTTP, the two histories, and the times of their changes. Simulated: GitHub is the sandbox, people and their habits are
made up, and the clock is moved from one event to the next.

- **Histories.** What had landed before the season is the history that the App reads. What landed in it comes as pull
  requests of twelve people, some hours before it landed; each author of the history is played by one of them. Reverts
  and `Fixes:` of the history arrive when they did, under the names that commits got here.
- **Made here.** These histories had none of the six sources, so what sources open is made from the histories' own files
  (`bench/season/makers.py`): a sentence in a page, a comment above a function, a blank line, a Go module in its next
  patch release. So is a tenth of what people open. What each is, is known since it was made so: *honest* ones change no
  behaviour, *wrong* ones say what is not so, *behaviour* ones hide another operator or constant behind a harmless
  title.
- **Sources.** `renovate` and `dependabot` (dependencies), `tidy-layout` and `comments-codemod` (programs), `docs-words`
  (opens five at a time and may land two a day), `agent` (an agent). `agent` turns bad after 30 % of the season and is
  mended once it was denied; `docs-words` turns bad after 65 %.
- **People.** Four say `/chill ship` where they may; one holds, one comments, three review (a bad change is noticed half
  of the time). A bad change that landed is reverted one to three days later; half of the changed behaviour of people
  and nine of ten of a source's is an incident before that, told by a comment. People take back harmless changes too:
  12 % of what people wrote and merged, and the first three that `comments-codemod` lands after its step to P5 and
  `tidy-layout` after its step to P10. That is made so, for the dial to have something to go down by.
- **Reviews that were put off.** Half of them are of one who does them after nine days, four too late; half of what one
  other owes is never done. What the App tells of it goes to a channel, a webhook on this machine.
- **Trust.** Gates are lower than by default, so that a season suffices: 6 landed in 21 days, upper bounds of 40 %
  (reverts) and 50 % (rejections), release age 2 days, a sensitive path sends to a person and denies nobody. Programs
  skip the rank (`bots.bypass_risk`): neither history can prove layout or comments of C and Go without gofmt, so at P5
  hardly anything would land. On Mondays and Thursdays a person accepts what the records propose, by what
  `codechill sources dial` calls, and lifts a denial that is two weeks old; `people` are turned to P50 in the first week
  against the record (as with `--against`). Down is automatic.
- **Clock.** What comes round every minute in life (due landings, comparisons, dials, reviews) comes round every six
  hours here, sweeps twice a day. Retraining and measuring of models are left out.
"""


def publish(folder: Path, page: Path | None) -> int:
    """Write it; the exit status is 1 where a rule is broken."""
    place = page or folder / "season.md"
    with opened(folder) as database:
        text = "\n".join(_page(database, _by_hand(place)))
        breaks = sum(len(rows) for _, _, rows in figures.broken(database))
        place.write_text(text)
        picture = place.parent / ("season" if page else ".") / "dials.svg"
        picture.parent.mkdir(exist_ok=True)
        picture.write_text(_dials(database))
    sys.stdout.write(f"{place}\n")
    return 1 if breaks else 0


def _by_hand(place: Path) -> str:
    text = place.read_text() if place.exists() else ""
    return text[text.index(BEGIN) : text.index(END)] if BEGIN in text and END in text else f"{BEGIN}\n"


def _page(database: sqlite3.Connection, by_hand: str) -> Iterator[str]:
    year = database.execute("SELECT * FROM diary.year").fetchone()
    yield "# A simulated season of automatic review\n"
    yield f"{year['start'][:10]} to {year['ends'][:10]} (as the histories have it), seed {year['seed']}, lived in"
    yield f"{year['seconds'] / 60:.0f} minutes. This page is written by\n\n    {year['command']}\n"
    yield "and again, from the folder, by `python -m bench.season.report FOLDER --page docs/season.md`. To look at it"
    yield "on the server's own pages: `python -m bench.season.look FOLDER`.\n"
    yield REAL
    yield f"{by_hand.rstrip()}\n"
    yield END
    yield from _table(database, figures.SOURCES, "source | opened | passed every stage | landed by itself | merged by a"
                      " person | closed | reverted | of them by itself | incidents")  # fmt: skip
    yield "`people` includes reverts, and changes of bots that no source was recognised of.\n"
    yield from _table(database, figures.TRUTH, "what it was | opened | landed by itself | merged by a person")
    yield "## Which layer sent changes to people\n"
    yield "Each change counts once for each rule that ever spoke of it; the last column counts decisions in enforce.\n"
    yield from _table(database, figures.LAYERS, "stage | rule | changes | decisions in enforce")
    yield "## The dial\n\n![The dial of each source over the season](season/dials.svg)\n"
    yield "| when | source | from | to | by | why |\n|---|---|---|---|---|---|"
    for row in database.execute(figures.MOVES):
        to = f"{row['dial']}, denied" if row["denied"] else row["dial"]
        yield f"| {row['at'][:16]} | {row['name']} | {row['was']} | {to} | {row['by']} | {row['because']} |"
    yield "\n## Caps\n"
    yield from _table(database, figures.CAPS, "source | days with a landing | most in a day | landed")
    yield from _table(database, figures.BOUND, "source | changes kept out by their daily limit")
    yield "## The queue\n"
    yield from _table(database, figures.QUEUE, "what | rule | times")
    yield "## Reviews that were put off\n"
    yield from _table(database, figures.REVIEWS, "owed | with an issue | done | done late | overdue at the end")
    yield from _table(database, figures.STOPPED, "what reviews that are overdue stopped | changes")
    yield from _table(database, figures.HEARD, "told on the channel | times | first | last")
    yield "## What must not be\n\nHeld by plain SQL beside what the forge itself says (`bench/season/figures.py`):\n"
    yield "| rule | looked at | broken |\n|---|---:|---:|"
    for rule, among, rows in figures.broken(database):
        yield f"| {rule.words} | {among} | {len(rows)}{': #' + ', #'.join(rows[:9]) if rows else ''} |"
    yield ""


def _table(database: sqlite3.Connection, query: str, head: str) -> Iterator[str]:
    rows = database.execute(query).fetchall()
    yield f"| {head} |\n|{'---|' * (head.count('|') + 1)}"
    for row in rows:
        yield "| " + " | ".join("0" if value is None else str(value) for value in tuple(row)) + " |"
    yield "" if rows else "\nNone.\n"


COLOURS = ("#0969da", "#1a7f37", "#bf8700", "#cf222e", "#8250df", "#57606a", "#bc4c00")
WIDE, TALL, LEFT = 720, 190, 60


def _dials(database: sqlite3.Connection) -> str:
    """A step line for each source; a cross where it was denied."""
    year = database.execute("SELECT start, ends FROM diary.year").fetchone()
    start, end = (datetime.fromisoformat(each) for each in year)
    by: dict[str, list[tuple[datetime, int, bool]]] = {}
    for row in database.execute(figures.MOVES):
        moved = (datetime.fromisoformat(row["at"]), STEPS.index(row["dial"]), bool(row["denied"]))
        by.setdefault(row["name"], []).append(moved)
    box = f'viewBox="0 0 {WIDE} {TALL + 60}" role="img" aria-label="The dial of each source over the season"'
    rows = [f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="sans-serif" font-size="11">']
    rows.append(f'<rect width="{WIDE}" height="{TALL + 60}" fill="#ffffff"/>')

    def at(moment: datetime) -> float:
        return LEFT + (moment - start) / (end - start) * (WIDE - LEFT - 10)

    def height(step: float) -> float:
        return TALL - 10 - step / (len(STEPS) - 1) * (TALL - 30)

    for step, name in enumerate(STEPS):
        rows.append(f'<text x="4" y="{height(step) + 4:.0f}" fill="#59636e">{name}</text>')
        rows.append(f'<line x1="{LEFT}" x2="{WIDE}" y1="{height(step):.0f}" y2="{height(step):.0f}" stroke="#d1d9e0"/>')
    for place, (name, moves) in enumerate(sorted(by.items())):
        colour, lift, step, path = COLOURS[place % len(COLOURS)], place * 2.2 - 6, 0, ""
        path = f"M{LEFT} {height(0) + lift:.1f}"
        for moment, after, denied in moves:
            x = max(LEFT, at(moment))
            path += f" H{x:.1f} V{height(after) + lift:.1f}"
            if denied:
                rows.append(f'<text x="{x - 4:.1f}" y="{height(after) + 4:.1f}" fill="{colour}">✕</text>')
        rows.append(f'<path d="{path} H{WIDE - 10}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = LEFT + place % 4 * 160, TALL + 20 + place // 4 * 18
        rows.append(f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>')
        rows.append(f'<text x="{x + 14}" y="{y}" fill="#1f2328">{name}</text>')
    return "\n".join([*rows, "</svg>", ""])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.season.report", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    return publish(given.folder, given.page)


if __name__ == "__main__":
    sys.exit(main())
