"""A calendar program reads a calendar at an address that is one person's, for as long as that person may read."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from bot.policy.config.freezes import Freeze
from bot.policy.pull import Person
from tests.bot.web.web_world import HERE, Web

PAGE = "/r/acme/shop/calendar"
CONFIG = """version: 1
windows:
  - {name: Launch, level: red, from: 2026-11-28, to: 2026-11-29}
  - {name: "Release, <b>; \\u00fc", level: yellow, from: 2026-12-01, branches: [release]}
"""


@pytest.fixture
def seen(web: Web) -> Web:
    web.line.configure(CONFIG)
    web.line.seen(0.3)
    return web


def address(web: Web, reader: str = "ana", branch: str = "main") -> str:
    """What a person is shown, without this server's own address."""
    shown = web.post(f"{PAGE}/address", reader, branch=branch)
    assert shown.status_code == 200, shown.get_data(as_text=True)
    text = shown.get_data(as_text=True)
    begin = text.index(f"{HERE}/calendar/") + len(HERE)
    return text[begin : text.index(".ics", begin) + 4]


def events(web: Web, where: str) -> list[tuple[str, datetime, datetime]]:
    answer = web.get(where, reader=None)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    walked = icalendar.Calendar.from_ical(answer.get_data()).walk("VEVENT")
    return [(str(one["SUMMARY"]), one.start, one.end) for one in walked]


def test_whoever_has_the_address_reads_the_calendar_without_signing_in(seen: Web) -> None:
    start, end = datetime(2026, 11, 28, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC)
    assert events(seen, address(seen)) == [("Launch (red, 50 % held back)", start, end)]


def test_a_freeze_by_hand_and_what_has_no_end_are_in_it(seen: Web) -> None:
    where, now = address(seen), seen.line.clock.now
    freeze = Freeze("f1", "Outage", "frozen", now, None, "x", Person(9, "fay"))
    seen.line.store.freezes.save(seen.line.home.id, freeze, at=now)
    assert [name for name, _, _ in events(seen, where)] == ["Outage (frozen, 100 % held back), no end in sight"]


def test_it_is_not_sent_again_while_nothing_changes(seen: Web) -> None:
    where = address(seen)
    first = seen.get(where, reader=None)
    seen.line.clock.now += timedelta(hours=2)
    again = seen.get(where, reader=None, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, first.headers["Cache-Control"]) == (304, "private, max-age=900")


def test_the_address_is_shown_once_and_kept_nowhere(seen: Web) -> None:
    name = address(seen).removeprefix("/calendar/").removesuffix(".ics")
    assert len(name) >= 43
    assert name not in seen.text(PAGE)
    assert not any(name in record.body for record in seen.line.store.audit.records())


def test_what_was_taken_back_or_made_anew_is_good_no_longer(seen: Web) -> None:
    first = address(seen)
    second = address(seen)
    assert [seen.get(where, reader=None).status_code for where in (first, second)] == [404, 200]
    assert "Take it back" in seen.text(PAGE)
    assert seen.post(f"{PAGE}/address/end", "ana", branch="main").status_code == 303
    assert seen.get(second, reader=None).status_code == 404
    assert "Take it back" not in seen.text(PAGE)


def test_who_may_no_longer_read_the_repository_reads_no_calendar_within_an_hour(seen: Web) -> None:
    where, line = address(seen), seen.line
    assert seen.get(where, reader=None).status_code == 200
    line.home.private = True
    line.home.rights.clear()
    line.clock.now += timedelta(minutes=59)
    assert seen.get(where, reader=None).status_code == 200
    line.clock.now += timedelta(minutes=1)
    assert seen.get(where, reader=None).status_code == 404


def test_who_may_read_what_has_the_name_now_reads_no_calendar_of_what_had_it_before(seen: Web) -> None:
    where = address(seen)
    seen.line.home.id += 1  # renamed, which nobody told, and another one made in its place
    assert seen.get(where, reader=None).status_code == 404


def test_while_the_forge_is_silent_nothing_is_shown_and_programs_are_told_to_come_again(seen: Web) -> None:
    where = address(seen)
    seen.line.forge.away = True
    answer = seen.get(where, reader=None)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")


@pytest.mark.parametrize("name", ["x", "a" * 43, "..%2Fnow", "%ff"])
def test_an_address_that_was_never_given_out_is_not_there(seen: Web, name: str) -> None:
    assert seen.get(f"/calendar/{name}.ics", reader=None).status_code == 404


def test_an_address_is_made_for_who_may_read_on_a_branch_that_is_known_from_our_own_page(seen: Web) -> None:
    assert seen.post(f"{PAGE}/address", "eve", branch="main").status_code == 404
    assert seen.post(f"{PAGE}/address", "ana", branch="nothing").status_code == 404
    assert seen.post(f"{PAGE}/address", "ana", branch="main", origin="https://evil.example").status_code == 403
    assert seen.post(f"{PAGE}/address", "ana", branch="main", mark="mark of eve").status_code == 403
    assert seen.post(f"{PAGE}/address/end", "ana", branch="main", mark="").status_code == 403
    assert seen.line.store.subscriptions.of(seen.line.home.id, seen.people.readers["ana"].id) == ()


def test_nobody_takes_back_the_address_of_somebody_else(seen: Web) -> None:
    where = address(seen)
    seen.reads("ben", "acme/shop")
    assert "Take it back" not in seen.text(PAGE, "ben")
    seen.post(f"{PAGE}/address/end", "ben", branch="main")
    assert seen.get(where, reader=None).status_code == 200


def test_a_text_that_is_pasted_is_compared_and_kept_nowhere(seen: Web) -> None:
    pasted = CONFIG.replace("level: red", "level: frozen")
    text = seen.post(f"{PAGE}?branch=main", "ana", proposal=pasted.replace("\n", "\r\n")).get_data(as_text=True)
    assert "what you pasted changes 1 setting and the level on 1 stretch of" in text
    assert seen.post(PAGE, "ana", proposal=pasted, origin="https://evil.example").status_code == 403
    refused = seen.post(PAGE, "ana", proposal="version: 1\nwindwos: </textarea><script>alert(1)</script>\n").get_data(
        as_text=True
    )
    assert "did you mean windows?" in refused
    assert "<script>alert" not in refused
