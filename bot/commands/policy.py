"""`codechill config`: what a configuration says, before it decides about anybody."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.commands.loading import FILE_TYPE, from_files, note, warn
from bot.commands.policy_replay import replay_
from bot.policy.chat.commands import markdown as commands_page
from bot.policy.config import FILE, Config, settings
from bot.policy.config.reference import markdown
from bot.policy.config.table import TABLE


@click.group()
def config() -> None:
    """Check or show a repository's configuration, and replay automatic review under another."""


config.add_command(replay_)


@config.command()
@click.argument("file", type=FILE_TYPE, default=FILE, required=False)
@click.option("--organisation", type=FILE_TYPE, help="The organisation's default, under which the file stands.")
@click.option("--fetch", is_flag=True, help="Ask the https addresses of calendars, too.")
def check(file: Path, organisation: Path | None, fetch: bool) -> None:
    """Say what is wrong with FILE, each problem with its line and what was meant.

    Exit status: 0 nothing is wrong; 2 something is.
    """
    config = from_files(file, organisation, fetch=fetch)
    warn(config)
    for said in note(config, datetime.now(UTC)):
        click.echo(f"note: {said}", err=True)
    number = len(config.calendar.windows)
    click.echo(f"{file}: good. Mode {config.mode}, {_counted(number, 'window')}.{_automatic(config)}")


def _automatic(config: Config) -> str:
    """`mode` is that of the whole file, and easily read as this one's."""
    policy = config.auto_review
    return f" Automatic review: {policy.mode}, {_counted(len(policy.sources), 'source')}." if policy.on else ""


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@config.command()
@click.argument("file", type=FILE_TYPE, default=FILE, required=False)
@click.option("--organisation", type=FILE_TYPE, help="The organisation's default, under which the file stands.")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(file: Path, organisation: Path | None, layout: str) -> None:
    """Print every setting in force, with the file and line that it comes from."""
    shown = list(settings(from_files(file, organisation)))
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
    click.echo(json.dumps(TABLE.json_schema(), indent=2, ensure_ascii=False))


@config.command()
def reference() -> None:
    """Print the reference of every key, as Markdown."""
    click.echo(markdown(), nl=False)


@config.command()
def commands() -> None:
    """Print what can be said to codechill in comments, as Markdown."""
    click.echo(commands_page(), nl=False)
