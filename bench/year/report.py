"""The year as a page: every number by SQL from the App's database and the diary beside it."""

import argparse
import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median

from bench.year import figures
from bench.year.figures import SHARES, Captured, ask, captured
from bench.year.look import addresses
from bench.year.weeks import Series, picture
from bot.backtest.measure import interval
from bot.learning.guardrails import GROUPS

HOW = """\
It is a replay: the App, its database, git and HTTP are those that serve; GitHub is the sandbox; the people and their
habits are made up, and the clock is moved from one event to the next.

- What had landed before the year is the history that the App reads at its start. What landed in the year comes as pull
  requests of fifteen people: each author of the history is played by one of them, always the same. A pull request is
  opened some hours before its change landed (after the change before it that touches the same files), and merged when
  it landed, or later where it is held: by a squash in the first repository, by a merge commit in the second one.
  Reverts and `Fixes:` arrive when they did, and name commits under the names that they got here.
- Where not every change becomes a pull request, the others are pushed when they landed: seen by the App as history.
- Who is held waits, asks for an exception (a manager approves, denies or does not answer), or gives up, each person
  after habits of their own.
- Incidents are told by signed requests and comments: of 60 % of the changes that a later one repairs, between landing
  and repair. Of other landings 1.5 % are blamed wrongly, which a person disputes, and 2 % are poisoned by an outsider:
  by a comment without rights, or a request with a false signature.
- Windows: every weekend (the riskiest 10 %), a week in August and the turn of the year (the riskiest half). The first
  repository enforces them, the second one is in shadow mode.
- What comes round every few minutes in life (sweeps, reactions, redeliveries) comes round once a day here, outcomes and
  drift are read once a week, and models are measured then.

To look at it, on every page that the server has:

    python -m bench.year.look FOLDER

and to write this page again, with pictures of them: `python -m bench.year.look FOLDER --pictures docs/year`, then
`python -m bench.year.report FOLDER --page docs/year.md`.
"""
SAID = {
    "true": "the change is at fault: a later one repairs it",
    "wrong": "another change is blamed, disputed later",
    "poison": "poison, by an outsider",
}
FATES = {**GROUPS, "censored": "held, never landed", "closed": "never held, closed by its author", "open": "open still"}
COLOURS = {"landed": "#57ab5a", "stopped": "#d4a72c", "blamed": "#cf222e"}


def write(folder: Path, place: Path) -> str:
    """The page as Markdown; its drawings are written into `place`, which has the page's name without its end.

    Pictures of the server's pages that lie there already (`bench.year.look --pictures`) are shown.
    """
    with figures.opened(folder) as database:
        place.mkdir(parents=True, exist_ok=True)
        for name, drawn in _pictures(database):
            (place / f"{name}.svg").write_text(drawn)
        return "\n".join([*_page(database, place.name), *_pages(folder, place)]) + "\n"


def publish(folder: Path, page: Path | None) -> Path:
    """Write the page and its pictures; returns where. Left out: into the year's own folder."""
    page = page or folder / "year.md"
    page.write_text(write(folder, page.with_suffix("")))
    return page


def _page(database: sqlite3.Connection, pictures: str) -> Iterator[str]:
    year = ask(database, figures.YEAR)[0]
    rows = ask(database, figures.REPOSITORIES)
    yield "# A simulated year"
    yield ""
    yield f"{_day(year['start'])} to {_day(year['ends'])}, seed {year['seed']}. This page is written by"
    yield ""
    yield f"    {year['command']}"
    yield ""
    yield HOW
    yield from _opened(database, rows)
    yield from _held(database, rows)
    yield from _windows(database, rows)
    yield from _captured(database, rows)
    yield from _outcomes(database, rows)
    yield from _incidents(database, rows)
    yield from _models(database, rows)
    yield from _drift(database, rows)
    yield from _weeks(rows, pictures)
    yield from _spoken(database, rows)
    yield from _speed(database, year, rows)


def _opened(database: sqlite3.Connection, rows: figures.Rows) -> Iterator[str]:
    yield "## What was lived"
    yield ""
    yield "| repository | mode | changes of its history | pushed past the App | opened | landed | closed | open |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    for row in rows:
        counts = (row["planned"], row["pushed"], row["opened"], row["landed"], row["gone"], row["still"])
        yield f"| `{row['name']}` | {row['mode']} | " + " | ".join(f"{each:,}" for each in counts) + " |"
    yield ""
    for row in rows:
        if row["idle"] or row["carried"]:
            yield (
                f"In `{row['name']}`, {row['idle']} had nothing left to land when their turn came, and"
                f" {row['carried']} were laid with their files as they were, since what they needed never landed here."
            )
            yield ""


def _held(database: sqlite3.Connection, rows: figures.Rows) -> Iterator[str]:
    held = {row["repository_id"]: row["held"] for row in ask(database, figures.HELD)}
    waited = ask(database, figures.WAITED)
    yield "## Held, let through, excepted"
    yield ""
    yield "| repository | decided to hold at some time | stopped when their author wanted to merge | exceptions |"
    yield "|---|---:|---:|---|"
    for row in rows:
        asked = [each for each in ask(database, figures.EXCEPTIONS) if each["repository_id"] == row["id"]]
        words = ", ".join(f"{each['times']} {each['state']}" for each in asked) or "none"
        yield f"| `{row['name']}` | {held.get(row['id'], 0)} | {row['stopped']} | {words} |"
    yield ""
    for row in rows:
        hours = [each["hours"] for each in waited if each["repository_id"] == row["id"]]
        if hours:
            waited_for = f"{median(hours):.0f} hours (median of {len(hours)})"
            yield f"Those of `{row['name']}` that landed after all waited {waited_for}."
            yield ""


def _windows(database: sqlite3.Connection, rows: figures.Rows) -> Iterator[str]:
    ready, texts = ask(database, figures.READY), ask(database, figures.CONFIGURATIONS)
    covered = {each["repository_id"] for each in ask(database, figures.COVERED)}
    yield "## What the windows held"
    yield ""
    yield "| repository | window | ready to land in it | held | asked for | 95 % | hurt | of them held |"
    yield "|---|---|---:|---:|---:|---|---:|---:|"
    for row in rows:
        mine = [each for each in ready if each["repository_id"] == row["id"]]
        text = next(each["text"] for each in texts if each["repository_id"] == row["id"])
        if row["id"] not in covered:
            yield f"| `{row['name']}` | none counted: its branch is not protected, and no window names it |" + " |" * 6
            continue
        for one in figures.in_windows(mine, text):
            low, high = interval(one.held, one.ready) or (0.0, 1.0)
            held = f"{one.held} ({one.held / one.ready:.0%}) | {one.share:.0%} | {low:.0%} to {high:.0%}"
            yield f"| `{row['name']}` | {one.window} | {one.ready} | {held} | {one.blamed} | {one.blamed_held} |"
    yield ""


def _captured(database: sqlite3.Connection, rows: figures.Rows) -> Iterator[str]:
    ready = ask(database, figures.READY)
    yield "## Are the held ones those that hurt?"
    yield ""
    yield (
        "A change counts as one that hurt when a later change of the same year names it in a `Fixes:` or as what it"
        " reverts. As if every change had been gated, in a window or not, by the percentile with which it was opened:"
    )
    yield ""
    yield "| repository | gate | gated | captured by the score | 95 % | by size alone | by a die |"
    yield "|---|---:|---:|---:|---|---:|---:|"
    for row in rows:
        mine = [each for each in ready if each["repository_id"] == row["id"]]
        for share in SHARES:
            yield f"| `{row['name']}` | " + _captured_row(captured(mine, share)) + " |"
    yield ""


def _captured_row(one: Captured) -> str:
    around = f"{one.around[0]:.0%} to {one.around[1]:.0%}" if one.around else "none hurt"
    die = one.gated / one.changes if one.changes else 0.0
    by = [f"{each} of {one.blamed}" for each in (one.by_score, one.by_size)]
    gated = f"{one.share:.0%} | {one.gated} of {one.changes} ({die:.1%})"
    return f"{gated} | {by[0]} | {around} | {by[1]} | {die * one.blamed:.1f}"


def _outcomes(database: sqlite3.Connection, rows: figures.Rows) -> Iterator[str]:
    ended = ask(database, figures.OUTCOMES)
    yield "## What the App knows of how it went"
    yield ""
    yield "| repository | how it ended | changes | repaired or reverted | named by an incident |"
    yield "|---|---|---:|---:|---:|"
    for row in rows:
        for each in [each for each in ended if each["repository_id"] == row["id"]]:
            words = FATES.get(each["fate"], each["fate"])
            yield f"| `{row['name']}` | {words} | {each['times']} | {each['repaired']} | {each['incidents']} |"
    yield ""
    names = {row["id"]: row["name"] for row in rows}
    for each in ask(database, figures.LEARNED):
        yield (
            f"Of the {each['blamed']} pull requests of `{names[each['repository_id']]}` that hurt by the plain words of"
            f" a later change, the App has learned of {each['known']} from those words."
        )
        yield ""


def _incidents(database: sqlite3.Connection, rows: figures.Rows) -> Iterator[str]:
    sent = ask(database, figures.SENT)
    yield "## Incidents, true and false"
    yield ""
    yield "| repository | what was said | how | times | refused at the door | claims | confirmed | disputed | labels |"
    yield "|---|---|---|---:|---:|---:|---:|---:|---:|"
    columns = ("times", "refused", "claims", "confirmed", "disputed", "labels")
    for row in rows:
        for each in [each for each in sent if each["repository_id"] == row["id"]]:
            counts = " | ".join(str(each[name] or 0) for name in columns)
            yield f"| `{row['name']}` | {SAID[each['kind']]} | {each['by']} | {counts} |"
    yield ""
    poison = [each for each in sent if each["kind"] == "poison"]
    labels = sum(each["labels"] for each in poison)
    yield f"Of {sum(each['times'] for each in poison)} poisoned ones {labels} became a label."
    yield ""


def _models(database: sqlite3.Connection, rows: figures.Rows) -> Iterator[str]:
    trained = ask(database, figures.TRAINED)
    runs = ask(database, figures.RETRAININGS)
    asked = ask(database, figures.MODELS)
    yield "## Models"
    yield ""
    yield "| repository | retrainings | by the clock | on drift | models fitted | tried | served | refused |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for row in rows:
        mine = [each for each in runs if each["repository_id"] == row["id"]]
        states = [each["state"] for each in trained if each["repository_id"] == row["id"]]
        clock = sum(each["because"] == "schedule" for each in mine)
        counts = [len(mine), clock, len(mine) - clock, len(states), states.count("shadow")]
        counts += [sum(states.count(each) for each in ("champion", "retired")), states.count("refused")]
        yield f"| `{row['name']}` | " + " | ".join(str(each) for each in counts) + " |"
    yield ""
    for row in rows:
        said = ", ".join(
            f"`{each['model']}` {each['times']} times from {_day(each['first'])}"
            for each in asked if each["repository_id"] == row["id"]
        )  # fmt: skip
        yield f"Scores of `{row['name']}` are of {said}."
        yield ""
        yield from _reasons([each for each in trained if each["repository_id"] == row["id"]])


def _reasons(trained: figures.Rows) -> Iterator[str]:
    """The newest of each kind and state, with why."""
    newest = {(each["kind"], each["state"]): each for each in trained}
    for (kind, state), each in sorted(newest.items()):
        times = sum((one["kind"], one["state"]) == (kind, state) for one in trained)
        yield f"- {kind}, {state} {times} times, last of {_day(each['trained_at'])}: {each['why'] or 'not worse'}"
    if newest:
        yield ""


def _drift(database: sqlite3.Connection, rows: figures.Rows) -> Iterator[str]:
    yield "## Drift"
    yield ""
    yield "| repository | sign | days read | days of alarm | values | alarms beyond | first alarm |"
    yield "|---|---|---:|---:|---|---:|---|"
    words = []
    for row in rows:
        for each in [each for each in ask(database, figures.DRIFT) if each["repository_id"] == row["id"]]:
            since = _day(each["since"]) if each["since"] else "–"
            span = f"{each['least']:.2f} to {each['most']:.2f} | {each['limit']:g}"
            yield f"| `{row['name']}` | {each['sign']} | {each['days']} | {each['alarmed']} | {span} | {since} |"
            if each["words"]:
                words.append(f"- `{row['name']}`, {each['sign']}: {each['words']}")
    yield ""
    yield from words
    if words:
        yield ""


def _weeks(rows: figures.Rows, pictures: str) -> Iterator[str]:
    yield "## Week by week"
    yield ""
    for row in rows:
        yield f"![{row['name']} by weeks]({pictures}/{_file(row)}.svg)"
        yield ""


def _spoken(database: sqlite3.Connection, rows: figures.Rows) -> Iterator[str]:
    spoken = ask(database, figures.FEEDBACK)
    yield "## What people said of the score"
    yield ""
    for row in rows:
        mine = [each for each in spoken if each["repository_id"] == row["id"]]
        words = ", ".join(f"{each['source']}: {each['useful']} of {each['times']} useful" for each in mine)
        yield f"- `{row['name']}`: {words or 'nothing'}"
    yield ""


def _speed(database: sqlite3.Connection, year: sqlite3.Row, rows: figures.Rows) -> Iterator[str]:
    opened = sum(row["opened"] for row in rows)
    yield "## Speed"
    yield ""
    yield (
        f"{opened:,} changes in {year['seconds'] / 60:.0f} minutes, {opened / year['seconds']:.2f} a second, with"
        " sandbox, App and git on one machine. Where the App's jobs took it:"
    )
    yield ""
    yield "| job | times | seconds | each, ms |"
    yield "|---|---:|---:|---:|"
    for row in ask(database, figures.WORK):
        yield f"| {row['kind']} | {row['jobs']:,} | {row['seconds']:.1f} | {row['seconds'] / row['jobs'] * 1000:.0f} |"


def _pages(folder: Path, place: Path) -> Iterator[str]:
    shown = [name for name in addresses(folder) if (place / f"{name}.jpg").exists()]
    if shown:
        yield ""
        yield "## The pages at the end of that year"
    for name in shown:
        yield ""
        yield f"![the page {name}]({place.name}/{name}.jpg)"


def _pictures(database: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    year = ask(database, figures.YEAR)[0]
    weeks = max(1, -(-(_moment(year["ends"]) - _moment(year["start"])).days // 7))
    by = {"landed": "landed_at", "stopped": "held_at", "blamed": "blamed_at"}
    counted = {name: ask(database, figures.WEEKS.format(moment=column)) for name, column in by.items()}
    for row in ask(database, figures.REPOSITORIES):
        series = [
            Series(
                name,
                COLOURS[name],
                {each["week"]: each["times"] for each in weekly if each["repository_id"] == row["id"]},
            )
            for name, weekly in counted.items()
        ]
        yield _file(row), picture(f"{row['name']}, by weeks", series, weeks, {})


def _file(row: sqlite3.Row) -> str:
    return str(row["name"]).replace("/", "-")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _day(text: str) -> str:
    return f"{_moment(text):%-d %B %Y}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.year.report", description=__doc__)
    parser.add_argument("folder", type=Path, help="what was named with --out")
    parser.add_argument("--page", type=Path, help="where to write it; left out: year.md in that folder")
    given = parser.parse_args()
    if not (given.folder / "diary.db").exists():
        parser.error(f"{given.folder} holds no year: live one with --out {given.folder} first")
    sys.stdout.write(f"{publish(given.folder, given.page)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
