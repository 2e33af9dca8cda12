"""Looks at this machine for the doctor: the database, the model, the disk, git, the server's own door."""

import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from bot.config.settings import Settings, misspelt
from bot.doctor.facts import Here, Part, Reached
from bot.doors.health import Work, work
from bot.store import AuditLog, DriftLog, KnownSign, Repositories
from bot.store.engine import open_engine, reading, words
from bot.store.migrate import settings as migrations
from scoring.errors import ScoringError
from scoring.models.model import unknown_change
from scoring.models.registry import load
from scoring.scorer import SHIPPED

_PATIENCE_S = 5


def here(settings: Settings, environment: Mapping[str, str], now: datetime | None = None) -> Here:
    return Here(
        folder=str(settings.folder),
        database=database(settings.database_url),
        model=model(settings.model or SHIPPED),
        free=shutil.disk_usage(_existing(settings.folder)).free,
        git=git_version(),
        unknown_settings=misspelt(environment),
        work=work_of(settings.database_url, now),
        drift=drift_of(settings.database_url),
    )


def database(url: str) -> Part:
    """Whether it answers and has the newest form. Makes and changes nothing."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
            return Part("absent")
        engine = open_engine(url, busy=_PATIENCE_S)
    except (sa.exc.SQLAlchemyError, ImportError, OSError) as error:
        return Part("broken", words(error))
    try:
        return _form(engine)
    except sa.exc.SQLAlchemyError as error:
        return Part("broken", words(error))
    finally:
        engine.dispose()


def work_of(url: str, now: datetime | None = None) -> Work | None:
    """None when the database is not there, has an older form, or does not answer: `database` says which."""
    if database(url).state != "ready":
        return None
    engine = open_engine(url, busy=_PATIENCE_S)
    try:
        return work(engine, now)
    except sa.exc.SQLAlchemyError:
        return None
    finally:
        engine.dispose()


def drift_of(url: str) -> tuple[tuple[str, KnownSign], ...]:
    """What alarms of repositories that can be reached; nothing when the database does not tell."""
    if database(url).state != "ready":
        return ()
    engine = open_engine(url, busy=_PATIENCE_S)
    try:
        names = {one.id: one.full_name for one in Repositories(engine).all()}
        signs = DriftLog(engine, AuditLog(engine)).newest()
        return tuple((names[each.repository_id], each) for each in signs if each.alert and each.repository_id in names)
    except sa.exc.SQLAlchemyError:
        return ()
    finally:
        engine.dispose()


def _form(engine: sa.Engine) -> Part:
    newest = ScriptDirectory.from_config(migrations()).get_current_head()
    with reading(engine) as connection:
        form = MigrationContext.configure(connection).get_current_revision()
    if form is None:
        return Part("absent")
    return Part("ready") if form == newest else Part("behind", f"{form}, the newest is {newest}")


def model(folder: Path) -> Part:
    """Whether the model fits its card and scores a change."""
    try:
        loaded = load(folder)
        scored = loaded.logits(unknown_change())
    except (ScoringError, OSError) as error:
        return Part("broken", " ".join(str(error).split()))
    if scored.shape != (1,) or not np.isfinite(scored).all():
        return Part("broken", f"The model in {folder} gives no number for a change")
    return Part("ready", loaded.card.id)


def git_version() -> tuple[int, ...]:
    """Empty when there is no git, or it says nothing that can be read."""
    try:
        answer = subprocess.run(["git", "--version"], capture_output=True, text=True, timeout=_PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    numbers = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", answer.stdout)
    return tuple(int(part) for part in numbers.groups() if part is not None) if numbers else ()


class _Straight(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """A redirect is the answer: GitHub does not follow one either."""


def reach(public_url: str) -> Reached | None:
    """Knock at the server's health page by its public address; None when there is none."""
    if not public_url.startswith(("https://", "http://")):
        return None
    url = public_url.rstrip("/") + "/healthz"
    try:
        with urllib.request.build_opener(_Straight).open(url, timeout=_PATIENCE_S) as answer:
            alive = answer.read(64).strip() == b"alive"
            return Reached(url, int(answer.status) if alive else 0, "" if alive else "something else answers there")
    except urllib.error.HTTPError as refused:
        return Reached(url, refused.code)
    except (OSError, ValueError) as error:
        return Reached(url, 0, str(getattr(error, "reason", "") or type(error).__name__))


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
