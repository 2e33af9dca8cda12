"""What is critical, for commands that look at a repository without a server."""

from pathlib import Path

import click

from bot.commands.loading import from_files, line
from bot.policy.config import FILE, Config, ConfigError, parse
from bot.policy.text.whole import visible
from scoring.errors import ScoringError
from scoring.facts.services import NONE, Services
from scoring.git import Git
from scoring.history.criticality import read_services


def services(git: Git, base: str, file: Path | None) -> Services:
    """The services as of the commit `base` ("" for none), under the configuration in `file` or else the one there.

    What cannot be read is told on standard error and says nothing. Raises Unusable when `file` cannot be used.
    """
    config = from_files(file) if file else _there(git, base)
    if config is None or not base:
        return Services(config.critical) if config else NONE
    critical = read_services(git, base, config.criticality())
    for problem in critical.problems:
        _warn(problem)
    return critical.services


def _there(git: Git, base: str) -> Config | None:
    if not base:
        return None
    try:
        text = git.run("cat-file", "blob", f"{base}:{FILE}").decode("utf-8", "replace")
    except ScoringError:
        return None  # most repositories have none
    try:
        return parse(text)
    except ConfigError as error:
        _warn(f"{line(error.problems[0])}; nothing counts as critical")
        return None


def _warn(words: str) -> None:
    click.echo(visible(f"warning: {words}"), err=True)
