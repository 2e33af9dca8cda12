"""The pages people see and the forms they send."""

import http.client
import subprocess
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sandbox_kit import REPO, History, ask, installation_token

from bot.sandbox import Sandbox


def page(box: Sandbox, path: str) -> str:
    status, text, headers = ask(box, path)
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    return str(text)


def send(box: Sandbox, path: str, origin: str | None = "", **fields: object) -> tuple[int, str, str]:
    """A form as a browser sends it: status, where it leads, text."""
    connection = http.client.HTTPConnection(box.address.removeprefix("http://"))
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    if origin is not None:
        head["Origin"] = origin or box.address
    connection.request("POST", path, urlencode(fields), head)
    answer = connection.getresponse()
    got = answer.status, answer.headers.get("Location", ""), answer.read().decode()
    connection.close()
    return got


@pytest.fixture
def place(pull: int) -> str:
    return f"/{REPO}/pull/{pull}"


def held(box: Sandbox, sha: str) -> int:
    action = {"label": "Approve it", "identifier": "approve", "description": "Let it pass"}
    output = {"title": "Held until Monday", "summary": "Because of **risk**"}
    body = {"name": "codechill", "head_sha": sha, "conclusion": "failure", "output": output, "actions": [action]}
    status, made, _ = ask(box, f"/repos/{REPO}/check-runs", installation_token(box), "POST", body)
    assert status == 201
    return int(made["id"])


def test_the_first_page_lists_repositories_and_pull_requests(box: Sandbox, pull: int) -> None:
    text = page(box, "/")
    assert f'<a href="/{REPO}/pull/{pull}?as=ada">A change</a>' in text
    assert '<span class="tag waiting">checks pending</span>' not in text
    assert "A change" in page(box, f"/{REPO}")
    assert "prefers-color-scheme: dark" in page(box, "/sandbox.css")


def test_the_list_says_what_the_checks_come_to(box: Sandbox, pull: int, history: History) -> None:
    box.protect(REPO)
    assert '<span class="tag waiting">checks pending</span>' in page(box, "/")
    held(box, history.shas["change"])
    assert '<span class="tag bad">checks failing</span>' in page(box, "/")
    body = {"name": "codechill", "head_sha": history.shas["change"], "conclusion": "success"}
    ask(box, f"/repos/{REPO}/check-runs", installation_token(box), "POST", body)
    assert '<span class="tag good">checks passed</span>' in page(box, f"/{REPO}")
    box.close(REPO, pull, "ada")
    assert "checks" not in page(box, "/")


@pytest.mark.parametrize("private", [True, False])
def test_the_clone_line_works_as_it_is_printed(box: Sandbox, history: History, tmp_path: Path, private: bool) -> None:
    box.add_repository("acme/shown", history.folder, private=private)
    line = unescape(page(box, "/acme/shown?as=ravi").partition("<code>")[2].partition("</code>")[0])
    assert line.startswith("git clone http://")
    done = subprocess.run([*line.split(), str(tmp_path / "clone")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    elsewhere = ask(box, "/acme/shown?as=ravi", Host="evil.example")[1]
    assert (box.token("ravi") in line, box.token("ravi") in elsewhere) == (private, False)


def test_a_held_pull_request_shows_why_and_its_merge_button_is_off(box: Sandbox, place: str, history: History) -> None:
    box.protect(REPO)
    text = page(box, place)
    assert "Waiting for status to be reported" in text
    run = held(box, history.shas["change"])
    text = page(box, f"{place}?as=maya")
    assert "Held until Monday" in text
    assert "<p>Because of <strong>risk</strong></p>" in text
    assert "Required status check &#34;codechill&#34; is failing." in text
    assert '<button class="main" disabled aria-describedby="holds">Merge pull request</button>' in text
    assert "Approve it" in text
    assert "Because of" in page(box, f"/{REPO}/runs/{run}")


def test_the_merge_form_obeys_the_rules_whatever_the_page_said(
    box: Sandbox, place: str, pull: int, history: History
) -> None:
    box.protect(REPO)
    status, _, text = send(box, f"{place}/merge", person="maya", sha=history.shas["change"])
    assert status == 405
    assert '<p class="alert" role="alert">Required status check &#34;codechill&#34; is expected.</p>' in text
    box.unprotect(REPO)
    assert send(box, f"{place}/merge", person="maya", sha=history.shas["one"])[0] == 409
    assert send(box, f"{place}/merge", person="maya", sha=history.shas["change"])[0] == 303
    assert box.pull(REPO, pull).merged_by == "maya"
    assert "Merged" in page(box, place)


def test_people_comment_react_review_and_press_buttons(box: Sandbox, place: str, pull: int, history: History) -> None:
    run = held(box, history.shas["change"])
    assert send(box, f"{place}/comment", person="ravi", body="/chill\r\nhelp")[:2] == (303, f"{place}?as=ravi")
    (made,) = box.comments(REPO, pull)
    assert (made.login, made.body) == ("ravi", "/chill\nhelp")
    for given in (["ada"], []):
        assert send(box, f"{place}/react", person="ada", comment=made.id, content="eyes")[0] == 303
        assert [each.login for each in made.reactions] == given
    assert send(box, f"{place}/approve", person="ravi")[0] == 303
    assert box.pull(REPO, pull).reviews[0].state == "APPROVED"
    assert send(box, f"{place}/approve", person="ada")[0] == 422
    assert send(box, f"{place}/click", person="maya", run=run, identifier="approve")[0] == 303
    assert send(box, f"{place}/click", person="maya", run=run, identifier="other")[0] == 404
    assert send(box, f"{place}/rerun", person="maya", run=run)[0] == 303
    assert send(box, f"{place}/close", person="ada")[0] == 303
    assert "Closed" in page(box, place)
    assert send(box, f"{place}/reopen", person="ada")[0] == 303
    assert box.pull(REPO, pull).state == "open"


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1"])
def test_forms_from_elsewhere_are_refused(box: Sandbox, place: str, pull: int, origin: str | None) -> None:
    assert send(box, f"{place}/comment", origin, person="ada", body="forged")[0] == 403
    assert box.comments(REPO, pull) == []


def test_another_host_name_is_refused(box: Sandbox, place: str, pull: int) -> None:
    headers = {"Origin": "http://evil.example", "Host": "evil.example"}
    assert ask(box, f"{place}/comment", method="POST", **headers)[0] == 403


def test_the_bot_and_strangers_send_no_forms(box: Sandbox, place: str, pull: int) -> None:
    box.add_person("stranger")
    for person in ("codechill[bot]", "acme", "stranger", "nobody", ""):
        status = send(box, f"{place}/comment", person=person, body="hello")[0]
        assert status == 404
    assert send(box, f"{place}/explode", person="ada")[0] == 404
    assert box.comments(REPO, pull) == []


def test_hostile_words_are_shown_not_obeyed(box: Sandbox, history: History) -> None:
    words = '<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7 * 7 }} "quoted"'
    made = box.open_pull(REPO, title=words[:200], body=words, head_sha=history.shas["change"], head_ref="a{{b}}&<i>")
    box.label(REPO, made.number, "maya", "<b>label")
    box.comment(REPO, made.number, "ravi", words)
    for path in ("/", f"/{REPO}/pull/{made.number}"):
        text = page(box, path)
        assert "<script" not in text
        assert "<img" not in text
        assert "<b>label" not in text
        assert "{{ 7 * 7 }}" in text


def test_a_diff_is_plain_text(box: Sandbox, place: str) -> None:
    status, text, headers = ask(box, f"{place}.diff")
    assert (status, headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert "+full" in text


def test_links_to_commits_and_files_lead_somewhere(box: Sandbox, history: History) -> None:
    sha = history.shas["change"]
    status, patch, headers = ask(box, f"/{REPO}/commit/{sha}")
    assert (status, headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert (f"commit {sha}" in str(patch), "diff --git" in str(patch)) == (True, True)
    path = history.git("ls-tree", "-r", "--name-only", sha).splitlines()[0]
    text = history.git("show", f"{sha}:{path}")
    assert str(ask(box, f"/{REPO}/blob/{sha}/{path}")[1]).strip() == text
    assert [ask(box, f"/{REPO}/{path}")[0] for path in ("commit/beef", "blob/main/none", f"blob/{sha}")] == [404] * 3
