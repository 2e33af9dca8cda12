"""What the commands that look into a server's database share."""

from pathlib import Path

import click
import sqlalchemy as sa

from bot.store import Store


class Unusable(click.ClickException):
    exit_code = 2


def open_store(address: str) -> Store:
    url = address if "://" in address else f"sqlite:///{Path(address).absolute()}"
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise Unusable(f"there is no database {address}: name it with --database or CODECHILL_DATABASE")
    try:
        return Store(url)
    except sa.exc.SQLAlchemyError as error:
        raise Unusable(f"the database cannot be opened: {type(error).__name__}") from None


database_option = click.option(
    "--database",
    envvar="CODECHILL_DATABASE",
    default=".codechill/codechill.db",
    show_default=True,
    help="A SQLite file, or an SQLAlchemy address.",
)
