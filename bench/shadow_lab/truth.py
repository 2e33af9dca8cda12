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
    """Every difference between production and a build: the release itself, or a copy of it with one change.

    A copy differs as its release does and beyond it: what the release shows too has the release's label.
    """
    baseline, _ = service.releases[number - 1]
    origin = Origin(service.name, build, baseline, snapshot=f"week {number}")
    known = _differences(service, runs.production, runs.candidate, runs.production_again, origin)
    usual = {(each.request, *_place(each), each.pattern) for each in known}
    of_build = known
    if changed is not None:
        of_build = _differences(service, runs.production, changed, runs.production_again, origin)

    def label(each: Difference) -> Label:
        if _place(each) in noise:
            return Label.NOISE
        return Label.NEW_FEATURE if (each.request, *_place(each), each.pattern) in usual else Label.REGRESSION

    return [_called(each, label(each), number) for each in of_build]


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
