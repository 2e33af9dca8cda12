"""What counts as a difference, and what no mask may hide."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.difftest.changes import Tolerance
from scoring.difftest.compare import compare
from scoring.difftest.groups import grouped
from scoring.difftest.masks import masked
from scoring.difftest.record import Origin
from scoring.difftest.signals import Signal, signals
from tests.scoring.difftest.records import FIRST, SECOND, THIRD, answer, bodies, exchange, of

JWT = "eyJhbGciOiJub25lIn0.{}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        (f"order {FIRST} placed", "order <uuid> placed"),
        ("at 2026-03-02T08:15:00Z", "at <iso Z>"),
        ("at 2026-03-02T08:15:00.123+02:00", "at <iso.3 +02:00>"),
        ("Mon, 02 Mar 2026 08:15:00 GMT", "<rfc GMT>"),
        ("took 17.5 ms", "took <duration ms>"),
        ("from 10.0.0.1:8080", "from <ip:port>"),
        ("commit 3f2a9c1d4e5f", "commit <hex 12>"),
        ("since 1772439300", "since <epoch s>"),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "<ulid>"),
        ("object at 0x7f3a2b1c", "object at <pointer>"),
        ("mail to anna@example.com", "mail to <email>"),
        ("v1.22.3", "<version>"),
        ("web-7d4b9c6f5d-x2x9k", "web-<pod>"),
        ("/tmp/build-77/out.txt", "<tmp>"),
        ("plain words, 17 of them", "plain words, 17 of them"),
    ],
)
def test_a_value_with_a_type_becomes_its_type_and_keeps_its_format(text: str, mask: str) -> None:
    assert masked(text) == mask


@pytest.mark.parametrize(
    ("left", "right", "differs"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": "e\u0301"}, {"a": "\u00e9"}, []),
        ({"a": 100.0}, {"a": 1e2}, []),
        ({"n": 1}, {"n": 1.0}, [("body.n", "format")]),
        ({"n": 1}, {"n": "1"}, [("body.n", "type")]),
        ({"n": None}, {"n": 1}, [("body.n", "type")]),
        ({"n": 1}, {"n": True}, [("body.n", "type")]),
        ({"a": {"b": {"c": 1}}}, {"a": {}}, [("body.a.b", "removed")]),
        ({"x": [1, 2]}, {"x": [2, 1]}, [("body.x", "order")]),
        ({"x": [1, 1, 2]}, {"x": [1, 2]}, [("body.x", "repetition")]),
        ({"x": [1, 2]}, {"x": [1, 2, 3]}, [("body.x[*]", "added")]),
        ([{"id": 1, "v": 2}, {"id": 2, "v": 3}], [{"id": 2, "v": 4}, {"id": 1, "v": 2}], [("body[*].v", "value")]),
        ({"x": [True]}, {"x": [1]}, [("body.x[*]", "type")]),
        ({"t": "2026-01-01T00:00:00Z"}, {"t": "2026-01-01T00:00:00+02:00"}, [("body.t", "format")]),
        ({"t": "2026-01-01T00:00:00Z"}, {"t": "2026-01-01T00:00:09Z"}, [("body.t", "masked")]),
        ({"h": "3f2a9c1d"}, {"h": "3f2a9c1d4e5f"}, [("body.h", "format")]),
    ],
)  # fmt: skip
def test_two_bodies_differ_where_their_values_do(left: object, right: object, differs: list[tuple[str, str]]) -> None:
    assert bodies(left, right) == differs


def test_an_identifier_that_stands_for_two_is_swapped_and_no_noise() -> None:
    assert bodies({"a": FIRST, "b": FIRST}, {"a": SECOND, "b": THIRD}) == [("body.a", "masked"), ("body.b", "swapped")]


def test_two_identifiers_that_changed_places_are_swapped() -> None:
    swapped = bodies({"owner": FIRST, "editor": SECOND}, {"owner": SECOND, "editor": FIRST})
    assert swapped == [("body.owner", "swapped"), ("body.editor", "swapped")]


def test_an_identifier_of_the_request_stands_for_itself() -> None:
    one = exchange(answer({"id": FIRST}), answer({"id": SECOND}), target=f"/users/{FIRST}")
    assert [each.kind for each in of(one)] == ["swapped"]


def test_an_identifier_exchanged_one_for_one_is_masked() -> None:
    pair = ({"a": FIRST, "b": [FIRST]}, {"a": SECOND, "b": [SECOND]})
    assert bodies(*pair) == [("body.a", "masked"), ("body.b[*]", "masked")]


def test_an_expiry_sooner_after_its_issue_is_no_noise() -> None:
    seen = bodies({"iat": 1772439300, "exp": 1772442900}, {"iat": 1772439400, "exp": 1772439460})
    assert ("body.exp - iat", "relation") in seen
    later = bodies({"iat": 1772439300, "exp": 1772442900}, {"iat": 1772439400, "exp": 1772443000})
    assert later == [("body.iat", "masked"), ("body.exp", "masked")]


def test_an_expiry_that_moved_is_looked_at_beside_the_time_of_the_answer() -> None:
    date = ("Date", "Mon, 02 Mar 2026 08:15:00 GMT")
    left = answer({"expires": "2026-03-02T09:15:00Z"}, headers=[date])
    right = answer({"expires": "2026-03-02T08:16:00Z"}, headers=[date])
    assert [(each.field, each.kind) for each in of(exchange(left, right))] == [
        ("body.expires", "masked"),
        ("body.expires - answer", "relation"),
    ]


def test_claims_of_a_token_are_compared_and_the_token_is_not_kept() -> None:
    import base64
    import json

    tokens = [
        JWT.format(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("="))
        for each in ({"scp": "read", "iat": 1772439300}, {"scp": "read write", "iat": 1772439360})
    ]
    seen = of(exchange(answer({"id": tokens[0]}), answer({"id": tokens[1]})))
    assert [(each.field, each.kind, each.category) for each in seen] == [
        ("body.id.claims.scp", "value", "TokenClaimsBlob"),
        ("body.id.claims.iat", "masked", "TokenClaimsBlob"),
        ("body.id", "masked", "BodyValue"),
    ]
    assert tokens[0] not in repr(seen)


def test_many_fields_of_one_object_that_change_together_are_one_difference() -> None:
    left, right = ({f"k{n}": n * sign for n in range(1, 20)} for sign in (1, -1))
    assert bodies({"spec": left, "x": 1}, {"spec": right, "x": 1}) == [("body.spec", "subtree")]


def test_what_a_whole_subtree_lost_is_still_a_signal() -> None:
    left, right = {f"k{n}": n for n in range(20)}, {f"k{n}": -n for n in range(1, 19)}
    (one,) = of(exchange(answer({"spec": left, "x": 1}), answer({"spec": right, "x": 1})))
    assert (one.kind, signals(one)) == ("subtree removed", {Signal.REMOVED})


def test_a_field_of_a_list_is_one_difference_however_many_items_have_it() -> None:
    left, right = ([{"id": n, "v": n} for n in range(50)], [{"id": n, "v": n + 1} for n in range(50)])
    assert bodies({"x": left}, {"x": right}) == [("body.x[*].v", "value")]


def test_a_name_that_is_a_value_is_compared_by_its_place() -> None:
    assert bodies({FIRST: {"n": 1}}, {SECOND: {"n": 2}}) == [("body.{<uuid>}.n", "value")]


def test_a_team_says_which_lists_have_no_order_and_which_numbers_may_differ() -> None:
    one = exchange(answer({"x": [1, 2], "ms": 100}), answer({"x": [2, 1], "ms": 104}))
    allowed = Tolerance(frozenset(["body.x"]), {"body.ms": 0.05})
    assert compare(one, Origin(), allowed).differences == ()
    assert len(compare(one, Origin(), Tolerance(frozenset(), {"body.ms": 0.01})).differences) == 2


def test_what_production_does_by_itself_is_said_of_each_difference() -> None:
    one = exchange(answer({"ms": 1, "n": 1}), answer({"ms": 2, "n": 2}), answer({"ms": 3, "n": 1}))
    assert [(each.field, each.noisy) for each in of(one)] == [("body.ms", True), ("body.n", False)]


def test_headers_are_compared_by_their_presence_and_without_their_case() -> None:
    left = answer(
        headers=[
            ("Date", "Mon, 02 Mar 2026 08:15:00 GMT"),
            ("Vary", "Accept, Cookie"),
            ("ETag", '"a"'),
            ("Connection", "close"),
        ]
    )
    right = answer(
        headers=[("date", "Mon, 02 Mar 2026 08:15:07 GMT"), ("vary", "cookie,accept"), ("X-New", "1"), ("ETag", '"b"')]
    )
    assert [(each.field, each.kind) for each in of(exchange(left, right))] == [
        ("header.date", "masked"), ("header.etag", "masked"), ("header.x-new", "added"),
    ]  # fmt: skip


def test_a_cookie_that_protects_less_is_a_signal_and_its_value_is_not_kept() -> None:
    left = answer(headers=[("Set-Cookie", "sid=abcdef123456; HttpOnly; Secure")])
    right = answer(headers=[("Set-Cookie", "sid=ghijkl789012; Secure")])
    (one,) = of(exchange(left, right))
    assert (one.field, one.kind) == ("header.set-cookie.sid.httponly", "removed")
    assert Signal.PROTECTION in signals(one)
    assert "abcdef" not in repr(one)


@pytest.mark.parametrize(
    ("left", "right", "signal"),
    [
        (answer(status=200), answer(status=500), Signal.SERVER_ERROR),
        (answer(status=200), answer(status=404), Signal.STATUS),
        (answer({"a": 1}), answer({}), Signal.REMOVED),
        (answer({"a": 1}), answer({"a": "1"}), Signal.TYPE),
        (answer(), answer(logs=("ERROR no connection",)), Signal.ALARM),
        (answer(headers=[("Content-Security-Policy", "x")]), answer(), Signal.PROTECTION),
        (answer(), answer(error="Timeout"), Signal.SERVER_ERROR),
    ],
)
def test_what_no_one_may_call_noise_unseen_is_a_signal(left, right, signal) -> None:  # type: ignore[no-untyped-def]
    assert signal in {signal for each in of(exchange(left, right)) for signal in signals(each)}


def test_a_page_is_compared_by_its_lines_and_what_is_only_masked_is_so() -> None:
    page = "<h1>Orders</h1>\n<p>made at 2026-03-02T08:15:0{}Z</p>\n<p>{}</p>"
    assert bodies(page.format(1, "a"), page.format(2, "a")) == [("body", "masked")]
    assert bodies(page.format(1, "a"), page.format(2, "a\nb")) == [("body", "text")]


def test_log_lines_are_compared_by_their_templates() -> None:
    left = answer(logs=("INFO user 17 signed in", "INFO took 3 ms"))
    right = answer(logs=("INFO user 99 signed in", "INFO took 5 ms", "WARN cache is cold"))
    assert [(each.field, each.kind) for each in of(exchange(left, right))] == [("log WARN cache is cold", "log added")]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("xyz", min_size=1, max_size=2), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(_VALUES, _VALUES)
def test_bodies_differ_exactly_when_they_are_not_equal(left: object, right: object) -> None:
    import json

    equal = json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
    assert (bodies({"v": left}, {"v": right}) == []) is equal


def test_a_thousand_copies_are_one_question() -> None:
    import dataclasses

    one = of(exchange(answer({"n": 1}), answer({"n": 2})))[0]
    (only,) = grouped(dataclasses.replace(one, id=str(number), request=str(number)) for number in range(1_000))
    assert (only.count, len(only.examples)) == (1_000, 3)
