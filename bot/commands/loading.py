"""A configuration for the command line: from files, with the calendars that it names, or from a server's database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from bot.commands.operator import Unusable as NotThere
from bot.config.addresses import Addresses, Unfetchable, places
from bot.config.repository import ORGANISATION, composed
from bot.policy.calendar.feed import Copy
from bot.policy.config import Config, ConfigError, merge, parse
from bot.policy.config.freezes import joined
from bot.policy.config.idle import doubtful, idle
from bot.policy.state import ConfigProblem
from bot.store import Configurations, Freezes, KnownFeed, Repositories

EVER = datetime(1970, 1, 1, tzinfo=UTC)
FILE_TYPE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Unusable(click.ClickException):
    """Shown without a traceback; the exit status is 2."""

    exit_code = 2

    def __init__(self, problems: Iterable[ConfigProblem]) -> None:
        super().__init__("\n".join(line(problem) for problem in problems))

    def show(self, file: object = None) -> None:
        click.echo(self.message, err=True)


@dataclass(frozen=True, slots=True)
class Loaded:
    config: Config
    feeds: tuple[KnownFeed, ...] = ()  # what a server keeps of calendars at addresses


def line(problem: ConfigProblem) -> str:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part is not None)
    return f"{place}: {problem.words}"


def warn(config: Config) -> None:
    for problem in config.problems:
        click.echo(f"warning: {line(problem)}", err=True)


def note(config: Config, now: datetime) -> tuple[str, ...]:
    """What one should know of it and nobody has to mend: events left out, windows that are over or repeat oddly."""
    return tuple(line(problem) for problem in (*config.notes, *idle(config, now), *doubtful(config, now)))


def from_files(
    file: Path, organisation: Path | None = None, *, fetch: bool = False, now: datetime | None = None
) -> Config:
    """Calendar files are read beside the configuration, from the folder that holds `.github`. Raises Unusable.

    Addresses are asked only with `fetch`. `now`, left out the present, is what calendars are judged by.
    """
    try:
        org = parse(organisation.read_text("utf-8"), str(organisation)) if organisation else None
        repo = parse(file.read_text("utf-8"), str(file), org)
    except ConfigError as error:
        raise Unusable(error.problems) from None
    except UnicodeDecodeError:
        raise Unusable([ConfigProblem(str(file), None, None, "the file is not UTF-8 text")]) from None
    config = merge(org, repo) if org else repo
    root = file.resolve().parent
    root = root.parent if root.name == ".github" else root
    copies = {path: _copy(root, path, fetch=fetch) for path in config.feeds()}
    return config.with_feeds(copies, now or datetime.now(UTC))


def _copy(root: Path, path: str, *, fetch: bool) -> Copy:
    if "://" in path:
        return _asked(path) if fetch else Copy(None, "addresses are not asked here unless you say --fetch")
    try:
        return Copy((root / path).read_text("utf-8"))
    except UnicodeDecodeError:
        return Copy(None, "it is not UTF-8 text")
    except OSError:
        return Copy()


def _asked(address: str) -> Copy:
    """Whoever types the command is the operator here: the host is allowed, this machine's own network is not."""
    try:
        return Copy(Addresses(places(urlsplit(address).netloc)).fetch(address).text)
    except (Unfetchable, ValueError) as error:
        return Copy(None, str(error))


def from_server(
    repositories: Repositories, configurations: Configurations, freezes: Freezes, full_name: str, branch: str | None
) -> Loaded:
    """What a server keeps for a branch, with every freeze by hand there ever was.

    Raises operator.Unusable with what there is.
    """
    ids = {one.id for one in repositories.all() if one.full_name.lower() == full_name.lower()}
    known = [one for one in configurations.in_force(ORGANISATION) if one.repository_id in ids]
    if not known:
        raise NotThere(f"this server has not looked at a pull request of {full_name} yet")
    branches = sorted(one.ref for one in known)
    stored = next((one for one in known if one.ref == branch or (branch is None and len(known) == 1)), None)
    if stored is None:
        raise NotThere(f"name a branch with --branch: this server knows {', '.join(branches)}")
    config = composed(stored, datetime.now(UTC))
    if config is None:
        raise NotThere("the configuration that was kept is not valid for this version any more")
    named = set(config.feeds())
    config = joined(config, freezes.of(stored.repository_id, EVER))
    return Loaded(config, tuple(one for one in stored.feeds if one.repository_id == 0 and one.path in named))
