"""From which rank on there is a comment outside of windows."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown
from bot.policy.config.values import Share
from bot.policy.text import words


def _read(written: float, _: Reading) -> float:
    return written


def _join(joining: Joining, org: float, repo: float) -> float:
    return joining.value("notice", org, repo)


def _shown(notice: float, _: Mapping[str, Any]) -> Iterator[Shown]:
    yield Shown("notice", words.percent(notice))


SECTION = Section(
    key="notice",
    kind=Share,
    field=Field(default=0.8, description="Outside windows, comment only from this percentile on.", examples=["80%"]),
    read=_read,
    join=_join,
    shown=_shown,
    may_be_floor=False,
)
