"""The page of automatic review shows what the line decided, what waits and who owes what, as the store has it."""

import re
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.policy.candidate import EVERYTHING, DeferredReview, SourceKey, Waiting
from bot.policy.pull import Person
from bot.policy.radar.funnel import STAGES
from bot.policy.radar.record import Decided
from bot.policy.radar.stage import person
from bot.store import AutomaticLanding, KnownRepository, LandingStop, Store
from bot.web import auto_review
from bot.web.page import Asked, Stored
from tests.bot.line.test_line_auto_review import Gatekeeper, gate, landed, of_a_bot, turned, waiting
from tests.bot.web.web_world import FORGE, Web
from tests.fakes.sources import landed as landed_before
from tests.fakes.world import INSTALLATION, Pull

__all__ = ["gate"]
ADDRESS = "/r/acme/shop/auto-review"
DAY = timedelta(days=1)


FILE = """\
version: 1
timezone: Europe/Berlin
auto_review:
  mode: enforce
  sources:
    renovate-npm: {like: renovate, branch: "renovate/npm-*", owner: "@acme/frontend"}
    tidy-imports: {account: 99, kind: codemod, branch: "tidy/*", allowlisted: true, daily_limit: 40}
"""


def filled(store: Store, home: KnownRepository, open_: int, landed_: int, now: datetime) -> None:
    """Something in every part of the page."""
    npm, tidy = (SourceKey(home.installation_id, home.id, name) for name in ("renovate-npm", "tidy-imports"))
    store.configurations.save(home.id, "main", text=FILE, sha="c" * 40, at=now)
    landed_before(store, range(101, 321), now - 40 * DAY, key=npm, reverted=1)
    landed_before(store, range(401, 451), now - 50 * DAY, key=tidy, alone=False, reverted=3)
    landed_before(store, range(501, 561), now - 45 * DAY, key=None, reverted=2)
    store.sources.turn(npm, "P10", by="maya", because="it did well", at=now - 60 * DAY)
    store.sources.deny(tidy, by="codechill", because="incident INC-7 was confirmed of its change #412", at=now - DAY)
    waits = Waiting("a" * 40, "main", "p", now - DAY / 3, now + DAY * 2 / 3, "d", "ace", "renovate-npm")
    store.landing_queue.put(home.id, open_, waits, at=now)
    author = Person(1, "ada")
    for number, due in ((landed_, now + 3 * DAY), (412, now - DAY)):
        review = DeferredReview(author, "Say how to pay", "a" * 40, now - 5 * DAY, due, ("ben", "@acme/frontend"))
        store.deferred_reviews.open(home.id, number, review, at=now)
    for number, state, words in ((110, "landed", ""), (101, "landed", ""), (111, "refused", "the base moved")):
        store.automatic_landings.end(
            AutomaticLanding(home.id, number, "f" * 40, "main", "b" * 40, now - 40 * DAY, "squash", state, "e" * 40,  # type: ignore[arg-type]
                             "same" if state == "landed" else "", words), at=now)  # fmt: skip
    said = (("eligible", "person", "landed", "50 changes of this source landed in 60 days; 100 are needed."),
            ("static", "person", "secret", "A line that comes reads like a secret."),
            ("risk", "person", "too_risky", "Riskier than 20 of 100 recent changes here."),
            ("review", "passed", "", ""))  # fmt: skip
    order = [stage.name for stage in STAGES]
    for place, (stage, outcome, rule, why) in enumerate(said):
        passed = tuple(order[: order.index(stage)])
        decided = Decided("a" * 40, "b" * 40, "main", f"d{place}", "p" * 16, "m1", "ace", "renovate-npm", "enforce",
                          passed, stage, outcome, rule, why)  # type: ignore[arg-type]  # fmt: skip
        for number in (open_, *range(101, 104 + place)):
            store.passages.save(home.id, number, decided, at=now - DAY)


def seen(web: Web, **query: str) -> auto_review.View:
    reader = web.people.readers["ana"]
    asked = Asked(reader, FORGE, reader.repositories[0], query=query)
    at = web.line.clock.now
    return auto_review.view(auto_review.read(web.line.store.only(Stored), asked, at), asked, at)


def scalar(store: Store, query: str) -> int:
    with store.read() as connection:
        return int(connection.scalar(sa.text(query)) or 0)


def stop(web: Web, pull: Pull, reader: str, address: str = ADDRESS) -> int:
    """As the form on the page sends it."""
    shown = re.search(
        r'<form class="buttons stopping" method="post" action="">(.*?)</form>', web.text(address, reader), re.DOTALL
    )
    assert shown is not None
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown[1]))
    assert fields == {"mark": f"mark of {reader}", "repository": "acme/shop", "number": str(pull.number)}
    fields.pop("mark")
    status = web.post(address, reader, **fields | {"answer": "stop-landing"}).status_code
    web.work()
    return status


def test_where_it_is_off_the_page_says_how_to_switch_it_on_and_nothing_else(web: Web) -> None:
    web.line.seen(0.02)
    text = web.text(ADDRESS)
    assert "auto_review: {mode: shadow}" in text
    assert text.count("<h2") == 1


def test_what_waits_to_land_is_shown_with_its_source_and_the_moment_until_somebody_stops_it_there(
    web: Web, gate: Gatekeeper
) -> None:
    pull = of_a_bot(web.line)
    web.reads("ben", "acme/shop")
    (row,) = seen(web).waiting
    assert (row.number, row.source, row.land_after) == (pull.number, "renovate", web.line.clock.now + DAY)
    assert stop(web, pull, "ben") == 303
    assert waiting(web.line, pull) is None
    kept = web.line.store.landing_queue.of(web.line.home.id, pull.number).wishes.stop
    assert kept is not None
    assert (kept.rule, kept.by) == ("hold", web.line.world.person("ben"))
    assert "Nothing waits to land by itself." in web.text(ADDRESS)


def test_a_no_on_the_page_counts_after_a_push_too_and_not_of_somebody_who_may_not_write(
    web: Web, gate: Gatekeeper
) -> None:
    pull = of_a_bot(web.line)
    web.reads("eve", "acme/shop")
    assert stop(web, pull, "eve") == 303
    assert waiting(web.line, pull) is not None
    web.reads("ben", "acme/shop")
    web.line.push(pull, 0.02, files=web.line.home.files[pull.head], login="renovate[bot]")
    assert stop(web, pull, "ben", f"/r/acme/shop/pulls/{pull.number}") == 303
    assert waiting(web.line, pull) is None


def test_a_no_that_was_said_while_somebody_pushed_is_not_lost(web: Web, gate: Gatekeeper) -> None:
    pull = of_a_bot(web.line)
    web.reads("ben", "acme/shop")
    web.post(ADDRESS, "ben", repository="acme/shop", number=str(pull.number), answer="stop-landing")
    web.line.push(pull, 0.02, files=web.line.home.files[pull.head], login="renovate[bot]")
    assert waiting(web.line, pull) is not None
    web.work()
    assert waiting(web.line, pull) is None


def test_what_landed_by_itself_is_listed_with_what_is_known_against_it(web: Web, gate: Gatekeeper) -> None:
    pull = landed(web.line, of_a_bot(web.line))
    (row,) = seen(web).landed
    assert (row.number, row.state, row.source, row.fault) == (pull.number, "landed", "renovate", "")
    assert len(seen(web).landed) == scalar(web.line.store, "SELECT count(*) FROM automatic_landings")


def test_a_source_is_shown_with_its_dial_its_gates_and_what_it_has_landed_today(web: Web, gate: Gatekeeper) -> None:
    line = web.line
    landed(line, of_a_bot(line))
    key = SourceKey(INSTALLATION, line.home.id, "renovate")
    landed_before(line.store, range(101, 151), line.clock.now - 10 * DAY, key=key, reverted=2)
    shown = {each.name: each for each in seen(web).sources}["renovate"]
    gates = {each.rule: (each.part, each.whole, each.shut) for each in shown.gates}
    assert gates == {
        "incidents": (0, None, False),
        "landed": (50, None, True),
        "revert_rate": (2, 50, True),
        "rejection_rate": (0, 50, False),
    }
    assert (shown.standing.dial, shown.landed_today, shown.limit) == ("P20", 1, 10)
    assert "up to 11" in web.text(ADDRESS)  # the upper end of 2 of 50, one-sided


def test_a_denied_source_says_who_denied_it_and_why(web: Web, gate: Gatekeeper) -> None:
    line = web.line
    of_a_bot(line)
    key = SourceKey(INSTALLATION, line.home.id, "renovate")
    line.store.sources.deny(key, by="maya", because="<b>It broke</b> the build", at=line.clock.now)
    text = web.text(ADDRESS)
    assert "Denied by maya" in text
    assert "&lt;b&gt;It broke&lt;/b&gt; the build" in text


def test_it_says_why_nothing_lands_at_all(web: Web, gate: Gatekeeper) -> None:
    line = web.line
    of_a_bot(line)
    assert seen(web).stops == ()
    line.store.automatic_landings.stop(LandingStop(line.home.id, line.clock.now, "#7 landed as something else", "us"))
    line.store.sources.deny(
        SourceKey(INSTALLATION, 0, EVERYTHING), by="maya", because="Nobody is here", at=line.clock.now
    )
    assert seen(web).stops == (
        "In the whole organisation, by maya: Nobody is here",
        "In this repository, by us: #7 landed as something else",
    )
    assert web.text(ADDRESS).count("Nothing lands by itself.</b>") == 2


def test_reviews_that_are_owed_come_with_the_overdue_first(web: Web, gate: Gatekeeper) -> None:
    line = web.line
    turned(line)
    line.seen(0.02)
    now, author = line.clock.now, line.world.person("ana")
    for number, due in ((41, now + DAY), (42, now - DAY)):
        review = DeferredReview(author, "<i>x</i>", "a" * 40, now - 5 * DAY, due, ("ben",))
        line.store.deferred_reviews.open(line.home.id, number, review, at=now)
    assert [(each.number, each.overdue) for each in seen(web).reviews] == [(42, True), (41, False)]
    text = web.text(ADDRESS)
    assert "&lt;i&gt;x&lt;/i&gt;" in text
    assert 'overdue</span> <span class="soft">by 1 d' in text


def test_the_ledger_counts_what_each_rule_sent_to_people_and_what_landed_unchanged(web: Web, gate: Gatekeeper) -> None:
    line = web.line
    gate.answer = person("too_risky", "Riskier than 20 of 100 recent changes here.")
    of_a_bot(line)
    line.merge(line.home.pulls[1], "ben")
    other = line.open(0.03, login="renovate[bot]")
    line.look(other)
    (row,) = seen(web).ledger
    assert (row.stage, row.rule, row.changes, row.landed, row.unchanged) == ("risk", "too_risky", 2, 1, 1)
    refused = "SELECT count(DISTINCT number) FROM passages WHERE outcome = 'person'"
    assert row.changes == scalar(line.store, refused) == seen(web).decided


@pytest.mark.parametrize("mode", ["shadow", "suggest"])
def test_a_mode_that_lands_nothing_is_named(web: Web, gate: Gatekeeper, mode: str) -> None:
    of_a_bot(web.line, mode)
    assert seen(web).modes == ((mode, "main"),)
    assert f'<span class="tag">{mode}</span> <code>main</code>' in web.text(ADDRESS)


def test_of_few_landings_only_their_number_is_said(web: Web, gate: Gatekeeper) -> None:
    landed(web.line, of_a_bot(web.line))
    assert seen(web).compared.thin
    assert "p =" not in web.text(ADDRESS)


def test_on_its_own_page_a_change_shows_each_stage_and_each_decision(web: Web, gate: Gatekeeper) -> None:
    line = web.line
    pull = of_a_bot(line)
    gate.answer = person("too_risky", "Riskier than 20 of 100 recent changes in `a<b>`.")
    line.push(pull, 0.3, login="renovate[bot]")
    address = f"/r/acme/shop/pulls/{pull.number}"
    text = web.text(address)
    assert "cancelled: too_risky" in text  # what the queue made of that
    assert "Riskier than 20 of 100 recent changes in <code>a&lt;b&gt;</code>." in text
    rows = line.store.passages.of(line.home.id, pull.number)
    assert len(rows) == 2
    assert "2 decisions, the newest first" in text
    assert all(f"<code>{row.decided.policy}</code>" in text for row in rows)


def test_where_nothing_was_decided_its_page_says_nothing_of_automatic_review(web: Web) -> None:
    pull = web.line.seen(0.02)
    assert "Automatic review" not in web.text(f"/r/acme/shop/pulls/{pull.number}")


def test_the_organisation_s_page_says_how_far_it_goes_and_what_waits(web: Web, gate: Gatekeeper) -> None:
    line = web.line
    of_a_bot(line)
    line.store.automatic_landings.stop(LandingStop(line.home.id, line.clock.now, "Something else landed", "us"))
    text = web.text("/organisation")
    assert '<a href="/r/acme/shop/auto-review">enforce</a> <span class="tag fault">stopped</span>' in text
    assert "1 waits to land" in text
