"""The organisation's page: coverage, findings and guardrails of what one may read, equal to the store by plain SQL."""

from datetime import timedelta

import sqlalchemy as sa

from bot.forge.port import Target
from bot.learning.fates import LANDED
from bot.policy.events import Changed
from bot.store import KnownFinding, KnownRepository, Landing, Outcome
from bot.web import organisation
from bot.web.page import Asked, Stored
from tests.bot.web.web_world import FORGE, Web
from tests.fakes.line import Line
from tests.fakes.world import INSTALLATION, Pull

OPEN = KnownFinding("required", "error", "acme/shop main", "The check is not required on main.", "Require it.")
WAY = KnownFinding("bypass", "warning", "acme/shop main", "Administrators may go round it.", "")
ELSEWHERE = KnownFinding("required", "error", "acme/shop-secret main", "Nothing is required.", "")
MACHINE = KnownFinding("disk", "error", "this machine", "The disk is full.", "")


def seen(web: Web, reader: str = "ana", **query: str) -> organisation.View:
    asked = Asked(web.people.readers[reader], FORGE, query=query)
    at = web.line.clock.now
    return organisation.view(organisation.read(web.line.store.only(Stored), asked, at), asked, at)


def land(line: Line, pull: Pull) -> None:
    line.forge.lander.merge(Target(INSTALLATION, line.home.id, line.home.full_name), pull.number, pull.head, "merge")
    line.look(pull, Changed("closed"))


def scalar(line: Line, query: str) -> int:
    with line.store.read() as connection:
        return int(connection.scalar(sa.text(query)) or 0)


def test_a_merge_that_carried_the_finished_check_is_told_from_one_that_did_not(web: Web) -> None:
    line = web.line
    line.window()
    for percentile in (0.1, 0.2, 0.97):
        land(line, line.seen(percentile))
    unseen = line.open(0.3)
    land(line, unseen)
    (row,) = seen(web).rows
    assert (row.checked.part, row.checked.whole) == (3, 4)
    assert row.checked.part == scalar(line, "SELECT count(*) FROM landings WHERE checked")
    assert row.checked.whole == scalar(line, "SELECT count(*) FROM landings")
    assert "75 %" in web.text("/organisation").replace("\u00a0", " ")


def test_a_merge_of_long_ago_counts_no_longer(web: Web) -> None:
    line = web.line
    at = line.clock.now - organisation.BACK
    for number, moment in ((1, at), (2, at - timedelta(seconds=1))):
        line.store.landings.add(
            Landing(line.home.id, number, moment, "", "a" * 40, "main", "", "green", 0.0, checked=True)
        )
    assert seen(web).checked.whole == 1


def test_what_is_held_and_watched_is_what_the_store_holds(web: Web) -> None:
    line = web.line
    line.held()
    line.seen(0.2)
    shown = seen(web)
    assert (shown.held, shown.watched) == (1, 2) == (shown.rows[0].held, shown.rows[0].watched)
    assert shown.watched == scalar(line, "SELECT count(*) FROM pulls WHERE open")
    assert shown.held == scalar(line, "SELECT count(*) FROM pulls WHERE open AND verdict > 0")
    assert shown.rows[0].modes == (("enforce", "main"),)
    line.say(line.home.pulls[1], "ana", "/chill justify launch_with_rollback The launch is tonight")
    assert (seen(web).held, seen(web).watched) == (1, 2)  # one that waits for its exception is held still


def test_in_a_repository_that_only_advises_nothing_is_held(web: Web) -> None:
    web.line.window(more="mode: advise\n")
    web.line.seen(0.97)
    (row,) = seen(web).rows
    assert (row.held, row.watched, row.modes) == (0, 1, (("advise", "main"),))


def test_findings_are_shown_of_what_one_may_read_the_worst_first(web: Web) -> None:
    store = web.line.store
    store.repositories.saw(KnownRepository(99, INSTALLATION, "acme/shop-secret"))
    store.findings.save((WAY, ELSEWHERE, OPEN, MACHINE), at=web.line.clock.now)
    shown = seen(web)
    assert [(one.severity, one.branch) for one in shown.findings] == [("error", "main"), ("warning", "main")]
    assert (shown.errors, shown.rows[0].wrong) == (1, 2)
    assert "secret" not in web.text("/organisation")
    assert seen(web, "eve").findings == ()


def test_one_organisation_is_shown_where_it_is_asked_for_and_readable(web: Web) -> None:
    web.line.store.repositories.saw(KnownRepository(99, 2, "other/tools"))
    web.reads("ana", "acme/shop", "other/tools")
    assert [row.name for row in seen(web).rows] == ["acme/shop", "other/tools"]
    assert [row.name for row in seen(web, owner="other").rows] == ["other/tools"]
    assert [row.name for row in seen(web, owner="nobody").rows] == ["acme/shop", "other/tools"]


def test_guardrails_count_what_became_of_landings(web: Web) -> None:
    line, now = web.line, web.line.clock.now
    rows = [
        Outcome(line.home.id, number, "a" * 40, now - timedelta(days=60), "m", 0.5, 0.1, LANDED,
                published_at=now - timedelta(days=60), ended_at=now - timedelta(days=59),
                reverted_at=now - timedelta(days=50) if number == 1 else None)
        for number in (1, 2, 3)
    ]  # fmt: skip
    line.store.outcomes.save(rows)
    group = seen(web).rails.groups[0]
    assert (group.landings, group.rates["reverted"].part, group.hours) == (3, 1, 24.0)
    assert group.landings == scalar(line, "SELECT count(*) FROM outcomes WHERE fate = 'landed'")
    assert group.rates["reverted"].part == scalar(line, "SELECT count(*) FROM outcomes WHERE reverted_at IS NOT NULL")
    assert seen(web, "eve").outcomes == 0


def test_opinions_are_counted_of_what_one_may_read(web: Web) -> None:
    line, now = web.line, web.line.clock.now
    for number, useful in ((1, True), (2, True), (3, False)):
        line.store.feedback.save(line.home.id, number, "a" * 40, line.world.person("ben"), useful, at=now)
    assert (seen(web).useful.part, seen(web).useful.whole) == (2, 3)
    assert seen(web).useful.part == scalar(line, "SELECT count(*) FROM feedback WHERE useful")
    assert seen(web, "eve").useful.whole == 0
