"""Keploy's report of a test set: what was recorded is production's answer, what the test answered the candidate's."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from scoring.difftest.exchange import Exchange, Message, Request, text_body
from scoring.difftest.readers.source import Problem, Sources, whole
from scoring.errors import ScoringError

LARGEST = 64 << 20
LONGEST = 300  # characters of a name


def read(sources: Sources) -> Iterator[Exchange | Problem]:
    """A report, or several with `---` between. Raises ScoringError for what is no YAML, and for aliases in it."""
    text = whole(sources.primary, LARGEST).decode("utf-8", "replace")
    for report in _documents(text):
        tests = report.get("tests") if isinstance(report, dict) else None
        if not isinstance(tests, list):
            yield Problem("the file", "it is no report of Keploy: it has no list of tests")
            continue
        for number, test in enumerate(tests, 1):
            if not isinstance(test, dict):
                yield Problem(f"test {number}", "it is no test")
            else:
                yield _exchange(test, str(report.get("test_set") or report.get("name") or ""))


def _documents(text: str) -> Iterator[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        # an alias stands for what may be a million times as large
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=loader)):
            raise ScoringError("a report with aliases (*name) is not read: no test tool writes them")
        yield from yaml.load_all(text, Loader=loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ScoringError(f"the report is no YAML: {str(error).splitlines()[0][:120]}") from None


def _exchange(test: Mapping[str, Any], test_set: str) -> Exchange:
    request, outcome = _mapping(test.get("req")), _mapping(test.get("result"))
    status = _mapping(outcome.get("status_code"))
    recorded, answered = _mapping(test.get("resp")), _mapping(test.get("failure_info"))
    tags = (
        [str(each) for each in (answered.get("category") or [])] if isinstance(answered.get("category"), list) else []
    )
    risk = [f"risk:{answered['risk']}"] if answered.get("risk") else []
    return Exchange(
        Request(
            str(test.get("test_case_id") or test.get("name") or ""),
            str(request.get("method") or ""),
            str(request.get("url") or ""),
            body=text_body(str(request.get("body") or "")),
        ),
        _message(status.get("expected", recorded.get("status_code")), outcome, "expected", recorded),
        _message(status.get("actual"), outcome, "actual", recorded),
        tags=tuple(each for each in (test_set, *tags, *risk) if each),
        declared=tuple(_noise(test.get("noise"))),
    )


def _noise(noise: Any) -> Iterator[str]:
    """The fields of a test's noise map: "header.Date: []", or one map for each of header and body.

    A field with expressions is noise only where its value matches one. They are not run: they come with the file.
    """
    for name, values in _mapping(noise).items():
        if isinstance(values, dict):
            yield from _noise({f"{name}.{inner}": each for inner, each in values.items()})
        elif not values:
            yield str(name).lower()[:LONGEST]


def _message(status: Any, outcome: Mapping[str, Any], side: str, recorded: Mapping[str, Any]) -> Message:
    headers = []
    for each in outcome.get("headers_result") or ():
        pair = _mapping(_mapping(each).get(side))
        value = pair.get("value")
        if pair.get("key") and value:
            headers.append((str(pair["key"]), ", ".join(map(str, value)) if isinstance(value, list) else str(value)))
    bodies = [_mapping(each).get(side) for each in outcome.get("body_result") or ()]
    body = bodies[0] if bodies else recorded.get("body")
    return Message(
        int(status) if str(status or "").isdigit() else None,
        tuple(headers),
        text_body("" if body is None else str(body)),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
