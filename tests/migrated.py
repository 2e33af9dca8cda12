"""A new SQLite file begins as a copy of one that was migrated: the chain of migrations runs once a process.

What is about the chain itself asks for the real one: `bot.store.migrate.migrate`.
"""

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from bot.store.engine import open_engine

Migrate = Callable[[sa.Engine], None]


def by_copy(migrate: Migrate, folder: Path) -> Migrate:
    """As `migrate`, and where there is no file yet the copy of one that it made, kept in `folder`."""
    template, making = folder / "migrated.db", threading.Lock()

    def made() -> Path:
        with making:
            if not template.exists():
                engine = open_engine(f"sqlite:///{template}")
                migrate(engine)
                engine.dispose()
        return template

    def begin(engine: sa.Engine) -> None:
        file = Path(str(engine.url.database))
        if engine.dialect.name == "sqlite" and not file.exists() and _placed(made(), file):
            return
        migrate(engine)

    return begin


def _placed(template: Path, file: Path) -> bool:
    """Put it there whole; False: somebody else began the database meanwhile."""
    copy = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    shutil.copyfile(template, copy)
    try:
        os.link(copy, file)
    except FileExistsError:
        return False
    finally:
        copy.unlink()
    return True
