"""Levels, and the share of changes that each holds back."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown
from bot.policy.config.values import Name, Share
from bot.policy.text import words

LEVELS: Mapping[str, float] = MappingProxyType(
    {"green": 0.0, "weekend": 0.05, "yellow": 0.10, "red": 0.50, "frozen": 1.0}
)


def _read(written: dict[str, float], reading: Reading) -> Mapping[str, float]:
    """The standard levels, or an organisation's, with what the file replaces or adds."""
    levels = {**reading.under["levels"], **written}
    if levels["green"] != 0:
        reading.wrong(("levels", "green"), "levels.green: green holds nothing back; it stays 0%")
    return MappingProxyType(levels)


def _join(joining: Joining, org: Mapping[str, float], repo: Mapping[str, float]) -> Mapping[str, float]:
    return joining.table("levels", org, repo, max)


def _shown(levels: Mapping[str, float], _: Mapping[str, Any]) -> Iterator[Shown]:
    for level, share in levels.items():
        yield Shown(f"levels.{level}", words.percent(share))


SECTION = Section(
    key="levels",
    kind=dict[Name, Share],
    field=Field(
        default={},
        description="Shares held back; replaces or adds single levels. Green stays 0 %.",
        examples=[{"launch": "30%"}],
    ),
    read=_read,
    join=_join,
    shown=_shown,
)
