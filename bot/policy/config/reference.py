"""The reference of the configuration file, written from the schema so that it cannot disagree with it."""

import re
from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.policy.config.sections.escalation import REASONS
from bot.policy.config.sections.gate import Gate
from bot.policy.config.sections.levels import LEVELS
from bot.policy.config.table import TABLE, Table

HEAD = """# Configuration reference

`.github/codechill.yml` on the base branch. Every key but `version` may be left out; unknown keys are refused.
This page is written by `codechill config reference`; `docs/codechill.schema.json` by `codechill config schema`.

A window is half-open: its start belongs to it, its end does not. A wall time that the clock skips means the moment of
the jump. A start that the clock shows twice means its first occurrence, an end its second; for an exception the other
way round, so a freeze is never shorter than the wall clock says. In an iCalendar feed RFC 5545 decides instead.

Of a feed every event is a window that bears its name, in the years in sight (last year to the year after next). Each is
judged by itself. Left out are cancelled events, those marked free (transparent) for part of a day, those without a
length, and those that cannot be used, like an `INTERVAL` of 0 or an end before the start: how many and the first of
each is said by `codechill calendar` and on the check. A free event that lasts whole days is a window, as holiday
calendars mark them. Times without a zone are on the clock of the feed (`X-WR-TIMEZONE`), or of the window where it
names a `timezone`, else of this file. A feed of more than 1 MiB, of more than 2,000 events a year, or whose events
repeat in ways that take too long to work out counts as open where its level is closed on errors.

Shares are written `5%` or `0.05`. Times may be unquoted; `24:00` is an end. Days are English, three letters or full.
In globs `*` and `?` stay within one segment and `**` stands for whole segments. The strictest window open is in force;
of equals the one listed first names the level. No window open is `green`.

`codechill.example.yml` beside this page shows every key once.
An editor checks the file while it is written when its first line names the schema:
`# yaml-language-server: $schema=<address of codechill.schema.json>`.
"""
STANDARD = """
## Standard values

| level | share | when a change cannot be scored |
|---|--:|---|
{levels}

Levels of your own are closed on errors from 10 % on. Standard reasons for an exception: {reasons}.
"""


def markdown(table: Table[Any] = TABLE) -> str:
    return "".join([HEAD, *_sections(table.shape, ""), _standard()])


def _standard() -> str:
    rows = [f"| `{name}` | {share:.0%} | {Gate().on_error_at(name, share)} |" for name, share in LEVELS.items()]
    reasons = ", ".join(f"`{name}` ({meaning.lower()})" for name, meaning in REASONS.items())
    return STANDARD.format(levels="\n".join(rows), reasons=reasons)


def _sections(shape: type[BaseModel], prefix: str) -> Iterator[str]:
    title = f"`{prefix}`" if prefix else "The file"
    yield f"\n## {title}\n\n{(shape.__doc__ or '').strip()}\n\n| key | write | default | meaning |\n|---|---|---|---|\n"
    inner = []
    for name, field in shape.model_fields.items():
        key = field.alias or name
        yield f"| `{key}` | {_kind(field)} | {_default(field)} | {field.description or ''} |\n"
        nested = _nested(field.annotation)
        if nested is not None:
            inner.append((nested, f"{prefix}.{key}{_many(field.annotation)}".lstrip(".")))
    for nested, path in inner:
        yield from _sections(nested, path)


def _many(annotation: Any) -> str:
    """Where the settings of one of many stand."""
    kinds = {get_origin(kind) for kind in (annotation, *get_args(annotation))}
    return "[]" if list in kinds else ".<name>" if dict in kinds else ""


def _nested(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((shape for part in get_args(annotation) if (shape := _nested(part)) is not None), None)


def _kind(field: FieldInfo) -> str:
    """What is written there: the choices, or an example; the patterns are in the schema."""
    optional = get_origin(field.annotation) in (Union, UnionType)
    kinds = (field.annotation, *(get_args(field.annotation) if optional else ()))
    choices = [kind for kind in kinds if get_origin(kind) is Literal]
    if choices:
        return " or ".join(f"`{choice}`" for choice in get_args(choices[0]))
    if field.examples:
        return f"like `{_written(field.examples[0])}`"
    if field.annotation is bool:
        return "`true` or `false`"
    if isinstance(field.default, int | float | str):
        return f"like {_default(field)}"
    return "list of settings" if "list" in str(field.annotation) else "settings"


def _written(value: object) -> str:
    """As it stands in the file, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(key)}: {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    quoted = isinstance(value, str) and not re.fullmatch(r"[\w.+/% :;=,-]+", value)
    return f'"{value}"' if quoted else str(value)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default_factory is not None or field.default in (None, "", [], {}):
        return ""
    return f"`{field.default:.0%}`" if isinstance(field.default, float) else f"`{_written(field.default)}`"
