"""What clients other than our own rely on: history by path and person, media types, limits told, odd names."""

from pathlib import Path
from urllib.parse import quote

import pytest
from sandbox_kit import REPO, History, ask, installation_token

from bot.sandbox import Sandbox
from bot.sandbox.rest import OPERATIONS

ODD = ["tab\tin it", "new\nline", ' "quoted"', ":(top)x", "*", "a?b=c#d", "m%41", "diff --git x", "ü", "\\"]


def messages(box: Sandbox, query: str) -> list[str]:
    status, listed, _ = ask(box, f"/repos/{REPO}/commits?{query}", box.token("ada"))
    assert status == 200, listed
    return [each["commit"]["message"] for each in listed]


def test_history_is_listed_by_path_time_and_person(box: Sandbox, history: History) -> None:
    assert messages(box, "") == ["three", "two", "one"]
    assert messages(box, "path=engine") == ["two", "one"]
    assert messages(box, "path=docs") == ["three", "one"]
    assert messages(box, "path=nothing") == []
    assert messages(box, "since=2001-01-01T00:00:00Z") == ["three", "two", "one"]
    assert messages(box, "until=2001-01-01T00:00:00Z") == []
    for person in ("ada", "ADA", "ada@example.org", "Ada@Example.org"):
        assert messages(box, f"author={person}") == ["three", "two", "one"]
    for person in ("ravi", "nobody", "da@example.org", "ada@exampleXorg", "."):
        assert messages(box, f"committer={person}") == []
    assert ask(box, f"/repos/{REPO}/commits?since=yesterday", box.token("ada"))[0] == 422


def test_pages_of_history_say_which_is_the_last(box: Sandbox) -> None:
    _, listed, headers = ask(box, f"/repos/{REPO}/commits?per_page=1&page=2", box.token("ada"))
    assert [each["commit"]["message"] for each in listed] == ["two"]
    links = {part.partition('rel="')[2].rstrip('"'): part for part in headers["Link"].split(", ")}
    assert {name: link.partition("&page=")[2].partition(">")[0] for name, link in links.items()} == {
        "next": "3", "last": "3", "prev": "1", "first": "1",
    }  # fmt: skip
    assert ask(box, f"/repos/{REPO}/commits?per_page=1&page=9", box.token("ada"))[1] == []


def test_an_empty_repository_has_no_history(box: Sandbox) -> None:
    box.add_repository("acme/empty")
    status, said, _ = ask(box, "/repos/acme/empty/commits", box.token("ada"))
    assert (status, said["message"]) == (409, "Git Repository is empty.")


def test_files_may_have_any_name(box: Sandbox, history: History) -> None:
    history.git("checkout", "--quiet", "-b", "odd", "main")
    for name in ODD:
        Path(history.folder, name).write_text("x\n")
    sha = history.commit("odd")
    history.git("checkout", "--quiet", "main")
    token, number = box.token("ada"), box.open_pull(REPO, title="Odd", head_sha=sha).number
    files = ask(box, f"/repos/{REPO}/pulls/{number}/files", token)[1]
    assert {each["filename"]: each["patch"] for each in files} == dict.fromkeys(ODD, "@@ -0,0 +1 @@\n+x")
    for each in files:
        found = ask(box, each["contents_url"].removeprefix(box.address), token)
        assert (found[0], found[1]["path"]) == (200, each["filename"])
        assert len(ask(box, f"/repos/{REPO}/commits?sha={sha}&path={quote(each['filename'], safe='')}", token)[1]) == 1
    listed = ask(box, f"/repos/{REPO}/contents?ref={sha}", token)[1]
    assert set(ODD) <= {each["name"] for each in listed}
    tree = ask(box, f"/repos/{REPO}/git/trees/{sha}?recursive=1", token)[1]
    assert set(ODD) | {"docs/read"} <= {each["path"] for each in tree["tree"]}


@pytest.mark.parametrize(
    ("place", "form", "begins", "holds"),
    [
        ("pulls/1", "diff", "diff --git a/engine b/engine", "+full"),
        ("pulls/1", "v3.patch", "From ", "Subject: [PATCH] change"),
        ("commits/change-SHA", "diff", "diff --git", "+full"),
        ("commits/change-SHA", "patch", "From ", "+full"),
        ("commits/main", "sha", "three", ""),
        ("compare/main...change-SHA", "diff", "diff --git", "+full"),
        ("compare/main...change-SHA", "patch", "From ", "+full"),
        ("contents/engine", "raw", "1\n2\n", "10\n"),
        ("contents/engine", "html", "<pre>1\n", "10\n</pre>"),
    ],
)
def test_the_media_type_chooses_the_form(
    box: Sandbox, pull: int, history: History, place: str, form: str, begins: str, holds: str
) -> None:
    at = place.replace("change-SHA", history.shas["change"])
    _, text, headers = ask(box, f"/repos/{REPO}/{at}", box.token("ada"), Accept=f"application/vnd.github.{form}")
    assert headers["Content-Type"] == f"application/vnd.github.{form.removeprefix('v3.')}; charset=utf-8"
    assert str(text).startswith(history.shas[begins] if form == "sha" else begins)
    assert holds in str(text)


def test_bodies_come_as_markdown_text_or_html(box: Sandbox, pull: int) -> None:
    box.comment(REPO, pull, "ravi", "Fine **work** <script>alert(1)</script>")
    path = f"/repos/{REPO}/issues/{pull}/comments"
    shown = {form: ask(box, path, box.token("ada"), Accept=f"application/vnd.github.{form}+json")[1][0]
             for form in ("raw", "text", "html", "full")}  # fmt: skip
    html = "<p>Fine <strong>work</strong> </p>\n"
    bodies = {"body": "Fine **work** <script>alert(1)</script>", "body_text": "Fine work", "body_html": html}
    for form, names in (("raw", ["body"]), ("text", ["body_text"]), ("html", ["body_html"]), ("full", list(bodies))):
        got = {name: shown[form][name] for name in bodies if name in shown[form]}
        assert got == {name: bodies[name] for name in names}


def test_an_answer_that_the_caller_has_costs_nothing(box: Sandbox) -> None:
    token = box.token("ada")
    _, _, headers = ask(box, f"/repos/{REPO}", token)
    assert headers["X-RateLimit-Used"] == "1"
    status, _, again = ask(box, f"/repos/{REPO}", token, If_None_Match=headers["ETag"])
    assert (status, again["X-RateLimit-Used"], again["ETag"]) == (304, "1", headers["ETag"])
    assert ask(box, f"/repos/{REPO}", token, If_None_Match=f'"x", {headers["ETag"]}')[0] == 304
    assert ask(box, "/rate_limit", token)[1]["rate"]["used"] == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/repos/acme/rocket", 200),
        ("GET", "/repos/acme/rocket/pulls/99", 404),
        ("GET", "/no/such/thing/at/all", 404),
        ("GET", "/repos/acme/rocket/releases", 501),
        ("POST", "/graphql", 400),
    ],
)
def test_every_answer_has_a_request_id_and_tells_the_limit(box: Sandbox, method: str, path: str, status: int) -> None:
    got, _, headers = ask(box, path, box.token("ada"), method)
    assert (got, len(headers["X-GitHub-Request-Id"])) == (status, 24)
    assert [headers[f"X-RateLimit-{name}"] for name in ("Limit", "Used", "Remaining")] == ["5000", "1", "4999"]
    assert headers["X-RateLimit-Resource"] == ("graphql" if path == "/graphql" else "core")


def test_what_github_has_and_the_sandbox_has_not_looks_like_no_missing_thing(box: Sandbox) -> None:
    for method, path, name in (
        ("GET", "/repos/acme/rocket/releases", "GET /repos/{owner}/{repo}/releases"),
        ("PUT", "/repos/acme/rocket/contents/a/b", "PUT /repos/{owner}/{repo}/contents/{path}"),
        ("POST", "/user/repos", "POST /user/repos"),
    ):
        status, said, headers = ask(box, path, box.token("ada"), method, {} if method != "GET" else None)
        assert (status, headers["X-Sandbox-Unserved"]) == (501, name)
        assert f"does not serve {name}, which GitHub does: docs/sandbox.md" in said["message"]
    for method, path in (("GET", "/repos/acme/rocket/nothing"), ("PATCH", "/rate_limit")):
        status, said, headers = ask(box, path, box.token("ada"), method)
        assert (status, said["message"], headers["X-Sandbox-Unserved"]) == (404, "Not Found", None)


def test_the_documentation_lists_what_is_served() -> None:
    text = Path(__file__).parents[3].joinpath("docs", "sandbox.md").read_text()
    table = text.partition("<!-- served -->\n")[2].partition("<!-- end -->")[0]
    told = {line.strip("`") for line in table.replace("```", "").splitlines() if line}
    assert told == {each.name for each in OPERATIONS}


@pytest.mark.parametrize("query", ["per_page=²", "page=99999999999999999999", "per_page=1e9", "page=%ff", "page=-1"])
def test_odd_numbers_in_a_query_are_no_fault_of_the_sandbox(box: Sandbox, query: str) -> None:
    path = f"/repos/{REPO}/commits?{quote(query, safe='=%')}"
    assert ask(box, path, box.token("ada"))[0] in {200, 422}


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_a_pull_request_is_merged_in_each_way_at_the_head_that_was_seen(
    box: Sandbox, pull: int, history: History, method: str
) -> None:
    path, token = f"/repos/{REPO}/pulls/{pull}/merge", box.token("maya")
    wanted = {"merge_method": method, "commit_title": "In", "commit_message": "because"}
    assert ask(box, path, token, "PUT", wanted | {"sha": history.shas["one"]})[0] == 409
    status, done, _ = ask(box, path, token, "PUT", wanted | {"sha": history.shas["change"]})
    assert (status, done["merged"]) == (200, True)
    made = ask(box, f"/repos/{REPO}/commits/main", token)[1]
    parents = [each["sha"] for each in made["parents"]]
    main, change = history.shas["three"], history.shas["change"]
    assert parents == ([main, change] if method == "merge" else [main])
    assert made["commit"]["message"] == ("change" if method == "rebase" else "In\n\nbecause")
    assert made["commit"]["author"]["name"] == ("Ada" if method == "rebase" else "Maya Manager")
    assert made["commit"]["committer"]["name"] == ("Maya Manager" if method == "rebase" else "GitHub")
    assert made["commit"]["verification"]["verified"] is (method != "rebase")
    assert ask(box, f"/repos/{REPO}/contents/fuel", token)[0] == 200


def test_a_change_that_was_asked_for_holds_until_it_is_dismissed(box: Sandbox, pull: int) -> None:
    box.protect(REPO, required_checks=(), approvals=1)
    place = f"/repos/{REPO}/pulls/{pull}/reviews"
    asked = {"event": "REQUEST_CHANGES", "body": "not yet"}
    status, made, _ = ask(box, place, box.token("ravi"), "POST", asked)
    assert (status, made["state"]) == (200, "CHANGES_REQUESTED")
    box.review(REPO, pull, "maya")
    assert box.mergeable(REPO, pull) == ["Changes have been requested by a reviewer with write access."]
    gone = ask(box, f"{place}/{made['id']}/dismissals", box.token("maya"), "PUT", {"message": "done"})
    assert (gone[0], gone[1]["state"], box.mergeable(REPO, pull)) == (200, "DISMISSED", [])


def test_a_pending_review_is_its_writers_until_it_is_submitted(box: Sandbox, pull: int) -> None:
    place, token = f"/repos/{REPO}/pulls/{pull}/reviews", box.token("ravi")
    status, made, _ = ask(box, place, token, "POST", {"body": "draft"})
    assert (status, made["state"], "submitted_at" in made) == (200, "PENDING", False)
    mine = f"{place}/{made['id']}"
    assert (ask(box, place, box.token("maya"))[1], ask(box, mine, box.token("maya"))[0]) == ([], 404)
    assert ask(box, mine, token, "PUT", {"body": "better"})[1]["body"] == "better"
    assert ask(box, f"{mine}/events", token, "POST", {"event": "APPROVE"})[1]["state"] == "APPROVED"
    assert ask(box, mine, token, "DELETE")[0] == 422
    other = ask(box, place, token, "POST", {})[1]["id"]
    assert ask(box, f"{place}/{other}", token, "DELETE")[0] == 200
    assert [each["state"] for each in ask(box, place, token)[1]] == ["APPROVED"]


def test_an_issue_is_opened_talked_about_labelled_and_closed(box: Sandbox, pull: int) -> None:
    place, ada, maya = f"/repos/{REPO}/issues", box.token("ada"), box.token("maya")
    status, made, _ = ask(box, place, ada, "POST", {"title": "Leak", "body": "b", "labels": ["bug"]})
    assert (status, made["number"], [each["name"] for each in made["labels"]]) == (201, 2, ["bug"])
    said = ask(box, f"{place}/2/comments", maya, "POST", {"body": "seen"})[1]
    assert said["html_url"] == f"{box.address}/{REPO}/issues/2#issuecomment-{said['id']}"
    assert [each["number"] for each in ask(box, place, ada)[1]] == [2, 1]
    assert [each["number"] for each in ask(box, f"{place}?labels=bug", ada)[1]] == [2]
    assert ask(box, f"/repos/{REPO}/pulls/2", ada)[0] == 404
    closed = ask(box, f"{place}/2", maya, "PATCH", {"state": "closed", "state_reason": "not_planned"})[1]
    assert (closed["state"], closed["state_reason"]) == ("closed", "not_planned")
    assert ask(box, f"{place}/2", maya, "PATCH", {"state": "open", "title": "A leak"})[1]["title"] == "A leak"
    assert ask(box, place, ada, "POST", {"title": " "})[0] == 422
    assert ask(box, place, ada, "POST", {"title": "x", "labels": [{}]})[0] == 422


def test_labels_are_made_renamed_and_dropped(box: Sandbox, pull: int) -> None:
    place, maya = f"/repos/{REPO}/labels", box.token("maya")
    assert ask(box, place, maya, "POST", {"name": "a b/c", "color": "ff0000"})[0] == 201
    assert ask(box, place, maya, "POST", {"name": "A B/C"})[0] == 422
    box.label(REPO, pull, "maya", "a b/c")
    status, renamed, _ = ask(box, f"{place}/a%20b%2Fc", maya, "PATCH", {"new_name": "abc", "description": "d"})
    assert (status, renamed["name"], renamed["color"], renamed["description"]) == (200, "abc", "ff0000", "d")
    assert box.pull(REPO, pull).labels == ("abc",)
    assert ask(box, f"{place}/ABC", maya, "DELETE")[0] == 204
    assert (box.pull(REPO, pull).labels, ask(box, f"{place}/abc", maya)[0]) == ((), 404)
    assert ask(box, place, box.add_person("stranger"), "POST", {"name": "x"})[0] == 404


def test_the_effective_rules_of_a_branch_name_all_that_holds(box: Sandbox) -> None:
    box.protect(REPO, approvals=2, merge_queue=True)
    rows = ask(box, f"/repos/{REPO}/rules/branches/main", installation_token(box))[1]
    assert [each["type"] for each in rows] == ["required_status_checks", "pull_request", "merge_queue"]
    assert rows[1]["parameters"]["required_approving_review_count"] == 2
