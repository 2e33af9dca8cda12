"""The configuration file's shape: every key with its meaning, checked value by value, and its JSON Schema.

All scalars arrive as the text that was written; a validator here turns each into its value or says what was meant.
"""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from bot.policy import globs
from bot.policy.calendar.instants import zones
from bot.policy.config import walltime
from bot.policy.suggest import did_you_mean

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_DECIMAL = re.compile(r"(?:0|1)?\.\d+|0|1\.0+")
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,80}")
_OWNER = re.compile(r"@[\w.-]+(/[\w.-]+)?|[^@\s]+@[^@\s]+", re.ASCII)
_LOGIN = re.compile(r"@[\w.-]+/[\w.-]+|[\w.-]+(\[bot\])?", re.ASCII)


def share(text: object) -> float:
    """0 to 1, from 5% or 0.05."""
    written = _text(text).strip()
    percent, decimal = _PERCENT.fullmatch(written), _DECIMAL.fullmatch(written)
    value = float(percent[1]) / 100 if percent else float(written) if decimal else -1.0
    if not 0 <= value <= 1:
        number = re.fullmatch(r"\d+(?:\.\d+)?", written)
        meant = f"did you mean {written}%?" if number and float(written) <= 100 else "write it like 5% or 0.05"
        raise ValueError(f'"{written[:40]}" is no share; {meant}')
    return value


def zone(text: object) -> str:
    if isinstance(text, list):
        raise ValueError("one zone at a time; write a window of its own for each office")
    written = _text(text)
    if written not in zones():
        raise ValueError(f'"{written[:60]}" is no IANA time zone{did_you_mean(written, zones())}')
    return written


def glob(text: object) -> str:
    written = _text(text)
    wrong = globs.problem(written)
    if wrong:
        raise ValueError(wrong)
    return written


def branch(text: object) -> str:
    written = _text(text)
    wrong = globs.branch_problem(written)
    if wrong:
        raise ValueError(wrong)
    return written


def name(text: object) -> str:
    written = _text(text)
    if not _NAME.fullmatch(written) or written != written.strip():
        raise ValueError("a name is 1 to 80 characters on one line, without spaces around it")
    return written


def word(text: object) -> str:
    written = _text(text)
    if not re.fullmatch(r"[\w-]{1,40}", written):
        raise ValueError("a reason is one word of letters, digits, _ and -, at most 40 characters")
    return written


def manager(text: object) -> str:
    written = _text(text)
    if not _LOGIN.fullmatch(written):
        raise ValueError(f'"{written[:40]}" is no person or team; write some-user or "@org/team"')
    return written


def tier(text: object) -> int:
    written = _text(text)
    if not re.fullmatch(r"[1-9]\d?", written):
        raise ValueError("a tier is a whole number from 1 (highest) to 99")
    return int(written)


def owner(text: object) -> str:
    """As CODEOWNERS names one, in lower case: GitHub does not mind the case either."""
    written = _text(text)
    if not _OWNER.fullmatch(written):
        raise ValueError(f'"{written[:40]}" is no owner; write "@org/team", "@some-user" or an address, quoted')
    return written.lower()


def flag(text: object) -> bool:
    written = _text(text)
    if written not in ("true", "false"):
        raise ValueError(f'"{written[:40]}" is neither true nor false')
    return written == "true"


def version(text: object) -> int:
    if text != "1":
        raise ValueError("this program reads version 1; write version: 1")
    return 1


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a single value is expected here")
    return value


def _start(value: object) -> datetime:
    return walltime.moment(_text(value))


def _end(value: object) -> datetime:
    return walltime.moment(_text(value), end=True)


def _at(value: object) -> int:
    return walltime.clock(_text(value))


def _elapsed(value: object) -> timedelta:
    return walltime.elapsed(_text(value))


def _day(value: object) -> int:
    return walltime.weekday(_text(value))


def _as(kind: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, **more})


_DATE = {"pattern": r"^\d{4}-\d{2}-\d{2}([T ]\d{1,2}:\d{2}(:\d{2})?)?( ?(Z|[+-]\d{2}:?\d{2}))?$"}
_DAY = {"enum": [form for day in walltime.DAYS for form in (day[:3].capitalize(), day.capitalize())]}
_SHARE: dict[str, Any] = {
    "anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": r"^\d+(\.\d+)?\s*%$"}]
}

Version = Annotated[int, BeforeValidator(version), _as("integer", const=1)]
Share = Annotated[float, BeforeValidator(share), WithJsonSchema(_SHARE)]
Zone = Annotated[str, BeforeValidator(zone), _as("string")]
Glob = Annotated[str, BeforeValidator(glob), _as("string", minLength=1)]
Branch = Annotated[str, BeforeValidator(branch), _as("string", minLength=1)]
Name = Annotated[str, BeforeValidator(name), _as("string", minLength=1, maxLength=80)]
Word = Annotated[str, BeforeValidator(word), _as("string", pattern=r"^[\w-]{1,40}$")]
Manager = Annotated[str, BeforeValidator(manager), _as("string", pattern=_LOGIN.pattern)]
Tier = Annotated[int, BeforeValidator(tier), _as("integer", minimum=1, maximum=99)]
Owner = Annotated[str, BeforeValidator(owner), _as("string", pattern=f"^({_OWNER.pattern})$")]
Flag = Annotated[bool, BeforeValidator(flag), _as("boolean")]
Start = Annotated[datetime, BeforeValidator(_start), _as("string", **_DATE)]
End = Annotated[datetime, BeforeValidator(_end), _as("string", **_DATE)]
At = Annotated[int, BeforeValidator(_at), _as("string", pattern=r"^\d{1,2}:\d{2}$")]
Elapsed = Annotated[
    timedelta, BeforeValidator(_elapsed), _as("string", pattern=r"^(?=\d)(\d+\s*d)?\s*(\d+\s*h)?\s*(\d+\s*m)?$")
]
Weekday = Annotated[int, BeforeValidator(_day), _as("string", **_DAY)]
Words = Annotated[str, BeforeValidator(_text), AfterValidator(lambda text: " ".join(text.split())[:300])]
# bounds on what one decision may cost; nobody has written this much by hand
Globs = Annotated[list[Glob], Field(max_length=100)]
Branches = Annotated[list[Branch], Field(max_length=100)]
Managers = Annotated[list[Manager], Field(max_length=50)]
GateAction = Literal["block", "extra_review", "author_attest"]
Floor = Literal["mode", "levels", "windows", "gate", "exempt", "escalation", "freezes", "frozen_paths"]
OnError = Literal["open", "closed"]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


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


class GateShape(Shape):
    """What a gate asks for, and what happens when there is no score; by level."""

    action: dict[Name, GateAction] = Field(
        default={},
        description="block (the default), extra_review or author_attest.",
        examples=[{"red": "extra_review"}],
    )
    on_error: dict[Name, OnError] = Field(
        default={},
        description="open or closed, when the forge or codechill fails; what cannot be read is held in every window.",
        examples=[{"yellow": "closed"}],
    )


class ExemptShape(Shape):
    """What is never gated."""

    paths: Globs = Field(
        default=[], description="Changes that touch nothing else are never gated.", examples=[["docs/**"]]
    )


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


class EscalationShape(Shape):
    """Who decides on exceptions, and for which reasons they may be asked."""

    managers: Managers = Field(
        default=[],
        description="Logins and teams. None: administrators of the repository.",
        examples=[["@acme/release-managers"]],
    )
    by_path: dict[Glob, Managers] = Field(
        default={},
        description="Managers for changes that stay within a glob.",
        examples=[{"payments/**": ["@acme/payments-leads"]}],
    )
    reasons: dict[Word, Words] | None = Field(
        default=None,
        min_length=1,
        description="Left out: the standard list.",
        examples=[{"security_fix": "Closes a vulnerability"}],
    )
    labels: dict[Name, Word] = Field(
        default={},
        description="Labels that ask for an exception, each with its reason. Who sets one asks; a manager decides.",
        examples=[{"freeze-exception": "security_fix"}],
    )


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


class FileShape(Shape):
    """How codechill treats this repository: .github/codechill.yml on the base branch."""

    version: Version = Field(description="Always 1.", examples=[1])
    mode: Literal["shadow", "comment", "advise", "enforce"] = Field(
        default="enforce",
        description="shadow: decide, write nothing. comment and advise: the check never blocks. enforce.",
    )
    timezone: Zone = Field(
        default="UTC", description="IANA zone of the wall times in this file.", examples=["Europe/Berlin"]
    )
    levels: dict[Name, Share] = Field(
        {},
        description="Shares held back; replaces or adds single levels. Green stays 0 %.",
        examples=[{"launch": "30%"}],
    )
    windows: list[WindowShape] = Field(
        default=[], max_length=100, description="Freeze windows; the strictest one open is in force."
    )
    notice: Share = Field(
        default=0.8, description="Outside windows, comment only from this percentile on.", examples=["80%"]
    )
    gate: GateShape = Field(default_factory=GateShape, description="Gates by level.")
    exempt: ExemptShape = Field(default_factory=ExemptShape, description="What is never gated.")
    escalation: EscalationShape = Field(default_factory=EscalationShape, description="Exceptions.")
    freezes: FreezesShape = Field(default_factory=FreezesShape, description="Freezes by hand.")
    floor: list[Floor] = Field(
        default=[],
        description="In an organisation's file only: what its repositories may only tighten.",
        examples=[["levels", "windows"]],
    )
    critical: dict[Glob, Tier] = Field(
        default={},
        description="Service criticality for the score: glob to tier, 1 is highest.",
        examples=[{"services/auth/**": 1}],
    )
    critical_from: CriticalFromShape = Field(
        default_factory=CriticalFromShape, description="Files of the base branch that tell more of it."
    )
    frozen_paths: Globs = Field(
        default=[],
        description="In any window only proven harmless changes may touch these.",
        examples=[["billing/ledger/**"]],
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file, for editors: what they flag, we refuse too."""
    schema = FileShape.model_json_schema(by_alias=True)
    kinds: list[dict[str, Any]] = [{"required": [kind]} for kind in ("weekly", "holidays", "ics")]
    kinds += [{"required": ["rrule", "for"]}, {"anyOf": [{"required": ["from"]}, {"required": ["to"]}]}]
    schema["$defs"]["WindowShape"]["oneOf"] = kinds
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "codechill", **_without_titles(schema)}


def _without_titles(value: Any) -> Any:
    """Generated titles only repeat the keys."""
    if isinstance(value, dict):
        return {key: _without_titles(item) for key, item in value.items() if key != "title" or isinstance(item, dict)}
    return [_without_titles(item) for item in value] if isinstance(value, list) else value
