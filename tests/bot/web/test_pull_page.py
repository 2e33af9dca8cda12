"""The page of a pull request says what was decided and what it rests on; its numbers are those of the database."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import sqlalchemy as sa

from bot.policy.actions import Action, SetCheck
from bot.policy.differences import Counts, TeamDifferences
from bot.policy.pull import DIFFERENTIAL_TEST
from bot.policy.views import Card
from bot.web import pull as pull_page
from bot.web import words
from bot.web.page import Asked
from bot.web.together import details
from scoring.assessment import Evidence, Reason
from tests.bot.web.web_world import FORGE, Web
from tests.fakes.world import Pull

SHOP = "https://chill.example/r/acme/shop"

REASON = Reason(
    "faults",
    "3 of the last 20 changes to {subject} were taken back",
    0.6,
    "api/<b>.py",
    tuple(Evidence(f"{n:040x}", f"{n + 50:040x}") for n in (10, 11, 12)),
)


def seen(web: Web, pull: Pull, reader: str = "ana") -> pull_page.View:
    here = web.people.readers[reader].repositories[0]
    asked = Asked(web.people.readers[reader], FORGE, here, pull.number)
    at = web.line.clock.now
    return pull_page.view(pull_page.read(web.line.store, asked, at), asked, at)


def page(web: Web, pull: Pull, reader: str = "ana") -> str:
    return web.text(f"/r/acme/shop/pulls/{pull.number}", reader)


def test_every_rule_has_its_opinion_and_those_that_hold_say_why(web: Web) -> None:
    shown = seen(web, web.line.held())
    assert [one.rule for one in shown.opinions] == [
        "configuration",
        "gate",
        "freeze",
        "semantics",
        "regression",
        "twin",
    ]
    assert [(one.rule, one.words, one.lifted) for one in shown.opinions if one.holds] == [
        ("gate", "Always holds back the riskiest 50 % of changes to `main`, and this is one of them.", False)
    ]
    assert (shown.state, shown.window, shown.share) == ("held", "Always", 0.5)


def test_what_an_exception_lifts_is_marked_so(web: Web) -> None:
    pull = web.line.held()
    web.line.say(pull, "ana", "/chill justify launch_with_rollback The launch is tonight")
    web.line.clock.now += timedelta(minutes=5)
    web.line.say(pull, "mia", "/chill approve")
    shown = seen(web, pull)
    assert shown.state == "free"
    assert [one.rule for one in shown.opinions if one.lifted] == ["gate"]
    (one,) = shown.exceptions
    assert [what for _, what in one.steps] == ["ana asked", "mia approved"]
    assert (one.state, one.text) == ("approved", "")


def test_the_commits_behind_a_number_are_links_to_the_forge(web: Web) -> None:
    pull = web.line.held(0.97, reasons=(REASON,))
    (why,) = seen(web, pull).why
    assert [one.address for one in why.commits] == [f"{FORGE}/acme/shop/commit/{n:040x}" for n in (10, 11, 12)]
    assert [one.by.short for one in why.commits if one.by] == [f"{n:040x}"[:7] for n in (60, 61, 62)]
    text = page(web, pull)
    assert "3 of the last 20 changes to <code>api/&lt;b&gt;.py</code> were taken back" in text
    assert f'href="{FORGE}/acme/shop/commit/{10:040x}"' in text


def test_the_score_is_shown_over_its_pushes_and_read_as_a_table_too(web: Web) -> None:
    pull = web.line.held(0.97)
    heads = [pull.head, web.line.push(pull, 0.4), web.line.push(pull, 0.8)]
    for hours, head in enumerate(heads):
        kept = web.line.store.assessments.get(web.line.home.id, pull.number, head)
        assert kept is not None
        later = replace(kept, at=web.line.clock.now + timedelta(hours=hours))
        web.line.store.assessments.save(web.line.home.id, pull.number, head, later)
    shown = seen(web, pull)
    assert [(one.sha, one.percentile) for one in shown.pushes] == list(zip(heads, (0.97, 0.4, 0.8), strict=True))
    text = page(web, pull)
    assert text.count("<circle") == 3
    assert all(f'<th scope="row">{head[:7]}</th>' in text for head in heads)


def test_its_numbers_are_those_that_plain_sql_counts(web: Web) -> None:
    line = web.line
    pull = line.held(0.97)
    line.push(pull, 0.96)
    line.say(pull, "ana", "/chill justify launch_with_rollback The launch is tonight")
    line.say(pull, "mia", "/chill deny Monday")
    line.press(pull, "ben", "useful")
    line.press(pull, "mia", "not-useful")
    line.seen(0.99)  # of another pull request nothing is counted
    shown = seen(web, pull)
    counts = {
        "assessments": len(shown.pushes),
        "escalations": len(shown.exceptions),
        "audit": shown.recorded,
        "feedback": shown.useful + shown.misleading,
        "feedback WHERE useful": shown.useful,
    }
    with line.store.read() as connection:
        for table, shown_count in counts.items():
            joined = "AND" if "WHERE" in table else "WHERE"
            query = f"SELECT count(*) FROM {table} {joined} repository_id = :here AND number = :number"  # noqa: S608
            counted = connection.scalar(sa.text(query), {"here": line.home.id, "number": pull.number})
            assert (table, counted) == (table, shown_count)
    assert (shown.useful, shown.misleading, len(shown.pushes)) == (1, 1, 2)


def test_the_record_says_who_did_what(web: Web) -> None:
    pull = web.line.held()
    web.line.say(pull, "ana", "/chill justify launch_with_rollback The launch is tonight")
    web.line.say(pull, "mia", "/chill approve")
    words = [one.words for one in seen(web, pull).records]
    assert "asked → approved, mia" in words
    assert "new → asked, ana" in words
    assert any(each.startswith("a comment of mia") for each in words)
    assert [one.seq for one in seen(web, pull).records] == sorted(
        (one.seq for one in web.line.records(pull)), reverse=True
    )


def test_a_pull_request_that_nobody_looked_at_is_not_there(web: Web) -> None:
    assert web.get("/r/acme/shop/pulls/99").status_code == 404


def test_an_exception_is_answered_here_too(web: Web) -> None:
    pull = web.line.held()
    web.line.say(pull, "ana", "/chill justify launch_with_rollback The launch is tonight")
    web.reads("mia", "acme/shop")
    assert '<button class="main" name="answer" value="approve">' in page(web, pull, "mia")
    shown = seen(web, pull)
    assert shown.request is not None
    form = {"repository": "acme/shop", "number": "1", "digest": shown.request.digest, "answer": "approve"}
    sent = web.post("/r/acme/shop/pulls/1", "mia", **form)
    assert sent.headers["Location"].endswith("?answered=acme%2Fshop%231")
    web.work()
    assert seen(web, pull).state == "free"


def test_what_could_not_be_scored_says_why(web: Web) -> None:
    web.line.window()
    pull = web.line.open()
    web.line.give_up(pull, "the diff has 11,204 files", "change")
    text = page(web, pull)
    assert "It could not be scored: the diff has 11,204 files." in text
    assert "not scored" in text


def test_the_details_of_a_check_lead_there() -> None:
    address, head = details("https://chill.example/"), "a" * 40
    assert address("acme/shop", SetCheck(head, None, Card("quiet", ""), number=7)) == f"{SHOP}/pulls/7"
    assert address("acme/shop", SetCheck(head, None, Card("quiet", ""))) == ""


def test_the_details_of_a_differential_test_lead_to_the_queue_that_somebody_has_to_look_at_first() -> None:
    calm, bad = TeamDifferences("calm", waiting=9), TeamDifferences("a b&c", Counts(regression=1))
    card = Card("held", "", build="v2/x", differences=(calm, bad))
    check = SetCheck("a" * 40, "failure", card, name=DIFFERENTIAL_TEST)
    assert details("https://chill.example")("acme/shop", check) == f"{SHOP}/differences?team=a+b%26c&release=v2%2Fx"


def test_every_action_has_its_words_in_the_record() -> None:
    assert words.ACTIONS.keys() == {each.__name__ for each in get_args(Action)}
