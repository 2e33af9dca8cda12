"""Which files of the base branch tell how critical services are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown
from bot.policy.config.values import Flag, Owner, Shape, Tier


class CriticalFromShape(Shape):
    """Files of the base branch that tell how critical services are. Beside `critical`, what is more critical counts."""

    codeowners: dict[Owner, Tier] = Field(
        default={},
        max_length=200,
        description="Owner in CODEOWNERS to tier: the last rule that matches a path names its owners.",
        examples=[{"@acme/payments": 1}],
    )
    backstage: Flag = Field(
        default=False,
        description="Read catalog-info.yaml files: a label or annotation `tier`, else `spec.lifecycle`.",
        examples=[True],
    )


@dataclass(frozen=True, slots=True)
class CriticalFrom:
    """Which files of the base branch tell how critical services are."""

    codeowners: Mapping[str, int] = field(default_factory=dict)  # owner in lower case to tier
    backstage: bool = False


def _read(written: CriticalFromShape, _: Reading) -> CriticalFrom:
    return CriticalFrom(MappingProxyType(written.codeowners), written.backstage)


def _join(joining: Joining, org: CriticalFrom, repo: CriticalFrom) -> CriticalFrom:
    return CriticalFrom(
        joining.table("critical_from.codeowners", org.codeowners, repo.codeowners),
        joining.value("critical_from.backstage", org.backstage, repo.backstage),
    )


def _shown(files: CriticalFrom, _: Mapping[str, Any]) -> Iterator[Shown]:
    for owner, tier in files.codeowners.items():
        yield Shown(f"critical_from.codeowners.{owner}", str(tier))
    yield Shown("critical_from.backstage", "yes" if files.backstage else "no")


SECTION = Section(
    key="critical_from",
    kind=CriticalFromShape,
    field=Field(default_factory=CriticalFromShape, description="Files of the base branch that tell more of it."),
    read=_read,
    join=_join,
    shown=_shown,
    may_be_floor=False,
)
