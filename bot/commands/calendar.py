"""`codechill calendar`: which level is in force at a time, which windows are open, and when that changes."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import click

from bot.commands.database import open_at
from bot.commands.loading import FILE_TYPE, Loaded, from_files, from_server, line, note, warn
from bot.commands.operator import Unusable, env_option, settings_from
from bot.policy.calendar import InForce, OpenWindow, Scope
from bot.policy.calendar.export import to_ics
from bot.policy.config import FILE, Config, walltime
from bot.policy.text import words
from bot.policy.text.whole import visible
from bot.store import KnownFeed


@dataclass(frozen=True, slots=True)
class Answer:
    """`following`: how many changes were asked for; None: only the next."""

    now: datetime
    stretches: Sequence[InForce]
    windows: Sequence[OpenWindow]
    loaded: Loaded
    following: int | None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.loaded.config.timezone)


@click.command()
@click.option("--config", "file", type=FILE_TYPE, help=f"The configuration file.  [default: {FILE}]")
@click.option("--organisation", type=FILE_TYPE, help="The organisation's default, under which the file stands.")
@click.option("--repository", help="Instead of a file: what the server beside this command keeps for OWNER/NAME.")
@env_option
@click.option("--branch", help="Only windows for this base branch. Left out: scoped windows count as open.")
@click.option("--path", "paths", multiple=True, help="Only windows for this changed path; may be given again.")
@click.option("--author", "authors", multiple=True, help="Only windows for this login or @org/team; may be repeated.")
@click.option("--at", "at", help="A time of the file's zone, or with an offset. Left out: now.")
@click.option("--next", "following", type=click.IntRange(1, 1000), help="Also list so many changes that follow.")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--ics", is_flag=True, help="Print the coming 400 days as an iCalendar feed; with --next, so many events."
)
@click.option("--fetch", is_flag=True, help="Ask the https addresses of calendars, too.")
def calendar(
    file: Path | None,
    organisation: Path | None,
    repository: str | None,
    env_file: Path | None,
    branch: str | None,
    paths: tuple[str, ...],
    authors: tuple[str, ...],
    at: str | None,
    following: int | None,
    layout: str,
    ics: bool,
    fetch: bool,
) -> None:
    """Say which level is in force at a time, which windows are open, and when that changes.

    \b
      codechill calendar --next 10
      codechill calendar --branch main --path web/cart.ts --at "2026-11-28 13:00"
      codechill calendar --ics > freezes.ics
      codechill calendar --repository acme/shop --branch main    what the server decides by
    """
    if repository is not None:
        loaded = _of_server(repository, branch, env_file)
    else:
        loaded = Loaded(from_files(_file(file), organisation, fetch=fetch))
    config = loaded.config
    warn(config)
    scope = Scope(branch, paths or None, author=frozenset(one.lower() for one in authors) or None)
    now = _moment(at, config)
    if ics:
        click.echo(to_ics(config.calendar, now, scope, following), nl=False)
        return
    stretches = list(islice(config.calendar.levels(now, scope), (following or 1) + 1))
    answer = Answer(now, stretches, config.calendar.open_at(now, scope), loaded, following)
    click.echo(_as_json(answer) if layout == "json" else _as_text(answer))


def _file(given: Path | None) -> Path:
    if given is None and not Path(FILE).is_file():
        raise Unusable(
            f"there is no {FILE} here: name a file with --config, or a server's repository with --repository"
        )
    return given or Path(FILE)


def _of_server(repository: str, branch: str | None, env_file: Path | None) -> Loaded:
    with closing(open_at(settings_from(env_file).database_url)) as store:
        return from_server(store.repositories, store.configurations, store.freezes, repository, branch)


def _moment(text: str | None, config: Config) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text) if "." in text else walltime.moment(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--at") from None
    zone = ZoneInfo(config.timezone)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone)


def _as_json(answer: Answer) -> str:
    current, later = answer.stretches[0], answer.stretches[1:]
    answered: dict[str, object] = {
        "at": _iso(answer.now),
        "level": current.level,
        "share": current.share,
        "since": _iso(current.since),
        "until": _iso(current.until),
        "windows": [
            {
                "name": window.name,
                "level": window.level,
                "share": window.share,
                "since": _iso(window.since),
                "until": _iso(window.until),
                "timezone": window.zone,
                "file": window.file,
                "line": window.line,
                "reason": window.reason,
            }
            for window in answer.windows
        ],
        "next_change": _change(later[0], answer.zone) if later else None,
        "problems": [line(problem) for problem in answer.loaded.config.problems],
        "notes": list(note(answer.loaded.config, answer.now)),
        "calendars": [
            {"host": _host(feed), "read": _iso(feed.good_at), "error": feed.error} for feed in answer.loaded.feeds
        ],
    }
    if answer.following:
        answered["changes"] = [_change(stretch, answer.zone) for stretch in later]
    return json.dumps(answered, indent=2, ensure_ascii=False)


def _change(stretch: InForce, zone: ZoneInfo) -> dict[str, object]:
    since = stretch.since.astimezone(zone) if stretch.since else None
    name = stretch.window.name if stretch.window else None
    return {"at": _iso(since), "level": stretch.level, "share": stretch.share, "window": name}


def _as_text(answer: Answer) -> str:
    current, later = answer.stretches[0], answer.stretches[1:]
    until = f"until {_both(current.until)}" if current.until else "no change in sight"
    lines = [
        f"{current.level}: {words.percent(current.share)} held back, at {_both(answer.now)}",
        f"since {_both(current.since) if current.since else 'ever, or longer than a year'}, {until}",
        *(_opened(window) for window in answer.windows),
        *(_read(feed) for feed in answer.loaded.feeds),
        *(f"  note: {said}" for said in note(answer.loaded.config, answer.now)),
    ]
    if later:
        heading = "next changes:" if answer.following else "next change:"
        lines += [heading, *(f"  {_line_of(stretch, answer.zone)}" for stretch in later)]
    return "\n".join(lines)


def _opened(window: OpenWindow) -> str:
    where = f"{window.file} line {window.line}" if window.line else "started by hand"
    ends = f"until {_both(window.until)}" if window.until else "without end"
    begins = f"since {_both(window.since)}" if window.since else "since ever"
    share = f"{window.level} {words.percent(window.share)}"
    reason = f", reason: {visible(window.reason)}" if window.reason else ""
    return f"  open: {window.name} ({share}), {where}, {begins}, {ends}{reason}"


def _read(feed: KnownFeed) -> str:
    when = f"read {_both(feed.good_at)}" if feed.good_at else "never read"
    return f"  calendar from {_host(feed)}: {when}{f'; last try: {feed.error}' if feed.error else ''}"


def _host(feed: KnownFeed) -> str:
    """Without the path, which may hold a secret."""
    return urlsplit(feed.path).hostname or ""


def _line_of(stretch: InForce, zone: ZoneInfo) -> str:
    change = stretch.since.astimezone(zone) if stretch.since else None
    name = f" ({stretch.window.name})" if stretch.window else ""
    return f"{_both(change)} {stretch.level} {words.percent(stretch.share)}{name}" if change else stretch.level


def _both(moment: datetime) -> str:
    """With the year, in its zone and in UTC, so that nobody has to count."""
    utc = moment.astimezone(UTC)
    return f"{words.when(moment)} ({utc:%Y-%m-%d %H:%M} UTC)"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
