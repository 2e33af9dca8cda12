"""The Now page tells what the line decided: what is held, what waits for whom, what opens, what landed."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.forge.port import Target
from bot.policy.events import Changed
from bot.store import KnownRepository
from bot.web import now as now_page
from bot.web.page import Asked
from tests.bot.web.web_world import FORGE, Web
from tests.fakes.line import MANAGERS, Line
from tests.fakes.world import INSTALLATION, Pull


def seen(web: Web, reader: str = "ana", **query: str) -> now_page.View:
    asked = Asked(web.people.readers[reader], FORGE, query=query)
    at = web.line.clock.now
    return now_page.view(now_page.read(web.line.store, asked, at), asked, at)


def land(line: Line, pull: Pull) -> None:
    line.forge.lander.merge(Target(INSTALLATION, line.home.id, line.home.full_name), pull.number, pull.head, "merge")
    line.look(pull, Changed("closed"))


def test_its_numbers_are_those_that_plain_sql_counts(web: Web) -> None:
    line = web.line
    line.window()
    asking, free = line.seen(0.97), line.seen(0.1)
    line.say(asking, "ana", "/chill justify launch_with_rollback The launch is tonight")
    for percentile in (0.6, 0.7, 0.8, 0.2):
        line.seen(percentile)
    closed = line.seen(0.9)
    line.world.close(closed)
    line.look(closed, Changed("closed"))
    land(line, free)
    queries = {
        "held": "SELECT count(*) FROM pulls WHERE open AND verdict > 0",
        "watched": "SELECT count(*) FROM pulls WHERE open",
        "waiting": "SELECT count(*) FROM escalations WHERE state = 'asked'",
        "landed": "SELECT count(*) FROM landings WHERE share > 0",
    }
    with line.store.read() as connection:
        counted = {name: connection.scalar(sa.text(query)) for name, query in queries.items()}
    shown = seen(web)
    assert counted == {"held": 4, "watched": 5, "waiting": 1, "landed": 1}
    assert counted == {
        "held": len(shown.held) + len(shown.waiting),
        "watched": shown.watched,
        "waiting": len(shown.waiting),
        "landed": shown.landings,
    }
    assert (shown.count["held"], shown.count["asks"]) == (3, 1)
    assert re.findall(r"<b>(\d+)</b> <span>", web.text("/now")) == ["1", "4"]


def test_what_is_held_says_why_until_when_and_who_may_approve(web: Web) -> None:
    line = web.line
    line.configure(f"{MANAGERS}windows:\n  - {{name: Launch, level: red, from: 2026-11-27, to: 2026-11-29}}\n")
    line.seen(0.97)
    line.seen(0.3)
    shown = seen(web)
    (row,) = shown.held
    assert (row.repository, row.number, row.author, row.base, row.percentile) == ("acme/shop", 1, "ana", "main", 0.97)
    assert row.why == ("Launch holds back the riskiest 50 % of changes to `main`, and this is one of them.",)
    assert row.until is not None
    assert row.until.isoformat() == "2026-11-29T00:00:00+00:00"
    assert row.may_answer == ("acme/release-managers",)
    assert row.address == "/r/acme/shop/pulls/1"
    assert shown.watched == 2
    assert shown.strictest is not None
    assert (shown.strictest.window, shown.strictest.share) == ("Launch", 0.5)


def test_a_request_waits_for_those_who_may_answer_and_then_for_nobody(web: Web) -> None:
    pull = web.line.held()
    web.line.say(pull, "ana", "/chill justify launch_with_rollback The launch is tonight")
    (row,) = seen(web).waiting
    assert (row.waits, row.request and row.request.by, row.request and row.request.reason) == (
        "acme/release-managers",
        "ana",
        "launch_with_rollback",
    )
    assert seen(web).held == ()
    web.line.say(pull, "mia", "/chill approve")
    assert (seen(web).waiting, seen(web).held) == ((), ())


def test_what_somebody_wrote_is_shown_for_a_private_repository_only(web: Web) -> None:
    pull = web.line.held()
    web.line.say(pull, "ana", "/chill justify launch_with_rollback Customer Nimbus waits")
    assert "Nimbus" not in web.text("/now")
    web.line.home.private = True
    web.line.look(pull)
    assert "Nimbus" in web.text("/now")


def test_in_a_repository_that_only_advises_nothing_is_held(web: Web) -> None:
    web.line.window(more="mode: advise\n")
    web.line.seen(0.97)
    assert (seen(web).held, [row.number for row in seen(web).would]) == ((), [1])


def test_what_opens_next_is_told(web: Web) -> None:
    web.line.configure(f"{MANAGERS}windows:\n  - {{name: Launch, level: yellow, from: 2026-12-01, to: 2026-12-03}}\n")
    web.line.seen(0.97)
    (level,) = seen(web).opens
    assert (level.window, level.level, level.share, level.branch) == ("Launch", "yellow", 0.1, "main")
    assert level.since is not None
    assert level.since.isoformat() == "2026-12-01T00:00:00+00:00"
    assert "3 d 12 h" in web.text("/now")


def test_what_landed_in_a_freeze_says_how_and_is_told_for_two_weeks(web: Web) -> None:
    line = web.line
    line.window()
    free, excepted, past = line.seen(0.2), line.seen(0.96), line.seen(0.97)
    line.say(excepted, "ana", "/chill justify launch_with_rollback The launch is tonight")
    line.say(excepted, "mia", "/chill approve")
    for pull in (free, excepted, past):
        land(line, pull)
        line.clock.now += timedelta(minutes=1)
    assert [(one.number, one.how, one.window, one.share) for one in seen(web).landed] == [
        (3, "past the check", "Always", 0.5),
        (2, "exception", "Always", 0.5),
        (1, "free", "Always", 0.5),
    ]
    assert seen(web).watched == 0
    line.clock.now += timedelta(days=14)
    assert seen(web).landed == ()


def test_what_landed_outside_a_freeze_is_not_told(web: Web) -> None:
    pull = web.line.seen(0.97)
    land(web.line, pull)
    assert [one.share for one in web.line.store.landings.since(web.line.clock.now)] == [0.0]
    assert seen(web).landed == ()


def test_what_was_closed_did_not_land(web: Web) -> None:
    pull = web.line.held()
    web.line.world.close(pull)
    web.line.look(pull, Changed("closed"))
    assert web.line.store.landings.since(web.line.clock.now) == ()


PATHS = [
    ("api", [1]), ("api/", [1]), ("api/session.py", [1]), ("*.md", [2]), ("docs/guide.md", [2]),
    ("session.py", []), ("a", []),
]  # fmt: skip


@pytest.mark.parametrize(("path", "numbers"), PATHS)
def test_a_path_is_a_folder_a_file_or_a_pattern(web: Web, path: str, numbers: list[int]) -> None:
    web.line.window()
    web.line.seen(0.97, files={"api/session.py": "x"})
    web.line.seen(0.98, files={"docs/guide.md": "x"})
    assert [row.number for row in seen(web, path=path).held] == numbers


def test_teams_that_may_approve_can_be_chosen_and_others_are_not_known(web: Web) -> None:
    web.line.held()
    assert seen(web).filters.teams == ("@acme/release-managers",)
    assert len(seen(web, team="@acme/release-managers").held) == 1
    assert len(seen(web, team="@acme/secret").held) == 1  # not a team of any pull request that is seen: no filter


def test_who_reads_one_repository_learns_nothing_of_another(web: Web) -> None:
    line = web.line
    line.held()
    other = line.world.repository("acme/secret-plans")
    line.store.repositories.saw(KnownRepository(other.id, INSTALLATION, other.full_name))
    web.reads("ben", "acme/secret-plans")
    shown = seen(web, "ben")
    assert (shown.held, shown.in_force, shown.watched, shown.filters.teams) == ((), (), 0, ())
    assert set(shown.count.values()) == {0}
    assert "shop" not in web.text("/now", "ben")
    assert "shop" not in web.text("/now?repository=acme/shop&team=@acme/release-managers", "ben")
    assert seen(web, "ben", repository="acme/shop").filters.repository == ""


def test_a_repository_that_went_away_is_not_shown(web: Web) -> None:
    web.line.held()
    gone = replace(web.people.readers["ana"], repositories=web.line.store.repositories.all()[:0])
    web.people.readers["ana"] = gone
    assert seen(web).held == ()
