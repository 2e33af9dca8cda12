"""`codechill config` and `codechill calendar`: what a configuration says, before it decides about anybody."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot.policy import walltime, words
from bot.policy.calendar import InForce, OpenWindow, Scope
from bot.policy.calendar.export import to_ics
from bot.policy.commands import markdown as commands_page
from bot.policy.config import FILE, Config, ConfigError, parse
from bot.policy.document import json_schema
from bot.policy.organisation import merge
from bot.policy.reference import markdown
from bot.policy.shown import settings
from bot.policy.state import ConfigProblem

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Unusable(click.ClickException):
    """Shown without a traceback; the exit status is 2."""

    exit_code = 2

    def __init__(self, problems: Iterable[ConfigProblem]) -> None:
        super().__init__("\n".join(_line(problem) for problem in problems))

    def show(self, file: object = None) -> None:
        click.echo(self.message, err=True)


@click.group()
def config() -> None:
    """Check or show a repository's configuration."""


@config.command()
@click.argument("file", type=_FILE, default=FILE, required=False)
@click.option("--organisation", type=_FILE, help="The organisation's default, under which the file stands.")
def check(file: Path, organisation: Path | None) -> None:
    """Say what is wrong with FILE, each problem with its line and what was meant.

    Exit status: 0 nothing is wrong; 2 something is.
    """
    found = _load(file, organisation)
    for problem in found.problems:
        click.echo(f"warning: {_line(problem)}", err=True)
    number = len(found.calendar.windows)
    click.echo(f"{file}: good. Mode {found.mode}, {number} window{'' if number == 1 else 's'}.")


@config.command()
@click.argument("file", type=_FILE, default=FILE, required=False)
@click.option("--organisation", type=_FILE, help="The organisation's default, under which the file stands.")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(file: Path, organisation: Path | None, layout: str) -> None:
    """Print every setting in force, with the file and line that it comes from."""
    shown = list(settings(_load(file, organisation)))
    if layout == "json":
        rows = [{"key": s.key, "value": s.value, "file": s.source.file, "line": s.source.line} for s in shown]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(len(s.key) for s in shown)
    for s in shown:
        where = f"{s.source.file}:{s.source.line}" if s.source.line else s.source.file
        click.echo(f"{s.key:<{width}}  {s.value}  ({where})")


@config.command()
def schema() -> None:
    """Print the JSON Schema of the file, for editors."""
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@config.command()
def reference() -> None:
    """Print the reference of every key, as Markdown."""
    click.echo(markdown(), nl=False)


@config.command()
def commands() -> None:
    """Print what can be said to codechill in comments, as Markdown."""
    click.echo(commands_page(), nl=False)


@click.command()
@click.option("--config", "file", type=_FILE, default=FILE, show_default=True, help="The configuration file.")
@click.option("--organisation", type=_FILE, help="The organisation's default, under which the file stands.")
@click.option("--branch", help="Only windows for this base branch. Left out: scoped windows count as open.")
@click.option("--path", "paths", multiple=True, help="Only windows for this changed path; may be given again.")
@click.option("--at", "at", help="A time of the file's zone, or with an offset. Left out: now.")
@click.option("--next", "following", type=click.IntRange(1, 1000), help="Also list so many changes that follow.")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--ics", is_flag=True, help="Print the coming 400 days as an iCalendar feed instead.")
def calendar(
    file: Path,
    organisation: Path | None,
    branch: str | None,
    paths: tuple[str, ...],
    at: str | None,
    following: int | None,
    layout: str,
    ics: bool,
) -> None:
    """Say which level is in force at a time, which windows are open, and when that changes."""
    found = _load(file, organisation)
    for problem in found.problems:
        click.echo(f"warning: {_line(problem)}", err=True)
    scope = Scope(branch, paths or None)
    now = _moment(at, found)
    if ics:
        click.echo(to_ics(found.calendar, now, scope), nl=False)
        return
    stretches = list(islice(found.calendar.levels(now, scope), (following or 1) + 1))
    windows = found.calendar.open_at(now, scope)
    write = _as_json if layout == "json" else _as_text
    click.echo(write(now, stretches, windows, found.timezone, following))


def _load(file: Path, organisation: Path | None) -> Config:
    """Calendar files are read beside the configuration, from the folder that holds `.github`."""
    try:
        org = parse(organisation.read_text("utf-8"), str(organisation)) if organisation else None
        own = parse(file.read_text("utf-8"), str(file), org)
    except ConfigError as error:
        raise Unusable(error.problems) from None
    except UnicodeDecodeError:
        raise Unusable([ConfigProblem(str(file), None, None, "the file is not UTF-8 text")]) from None
    found = merge(org, own) if org else own
    root = file.resolve().parent
    root = root.parent if root.name == ".github" else root
    return found.with_feeds({path: _text(root / path) for path in found.feeds()})


def _text(file: Path) -> str | None:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _moment(text: str | None, found: Config) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text) if "." in text else walltime.moment(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--at") from None
    zone = ZoneInfo(found.timezone)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone)


def _as_json(
    now: datetime, stretches: Sequence[InForce], windows: Sequence[OpenWindow], zone: str, following: int | None
) -> str:
    current, later = stretches[0], stretches[1:]
    answer: dict[str, object] = {
        "at": _iso(now),
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
            for window in windows
        ],
        "next_change": _change(later[0], zone) if later else None,
    }
    if following:
        answer["changes"] = [_change(stretch, zone) for stretch in later]
    return json.dumps(answer, indent=2, ensure_ascii=False)


def _change(stretch: InForce, zone: str) -> dict[str, object]:
    since = stretch.since.astimezone(ZoneInfo(zone)) if stretch.since else None
    name = stretch.window.name if stretch.window else None
    return {"at": _iso(since), "level": stretch.level, "share": stretch.share, "window": name}


def _as_text(
    now: datetime, stretches: Sequence[InForce], windows: Sequence[OpenWindow], zone: str, following: int | None
) -> str:
    current, later = stretches[0], stretches[1:]
    until = f"until {_both(current.until)}" if current.until else "no change in sight"
    lines = [
        f"{current.level}: {words.percent(current.share)} held back, at {_both(now)}",
        f"since {_both(current.since) if current.since else 'ever, or longer than a year'}, {until}",
    ]
    for window in windows:
        where = f"{window.file} line {window.line}" if window.line else "started by hand"
        ends = f"until {_both(window.until)}" if window.until else "without end"
        begins = f"since {_both(window.since)}" if window.since else "since ever"
        share = f"{window.level} {words.percent(window.share)}"
        lines.append(f"  open: {window.name} ({share}), {where}, {begins}, {ends}")
    if later:
        heading = "next changes:" if following else "next change:"
        lines += [heading, *(f"  {_line_of(stretch, zone)}" for stretch in later)]
    return "\n".join(lines)


def _line_of(stretch: InForce, zone: str) -> str:
    change = stretch.since.astimezone(ZoneInfo(zone)) if stretch.since else None
    name = f" ({stretch.window.name})" if stretch.window else ""
    return f"{_both(change)} {stretch.level} {words.percent(stretch.share)}{name}" if change else stretch.level


def _both(moment: datetime) -> str:
    """With the year, in its zone and in UTC, so that nobody has to count."""
    utc = moment.astimezone(UTC)
    return f"{words.when(moment)} ({utc:%Y-%m-%d %H:%M} UTC)"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _line(problem: ConfigProblem) -> str:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part is not None)
    return f"{place}: {problem.words}"
