"""Freezes started by hand: who may, and for how long."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown, listed
from bot.policy.config.values import Elapsed, Managers, Shape

LONGEST = timedelta(days=3)


class FreezesShape(Shape):
    """Freezes started by hand with `/chill freeze`."""

    by: Managers = Field(
        default=[],
        description="Who may start and end them in comments. None: nobody.",
        examples=[["@acme/release-managers"]],
    )
    longest: Elapsed | None = Field(
        default=None, description="The longest that one may last. Left out: 3d.", examples=["12h"]
    )


@dataclass(frozen=True, slots=True)
class FreezePolicy:
    """Who may start a freeze in a comment (lower case; nobody named: nobody), and for how long at most."""

    by: tuple[str, ...] = ()
    longest: timedelta = LONGEST


def _read(written: FreezesShape, _: Reading) -> FreezePolicy:
    return FreezePolicy(tuple(who.lower() for who in written.by), written.longest or LONGEST)


def _join(joining: Joining, org: FreezePolicy, repo: FreezePolicy) -> FreezePolicy:
    return joining.value("freezes", org, repo, lambda a, _: a)


def _shown(policy: FreezePolicy, _: Mapping[str, Any]) -> Iterator[Shown]:
    yield Shown("freezes.by", listed(policy.by))
    yield Shown("freezes.longest", f"{policy.longest.total_seconds() / 3600:g} h")


SECTION = Section(
    key="freezes",
    kind=FreezesShape,
    field=Field(default_factory=FreezesShape, description="Freezes by hand."),
    read=_read,
    join=_join,
    shown=_shown,
)
