"""Single values of the file: all arrive as text, and each becomes its value or says what was meant."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core.core_schema import CoreSchema, no_info_plain_validator_function

from bot.policy.calendar.instants import zones
from bot.policy.config import walltime
from bot.policy.text import globs
from bot.policy.text.suggest import did_you_mean

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_DECIMAL = re.compile(r"(?:0|1)?\.\d+|0|1\.0+")
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,80}")
_OWNER = re.compile(r"@[\w.-]+(/[\w.-]+)?|[^@\s]+@[^@\s]+", re.ASCII)
_SOURCE = re.compile(r"(?!people$)[A-Za-z0-9][A-Za-z0-9._/-]{0,79}")
_TRAILER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}: [^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,200}(?<! )")
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


def source_name(text: object) -> str:
    written = _text(text)
    if written == "people":
        raise ValueError("people is the name of what people write; a source needs another, like renovate")
    if not _SOURCE.fullmatch(written):
        raise ValueError("a source is named by 1 to 80 letters, digits, dots, dashes and slashes, like renovate/npm")
    return written


def trailer(text: object) -> str:
    written = _text(text)
    if not _TRAILER.fullmatch(written):
        raise ValueError('a trailer is one line of a commit message, like "Codemod-Id: tidy-imports"')
    return written


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
SourceName = Annotated[str, BeforeValidator(source_name), _as("string", pattern=f"^{_SOURCE.pattern}$")]
Trailer = Annotated[str, BeforeValidator(trailer), _as("string", pattern="^[A-Za-z][A-Za-z0-9-]{0,60}: \\S.{0,200}$")]
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


@dataclass(frozen=True, slots=True)
class Between:
    """A whole number between two others, both included: Annotated[int, Between(1, 10)]."""

    low: int
    high: int

    def read(self, text: object) -> int:
        written = _text(text).strip().replace("_", "")
        number = int(written) if re.fullmatch(r"[0-9]{1,18}", written) else -1
        if not self.low <= number <= self.high:
            raise ValueError(f'"{written[:40]}" is no whole number from {self.low:,} to {self.high:,}')
        return number

    def __get_pydantic_core_schema__(self, *_: Any) -> CoreSchema:
        return no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, *_: Any) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)
