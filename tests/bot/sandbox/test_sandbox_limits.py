"""Limits that GitHub's schemas do not tell."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sandbox_kit import REPO, History, app_jwt, ask, installation_token

from bot.sandbox import Refusal, Sandbox
from bot.sandbox.access import Caller
from bot.sandbox.git import Git, Signature
from bot.sandbox.limits import Limits

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADA = Caller("person", "ada")


@pytest.mark.parametrize(("length", "status"), [(65_536, 201), (65_537, 422), (0, 422)])
def test_a_comment_has_at_most_65536_characters_and_at_least_one(
    box: Sandbox, pull: int, length: int, status: int
) -> None:
    body = {"body": "é" * length}
    got, said, _ = ask(box, f"/repos/{REPO}/issues/{pull}/comments", box.token("ada"), "POST", body)
    assert got == status
    if length > 65_536:
        assert said["errors"][0]["message"] == "body is too long (maximum is 65536 characters)"


BUTTON = {"label": "Approve", "identifier": "approve", "description": "Let it pass"}
NOTE = {"path": "engine", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "x"}


@pytest.mark.parametrize("name", ["summary", "text"])
def test_a_report_is_measured_in_bytes_and_the_answer_says_so(box: Sandbox, history: History, name: str) -> None:
    output = {"title": "t", "summary": "s", name: "é" * 32_768}
    said = {"name": "codechill", "head_sha": history.shas["one"], "output": output}
    status, body, _ = ask(box, f"/repos/{REPO}/check-runs", installation_token(box), "POST", said)
    assert status == 422
    assert "exceeds a maximum bytesize of 65535" in str(body)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "completed"}, 422),
        ({"conclusion": "success"}, 201),
        ({"conclusion": "stale"}, 422),
        ({"conclusion": "fine"}, 422),
        ({"status": "done"}, 422),
        ({"output": {"title": "t", "summary": "s" * 65_535}}, 201),
        ({"output": {"title": "t", "summary": "s" * 65_536}}, 422),
        ({"output": {"title": "t", "summary": "é" * 32_767}}, 201),
        ({"output": {"title": "t", "summary": "é" * 32_768}}, 422),
        ({"output": {"title": "t", "summary": "s", "text": "s" * 65_536}}, 422),
        ({"output": {"title": "t"}}, 422),
        ({"output": {"title": "t", "summary": "s", "annotations": [NOTE] * 50}}, 201),
        ({"output": {"title": "t", "summary": "s", "annotations": [NOTE] * 51}}, 422),
        ({"actions": [{**BUTTON, "identifier": str(number)} for number in range(3)]}, 201),
        ({"actions": [{**BUTTON, "identifier": str(number)} for number in range(4)]}, 422),
        ({"actions": [BUTTON, BUTTON]}, 422),
        ({"actions": [{**BUTTON, "label": "x" * 21}]}, 422),
        ({"actions": [{**BUTTON, "identifier": "x" * 21}]}, 422),
        ({"actions": [{**BUTTON, "description": "x" * 41}]}, 422),
        ({"head_sha": "0" * 40}, 422),
        ({"name": ""}, 422),
        ({"name": None}, 422),
    ],
    ids=lambda value: str(value)[:50],
)
def test_check_runs_are_refused_as_github_refuses_them(
    box: Sandbox, history: History, body: dict[str, Any], status: int
) -> None:
    said = {"name": "codechill", "head_sha": history.shas["one"], **body}
    got = ask(box, f"/repos/{REPO}/check-runs", installation_token(box), "POST", said)
    assert got[0] == status, got[1]


def test_of_a_thousand_and_one_runs_the_oldest_is_forgotten(box: Sandbox, history: History) -> None:
    sha, token = history.shas["one"], installation_token(box)
    box.world.installation.events.clear()
    ask(box, f"/repos/{REPO}/check-runs", token, "POST", {"name": "codechill", "head_sha": sha})
    first = box.check_runs(REPO, sha)[0]
    found = box.repository(REPO)
    for number in range(1_000_000, 1_000_999):
        found.runs[number] = type(first)(**{**vars(first), "id": number})
    ask(box, f"/repos/{REPO}/check-runs", token, "POST", {"name": "codechill", "head_sha": sha})
    assert len(box.check_runs(REPO, sha)) == 1000
    assert first.id not in found.runs


def test_a_file_list_ends_at_3000_and_a_diff_at_300_files(box: Sandbox, history: History) -> None:
    git, base = Git(box.repository(REPO).folder), history.shas["three"]
    blob = git.text("rev-parse", f"{base}:engine")
    rows = "".join(f"100644 blob {blob}\tfile{number}\n" for number in range(3_001))
    tree = git.raw("mktree", stdin=rows.encode()).decode().strip()
    many = git.write_commit(tree, [base], "many", Signature("Ada", "ada@example.org", NOW))
    number = box.open_pull(REPO, title="Many", head_sha=many).number
    path, token = f"/repos/{REPO}/pulls/{number}", box.token("ada")
    assert ask(box, path, token)[1]["changed_files"] == 3003  # one is a rename
    _, last, headers = ask(box, f"{path}/files?per_page=100&page=30", token)
    assert (len(last), 'rel="next"' in headers["Link"]) == (100, False)
    status, body, _ = ask(box, path, token, Accept="application/vnd.github.diff")
    assert (status, body["errors"][0]["code"]) == (406, "too_large")


def test_malformed_requests_are_told_apart(box: Sandbox, pull: int) -> None:
    token = box.token("ada")
    assert ask(box, f"/repos/{REPO}/pulls?state=ajar", token)[0] == 422
    assert ask(box, f"/repos/{REPO}/pulls", token, X_GitHub_Api_Version="2019-01-01")[0] == 400
    assert ask(box, f"/repos/{REPO}/pulls/no-number", token)[0] == 404
    for body in ([], "text", 7, {"body": 7}, {}):
        status = ask(box, f"/repos/{REPO}/issues/{pull}/comments", token, "POST", body)[0]
        assert status in {400, 422}
    assert ask(box, f"/repos/{REPO}/pulls/{pull + 1}", token)[0] == 404
    assert ask(box, "/nothing/here/at/all", token)[0] == 404


def test_what_the_caller_has_already_is_not_sent_again(box: Sandbox) -> None:
    _, _, headers = ask(box, f"/repos/{REPO}", box.token("ada"))
    again = ask(box, f"/repos/{REPO}", box.token("ada"), If_None_Match=headers["ETag"])
    assert again[0] == 304


def test_addresses_in_answers_have_the_form_of_the_request(box: Sandbox) -> None:
    assert ask(box, f"/repos/{REPO}", box.token("ada"))[1]["url"] == f"{box.address}/repos/{REPO}"
    assert ask(box, f"/api/v3/repos/{REPO}", box.token("ada"))[1]["url"] == f"{box.address}/api/v3/repos/{REPO}"


def test_the_hourly_limit_ends_requests_until_it_resets() -> None:
    limits = Limits()
    limits.allowed["person"] = 2
    assert [limits.count(ADA, "GET", False, NOW).used for _ in range(2)] == [1, 2]
    with pytest.raises(Refusal, match="API rate limit exceeded"):
        limits.count(ADA, "GET", False, NOW + timedelta(minutes=59))
    assert limits.count(ADA, "GET", False, NOW + timedelta(hours=1)).used == 1


def test_secondary_limits_bind_only_when_switched_on() -> None:
    limits = Limits()
    for _ in range(200):
        limits.count(ADA, "POST", True, NOW)
    limits.secondary = True
    for _ in range(80):
        limits.count(ADA, "POST", True, NOW)
    with pytest.raises(Refusal, match="secondary rate limit") as refused:
        limits.count(ADA, "POST", True, NOW)
    assert refused.value.headers == {"Retry-After": "60"}
    limits.count(ADA, "POST", True, NOW + timedelta(minutes=1))


def test_900_points_a_minute_are_180_writes_or_900_reads() -> None:
    limits = Limits()
    limits.secondary = True
    for _ in range(180):
        limits.count(ADA, "PATCH", False, NOW)
    with pytest.raises(Refusal):
        limits.count(ADA, "GET", False, NOW)
    assert limits.count(ADA, "GET", False, NOW + timedelta(minutes=1)).used == 181


def test_500_things_are_made_in_an_hour() -> None:
    limits = Limits()
    limits.secondary = True
    for number in range(500):
        limits.count(ADA, "POST", True, NOW + timedelta(seconds=number * 2))
    with pytest.raises(Refusal) as refused:
        limits.count(ADA, "POST", True, NOW + timedelta(minutes=30))
    assert refused.value.headers == {"Retry-After": "1800"}


def test_asking_how_many_requests_are_left_costs_none(box: Sandbox) -> None:
    asked = [ask(box, "/rate_limit", box.token("ada"))[1]["rate"]["remaining"] for _ in range(2)]
    assert asked == [5000, 5000]
    assert ask(box, "/app", app_jwt(box))[2]["X-RateLimit-Remaining"] == "4999"
