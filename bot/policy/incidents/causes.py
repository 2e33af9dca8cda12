"""How a cause is written: `#123`, `owner/name#123`, a commit id, or the address of either on the forge."""

import re
from collections.abc import Iterator

from bot.policy.incidents.report import Cause

_NAME = r"[\w.-]{1,100}/[\w.-]{1,100}"
_NUMBER = re.compile(rf"(?:(?P<repository>{_NAME})?#|pull request #?|PR #?)(?P<number>[1-9]\d{{0,8}})(?![\w-])", re.I)
_SHA = re.compile(rf"(?:(?P<repository>{_NAME})@)?(?P<sha>[0-9a-f]{{7,64}})(?![\w-])", re.I)
_ADDRESS = re.compile(
    rf"https?://[\w.:-]{{1,255}}/(?P<repository>{_NAME})/"
    r"(?:pull/(?P<number>[1-9]\d{0,8})|commit/(?P<sha>[0-9a-f]{7,64}))(?:[/?#]\S*)?",
    re.I,
)
_FIELD = re.compile(
    r"^\s{0,3}(?:#{1,6}\s*|[-*]\s+)?(?:\*\*|__)?(?:root )?caused?(?:[ -]by)?(?:\*\*|__)?\s*(?P<mark>:|$)(?:\*\*|__)?\s*"
    r"(?P<rest>.*)$",
    re.I,
)
# an example in a template, or what somebody shows, is nobody's word
_UNSAID = re.compile(
    r"<!--.*?(?:-->|\Z)|^ {0,3}(?P<fence>`{3,20}|~{3,20})[^\n]*\n.*?(?:^ {0,3}(?P=fence)|\Z)", re.S | re.M
)
_READ = 20_000  # characters of a text


def cause_of(text: str) -> Cause | None:
    """The cause that a text begins with, None when it begins with none. A bare number is no id."""
    plain = text.strip().strip("`<>()[]*_.,;").strip()
    match = _ADDRESS.match(plain) or _NUMBER.match(plain) or _SHA.match(plain)
    if match is None:
        return None
    named = match.groupdict()
    if named.get("number"):
        return Cause(named["repository"] or "", number=int(named["number"]))
    is_number = named["sha"].isdecimal() and len(named["sha"]) < 20
    return None if is_number else Cause(named["repository"] or "", sha=named["sha"].lower())


def rest_of(text: str) -> str:
    """What follows the cause that a text begins with."""
    return text.strip().partition(" ")[2].strip()


def field_of(text: str) -> Cause | None:
    """The cause in a field of its own: `Cause: #12` on a line, or a heading `Cause` with `#12` below, as a form of the
    forge writes it. The first such field counts, wherever other fields name other changes; what is hidden or shown as
    code is none."""
    return next(_fields(text), None)


def _fields(text: str) -> Iterator[Cause]:
    lines = _UNSAID.sub("", text[:_READ]).splitlines()
    for place, line in enumerate(lines):
        match = _FIELD.match(line)
        if match is None:
            continue
        below = next((each for each in lines[place + 1 : place + 4] if each.strip()), "")
        cause = cause_of(match["rest"] or below)
        if cause is not None:
            yield cause
