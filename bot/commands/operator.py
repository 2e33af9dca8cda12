"""What the operator's commands share: where credentials are kept, and how settings are read."""

import os
from pathlib import Path
from typing import TypeVar

import click
from dotenv import dotenv_values
from pydantic import ValidationError

from bot.commands.refusals import sentence
from bot.config.settings import Place, Settings, misspelt
from bot.setup.keep import ENV

FOLDER = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "codechill"


class Unusable(click.ClickException):
    """It could not be done: one sentence, exit status 2."""

    exit_code = 2


env_option = click.option(
    "--env",
    "env_file",
    type=click.Path(path_type=Path),
    help=f"A file of CODECHILL_... lines; default: {ENV} as codechill setup made it, where there is one.",
)


Kind = TypeVar("Kind", bound=Place)


def settings_from(env_file: Path | None) -> Settings:
    """From the environment and a file; the environment wins. A misspelt name is told on standard error.

    Raises Unusable, which never repeats a value.
    """
    return _read(Settings, env_file)


def place_from(env_file: Path | None) -> Place:
    """Where the server keeps its database, by the same settings; the credentials are not needed. Raises Unusable."""
    return _read(Place, env_file)


def _read(kind: type[Kind], env_file: Path | None) -> Kind:
    if env_file is not None and not env_file.is_file():
        raise Unusable(f"there is no file {env_file}")
    made = FOLDER / ENV
    file = env_file or (made if made.is_file() else None)
    try:
        lines = dotenv_values(file, encoding="utf-8") if file else {}
        for doubt in (*misspelt(os.environ), *misspelt(lines)):
            click.echo(f"codechill: {doubt}", err=True)
        return kind(_env_file=file)
    except ValidationError as error:
        raise Unusable(_sentences(error)) from None
    except UnicodeDecodeError:
        raise Unusable(f"{file} is not UTF-8 text") from None
    except OSError as error:
        raise Unusable(sentence(error)) from None


def _sentences(error: ValidationError) -> str:
    lines = [
        f"  CODECHILL_{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False)
    ]
    return "\n".join(
        ["The settings are not complete (codechill setup makes them; --env FILE names their file):", *lines]
    )
