"""The label of each difference by how it was made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bench.shadow_lab.services import Service
from scoring.difftest.compare import compare
from scoring.difftest.exchange import Exchange, Message, Request
from scoring.difftest.labels import Label
from scoring.difftest.placing import placed
from scoring.difftest.record import Difference, Origin
from scoring.difftest.templates import Templates

BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
Place = tuple[str, str, str]  # endpoint, field, kind


@dataclass(frozen=True, slots=True)
class Runs:
    """What two runs of two consecutive releases answered."""

    production: Sequence[Message]
    production_again: Sequence[Message]
    candidate: Sequence[Message]
    candidate_again: Sequence[Message]


def noise_of(service: Service, first: Sequence[Message], second: Sequence[Message]) -> set[Place]:
    """Where a release differs from itself."""
    return {_place(each) for each in _differences(service, first, second, None, Origin())}


def labelled(
    service: Service, runs: Runs, noise: set[Place], build: str, number: int, changed: Sequence[Message] | None = None
) -> list[Difference]:
    """The differences of a build: of the release itself, or only those that the changed copy shows beyond them."""
    origin = Origin(service.name, build, snapshot=f"week {number}")
    known = _differences(service, runs.production, runs.candidate, runs.production_again, origin)
    if changed is None:
        return [_called(each, Label.NOISE if _place(each) in noise else Label.NEW_FEATURE, number) for each in known]
    usual = {(each.request, *_place(each), each.pattern) for each in known}
    new = [
        each
        for each in _differences(service, runs.production, changed, runs.production_again, origin)
        if (each.request, *_place(each), each.pattern) not in usual and _place(each) not in noise
    ]
    return [_called(each, Label.REGRESSION, number) for each in new]


def _differences(
    service: Service, left: Sequence[Message], right: Sequence[Message], again: Sequence[Message] | None, origin: Origin
) -> list[Difference]:
    templates = Templates()
    rows = []
    for number, asked in enumerate(service.requests):
        request = Request(f"r{number}", asked.method, asked.target)
        exchange = Exchange(request, left[number], right[number], again[number] if again else None)
        rows += [placed(each, templates) for each in compare(exchange, origin).differences]
    return rows


def _place(difference: Difference) -> Place:
    return difference.endpoint, difference.field, difference.kind


def _called(difference: Difference, label: Label, number: int) -> Difference:
    at = BEGAN + timedelta(weeks=number)
    return replace(difference, at=at, label=label, labelled_at=at + timedelta(days=1), labelled_by="by construction")
