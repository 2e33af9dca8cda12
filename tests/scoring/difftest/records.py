"""Exchanges, differences and labelled releases for the tests of difference labels."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from scoring.difftest.compare import compare
from scoring.difftest.exchange import Exchange, Message, Request, value_body
from scoring.difftest.groups import Group, grouped
from scoring.difftest.labeller import Labelled
from scoring.difftest.labels import Label
from scoring.difftest.placing import placed
from scoring.difftest.record import Difference, Origin
from scoring.difftest.templates import Templates

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
FIRST, SECOND, THIRD = (f"3f0a1c52-1111-4a4a-8b8b-00000000000{each}" for each in (1, 2, 3))


def answer(body: Any = None, status: int = 200, **more: Any) -> Message:
    headers = tuple(more.pop("headers", ()))
    return Message(status, headers, value_body(body), **more)


def exchange(left: Message, right: Message, secondary: Message | None = None, target: str = "/users/17") -> Exchange:
    return Exchange(Request("r1", "GET", target), left, right, secondary, BEGAN)


def bodies(left: Any, right: Any, secondary: Any = ...) -> list[tuple[str, str]]:
    """(field, kind) of what differs between two bodies."""
    again = None if secondary is ... else answer(secondary)
    return [(each.field, each.kind) for each in of(exchange(answer(left), answer(right), again))]


def of(one: Exchange, origin: Origin | None = None) -> tuple[Difference, ...]:
    return compare(one, origin or Origin(build="v2")).differences


def difference(name: str = "d", **more: Any) -> Difference:
    origin = more.pop("origin", Origin(build=more.pop("build", "v2")))
    shown = {
        "request": name,
        "endpoint": "GET /users/{}",
        "category": "BodyValue",
        "field": "body.name",
        "kind": "value",
    }
    return placed(Difference(id=f"{origin.team} {origin.build} {name}", origin=origin, **(shown | more)), Templates())


def group(**more: Any) -> Group:
    return grouped([difference(**more)])[0]


# field, kind, label, description: what a service does again and again, and what each release brings
_USUAL = (
    ("header.date", "masked", Label.NOISE, "header.date masked: <rfc GMT> → <rfc GMT>"),
    ("body.query_ms", "value", Label.NOISE, "body.query_ms value: number → number"),
    ("body.trace", "masked", Label.NOISE, "body.trace masked: <uuid> → <uuid>"),
    ("body.items", "order", Label.NOISE, "body.items order: list of 3 → list of 3"),
)
_NEW = (
    ("body.beta{}", "added", Label.NEW_FEATURE, "body.beta{} added: nothing → feature flag"),
    ("header.x-feature-{}", "added", Label.NEW_FEATURE, "header.x-feature-{} added: nothing → on"),
)
_BROKEN = (
    ("body.total{}", "removed", Label.REGRESSION, "body.total{} removed: number → nothing"),
    ("status", "status 200→500", Label.REGRESSION, "status status 200→500: crashed in step {}"),
)
ENDPOINTS = ("GET /users/{}", "GET /orders", "POST /login")


def releases(count: int = 5, seed: int = 1, team: str = "default") -> list[Difference]:
    """Labelled differences of `count` builds, a week apart; labels come a day after the answers."""
    rng = random.Random(seed)
    rows: list[Difference] = []
    for number in range(count):
        at = BEGAN + timedelta(days=7 * number)
        cases = [*_USUAL, *((f.format(number), k, label, d.format(number)) for f, k, label, d in (*_NEW, *_BROKEN))]
        origin = Origin(team, f"v{number}", snapshot=f"w{number}")
        rows += [
            difference(
                f"{endpoint} {field} {copy}", origin=origin, endpoint=endpoint, field=field, kind=kind,
                description=words, at=at, label=label, labelled_at=at + timedelta(days=1), labelled_by="anna",
            )
            for endpoint in ENDPOINTS
            for field, kind, label, words in cases
            for copy in range(rng.randint(1, 4))
        ]  # fmt: skip
    return rows


def labelled(differences: list[Difference] | None = None) -> list[Labelled]:
    members = grouped(differences or releases())
    names = sorted({each.key.release for each in members})
    return [Labelled(each, each.label, names.index(each.key.release)) for each in members if each.label]
