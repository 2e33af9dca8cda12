"""What the commands that look into a server's database share: where it is, and how it is opened."""

from collections.abc import Callable
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
import sqlalchemy as sa

from bot.commands.operator import Unusable, env_option, place_from
from bot.store import KnownRepository, Repositories, Store
from bot.store.engine import words

R = TypeVar("R")

LARGEST = 2**63 - 1  # number that a database keeps
ROW = click.IntRange(1, LARGEST)  # the number of a row
PULL = click.IntRange(1, 999_999_999)  # the number of a pull request

__all__ = ["PULL", "ROW", "Unusable", "known_repository", "open_at", "open_store", "repository_number", "with_stored"]


def with_stored(*names: str, folder: bool = False) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Hand components of the server's store to a command, and close it afterwards. Adds --database and --env.

    With `folder` also the server's folder, as the settings say.
    """

    def handing(command: Callable[..., R]) -> Callable[..., R]:
        @wraps(command)
        def run(*args: Any, database: str | None, env_file: Path | None, **more: Any) -> R:
            place = None if database and not folder else place_from(env_file)
            if folder and place:
                more["folder"] = place.folder
            with closing(open_store(database or (place.database_url if place else ""))) as store:
                return command(*args, **{name: getattr(store, name) for name in names}, **more)

        named = click.option(
            "--database", help="A SQLite file, or an SQLAlchemy address; default: as the settings say, like serve."
        )
        return named(env_option(run))

    return handing


def open_store(address: str) -> Store:
    """Raises Unusable for one that is not there or does not answer; no password is repeated."""
    url = address if "://" in address else f"sqlite:///{Path(address).absolute()}"
    shown = sa.make_url(url).render_as_string(hide_password=True) if _is_address(url) else address
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        file = url.removeprefix("sqlite:///")
        raise Unusable(
            f"there is no database {file}: name it with --database, or the server's settings with --env, "
            "CODECHILL_DATABASE or CODECHILL_FOLDER"
        )
    try:
        return open_at(url)
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        raise Unusable(f"the database {shown} cannot be opened: {words(error)}") from None


def open_at(url: str) -> Store:
    """As SQLAlchemy writes addresses; what is not there is made. Raises what the driver raises."""
    return Store(url)


def known_repository(repositories: Repositories, repository: str) -> KnownRepository:
    """By its number or OWNER/NAME, whatever its case. Raises Unusable for one that the server has not seen."""
    for each in repositories.all(gone=True):
        if repository == str(each.id) or repository.lower() == each.full_name.lower():
            return each
    names = ", ".join(sorted(each.full_name for each in repositories.all())[:5])
    seen = f"; it knows {names}" if names else ""
    raise Unusable(f"this server has not seen a repository {repository}{seen}")


def repository_number(repositories: Repositories, repository: str) -> int:
    """A number stands for itself: records outlive what they are about. Raises Unusable for an unknown name."""
    stands = repository.isdecimal() and len(repository) < 20 and int(repository) <= LARGEST
    return int(repository) if stands else known_repository(repositories, repository).id


def _is_address(url: str) -> bool:
    try:
        sa.make_url(url)
    except sa.exc.ArgumentError:
        return False
    return True
