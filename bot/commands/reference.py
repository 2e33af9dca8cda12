"""Every setting, metric and kind of job as a page: `python -m bot.commands.reference > docs/settings.md`."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import click
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.config.settings import Settings
from bot.doors.metrics import Metrics
from bot.jobs.kinds import JOBS, Kind
from bot.jobs.port import Depth

_TOP = """\
# Settings, metrics and jobs

<!-- made by `python -m bot.commands.reference > docs/settings.md`; a test compares -->

Settings come from the environment, or from the file given with `--env`: every command that needs one takes it, and
without it `~/.config/codechill/codechill.env` is read where `codechill setup` made it. The environment wins. A
misspelt name is told by every command that reads settings, and by the doctor.

"""


_JOBS = (
    "## Jobs",
    "",
    "What `codechill jobs` lists. `every`: put into the queue by the clock, unless a setting says otherwise. `limit`: "
    "a job that takes longer is taken for hung, and another worker begins it anew.",
    "",
)


def page() -> str:
    metrics = ["", "## Metrics", "", "At `/metrics`, for Prometheus.", "", *_metrics()]
    return _TOP + "\n".join([*_settings(), *metrics, "", *_JOBS, *jobs_table(), ""])


def _settings() -> Iterator[str]:
    yield "| variable | default | meaning |"
    yield "|---|---|---|"
    for name, field in Settings.model_fields.items():
        allowed = f" (one of {', '.join(get_args(field.annotation))})" if _is_choice(field) else ""
        words = (field.description or "").replace("|", "\\|")
        yield f"| `CODECHILL_{name.upper()}` | {_default(field)} | {words}{allowed} |"


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "needed"
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    if value in (None, ""):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _is_choice(field: FieldInfo) -> bool:
    return bool(get_args(field.annotation)) and all(isinstance(one, str) for one in get_args(field.annotation))


def _metrics() -> Iterator[str]:
    yield "| metric | kind | labels | meaning |"
    yield "|---|---|---|---|"
    for name, kind, labels, words in sorted(Metrics(_empty, _now).described()):
        yield f"| `{name}` | {kind} | {', '.join(labels) or '–'} | {words} |"


def jobs_table(rows: Iterable[Kind[Any]] = JOBS) -> list[str]:
    """In the order of their urgency."""
    named = sorted(rows, key=lambda row: -row.priority)
    return ["| kind | does | every | limit |", "|---|---|---|---|"] + [
        f"| `{row.name}` | {row.words} | {_length(row.every)} | {_length(row.limit)} |" for row in named
    ]


def _length(time: timedelta | None) -> str:
    if time is None:
        return "–"
    hours = time / timedelta(hours=1)
    return f"{hours / 24:g} d" if hours >= 24 else f"{hours:g} h" if hours >= 1 else f"{hours * 60:g} min"


def _empty(now: datetime) -> Depth:
    return Depth(0, 0, 0, 0.0)


def _now() -> datetime:
    return datetime(2000, 1, 1, tzinfo=UTC)


if __name__ == "__main__":
    click.echo(page(), nl=False)
