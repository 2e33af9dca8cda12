"""Every setting and every metric as a page, from the code: `python -m bot.commands.reference > docs/settings.md`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

import click
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.config.settings import Settings
from bot.doors.metrics import Metrics
from bot.jobs.port import Depth

_TOP = """\
# Settings and metrics

<!-- made by `python -m bot.commands.reference > docs/settings.md`; a test compares -->

Settings come from the environment, or from the file given with `--env`: every command that needs one takes it, and
without it `~/.config/codechill/codechill.env` is read where `codechill setup` made it. The environment wins. A
misspelt name is told by every command that reads settings, and by the doctor.

"""


def page() -> str:
    return _TOP + "\n".join([*_settings(), "", "## Metrics", "", "At `/metrics`, for Prometheus.", "", *_metrics(), ""])


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
    for name, kind, labels, words in sorted(Metrics(_empty, _now).told()):
        yield f"| `{name}` | {kind} | {', '.join(labels) or '–'} | {words} |"


def _empty(now: datetime) -> Depth:
    return Depth(0, 0, 0, 0.0)


def _now() -> datetime:
    return datetime(2000, 1, 1, tzinfo=UTC)


if __name__ == "__main__":
    click.echo(page(), nl=False)
