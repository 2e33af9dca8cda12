"""What somebody tries who may only open pull requests, comment, push, label or send HTTP."""

import http.client
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
from leaks import leaked, secrets
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.demo import replay
from bot.policy.config import FILE
from tests.bot.conftest import WHO, Place

HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")
HOSTILE = (
    "\u202egnp.exe\u200b @acme/release-managers @maya </details></summary><img src=x onerror=alert(1)>"
    " ![x](http://evil.example/p.png) [free](http://evil.example) http://evil.example #1 | `a`"
    " <!-- codechill:card --> \x1b[2J"
)


def tokens(text: str) -> Iterator[Token]:
    """Everything in a comment, inside other things too."""
    for block in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        yield block
        yield from block.children or ()


def harmless(text: str) -> bool:
    """No link, picture, foreign HTML, mention or hidden character; names in code spans do nothing."""
    plain = "".join(token.content for token in tokens(text) if token.type == "text")
    html = [token.content for token in tokens(text) if token.type in ("html_inline", "html_block")]
    foreign = [one for one in html if re.search(r"<(?!/?(?:details|summary)>|!-- )", one) or "onerror" in one]
    pointing = [token for token in tokens(text) if token.type in ("image", "link_open")]
    pinged = re.search(r"(?<![\w`])@(?!<!-- -->)\w", plain)
    linked = "http://" in plain
    return not (HIDDEN.search(text) or foreign or pointing or pinged or linked)


def said_by_us(place: Place, number: int) -> list[str]:
    check = place.check(number)
    words = [each.body for each in place.ours(number)]
    return [*words, check.title or "", check.summary or ""]


def test_what_a_pull_request_names_and_says_is_shown_and_never_obeyed(place: Place) -> None:
    place.window("frozen")
    path = "billing/" + HOSTILE.replace("/", "\u2215").replace("\x1b", "\\") + ".py"
    head = replay.write(
        place.folder, place.large(), path, b"def f():\n    return 1\n", f"{HOSTILE}\n\n{HOSTILE}\n", WHO
    )
    number = place.open(head, HOSTILE.replace("\x1b", ""), body=HOSTILE, head_ref="\u202e\u200b@maya`|<b>#1")
    place.say(number, "ada", f"/chill justify security_fix {HOSTILE}")
    place.say(number, "maya", f"/chill deny {HOSTILE}")
    spoken = said_by_us(place, number)
    assert len(spoken) >= 4
    asks = [text for text in spoken if "asks for an exception" in text and "codechill:card" not in text]
    assert [text for text in spoken if text not in asks and not harmless(text)] == []
    # to ask is to ping the managers that the configuration names: nobody else, and nothing else in the words
    assert all(harmless(text.replace("@acme/release-managers", "", 1)) for text in asks)


def test_a_second_pull_request_of_the_same_commits_into_a_branch_without_rules_releases_nothing(place: Place) -> None:
    lax = replay.write(place.folder, place.base, FILE, b"version: 1\n", "No rules\n", WHO)
    place.stage.sandbox.push(place.name, "lax", lax, "ada")
    place.window("red")
    head = place.large()
    held = place.open(head, "Rework billing")
    assert place.check(held).conclusion == "failure"
    twin = place.open(head, "The same", base="lax", head_ref=f"change-{head[:10]}")
    assert place.check(twin).conclusion == "failure"
    assert "has the same commits and is held" in (place.check(twin).summary or "")
    assert place.stage.sandbox.mergeable(place.name, held) == ['Required status check "codechill" is failing.']
    place.say(twin, "ada", "/chill refresh")
    assert place.check(held).conclusion == "failure"
    place.stage.sandbox.close(place.name, twin, "ada")
    place.say(held, "ada", "/chill justify security_fix it leaks")
    place.say(held, "maya", "/chill approve")
    assert place.check(held).conclusion == "success"


def test_a_pull_request_that_was_opened_first_does_not_keep_its_success_when_a_twin_is_held(place: Place) -> None:
    lax = replay.write(place.folder, place.base, FILE, b"version: 1\n", "No rules\n", WHO)
    place.stage.sandbox.push(place.name, "lax", lax, "ada")
    head = place.large()
    place.window("red")
    first = place.open(head, "The same", base="lax")
    assert place.check(first).conclusion == "success"
    held = place.open(head, "Rework billing", head_ref=f"change-{head[:10]}")
    place.say(first, "ada", "/chill refresh")
    assert place.check(held).conclusion == "failure"


def test_another_base_is_scored_anew_so_that_a_small_difference_lends_its_score_to_no_large_one(place: Place) -> None:
    large = place.large()
    place.stage.sandbox.push(place.name, "staging", large, "ada")
    place.window("red")
    head = place.change("docs/one.md", b"# One\n", large)
    number = place.open(head, "A small one", base="staging")
    small = place.stage.app.store.assessments.get(place.stage.sandbox.repository(place.name).id, number, head)
    place.stage.sandbox.edit(place.name, number, "ada", base="main")
    place.stage.settle()
    anew = place.stage.app.store.assessments.get(place.stage.sandbox.repository(place.name).id, number, head)
    assert small is not None
    assert anew is not None
    assert (small.base, anew.base) == (large, place.base)
    assert anew.percentile > small.percentile
    assert place.check(number).conclusion == "failure"


def test_a_look_alike_of_a_manager_approves_nothing(place: Place) -> None:
    place.window("red")
    number = place.open(place.large())
    place.say(number, "ada", "/chill justify security_fix it leaks")
    for login in ("maya-", "rnaya", "release-managers", "codechill-bot"):
        place.stage.sandbox.add_person(login, "Maya Manager")
        assert "can decide that" in place.say(number, login, "/chill approve")
    assert place.check(number).conclusion == "failure"


def test_a_status_and_a_check_of_others_with_our_name_release_nothing(place: Place) -> None:
    place.window("red")
    number = place.open(place.large())
    head = place.stage.sandbox.pull(place.name, number).head_sha
    status = {"state": "success", "context": "codechill"}
    assert ask(place.stage.sandbox.address, "POST", f"/repos/{place.name}/statuses/{head}", status, "ada", place) == 201
    run = {"name": "codechill", "head_sha": head, "status": "completed", "conclusion": "success"}
    assert ask(place.stage.sandbox.address, "POST", f"/repos/{place.name}/check-runs", run, "ada", place) == 403
    assert place.stage.sandbox.mergeable(place.name, number) == ['Required status check "codechill" is failing.']
    assert place.check(number).conclusion == "failure"


def test_labels_and_edited_comments_release_nothing(place: Place) -> None:
    place.window("red")
    number = place.open(place.large())
    place.say(number, "ada", "/chill justify security_fix it leaks")
    place.stage.sandbox.label(place.name, number, "ada", "codechill: approved", "release", "security_fix")
    comment = place.stage.sandbox.comment(place.name, number, "maya", "Looks fine, but wait.")
    place.stage.sandbox.edit_comment(place.name, comment.id, "ada", "/chill approve")
    place.stage.settle()
    assert place.check(number).conclusion == "failure"


@pytest.mark.parametrize("words", ["### Free to land\n{marks}", "{body}\n\nApproved by maya.", "{marks}"])
def test_a_card_that_a_writer_edited_says_again_what_is_true(place: Place, words: str) -> None:
    place.window("red")
    number = place.open(place.large())
    true, box = place.card(number), place.stage.sandbox
    (card,) = (each for each in place.ours(number) if each.body == true)
    marks = "\n".join(re.findall(r"<!--.*?-->", true))
    box.edit_comment(place.name, card.id, box.reviewer, words.format(marks=marks, body=true))
    box.edit(place.name, number, box.author, title="Another title")
    place.stage.settle()
    assert [each.body for each in place.ours(number)] == [true]
    saved = true.replace("\n", "\r\n")  # in a browser, without a word changed: nothing to mend
    box.edit_comment(place.name, card.id, box.reviewer, saved)
    box.edit(place.name, number, box.author, title="A third")
    place.stage.settle()
    assert [each.body for each in place.ours(number)] == [saved]


def test_a_press_of_a_button_that_is_sent_again_decides_nothing_new(place: Place) -> None:
    place.window("red")
    number = place.open(place.large())
    place.say(number, "ada", "/chill justify security_fix it leaks")
    place.stage.sandbox.click(place.name, place.check(number).id, "deny", "maya")
    place.stage.settle()
    pressed = next(d for d in reversed(place.stage.sandbox.deliveries) if d.action == "requested_action")
    place.say(number, "ada", "/chill justify security_fix it still leaks, look at the trace")
    assert place.check(number).actions[0]["identifier"] == "approve"
    again = replace(pressed, guid="another-guid", id=pressed.id + 10**9)  # its body, and so its signature, still hold
    place.stage.sandbox.outbox.dispatch(again)
    place.stage.settle()
    assert place.check(number).actions[0]["identifier"] == "approve"  # it is still being asked for


def ask(address: str, method: str, path: str, body: object, login: str, place: Place) -> int:
    """A request to the sandbox as a person; the status."""
    import json

    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    headers = {"Authorization": f"token {place.stage.sandbox.token(login)}", "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body), headers)
    return connection.getresponse().status


# --- the door


def test_every_route_that_can_change_something_asks_for_a_signature(place: Place) -> None:
    web = place.stage.app.web
    changing = [
        (rule.rule, method)
        for rule in web.url_map.iter_rules()
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    ]
    assert ("/webhook", "POST") in changing
    for path, method in changing:
        for headers in ({}, {"X-Hub-Signature-256": "sha256=" + "0" * 64}, {"Authorization": "Bearer x"}):
            answer = web.test_client().open(path, method=method, json={"action": "x"}, headers=headers)
            assert (path, method, answer.status_code) in {(path, method, 401), (path, method, 403)}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/SECRET"), ("PUT", "/webhook?token=SECRET"), ("POST", "/webhook"), ("GET", "/webhook/%00SECRET")],
)
def test_a_page_of_an_error_repeats_nothing_that_was_sent(place: Place, method: str, path: str) -> None:
    headers = {"Authorization": "token SECRET", "X-Hub-Signature-256": "SECRET", "X-GitHub-Event": "SECRET"}
    answer = place.stage.app.web.test_client().open(path, method=method, data=b"SECRET", headers=headers)
    assert answer.status_code >= 400
    assert "SECRET" not in answer.text
    assert "Traceback" not in answer.text


# --- credentials


@contextmanager
def watched(wanted: list[str]) -> Iterator[set[str]]:
    """Command lines of every process meanwhile that hold one of these."""
    found: set[str] = set()
    done = Event()

    def watch() -> None:
        while not done.wait(0.002):
            for process in filter(str.isdigit, os.listdir("/proc")):
                try:
                    line = Path("/proc", process, "cmdline").read_bytes().decode(errors="replace")
                except OSError:
                    continue  # it has ended
                found.update(line for one in wanted if one in line)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    yield found
    done.set()
    thread.join()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="other systems show no command lines here")
def test_no_command_line_holds_a_credential(place: Place) -> None:
    with watched(list(secrets(place.stage.sandbox))) as found:
        number = place.open(place.large())
        place.say(number, "ada", "/chill refresh")
    assert found == set()


def test_no_file_comment_check_or_page_holds_a_credential(place: Place) -> None:
    place.window("red")
    number = place.open(place.large())
    place.say(number, "ada", "/chill why")
    hidden = secrets(place.stage.sandbox)
    assert len(hidden) > 10
    web = place.stage.app.web.test_client()
    pages = [web.get(path).text for path in ("/metrics", "/readyz", "/healthz", "/nothing", "/webhook")]
    for text in [*said_by_us(place, number), *pages]:
        assert [one for one in hidden if one in text] == []
    assert leaked(hidden, place.stage.app_folder) == []


def test_the_search_for_credentials_would_find_one(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_text('{"url": "https://x-access-token:ghs_abc@host"}')
    (tmp_path / "other").write_text("nothing")
    assert leaked(["ghs_abc"], tmp_path) == [str(tmp_path / "deep" / "log")]
