"""How critical services are, by path."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown
from bot.policy.config.values import Glob, Tier


def _read(written: dict[str, int], _: Reading) -> Mapping[str, int]:
    return MappingProxyType(written)


def _join(joining: Joining, org: Mapping[str, int], repo: Mapping[str, int]) -> Mapping[str, int]:
    return joining.table("critical", org, repo)


def _shown(tiers: Mapping[str, int], _: Mapping[str, Any]) -> Iterator[Shown]:
    for glob, tier in tiers.items():
        yield Shown(f"critical.{glob}", str(tier))


SECTION = Section(
    key="critical",
    kind=dict[Glob, Tier],
    field=Field(
        default={},
        description="Service criticality for the score: glob to tier, 1 is highest.",
        examples=[{"services/auth/**": 1}],
    ),
    read=_read,
    join=_join,
    shown=_shown,
    may_be_floor=False,
)
