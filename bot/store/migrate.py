"""Bring the database to the newest form. Doing it twice changes nothing; two processes at once take turns."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from bot.store.engine import MIGRATE, take_turns

_FOLDER = Path(__file__).parent / "migrations"


def settings() -> Config:
    """Alembic's settings without a file: the folder is package data."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


def migrate(engine: sa.Engine) -> None:
    """Apply every migration that is missing, in one transaction."""
    config = settings()
    with engine.begin() as connection:
        take_turns(connection, MIGRATE)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
