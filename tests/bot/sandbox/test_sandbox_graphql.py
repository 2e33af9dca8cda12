"""GraphQL by its grammar: what a client may write in other ways means the same."""

import json
from http.client import HTTPConnection
from typing import Any

import pytest
from sandbox_kit import REPO, History, ask, installation_token

from bot.sandbox import Sandbox


def graphql(box: Sandbox, query: object, variables: object = None, token: str = "") -> tuple[int, Any, Any]:
    body = {"query": query} | ({} if variables is None else {"variables": variables})
    return ask(box, "/graphql", token or box.token("maya"), "POST", body, Content_Type="application/json")


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query($o: String!, $n: String!, $k: Int!) { repository(owner: $o, name: $n) { pullRequest(number: $k) "
         "{ title } } }", {"o": "acme", "n": "rocket", "k": 1}),
        ('{ repository(name: "rocket", owner: "acme") { pullRequest(number: 1) { title } } }', None),
        ('query A { repository(owner: "acme", name: "rocket") { ...r } } '
         "fragment r on Repository { pullRequest(number: 1) { ... on PullRequest { title } } }", {}),
        ('query($n: String = "rocket") { repository(owner: "acme", name: $n) '
         "{ pullRequest(number: 1) { title } } }", {}),
    ],
)  # fmt: skip
def test_arguments_may_stand_in_the_query_or_have_any_name(
    box: Sandbox, pull: int, query: str, variables: dict[str, Any] | None
) -> None:
    status, said, _ = graphql(box, query, variables)
    assert (status, said) == (200, {"data": {"repository": {"pullRequest": {"title": "A change"}}}})


def test_fields_may_have_other_names(box: Sandbox, pull: int, history: History) -> None:
    query = """{ home: repository(owner: "acme", name: "rocket") { one: pullRequest(number: 1) {
        list: commits(first: 1) { n: totalCount nodes { commit { sha: oid authors(first: 5) { nodes { email } } } } }
    } } }"""
    listed = graphql(box, query)[1]["data"]["home"]["one"]["list"]
    assert listed["n"] == 1
    assert listed["nodes"][0]["commit"] == {
        "sha": history.shas["change"],
        "authors": {"nodes": [{"email": "ada@example.org"}]},
    }


def test_a_mutation_takes_its_input_as_a_literal(box: Sandbox, pull: int) -> None:
    node = ask(box, f"/repos/{REPO}/pulls/{pull}", box.token("maya"))[1]["node_id"]
    query = f'mutation {{ it: convertPullRequestToDraft(input: {{pullRequestId: "{node}", clientMutationId: "x"}}) '
    query += "{ clientMutationId pullRequest { isDraft } } }"
    assert graphql(box, query)[1] == {"data": {"it": {"clientMutationId": "x", "pullRequest": {"isDraft": True}}}}
    assert box.pull(REPO, pull).draft


def test_a_pull_request_enters_and_leaves_the_merge_queue(box: Sandbox, pull: int, history: History) -> None:
    box.protect(REPO, merge_queue=True)
    run = {"name": "codechill", "head_sha": history.shas["change"], "conclusion": "success"}
    ask(box, f"/repos/{REPO}/check-runs", installation_token(box), "POST", run)
    node = ask(box, f"/repos/{REPO}/pulls/{pull}", box.token("maya"))[1]["node_id"]
    enter = "mutation($id: ID!) { enqueuePullRequest(input: {pullRequestId: $id}) { mergeQueueEntry { position } } }"
    assert graphql(box, enter, {"id": node})[1] == {
        "data": {"enqueuePullRequest": {"mergeQueueEntry": {"position": 1}}}
    }
    leave = "mutation($id: ID!) { dequeuePullRequest(input: {id: $id}) { pullRequest { isInMergeQueue } } }"
    assert graphql(box, leave, {"id": node})[1]["data"]["dequeuePullRequest"]["pullRequest"] == {
        "isInMergeQueue": False
    }


QUERY = 'query($n: Int!) { repository(owner: "acme", name: "rocket") { pullRequest(number: $n) { title } } }'


@pytest.mark.parametrize(
    "variables", [[], "x", 7, {}, {"n": "one"}, {"n": None}, {"n": 2**40}, {"n": [1, 2]}, {"n": {}}]
)
def test_bad_variables_are_a_fault_of_the_request(box: Sandbox, pull: int, variables: object) -> None:
    status, said, _ = graphql(box, QUERY, variables)
    assert status in {200, 400}
    assert ("errors" in said) == (status == 200)


@pytest.mark.parametrize(
    "query", [None, 7, "", "{", "{ nothing }", "{ viewer }", "mutation { mergeBranch }", "x" * 9999]
)
def test_bad_queries_are_a_fault_of_the_request(box: Sandbox, query: object) -> None:
    status, said, _ = graphql(box, query)
    assert status in {200, 400}
    assert ("errors" in said) == (status == 200)


@pytest.mark.parametrize("path", ["/graphql", f"/repos/{REPO}/issues/1/comments", f"/repos/{REPO}/pulls"])
@pytest.mark.parametrize(
    "raw", [rb'{"query": "\ud800", "body": "\ud800"}', b'{"body": NaN}', b"[" * 9999, b"\xff", b"nul"]
)
def test_text_that_cannot_be_written_down_is_refused_at_the_door(
    box: Sandbox, pull: int, path: str, raw: bytes
) -> None:
    connection = HTTPConnection(box.address.removeprefix("http://"))
    connection.request("POST", path, raw, {"Authorization": f"Bearer {box.token('ada')}"})
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["message"]) == (400, "Problems parsing JSON")
    connection.close()


def test_what_is_not_there_is_told_with_status_200(box: Sandbox, pull: int) -> None:
    for query, data in (
        ('{ repository(owner: "acme", name: "gone") { id } }', {"repository": None}),
        ('{ repository(owner: "acme", name: "rocket") { pullRequest(number: 99) { id } } }',
         {"repository": {"pullRequest": None}}),
        ('{ node(id: "PR_0") { id } }', {"node": None}),
    ):  # fmt: skip
        status, said, _ = graphql(box, query)
        assert (status, said["data"], said["errors"][0]["type"]) == (200, data, "NOT_FOUND")


def test_strangers_learn_nothing_by_graphql(box: Sandbox, pull: int) -> None:
    node = ask(box, f"/repos/{REPO}/pulls/{pull}", box.token("maya"))[1]["node_id"]
    stranger = box.add_person("stranger")
    for query in ('{ repository(owner: "acme", name: "rocket") { id } }', f'{{ node(id: "{node}") {{ id }} }}'):
        assert graphql(box, query, token=stranger)[1]["errors"][0]["type"] == "NOT_FOUND"
    assert ask(box, "/graphql", "", "POST", {"query": "{ viewer { login } }"})[0] == 401


def test_pages_are_walked_from_both_ends(box: Sandbox, history: History) -> None:
    for name in ("one", "two", "three"):
        box.push(REPO, f"b{name}", history.shas["change"])
        box.open_pull(REPO, title=name, head_ref=f"b{name}")
    query = """query($f: Int, $a: String, $l: Int, $b: String) { repository(owner: "acme", name: "rocket") {
        pullRequests(states: [OPEN], first: $f, after: $a, last: $l, before: $b) {
            pageInfo { hasNextPage endCursor } nodes { title } } } }"""

    def titles(**given: object) -> list[str]:
        found = graphql(box, query, given)[1]["data"]["repository"]["pullRequests"]
        return [each["title"] for each in found["nodes"]]

    assert [titles(f=2), titles(f=2, a="2"), titles(l=2), titles(l=1, b="3")] == [
        ["one", "two"], ["three"], ["two", "three"], ["two"],
    ]  # fmt: skip
    assert "between 0 and 100" in graphql(box, query, {"f": 101})[1]["errors"][0]["message"]


def test_graphql_has_a_limit_of_its_own_and_tells_it_with_status_200(box: Sandbox) -> None:
    box.limits.allowed["person"] = 1
    first, second = (graphql(box, "{ viewer { login } rateLimit { remaining } }") for _ in range(2))
    assert first[1]["data"] == {"viewer": {"login": "maya"}, "rateLimit": {"remaining": 0}}
    assert (second[0], second[1]["errors"][0]["type"]) == (200, "RATE_LIMITED")
    assert [second[2][f"X-RateLimit-{name}"] for name in ("Resource", "Remaining")] == ["graphql", "0"]
    assert ask(box, f"/repos/{REPO}", box.token("maya"))[0] == 200
