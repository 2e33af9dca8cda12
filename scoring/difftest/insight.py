"""The eighth attribute: what somebody on call looks up in both logs, by category and description, and compares."""

import re
from collections.abc import Iterable, Iterator

from scoring.difftest.logs import alarms
from scoring.difftest.masks import masked
from scoring.difftest.record import Difference

_PAIR = re.compile(
    r"""["']?(?P<name>[A-Za-z][\w.-]{1,60})["']?\s*[:=]\s*(?P<value>"[^"\n]{0,200}"|'[^'\n]{0,200}'|[^\s,;{}\[\]"']{1,200})"""
)
_TERM = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{2,60}")
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
# the names under which logs keep what a category speaks of
_OF_CATEGORY = {
    "ErrorCode": ("error", "code", "errorcode", "reason"),
    "StatusCode": ("status", "code"),
    "TokenClaimsBlob": ("claim", "claims", "aud", "iss", "scp", "roles", "token"),
    "SignInReport": ("signin", "result", "user", "risk"),
    "MaskedResponse": ("response", "body", "masked"),
    "Result": ("result", "outcome", "success"),
    "Latency": ("duration", "latency", "elapsed", "ms"),
}
_COMMON = frozenset(
    ["the", "and", "for", "with", "from", "that", "this", "not", "was", "are", "value", "changed", "masked"]
)
MOST = 12
_CODED = re.compile("(?i)code|status|result|outcome|level|severity|reason|success")  # most lines have none of them
_CODES = frozenset(("code", "status", "result", "outcome", "level", "severity", "reason", "success"))


def insight(difference: Difference) -> tuple[str, ...]:
    """Sentences, sorted: of each key value that category or description name, what each build logged.

    Values that are the same but for their masks are said to be so. No model, no clock: equal records, equal sentences.
    """
    terms = _terms(difference)
    test, prod = _values(difference.test_logs, terms), _values(difference.prod_logs, terms)
    names = sorted(test.keys() | prod.keys())
    said = [sentence for name in names for sentence in _compared(name, test.get(name), prod.get(name))]
    return (*_alarms(difference), *said)[:MOST]


def codes(difference: Difference) -> list[str]:
    """ "name prod→test" of each code, status, result or level that both log and that differs: templates hide them."""
    sides = ([line for line in each if _CODED.search(line)] for each in (difference.test_logs, difference.prod_logs))
    test, prod = (_values(each, _CODES) for each in sides)
    return [
        f"{name} {','.join(prod[name])}→{','.join(test[name])}"
        for name in sorted(test.keys() & prod.keys())
        if test[name] != prod[name] and all(len(each) <= 24 for each in (*test[name], *prod[name]))
    ]


def _alarms(difference: Difference) -> Iterator[str]:
    test, prod = len(alarms(difference.test_logs)), len(alarms(difference.prod_logs))
    if test != prod:
        yield f"lines that report an error: test {test}, prod {prod}"


def _compared(name: str, test: list[str] | None, prod: list[str] | None) -> Iterator[str]:
    if test == prod:
        return
    if test is None or prod is None:
        side, values = ("test", test) if prod is None else ("prod", prod)
        yield f"{name}: only {side} has it ({', '.join(values or [])})"
    elif [masked(each) for each in test] == [masked(each) for each in prod]:
        yield f"{name}: the same but for {', '.join(masked(each) for each in test)}"
    else:
        yield f"{name}: test {', '.join(test)}; prod {', '.join(prod)}"


def _values(lines: Iterable[str], terms: frozenset[str]) -> dict[str, list[str]]:
    """name -> values of what the terms name, in order, once each."""
    values: dict[str, list[str]] = {}
    for line in lines:
        for match in _PAIR.finditer(line[:4_000]):
            name, value = match["name"].lower(), match["value"].strip("\"'").rstrip(".")
            if _words(match["name"]) & terms and value not in values.setdefault(name, []):
                values[name].append(value[:80])
    return values


def _terms(difference: Difference) -> frozenset[str]:
    spoken = " ".join((difference.description, difference.category, difference.field))
    named = {word for each in _TERM.findall(spoken) for word in _words(each)}
    return frozenset(named - _COMMON) | frozenset(_OF_CATEGORY.get(difference.category, ()))


def _words(name: str) -> frozenset[str]:
    """errorCode and error_code are error, code, and the whole in one."""
    parts = [each.lower() for each in _PARTS.findall(name)]
    return frozenset((*(each for each in parts if len(each) > 2), "".join(parts)))
