"""Who is told what outside of the forge: channels that the operator has set up, quiet hours, and deputies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown, listed
from bot.policy.config.values import At, End, Flag, Manager, Name, Shape
from bot.policy.text import words

KindName = Literal["window", "exception", "expiry", "incident", "drift", "doctor", "trust", "landing", "review", "week"]
KIND_NAMES: tuple[str, ...] = get_args(KindName)
DAY_MIN, SATURDAY = 24 * 60, 5


class QuietShape(Shape):
    """Hours in which nothing is sent; what is still true is sent afterwards."""

    from_: At = Field(alias="from", description="Time of day.", examples=["19:00"])
    to: At = Field(description="Time of day; up to `from` means the next day.", examples=["08:00"])
    weekends: Flag = Field(default=False, description="Also the whole of Saturday and Sunday.")


class DeputyShape(Shape):
    """Who stands in for a manager who is away."""

    for_: Manager = Field(alias="for", description="The manager who is away.", examples=["maya"])
    deputy: Manager = Field(description="Who is told instead; what they may decide is said by `escalation`.")
    until: End = Field(description="The manager is back from then on.", examples=["2026-12-07"])


class NoticesShape(Shape):
    """Who is told what, outside of the forge."""

    channels: dict[Name, list[KindName]] = Field(
        default={},
        max_length=20,
        description="Names of channels that the operator of the server has set up, each with what it is told: "
        "`window`, `exception`, `expiry`, `incident`, `drift`, `doctor`, `trust`, `landing`, `review`, "
        "`week`. An empty list: everything.",
        examples=[{"release-room": ["window", "exception"]}],
    )
    quiet: QuietShape | None = Field(default=None, description="Quiet hours in `timezone`.")
    deputies: list[DeputyShape] = Field(
        default=[],
        max_length=50,
        description="Who stands in for managers who are away.",
        examples=[[{"for": "maya", "deputy": "max", "until": "2026-12-07"}]],
    )


@dataclass(frozen=True, slots=True)
class Quiet:
    """Minutes after midnight by the clocks of a zone; the whole day where both are the same."""

    start: int
    end: int
    weekends: bool = False

    def at(self, local: datetime) -> bool:
        if self.weekends and local.weekday() >= SATURDAY:
            return True
        minute, length = local.hour * 60 + local.minute, (self.end - self.start) % DAY_MIN or DAY_MIN
        return (minute - self.start) % DAY_MIN < length

    def __str__(self) -> str:
        hours = f"{_clock(self.start)} to {_clock(self.end)}"
        return f"{hours} and weekends" if self.weekends else hours


@dataclass(frozen=True, slots=True)
class Deputy:
    """`who` is told in the place of `manager`. Logins in lower case."""

    manager: str
    who: str
    until: datetime


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """`channels`: which kinds each is told, by its name."""

    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quiet: Quiet | None = None
    deputies: tuple[Deputy, ...] = ()

    def channels_for(self, kind: str) -> tuple[str, ...]:
        return tuple(name for name, kinds in self.channels.items() if kind in kinds)

    def away(self, now: datetime) -> dict[str, Deputy]:
        """Who is away at that moment, with who stands in."""
        return {one.manager: one for one in self.deputies if now < one.until}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _read(written: NoticesShape, reading: Reading) -> NoticePolicy:
    quiet = written.quiet
    zone = ZoneInfo(reading.values["timezone"])
    for place, one in enumerate(written.deputies):
        if one.for_.lower() == one.deputy.lower():
            reading.wrong(("notices", "deputies", place, "deputy"), "notices.deputies: nobody stands in for themselves")
    return NoticePolicy(
        MappingProxyType({name: tuple(kinds) or KIND_NAMES for name, kinds in written.channels.items()}),
        None if quiet is None else Quiet(quiet.from_, quiet.to, quiet.weekends),
        tuple(Deputy(one.for_.lower(), one.deputy.lower(), _aware(one.until, zone)) for one in written.deputies),
    )


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _join(joining: Joining, org: NoticePolicy, repo: NoticePolicy) -> NoticePolicy:
    return NoticePolicy(
        joining.value("notices.channels", org.channels, repo.channels),
        joining.value("notices.quiet", org.quiet, repo.quiet),
        joining.value("notices.deputies", org.deputies, repo.deputies),
    )


def _shown(policy: NoticePolicy, _: Mapping[str, Any]) -> Iterator[Shown]:
    for name, kinds in policy.channels.items():
        yield Shown(f"notices.channels.{name}", listed(kinds))
    if policy.quiet is not None:
        yield Shown("notices.quiet", str(policy.quiet))
    for one in policy.deputies:
        yield Shown("notices.deputies", f"{one.who} for {one.manager} until {words.when(one.until)}")


SECTION = Section(
    key="notices",
    kind=NoticesShape,
    field=Field(default_factory=NoticesShape, description="Who is told what, by mail, Slack, Teams or webhook."),
    read=_read,
    join=_join,
    shown=_shown,
    may_be_floor=False,
)
