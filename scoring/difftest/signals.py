"""What nobody may call noise without looking: signals of a regression that need no model."""

import re
from enum import StrEnum

from scoring.difftest.headers import SECURITY
from scoring.difftest.logs import alarms, only
from scoring.difftest.record import Difference


class Signal(StrEnum):
    SERVER_ERROR = "the candidate answers with a server error"
    STATUS = "the status changed"
    REMOVED = "something that production answers with is gone"
    TYPE = "a value has another type"
    SWAPPED = "identifiers changed places"
    RELATION = "times stand in another relation"
    PROTECTION = "a header or a cookie protects less"
    ALARM = "only the candidate logs an error"


_KINDS = {
    "removed": Signal.REMOVED, "type": Signal.TYPE, "swapped": Signal.SWAPPED, "relation": Signal.RELATION,
}  # fmt: skip
_STATUS = re.compile(r"^status (\S+)→(\S+)$")
# categories of other tools that say the same
_CATEGORIES = {
    "SCHEMA_BROKEN": Signal.REMOVED, "STATUS_CODE_CHANGED": Signal.STATUS, "INTERNAL_FAILURE": Signal.SERVER_ERROR,
}  # fmt: skip
_LOGGED = re.compile(r"""(?i)\b(?:http[_-]?)?(?:status|status[_-]?code|statuscode)["']?\s*[:=]\s*["']?([1-5]\d\d)\b""")


def signals(difference: Difference) -> frozenset[Signal]:
    """Every signal of one difference; none is taken off again by what production answers when asked twice."""
    seen = set(_of_kind(difference.kind, difference.field))
    if difference.category in _CATEGORIES:
        seen.add(_CATEGORIES[difference.category])
    if alarms(only(difference.test_logs, difference.prod_logs)):
        seen.add(Signal.ALARM)
    if not difference.kind.startswith("status"):
        seen |= _logged(difference)
    return frozenset(seen)


def _of_kind(kind: str, field: str) -> list[Signal]:
    status = _STATUS.match(kind)
    if status:
        return [Signal.STATUS, *([Signal.SERVER_ERROR] if status[2].startswith("5") or status[2] == "error" else [])]
    seen = [signal for name, signal in _KINDS.items() if name in kind.split()]
    if field.startswith("header.") and (field.split(".")[1] in SECURITY or "set-cookie" in field):
        seen += [Signal.PROTECTION] if kind in ("removed", "value") else []
    return seen


def _logged(difference: Difference) -> set[Signal]:
    """Statuses that the logs name: only where both do."""
    test, prod = (
        {each for line in side if "tatus" in line or "TATUS" in line for each in _LOGGED.findall(line)}
        for side in (difference.test_logs, difference.prod_logs)
    )
    if not test or not prod or test == prod:
        return set()
    more = test - prod
    return {Signal.STATUS} | ({Signal.SERVER_ERROR} if any(each.startswith("5") for each in more) else set())
