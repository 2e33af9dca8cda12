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
        (re.sub(r"<int:\w+>", "1", rule.rule), method)
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
