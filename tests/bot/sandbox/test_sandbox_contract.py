"""The vendored schemas: what is in them, and that the sandbox answers every operation in them and no other."""

import pytest

from bot.sandbox import contract, server
from bot.sandbox.rest import OPERATIONS
from bot.sandbox.schemas import extract


def test_every_described_operation_is_answered_and_none_else() -> None:
    assert server.REGISTERED
    assert {each.name for each in OPERATIONS} == set(contract.rest().entries)
    assert set(extract.OPERATIONS.split("\n")[1:-1]) == set(contract.rest().entries)
    assert set(extract.EVENTS.split()) == set(contract.webhooks().entries)


@pytest.mark.parametrize("document", [contract.rest(), contract.webhooks()], ids=["rest", "webhooks"])
def test_every_reference_leads_somewhere(document: contract.Contract) -> None:
    known = document.document["components"]["schemas"]
    assert {each.rpartition("/")[2] for each in extract.references(document.document)} <= set(known)


@pytest.mark.parametrize(
    ("described", "plain"),
    [
        ({"type": "string", "nullable": True}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": "string", "description": "x", "x-more": 1}, {"type": "string"}),
        ({"properties": {"description": {"type": "string"}}}, {"properties": {"description": {"type": "string"}}}),
        ({"type": "string", "format": "uri"}, {"type": "string"}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"enum": ["title"], "required": ["title"]}, {"enum": ["title"], "required": ["title"]}),
        ({"allOf": [{"title": "x", "type": "object"}]}, {"allOf": [{"type": "object"}]}),
    ],
)
def test_openapi_becomes_plain_json_schema(described: object, plain: object) -> None:
    assert extract.plain(described) == plain


def test_an_extract_holds_what_it_reaches_and_nothing_else() -> None:
    document = {
        "paths": {
            "/x": {
                "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}],
                "get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/c/s/a"}}}}}},
            }
        },
        "components": {"schemas": {"a": {"$ref": "#/c/s/b"}, "b": {"type": "string"}, "c": {}}},
    }
    entry = extract.operation(document, "GET /x")
    assert entry["query"] == {"page": {"type": "integer"}}
    kept = extract.with_components(document, {"GET /x": entry})
    assert set(kept["components"]["schemas"]) == {"a", "b"}


def test_wrong_bodies_queries_answers_and_webhooks_are_found() -> None:
    operation = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments"
    assert contract.wrong_body(operation, {"body": "x"}) == []
    assert "body" in contract.wrong_body(operation, {})[0]
    assert contract.wrong_body(operation, None) != []
    listing = "GET /repos/{owner}/{repo}/pulls"
    assert contract.wrong_query(listing, {"state": "all", "per_page": "5", "unknown": "x"}) == []
    assert contract.wrong_query(listing, {"per_page": "many"}) != []
    assert contract.wrong_response(operation, 201, {"id": 1}) != []
    assert contract.wrong_response(operation, 202, {}) != []
    assert contract.wrong_webhook("push", {}) != []
    assert contract.wrong_webhook("star", {"action": "created"}) == ["no schema for star-created"]
