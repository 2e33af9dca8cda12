"""An exception answered on the page is answered as by the command: by the same rules, with the same record."""

import json
import re

import pytest

from bot.policy.events import Pressed
from tests.bot.web.web_world import Web
from tests.fakes.world import Pull


@pytest.fixture
def asking(web: Web) -> Pull:
    """ana's change is held, and she asks for an exception; mia and max may answer, ben may only write."""
    pull = web.line.held()
    web.line.say(pull, "ana", "/chill justify launch_with_rollback The launch is tonight")
    for login in ("mia", "max", "ben"):
        web.reads(login, "acme/shop")
    return pull


def form(web: Web, reader: str = "mia") -> dict[str, str]:
    """The hidden fields of the form that this reader is shown."""
    text = web.text("/now", reader)
    shown = re.search(r'<form method="post" action="">(.*?)</form>', text, re.DOTALL)
    assert shown is not None
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown[1]))
    assert fields.pop("mark") == f"mark of {reader}"
    return fields


def answer(web: Web, reader: str, verdict: str, **more: str) -> int:
    status = web.post("/now", reader, **form(web, reader) | {"answer": verdict} | more).status_code
    web.work()
    return status


def test_an_approval_on_the_page_is_that_of_the_command(web: Web, asking: Pull) -> None:
    assert web.line.conclusion(asking) == "failure"
    assert answer(web, "mia", "approve") == 303
    assert web.line.conclusion(asking) == "success"
    (request,) = web.line.store.exceptions.of(web.line.home.id, asking.number)
    assert (request.state, request.answered_by) == ("approved", web.line.world.person("mia"))
    assert web.line.answer(asking).startswith("`mia`: ")
    assert "Exception approved" in web.line.card(asking)


def test_the_record_says_who_and_that_it_was_on_a_page(web: Web, asking: Pull) -> None:
    answer(web, "mia", "approve")
    events = [json.loads(record.body)["event"] for record in web.line.records(asking) if record.kind == "decision"]
    (pressed,) = [event for event in events if event and event["is"] == "Pressed"]
    assert (pressed["source"], pressed["button"], pressed["by"]["login"]) == ("page", "approve", "mia")


def test_a_denial_says_why_where_a_reason_was_given(web: Web, asking: Pull) -> None:
    web.line.home.private = True
    web.line.look(asking)
    answer(web, "max", "deny", text="Monday\r\nis <b>early</b> enough")
    (request,) = web.line.store.exceptions.of(web.line.home.id, asking.number)
    assert (request.state, request.answer) == ("denied", "Monday is <b>early</b> enough")
    assert web.line.conclusion(asking) == "failure"


def test_a_denial_without_a_reason_says_where_it_was_given(web: Web, asking: Pull) -> None:
    answer(web, "max", "deny")
    (request,) = web.line.store.exceptions.of(web.line.home.id, asking.number)
    assert (request.state, request.answer) == ("denied", "on the page")


def test_who_may_not_answer_is_refused_by_the_same_rule(web: Web, asking: Pull) -> None:
    assert answer(web, "ben", "approve") == 303
    (request,) = web.line.store.exceptions.of(web.line.home.id, asking.number)
    assert (request.state, web.line.conclusion(asking)) == ("asked", "failure")
    assert "Only `acme/release-managers` can decide that." in web.line.answer(asking)


def test_who_asked_is_shown_no_form_and_decides_nothing_with_one(web: Web, asking: Pull) -> None:
    assert '<details id="answer' not in web.text("/now", "ana")
    web.post("/now", "ana", **form(web, "mia") | {"answer": "approve"})
    web.work()
    assert web.line.conclusion(asking) == "failure"


def test_an_answer_to_what_is_no_longer_shown_is_not_taken(web: Web, asking: Pull) -> None:
    before = form(web)
    web.line.push(asking, 0.98)
    refused = web.post("/now", "mia", **before | {"answer": "approve"})
    assert (refused.status_code, web.looked) == (409, [])


def test_an_answer_that_waited_while_something_was_pushed_decides_nothing(web: Web, asking: Pull) -> None:
    web.post("/now", "mia", **form(web) | {"answer": "approve"})
    web.line.push(asking, 0.98)
    web.line.say(asking, "ana", "/chill justify launch_with_rollback Again")
    web.work()
    last = web.line.store.exceptions.of(web.line.home.id, asking.number)[-1]
    assert (last.state, web.line.conclusion(asking)) == ("asked", "failure")


def test_a_page_that_showed_another_card_of_the_same_head_decides_nothing(web: Web, asking: Pull) -> None:
    shown = web.line.store.shown.get(web.line.home.id, asking.number)
    assert shown is not None
    by = web.line.world.person("mia")
    web.line.look(asking, Pressed("approve", by, asking.head, "0" * 12, "page"))
    assert web.line.conclusion(asking) == "failure"
    web.line.look(asking, Pressed("approve", by, asking.head, shown.pull.digest, "page"))
    assert web.line.conclusion(asking) == "success"


BAD = [{"repository": "acme/nothing"}, {"number": "77"}, {"number": "x"}, {"answer": "refresh"}, {"answer": "attest"}]


@pytest.mark.parametrize("change", BAD)
def test_what_is_not_there_cannot_be_answered(web: Web, asking: Pull, change: dict[str, str]) -> None:
    assert web.post("/now", "mia", **form(web) | {"answer": "approve"} | change).status_code == 404
    assert web.looked == []


def test_who_may_not_read_the_repository_is_told_that_nothing_is_there(web: Web, asking: Pull) -> None:
    assert web.post("/now", "eve", **form(web) | {"answer": "approve"}).status_code == 404
    assert web.looked == []


ELSEWHERE = [{"mark": ""}, {"mark": "mark of ana"}, {"origin": "https://evil.example"}, {"origin": ""}]


@pytest.mark.parametrize("how", ELSEWHERE)
def test_a_form_from_elsewhere_is_not_taken(web: Web, asking: Pull, how: dict[str, str]) -> None:
    assert web.post("/now", "mia", **how, **form(web) | {"answer": "approve"}).status_code == 403  # type: ignore[arg-type]
    assert web.looked == []


def test_nobody_answers_without_end(web: Web, asking: Pull) -> None:
    sent = form(web) | {"answer": "approve"}
    statuses = [web.post("/now", "mia", **sent).status_code for _ in range(13)]
    assert statuses == [303] * 12 + [409]


def test_afterwards_the_page_says_what_happens_and_keeps_its_filters(web: Web, asking: Pull) -> None:
    sent = web.post("/now?path=api&x=y", "mia", **form(web) | {"answer": "approve"})
    assert sent.headers["Location"].endswith("?path=api&answered=acme%2Fshop%231")
    assert "Your answer to acme/shop#1" in web.text("/now?path=api&answered=acme%2Fshop%231", "mia")
    assert "Your answer" not in web.text("/now?answered=acme%2Fsecret%231", "mia")
