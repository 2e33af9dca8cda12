"""The queue of differences: who sees it, what is asked first, and what an answer does."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import Store, Wanted
from bot.store.differences import DatabaseShelf
from bot.web.learnt import Learnt
from bot.web.sides import LINES, LONGEST, Span, sides
from scoring.difftest.answers import Answer, standings
from scoring.difftest.desk import Desk
from scoring.difftest.groups import grouped
from scoring.difftest.labels import Label
from scoring.difftest.record import Difference, Origin
from scoring.difftest.settings import TeamSettings
from tests.bot.web.test_answers import ELSEWHERE
from tests.bot.web.web_world import Web
from tests.fakes.line import Line
from tests.scoring.difftest.records import difference, releases

PAGE = "/r/acme/shop/differences"
HOSTILE = "</pre></article><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe{{ 7 * 7 }}"


def usual() -> list[Difference]:
    """A build that was labelled and another that nobody has looked at."""
    rows = [each for each in releases(2, team="web") if each.request.endswith(" 0")]
    return [
        replace(each, label=None, labelled_at=None, labelled_by="") if each.origin.build == "v1" else each
        for each in rows
    ]


def handed_in(store: Store, repository_id: int, rows: Iterable[Difference], at: datetime) -> None:
    """An upload of each build, with the labels that came with it."""
    for origin in dict.fromkeys(each.origin for each in rows):
        upload = store.difference_uploads.begin(repository_id, Wanted(origin, "jsonl", 1, origin.build), by="ci", at=at)
        mine = [each for each in rows if each.origin == origin]
        store.difference_intake.add(upload, mine, TeamSettings(), labels=True)


class Queue:
    """The page of acme/shop over its differences; ana, ben and mia may write."""

    def __init__(self, line: Line, learnt: Learnt | None = None) -> None:
        self.web = Web(line, learnt=learnt)
        for login in ("ben", "mia"):
            self.web.reads(login, "acme/shop")

    @property
    def shelf(self) -> DatabaseShelf:
        return self.web.line.store.differences.shelf(self.web.line.home.id, {})

    def put(self, *rows: Difference) -> None:
        handed_in(self.web.line.store, self.web.line.home.id, rows, self.web.line.clock())

    def text(self, reader: str = "ana", query: str = "") -> str:
        return self.web.text(PAGE + query, reader)

    def order(self, reader: str = "ana") -> list[str]:
        found = re.search(r'data-order="([^"]*)"', self.text(reader))
        return found[1].split() if found else []

    def say(self, reader: str, group: str, answer: str, status: int = 303, **more: str) -> str:
        """Where the reader is led."""
        sent = self.web.post(PAGE, reader, group=group, answer=answer, **more)
        assert sent.status_code == status
        return sent.headers.get("Location", "")

    def told(self, reader: str, group: str, answer: str, **more: str) -> dict[str, Any]:
        """What a script is told."""
        sent = self.web.post(PAGE, reader, group=group, answer=answer, accept="application/json", **more)
        assert (sent.status_code, sent.mimetype) == (200, "application/json")
        told: dict[str, Any] = sent.get_json()
        return told

    def standing(self, group: str) -> tuple[str, Label | None]:
        one = standings(self.shelf.answers())[group]
        return one.state.value, one.label


@pytest.fixture
def empty(line: Line) -> Queue:
    return Queue(line)


@pytest.fixture
def queue(empty: Queue) -> Queue:
    empty.put(*usual())
    return empty


def test_who_may_only_read_the_repository_sees_no_differences(queue: Queue) -> None:
    queue.web.reads("max", "acme/shop", writes=False)
    assert queue.web.get(PAGE, "max").status_code == 404
    assert queue.web.post(PAGE, "max", group=queue.order()[0], answer="noise").status_code == 404
    assert PAGE not in queue.web.text("/r/acme/shop/week", "max")
    assert PAGE in queue.web.text("/r/acme/shop/week", "ben")
    assert queue.shelf.answers() == []


def test_where_nothing_was_handed_in_the_page_says_what_does_it(empty: Queue) -> None:
    text = empty.text()
    assert "codechill difftest upload" in text
    assert "<article" not in text


def test_the_newest_build_is_asked_for_and_what_may_be_a_regression_stands_first(queue: Queue) -> None:
    order = queue.order()
    desk = Desk.of(queue.shelf.groups("web"), [])
    waiting = desk.queue("v1")
    assert order == [each.group.id for each in waiting]
    assert [each.suspected for each in waiting] == sorted((each.suspected for each in waiting), reverse=True)
    assert queue.text().count('class="card ask') == min(24, len(order))


def test_an_answer_is_kept_under_the_account_and_leads_to_the_next(queue: Queue) -> None:
    first, second, *_ = queue.order()
    to = queue.say("ben", first, "regression", why=" it \n crashed ", next=second)
    (answer,) = queue.shelf.answers()
    assert (answer.group, answer.label, answer.by, answer.why) == (first, Label.REGRESSION, "ben", "it crashed")
    assert to.endswith(f"?team=web&release=v1&group={second}")
    assert first not in queue.order()
    assert "A regression is there: the check fails" in queue.text()


def test_the_same_answer_again_changes_nothing(queue: Queue) -> None:
    first = queue.order()[0]
    assert queue.told("ben", first, "noise", reason="harmless") == {
        "group": first, "label": "noise", "state": "labelled", "others": [], "groups": [],
    }  # fmt: skip
    before = queue.shelf.answers()
    queue.told("ben", first, "noise", reason="harmless")
    assert queue.shelf.answers() == before


def test_an_answer_can_be_taken_back_once(queue: Queue) -> None:
    first = queue.order()[0]
    queue.say("ben", first, "noise")
    assert "Take it back" in queue.text("ben")
    assert "Take it back" not in queue.text("ana")
    assert queue.told("ben", first, "undo", label="noise")["state"] == "open"
    queue.told("ben", first, "undo", label="noise")  # an answer that was lost on its way back is asked for again
    assert len(queue.shelf.answers()) == 2
    assert first in queue.order("ben")


def test_who_disagrees_is_not_asked_again_and_a_third_person_settles(queue: Queue) -> None:
    last = queue.order()[-1]
    queue.say("ana", last, "noise", why="clock")
    assert queue.told("ben", last, "regression")["others"] == ["ana"]
    assert queue.standing(last) == ("disputed", None)
    assert last not in queue.order("ana")
    assert "Waits for a third person" in queue.text("ana")
    assert last in queue.order("mia")
    asked = queue.text("mia", f"?group={last}")
    assert "People disagree. Your answer settles it." in asked
    assert "clock" in asked
    queue.say("mia", last, "noise")
    assert queue.standing(last) == ("settled", Label.NOISE)


def test_one_answer_more_is_of_all_that_are_alike_and_of_nothing_that_somebody_answered(queue: Queue) -> None:
    groups = [each for each in queue.shelf.groups("web") if each.key.release == "v1"]
    dates = [each.id for each in groups if each.key.signature.field == "header.date"]
    assert len(dates) == 3
    queue.say("ben", dates[1], "regression")
    assert queue.told("ana", dates[0], "noise", alike="1")["groups"] == [dates[2]]
    assert [queue.standing(each) for each in dates] == [
        ("labelled", Label.NOISE), ("labelled", Label.REGRESSION), ("labelled", Label.NOISE),
    ]  # fmt: skip


def test_suggestions_learn_from_answers(line: Line) -> None:
    empty = Queue(line, Learnt(lambda work: work()))
    new = [
        difference(
            f"{n} {copy}", build="v1", endpoint=f"GET /place{n}", description=f"{'good' if n % 2 else 'bad'} differs"
        )
        for n in range(15)
        for copy in range(2)
    ]
    empty.put(*new)
    groups = {each.id: each.examples[0].description for each in empty.shelf.groups()}
    assert "by rules, which claim no confidence" in empty.text()
    for group in empty.order()[:12]:
        empty.say("ana", group, "new_feature" if groups[group] == "good differs" else "noise")
    rest = empty.order()
    assert len(rest) == 3
    for group in rest:
        shown = empty.text(query=f"?want={group}")
        label = re.search(r"Suggested: <span[^>]*>([^<]*)</span>", shown)
        assert label is not None
        assert label[1] == ("New feature" if groups[group] == "good differs" else "Noise")


def test_nothing_of_what_was_recorded_is_obeyed(empty: Queue) -> None:
    empty.put(
        difference(
            endpoint=f"GET /{HOSTILE}",
            field=HOSTILE,
            kind=HOSTILE,
            category=HOSTILE,
            description=HOSTILE,
            left=HOSTILE,
            right=HOSTILE[::-1],
            calls=(HOSTILE,),
            tags=(HOSTILE,),
            test_logs=(HOSTILE, "a\x1b[2Jb"),
            request=HOSTILE,
            origin=Origin("default", HOSTILE, HOSTILE, HOSTILE),
        )
    )
    text = empty.text()
    assert re.findall(r"<script(?! src=\"/web/)|<img|onerror=alert\(2\)>", text) == []
    assert {char for char in "\u202e\x1b" if char in text} == set()
    assert text.count("<article") == text.count("</article>") == 1


BAD = [{"group": "0" * 12}, {"answer": "delete"}, {"answer": ""}, {"group": ""}]


@pytest.mark.parametrize("change", BAD)
def test_what_is_not_there_cannot_be_answered(queue: Queue, change: dict[str, str]) -> None:
    sent = {"group": queue.order()[0], "answer": "noise"} | change
    assert queue.web.post(PAGE, "ben", **sent).status_code == 404
    assert queue.shelf.answers() == []


@pytest.mark.parametrize("query", ["?team=other", "?release=v9", "?group=000000000000"])
def test_what_the_address_names_and_is_not_there_is_not_found(queue: Queue, query: str) -> None:
    assert queue.web.get(PAGE + query).status_code == 404


@pytest.mark.parametrize("how", ELSEWHERE)
def test_an_answer_from_elsewhere_is_not_taken(queue: Queue, how: dict[str, str]) -> None:
    assert queue.web.post(PAGE, "ben", **how, group=queue.order()[0], answer="noise").status_code == 403  # type: ignore[arg-type]
    assert queue.shelf.answers() == []


def test_teams_are_apart(queue: Queue) -> None:
    queue.put(difference(origin=Origin("billing", "b7")))
    assert "v1" in queue.text(query="?team=web")
    text = queue.text(query="?team=billing")
    assert "body.name" in text
    assert "header.date" not in text


def test_nobody_answers_one_group_without_end(queue: Queue) -> None:
    first = queue.order()[0]
    queue.shelf.answer(Answer(first, [Label.NOISE, None][n % 2], "ben", queue.web.line.clock()) for n in range(40))
    sent = queue.web.post(PAGE, "ben", group=first, answer="noise", accept="application/json")
    assert (sent.status_code, sent.get_json()["words"][:34]) == (409, "You answered this group 40 times. ")


def test_whoever_looks_waits_for_no_fit_and_is_shown_what_was_learnt_before() -> None:
    waiting: list[Any] = []
    learnt = Learnt(waiting.append, patience=0)
    desk = Desk.of(grouped(usual()), [])
    assert {each.by for each in learnt.of(1, desk, "web", "v1").of.values()} == {"rules"}
    assert len(waiting) == 1  # and no second one begins while it runs
    learnt.of(1, desk, "web", "v1")
    waiting.pop()()
    assert {each.by for each in learnt.of(1, desk, "web", "v1").of.values()} == {"local"}
    assert waiting == []
    first = desk.of_release("v1")[0]
    later = Desk.of(desk.groups, [Answer(first.id, Label.NOISE, "ana", first.examples[0].at)])  # type: ignore[arg-type]
    shown = learnt.of(1, later, "web", "v1")
    assert ({each.by for each in shown.of.values()}, shown.behind, len(waiting)) == ({"local"}, 1, 1)


def joined(spans: tuple[Span, ...] | None, changed: bool | None = None) -> str:
    return "".join(each.text for each in spans or () if changed in (None, each.changed))


WORDS = st.lists(st.sampled_from(["a", "b", " ", "1", "{", "\n", "word", "ä"]), max_size=60).map("".join)


@settings(max_examples=40)
@given(WORDS, WORDS)
def test_two_sides_show_each_text_whole_and_agree_on_what_is_the_same(left: str, right: str) -> None:
    one, other = sides(left, right)
    assert (joined(one.value), joined(other.value)) == (left, right)
    assert joined(one.value, False) == joined(other.value, False)


def test_of_long_texts_and_logs_the_beginning_is_shown_and_what_is_of_one_side_first() -> None:
    alike = [f"request {n} served" for n in range(2 * LINES)]
    one, _ = sides("x" * (LONGEST + 7), None, [*alike, "ERROR it broke"], alike)
    assert (one.more, one.more_lines) == (7, LINES + 1)
    assert [each.text for each in one.logs if each.alone] == ["ERROR it broke"]
