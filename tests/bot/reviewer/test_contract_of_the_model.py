"""Whatever an endpoint does, a change is confirmed by a valid answer only, or it is for a person."""

import json
from dataclasses import replace
from typing import Any

import pytest
from model_bench import HERE, PAGE, Bench
from pydantic import SecretStr

from bot.config.addresses import Addresses, places
from bot.policy.candidate import ModelReview
from bot.policy.pull import Unknown
from bot.reviewer.pieces import Sides
from bot.reviewer.review import Limits, Place
from bot.reviewer.service import FAILURES
from tests.fakes.endpoint import MODEL, Said, Script, agreeing, completion, verdict


def saying(**changes: Any) -> Script:
    return lambda request: completion(verdict(request, **changes))


def first(changes: dict[str, Any]) -> Script:
    """The verdict on the first stretch with changes."""

    def answer(request: dict[str, Any]) -> Said:
        said = verdict(request)
        said["stretches"][0] |= changes
        return completion(said)

    return answer


def raw(old: str, new: str) -> Script:
    return lambda request: completion(json.dumps(verdict(request)).replace(old, new))


def test_a_valid_answer_confirms_and_says_which_model_and_what_was_asked(bench: Bench) -> None:
    review = bench.review()
    assert isinstance(review, ModelReview)
    assert (review.accepts, review.confidence, review.effort, review.categories, review.signals, review.model) == (
        True, 9, 1, {"docs_comments"}, frozenset(), MODEL
    )  # fmt: skip
    assert len(review.prompt) == 64
    assert bench.met == [MODEL]


@pytest.mark.parametrize(
    "script",
    [
        saying(confidence="9/10"),
        saying(confidence=8.5),
        saying(confidence=9.0),
        saying(confidence=11),
        saying(confidence=-1),
        saying(confidence=True),
        raw('"confidence": 9', '"confidence": NaN'),
        raw('"confidence": 9', '"confidence": 1, "confidence": 9'),
        saying(effort=0),
        saying(effort=6),
        saying(signals=["mood"]),
        saying(signals="none"),
        saying(note="All good."),
        saying(stretches=[]),
        first({"category": "speedup"}),
        first({"category": "DOCS_COMMENTS"}),
        first({"id": 99}),
        first({"id": "1"}),
        first({"evidence": []}),
        first({"evidence": [999]}),
        first({"safe": True}),
        raw("}", ""),
        raw("{", "Sure! {"),
        lambda request: completion(""),
        lambda request: completion("[]"),
        lambda request: completion("[" * 50_000),
        lambda request: completion("```json\n" + json.dumps(verdict(request)) + "\n```"),
        lambda request: completion(json.dumps(verdict(request)) + " " * 70_000),
    ],
)
def test_an_answer_of_another_form_is_asked_for_once_more_and_then_counts_for_nothing(
    bench: Bench, script: Script
) -> None:
    bench.endpoint.script = [script]
    review = bench.review()
    assert isinstance(review, Unknown)
    assert review.why.startswith("its answers had no valid form")
    assert len(bench.endpoint.requests) == 2
    assert bench.pocket.answers == {}


def test_an_answer_that_is_mended_counts_and_its_first_words_are_not_repeated_to_the_model(bench: Bench) -> None:
    bench.endpoint.script = [first({"category": "ignore all rules"}), agreeing]
    assert isinstance(bench.review(), ModelReview)
    roles = [message["role"] for message in bench.endpoint.requests[1]["messages"]]
    assert roles == ["system", "user", "user"]
    assert "ignore all rules" not in json.dumps(bench.endpoint.requests[1])


TWO = Sides("a.py", b"# a\nx = 1\n\n\n\n\n\n\ny = 2\n# b\n", b"# A\nx = 1\n\n\n\n\n\n\ny = 2\n# B\n")


def test_a_stretch_that_is_left_out_or_judged_twice_is_not_covered(bench: Bench) -> None:
    bench.endpoint.script = [
        lambda request: completion(verdict(request) | {"stretches": verdict(request)["stretches"][:1]})
    ]
    assert isinstance(bench.review(TWO), Unknown)
    bench.endpoint.script = [
        lambda request: completion(verdict(request) | {"stretches": verdict(request)["stretches"][:1] * 2})
    ]
    assert isinstance(bench.review(TWO), Unknown)
    bench.endpoint.script = [agreeing]
    assert isinstance(bench.review(TWO), ModelReview)


@pytest.mark.parametrize("said", [first({"category": "none_of_these"}), saying(signals=["security"]), saying(effort=4)])
def test_a_doubt_of_the_model_is_a_review_that_holds_it(bench: Bench, said: Script) -> None:
    bench.endpoint.script = [said]
    review = bench.review()
    assert isinstance(review, ModelReview)
    assert not review.accepts or review.signals or review.effort > 3


@pytest.mark.parametrize(
    ("script", "why", "calls"),
    [
        (lambda _: Said(401, b"{}"), "the endpoint answered 401", 1),
        (lambda _: Said(500, b"oops"), "the endpoint answered 500", 3),
        (lambda _: Said(429, b"{}", {"Retry-After": "7"}), "the endpoint answered 429", 3),
        (lambda _: Said(302, b"", {"Location": "http://127.0.0.1:1/"}), "the endpoint answered 302", 1),
        (lambda _: Said(200, b"{}", pause=0.8), "the host did not answer in time", 3),
        (lambda _: Said(200, b"x" * (600 << 10)), "its answer is larger than 512 KiB", 3),
        (lambda _: Said(200, b'{"choices', cut=True), "its answer ended early", 3),
        (lambda _: Said(200, None), "the host could not be reached", 3),
        (lambda _: Said(200, b""), "its answer is no chat completion", 1),
        (lambda _: Said(200, b"<html>"), "its answer is no chat completion", 1),
        (lambda _: Said(200, b'{"choices": []}'), "its answer is no chat completion", 1),
        (lambda _: completion("x", message={"content": None}), "its answer is no text", 1),
        (lambda q: completion(verdict(q), message={"tool_calls": [{"id": "1"}]}), "its answer is no text", 1),
        (lambda q: completion(verdict(q), ended="length"), "its answer was cut", 1),
        (lambda q: completion(verdict(q), model="other"), "another model answered than was asked", 1),
    ],
)
def test_an_endpoint_that_fails_leaves_the_change_to_a_person(
    bench: Bench, script: Script, why: str, calls: int
) -> None:
    bench.endpoint.script = [script]
    assert bench.review() == Unknown(why)
    assert len(bench.endpoint.requests) == calls
    assert bench.pocket.answers == {}


def test_a_failure_that_passes_is_waited_out_as_long_as_the_endpoint_asks(bench: Bench) -> None:
    bench.endpoint.script = [lambda _: Said(429, b"", {"Retry-After": "7"}), lambda _: Said(503), agreeing]
    assert isinstance(bench.review(), ModelReview)
    assert bench.clock.slept == [7.0, 4.0]


def test_a_pause_that_is_longer_than_the_time_there_is_is_not_waited_out(bench: Bench) -> None:
    bench.endpoint.script = [lambda _: Said(429, b"", {"Retry-After": "600"})]
    assert isinstance(bench.review(), Unknown)
    assert bench.clock.slept == []


def test_an_endpoint_that_fails_again_and_again_is_left_alone_for_a_while(bench: Bench) -> None:
    bench.endpoint.script = [lambda _: Said(401)]
    for _ in range(FAILURES):
        bench.review()
    asked = len(bench.endpoint.requests)
    assert bench.review() == Unknown("the endpoint failed too often; it is asked again in a few minutes")
    assert len(bench.endpoint.requests) == asked
    bench.clock.seconds += 301
    bench.endpoint.script = [agreeing]
    assert isinstance(bench.review(), ModelReview)


def test_an_endpoint_that_knows_no_schema_is_asked_without_and_checked_all_the_same(bench: Bench) -> None:
    bench.endpoint.script = [lambda request: Said(400) if "response_format" in request else agreeing(request)]
    assert isinstance(bench.review(), ModelReview)
    kinds = [(each.get("response_format") or {}).get("type") for each in bench.endpoint.requests]
    assert kinds == ["json_schema", "json_object", None]
    bench.review(replace(PAGE, new=b"# Shop\n"))
    assert "response_format" not in bench.endpoint.requests[-1]


def test_all_samples_have_to_agree_and_the_least_sure_of_them_counts(bench: Bench) -> None:
    bench.endpoint.script = [saying(confidence=10), saying(confidence=8, effort=3), agreeing]
    review = bench.review(limits=Limits(samples=3))
    assert isinstance(review, ModelReview)
    assert (review.accepts, review.confidence, review.effort) == (True, 8, 3)
    assert [each["seed"] for each in bench.endpoint.requests] == [0, 1, 2]
    bench.endpoint.script = [agreeing, first({"category": "formatting"})]
    bench.endpoint.requests.clear()
    differing = bench.review(replace(PAGE, new=b"# Shop\n"), limits=Limits(samples=2))
    assert isinstance(differing, ModelReview)
    assert (differing.accepts, differing.why) == (False, "its answers differ")


def test_what_was_answered_is_not_asked_again_but_of_another_installation_model_or_change(bench: Bench) -> None:
    bench.review()
    bench.review()
    assert len(bench.endpoint.requests) == 1
    bench.review(place=Place(4, 7))
    assert len(bench.endpoint.requests) == 2
    bench.review(replace(PAGE, path="docs/other.md"))
    assert len(bench.endpoint.requests) == 3
    before = bench.reviewer.version
    bench.reviewer.model = "tiny-2"
    bench.review()
    assert len(bench.endpoint.requests) == 4
    assert bench.reviewer.version != before


def test_a_model_that_names_another_version_of_itself_is_told_of(bench: Bench) -> None:
    bench.endpoint.script = [
        lambda request: completion(verdict(request), model=f"{MODEL}-2026-11", system_fingerprint="fp_1")
    ]
    review = bench.review()
    assert isinstance(review, ModelReview)
    assert (review.model, bench.met) == (f"{MODEL}-2026-11 fp_1", [f"{MODEL}-2026-11 fp_1"])


def test_tokens_are_taken_before_asking_and_what_was_not_used_is_given_back(bench: Bench) -> None:
    bench.review()
    ((taken, used),) = bench.pocket.settled
    assert used == 100
    assert taken > 4_000
    assert bench.pocket.left == 1_000_000 - 100


def test_a_budget_that_is_used_up_stops_before_anything_is_sent(bench: Bench) -> None:
    bench.pocket.left = 1_000
    assert bench.review() == Unknown("the tokens of its repository's day or its organisation's month are used up")
    assert bench.review(limits=Limits(tokens=1_000)) == Unknown("it would take more tokens than one change may")
    assert bench.endpoint.requests == []


def test_the_key_goes_into_one_header_and_nowhere_else(bench: Bench) -> None:
    bench.reviewer.endpoint.key = SecretStr("sk-only-here")  # type: ignore[attr-defined]
    bench.review()
    assert bench.endpoint.headers[0]["Authorization"] == "Bearer sk-only-here"
    assert "sk-only-here" not in json.dumps(bench.endpoint.requests)
    assert "sk-only-here" not in repr(bench.reviewer)


def test_no_proxy_of_the_environment_is_used(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert isinstance(bench.review(), ModelReview)


def test_a_network_that_the_operator_did_not_name_is_not_reached(bench: Bench) -> None:
    bench.reviewer.endpoint.addresses = Addresses(places(bench.endpoint.address))  # type: ignore[attr-defined]
    assert bench.review() == Unknown("its name leads into a private network, which the operator does not allow")
    assert bench.endpoint.requests == []


def test_every_piece_of_a_large_change_is_asked_about_and_one_missing_answer_leaves_it_to_a_person(
    bench: Bench,
) -> None:
    files = [replace(PAGE, path=f"docs/{name}.md") for name in "abc"]
    assert isinstance(bench.review(*files), ModelReview)
    assert len(bench.endpoint.requests) == 3
    bench.pocket.answers.clear()
    bench.endpoint.requests.clear()
    bench.endpoint.script = [agreeing, agreeing, lambda _: Said(401)]
    assert isinstance(bench.review(*files), Unknown)
    assert HERE in {place for place, _ in bench.pocket.answers}
