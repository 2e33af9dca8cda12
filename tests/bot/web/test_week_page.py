"""The page of a week shows what the line did in it, with the store's own numbers."""

import sqlalchemy as sa

from bot.forge.port import Target
from bot.jobs.kinds import OfRepository
from bot.learning.follow import Follow
from bot.policy.events import Changed
from bot.store import Followed
from bot.web import week
from bot.web.page import Asked, Stored
from tests.bot.web.web_world import FORGE, Web
from tests.fakes.line import Line
from tests.fakes.world import INSTALLATION, Pull

ADDRESS = "/r/acme/shop/week"


class Blameless:
    """Evidence of a history in which nothing is known against anything."""

    def commits(self, repository_id: int, each: Followed) -> tuple[str, ...]:
        return ("c" * 40,)

    def faults(self, repository_id: int) -> None:
        return None


def followed(line: Line) -> None:
    store = line.store
    job = Follow(store.repositories, store.outcomes, store.exceptions, store.audit, None, Blameless(), line.clock)  # type: ignore[arg-type]
    job.repository(OfRepository(line.home.id))


def land(line: Line, pull: Pull) -> None:
    line.forge.lander.merge(Target(INSTALLATION, line.home.id, line.home.full_name), pull.number, pull.head, "merge")
    line.look(pull, Changed("closed"))


def seen(web: Web, **query: str) -> week.View:
    reader = web.people.readers["ana"]
    asked = Asked(reader, FORGE, reader.repositories[0], query=query)
    at = web.line.clock.now
    return week.view(week.read(web.line.store.only(Stored), asked, at), asked, at)


def scalar(line: Line, query: str) -> int:
    with line.store.read() as connection:
        return int(connection.scalar(sa.text(query)) or 0)


def test_the_numbers_of_a_week_are_those_of_the_store(web: Web) -> None:
    line = web.line
    line.window()
    line.seen(0.97)
    for percentile in (0.1, 0.2):
        land(line, line.seen(percentile))
    followed(line)
    shown = seen(web).week
    assert (shown.landed, len(shown.held)) == (2, 1)
    assert shown.landed == scalar(line, "SELECT count(*) FROM landings")
    assert shown.in_freeze == scalar(line, "SELECT count(*) FROM landings WHERE share > 0") == 2
    assert len(shown.held) == scalar(line, "SELECT count(DISTINCT number) FROM outcomes WHERE held_at IS NOT NULL")
    assert sum(day.landed for day in shown.days) == shown.landed
    text = web.text(ADDRESS)
    assert "held for the first time" in text
    assert "still open" in text


def test_where_the_mode_holds_nothing_it_says_what_would_have_been(web: Web) -> None:
    line = web.line
    line.window(more="mode: shadow\n")
    line.seen(0.97)
    followed(line)
    assert seen(web).would
    assert "would have been held" in web.text(ADDRESS)


def test_titles_from_outside_are_text_and_nothing_else(web: Web) -> None:
    line = web.line
    line.window()
    pull = line.open(0.97)
    pull.title = "<script>alert(1)</script>"
    line.look(pull)
    followed(line)
    text = web.text(ADDRESS)
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text


def test_one_goes_from_week_to_week_and_not_into_the_future(web: Web) -> None:
    here = seen(web)
    before = seen(web, week=here.earlier)
    assert (here.later, before.later) == ("", here.week.span.name)
    assert web.get(f"{ADDRESS}?week=never").status_code == 404
