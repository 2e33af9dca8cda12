"""Texts are embedded by an endpoint in the one form that counts, or nothing is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from model_bench import Clock

from bot.config.addresses import Addresses, networks, places
from bot.reviewer.embeddings import AT_ONCE, Embedded, Embeddings
from bot.reviewer.service import Breaker, Silent
from tests.fakes.endpoint import MODEL, Said, ScriptedEndpoint, scripted


@pytest.fixture(scope="module")
def served() -> Iterator[ScriptedEndpoint]:
    with scripted() as endpoint:
        yield endpoint


def listed(*entries: tuple[Any, Any], model: object = MODEL, **more: Any) -> Said:
    data = [{"object": "embedding", "index": index, "embedding": row} for index, row in entries]
    return Said(body=json.dumps({"object": "list", "data": data, "model": model, **more}).encode())


def embedded(endpoint: ScriptedEndpoint, *said: Said, texts: tuple[str, ...] = ("a", "b")) -> Embedded:
    endpoint.script, endpoint.requests = [lambda _, each=each: each for each in said], []
    addresses = Addresses(places(endpoint.address), networks("127.0.0.0/8"), seconds=5)
    clock = Clock()
    client = Embeddings(
        endpoint.address, MODEL, addresses,
        clock=clock.now, sleep=clock.sleep, jitter=lambda: 1.0, breaker=Breaker(clock.now),
    )  # fmt: skip
    return client.embed(texts, clock.now() + 60)


def test_rows_come_back_in_the_order_of_the_texts_whatever_order_the_endpoint_likes(served: ScriptedEndpoint) -> None:
    said = listed((1, [0, 1.5]), (0, [1, 0]), usage={"total_tokens": 7})
    assert embedded(served, said) == Embedded(((1.0, 0.0), (0.0, 1.5)), 7)
    assert served.paths[-1] == "/v1/embeddings"
    assert served.requests == [{"model": MODEL, "input": ["a", "b"], "encoding_format": "float"}]


def test_an_endpoint_that_is_busy_is_asked_again(served: ScriptedEndpoint) -> None:
    assert len(embedded(served, Said(503), listed((0, [1]), (1, [2]))).rows) == 2


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Said(body=b"[]"), "no list"),
        (Said(body=b"{"), "no list"),
        (Said(body=b"[" * 100_000), "no list"),
        (listed((0, [1]), (1, "AAAA")), "no list"),
        (listed((0, [1]), (1, [True])), "no list"),
        (listed((0, [1]), (1, [None])), "no list"),
        (listed((0, [1]), (1, [])), "no list"),
        (listed((0, [1]), (1, [0.0])), "no list"),
        (listed((0, [1]), (1, [float("nan")])), "no list"),
        (listed((0, [1]), (1, [10**400])), "no list"),
        (listed((0, [1]), (1, [1] * 20_000)), "no list"),
        (listed((0, [1]), (True, [1])), "no list"),
        (listed((0, [1]), (1, [1]), model=7), "no list"),
        (listed((0, [1])), "each text once"),
        (listed((0, [1]), (0, [1])), "each text once"),
        (listed((0, [1]), (1, [1]), (2, [1])), "each text once"),
        (listed((0, [1]), (1, [1, 2])), "different widths"),
        (listed((0, [1]), (1, [1]), model="other"), "another model"),
        (Said(404), "answered 404"),
    ],
)
def test_any_other_answer_is_none(served: ScriptedEndpoint, said: Said, why: str) -> None:
    with pytest.raises(Silent, match=why):
        embedded(served, said)


def test_more_texts_than_one_request_takes_are_a_mistake_of_ours(served: ScriptedEndpoint) -> None:
    with pytest.raises(ValueError, match="at once"):
        embedded(served, texts=("x",) * (AT_ONCE + 1))
