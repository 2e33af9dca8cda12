"""How a freeze window is written."""

from pydantic import Field

from bot.policy.config.values import (
    At,
    Branches,
    Elapsed,
    End,
    Globs,
    Managers,
    Name,
    Shape,
    Start,
    Weekday,
    Words,
    Zone,
)


class WeeklyShape(Shape):
    """Every week. Either from one day to another, or on some days between two times."""

    days: list[Weekday] | None = Field(
        None, min_length=1, description="Days on which it starts; times then stand alone.", examples=[["Mon", "Tue"]]
    )
    from_: Words | None = Field(
        default=None, alias="from", description='"Fri 17:00", or "22:00" with days.', examples=["Fri 17:00"]
    )
    to: Words | None = Field(
        default=None,
        description='"Mon 08:00", or "06:00" with days; up to `from` means the next day.',
        examples=["Mon 08:00"],
    )


class ExceptShape(Shape):
    """A time carved out of this window only."""

    from_: Start | None = Field(default=None, alias="from", description="Left out: since ever.")
    to: End | None = Field(default=None, description="Left out: without end.")
    reason: Words = Field(default="", description="Why, for people.", examples=["planned migration"])


class HolidaysShape(Shape):
    """Public holidays, whole local days, observed days included."""

    country: Words = Field(description="ISO 3166 code, for example DE.", examples=["DE"])
    subdivision: Words | None = Field(
        default=None, description="State or region code, for example BE.", examples=["BE"]
    )
    categories: list[Words] | None = Field(
        default=None,
        min_length=1,
        max_length=20,
        description="Kinds of holidays that count; left out: public. In Bavaria 15 August is catholic.",
        examples=[["public", "catholic"]],
    )
    day_before_from: At | None = Field(
        default=None, description="Also the day before, from this time on.", examples=["15:00"]
    )


class WindowShape(Shape):
    """A freeze window. It needs `name`, `level` and one kind of time."""

    name: Name = Field(description="Unique; shown to people.", examples=["Weekend"])
    level: Words = Field(description="A name of `levels`.", examples=["weekend"])
    weekly: WeeklyShape | None = Field(default=None, description="Every week.")
    from_: Start | None = Field(
        default=None,
        alias="from",
        description="Wall time, or with an offset. Left out: since ever.",
        examples=["2026-11-26 00:00"],
    )
    to: End | None = Field(
        default=None, description="Wall time, or with an offset. Left out: without end.", examples=["2026-12-01 08:00"]
    )
    rrule: Words | None = Field(
        default=None,
        description="RFC 5545 rule for the local days on which it starts.",
        examples=["FREQ=MONTHLY;BYMONTHDAY=-1"],
    )
    start: Start | None = Field(
        default=None,
        description="First possible day of `rrule`; needed with COUNT or INTERVAL.",
        examples=["2026-01-01"],
    )
    at: At | None = Field(
        default=None, description="Time of day at which `rrule` starts. Left out: 00:00.", examples=["12:00"]
    )
    for_: Elapsed | None = Field(
        default=None, alias="for", description="How long `rrule` lasts, elapsed: 90m, 20h, 16d14h.", examples=["20h"]
    )
    holidays: HolidaysShape | None = Field(default=None, description="Public holidays of a country.")
    ics: Words | None = Field(
        default=None,
        description="iCalendar file, or an https address that the operator allows; every event is a window.",
        examples=[".github/on-call.ics"],
    )
    timezone: Zone | None = Field(
        default=None,
        description="IANA zone of this window's wall times. Left out: the file's.",
        examples=["America/New_York"],
    )
    branches: Branches | None = Field(
        default=None,
        min_length=1,
        description="Globs. Left out: every protected branch.",
        examples=[["main", "release/*"]],
    )
    paths: Globs | None = Field(
        default=None, min_length=1, description="Globs. Left out: every path.", examples=[["services/**"]]
    )
    authors: Managers | None = Field(
        default=None,
        min_length=1,
        description="People and teams. Left out: everybody.",
        examples=[["some-user", "@acme/payments"]],
    )
    except_: list[ExceptShape] = Field(
        default=[], max_length=50, alias="except", description="Times carved out of this window only."
    )
    reason: Words = Field(default="", description="Why, for people.", examples=["planned migration"])
