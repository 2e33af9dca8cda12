"""How much codechill may do: from deciding in silence to blocking."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown

Mode = Literal["shadow", "comment", "advise", "enforce"]
MODES: tuple[Mode, ...] = get_args(Mode)  # each stricter than the one before


def _read(written: Mode, _: Reading) -> Mode:
    return written


def _join(joining: Joining, org: Mode, repo: Mode) -> Mode:
    return joining.value("mode", org, repo, lambda a, b: max(a, b, key=MODES.index))


def _shown(mode: Mode, _: Mapping[str, Any]) -> Iterator[Shown]:
    yield Shown("mode", mode)


SECTION = Section(
    key="mode",
    kind=Mode,
    field=Field(
        default="enforce",
        description="shadow: decide, write nothing. comment and advise: the check never blocks. enforce.",
    ),
    read=_read,
    join=_join,
    shown=_shown,
)
