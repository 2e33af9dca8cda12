"""A few weeks through the whole App at a moved clock: what the page of the year says, counted again with plain SQL."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import requests

from bench.year import report, reports
from bench.year.look import addresses
from bench.year.year import Year, lived
from bot.demo import replay, sample

START = datetime(2024, 12, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    place = tmp_path_factory.mktemp("year")
    shop = sample.build(place / "shop", changes=60)
    with pytest.MonkeyPatch.context() as often:
        for share in ("TOLD", "WRONG", "POISON"):  # in weeks as many as in years
            often.setattr(reports, share, {"TOLD": 1.0, "WRONG": 0.3, "POISON": 0.4}[share])
        with lived(place / "out", [shop], START, START + timedelta(days=26), seed=1) as one:
            for _ in one.days():
                pass
            one.note(seconds=1.0)
            yield one


@pytest.fixture
def database(year: Year) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(year.folder / "app" / "codechill.db")) as opened:
        opened.execute("ATTACH DATABASE ? AS diary", (str(year.folder / "diary.db"),))
        yield opened


def test_every_change_of_those_weeks_came_to_an_end_and_what_landed_is_on_the_branch(year: Year) -> None:
    street = year.streets[0]
    states = {life.state for life in street.lives}
    landed = [life.landed for life in street.lives if life.state == "landed"]
    line = replay.git(street.folder, "rev-list", "--first-parent", "main").split()
    assert states <= {"landed", "left", "open", "empty"}
    assert len(landed) > 5
    assert set(landed) <= set(line)


def test_who_could_not_merge_was_held_by_the_app_in_the_freeze(year: Year, database: sqlite3.Connection) -> None:
    stopped = {life.number for life in year.streets[0].lives if life.held_at}
    held = database.execute(
        "SELECT DISTINCT number FROM audit WHERE kind = 'decision' AND json_extract(body, '$.verdict') = 'block'"
    )
    assert stopped
    assert stopped <= {number for (number,) in held}


def test_the_app_decided_each_at_the_moved_time(year: Year, database: sqlite3.Connection) -> None:
    first, last = database.execute("SELECT min(at), max(at) FROM audit").fetchone()
    assert str(START - timedelta(days=2))[:10] < first < last <= str(year.end)[:10]


def test_only_true_words_about_incidents_are_labels(year: Year, database: sqlite3.Connection) -> None:
    sent = database.execute("SELECT kind, name, status FROM reports").fetchall()
    names = {kind: {name for what, name, _ in sent if what == kind} for kind in ("true", "wrong", "poison")}
    labels = {json.loads(name) for (name,) in database.execute("SELECT name FROM incidents")}
    claims = dict(database.execute("SELECT incident, state FROM claims"))
    assert all(names.values())
    assert labels == names["true"]
    assert {claims[name] for name in names["wrong"]} == {"disputed"}
    assert not names["poison"] & claims.keys()
    assert {status for kind, _, status in sent if kind == "poison"} <= {0, 401}


def test_the_numbers_on_the_page_are_those_of_the_store(year: Year, database: sqlite3.Connection) -> None:
    page = report.write(year.folder, year.folder / "year", "the command")
    cells = [re.split(r" *\| *", line)[2:-1] for line in page.splitlines() if line.startswith("| `acme/engine`")]
    count = database.execute(
        "SELECT count(*), sum(state = 'pushed'), sum(number > 0), sum(state = 'landed'), sum(state = 'left'),"
        " sum(state = 'open') FROM changes"
    ).fetchone()
    assert cells[0] == ["enforce", *(str(each) for each in count)]
    (held,) = database.execute(
        "SELECT count(DISTINCT number) FROM audit WHERE body LIKE '%\"verdict\":\"block\"%' AND kind = 'decision'"
    ).fetchone()
    (stopped,) = database.execute("SELECT count(*) FROM changes WHERE held_at > ''").fetchone()
    assert cells[1][:2] == [str(held), str(stopped)]
    blamed = {number for (number,) in database.execute("SELECT number FROM changes WHERE blamed_at IS NOT NULL")}
    first: dict[int, float] = {}
    for number, percentile in database.execute(
        "SELECT number, CAST(json_extract(body, '$.percentile') AS REAL) FROM assessments ORDER BY at"
    ):
        first.setdefault(number, percentile)
    gated = {number for number, percentile in first.items() if percentile >= 0.5}
    half = next(row for row in cells[2:] if row[0] == "50%")
    assert half[1].startswith(f"{len(gated)} of {len(first)} ")
    assert half[2] == f"{len(gated & blamed)} of {len(blamed)}"


def test_every_page_shows_those_weeks(year: Year) -> None:
    here = year.time.here
    with requests.Session() as browser:
        forge = browser.get(f"{here.address}/signin?to=/now", timeout=10).url
        assert browser.get(f"{forge}&as={here.sandbox.release_manager}", timeout=10).url == f"{here.address}/now"
        pages = addresses(year.folder).values()
        answers = {path: browser.get(f"{here.address}{path}", timeout=10).status_code for path in pages}
    assert set(answers.values()) == {200}, answers
