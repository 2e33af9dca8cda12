"""A few weeks through the whole App at a moved clock: what the page of the year says, counted again with plain SQL."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import requests

from bench.year import report, reports
from bench.year.diary import moment
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
    assert {name for name in claims if not name.startswith("revert of ")} == names["true"] | names["wrong"]
    assert {status for kind, _, status in sent if kind == "poison"} <= {0, 401}


def test_the_numbers_on_the_page_are_those_of_the_store(year: Year, database: sqlite3.Connection) -> None:
    page = report.write(year.folder, year.folder / "year")
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


@pytest.fixture(scope="module")
def pages(year: Year) -> dict[str, str]:
    """Every page of that year as a release manager reads it: words alone, with one blank between them."""
    here = year.time.here
    with requests.Session() as browser:
        forge = browser.get(f"{here.address}/signin?to=/now", timeout=10).url
        assert browser.get(f"{forge}&as={here.sandbox.release_manager}", timeout=10).url == f"{here.address}/now"
        shown = {}
        for name, path in addresses(year.folder).items():
            answer = browser.get(f"{here.address}{path}", timeout=10)
            assert answer.status_code == 200, path
            shown[name] = " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())
    return shown


def numbers(pattern: str, text: str) -> tuple[int, ...]:
    match = re.search(pattern, text)
    assert match is not None, f"{pattern} in {text[:2000]}"
    return tuple(int(each.replace(",", "")) for each in match.groups())


def count(database: sqlite3.Connection, query: str, *given: object) -> int:
    return int(database.execute(f"SELECT count(*) FROM {query}", given).fetchone()[0])  # noqa: S608


def test_the_now_page_counts_what_the_store_holds(
    year: Year, pages: dict[str, str], database: sqlite3.Connection
) -> None:
    held = count(database, "pulls WHERE open AND verdict > 0")
    fortnight = moment(year.end - timedelta(days=14))
    landed = count(database, "landings WHERE window <> '' AND at >= ?", fortnight)
    assert held
    assert landed
    assert numbers(r"(\d+) held of (\d+) open pull request", pages["now"]) == (
        held,
        count(database, "pulls WHERE open"),
    )
    assert numbers(r"(\d+) changes? in the last 14 days", pages["now"]) == (landed,)


def test_the_pull_request_page_has_the_rank_of_the_last_score(
    pages: dict[str, str], database: sqlite3.Connection
) -> None:
    (number,) = numbers(r"acme/engine / #(\d+)", pages["pull-engine"])
    query = "SELECT json_extract(body, '$.percentile') FROM assessments WHERE number = ? ORDER BY at DESC"
    (percentile,) = database.execute(query, (number,)).fetchone()
    records = count(database, "audit WHERE number = ?", number)
    assert numbers(r"riskier than (\d+) of 100", pages["pull-engine"]) == (int(percentile * 100),)
    assert numbers(r"Record (\d+) records?:", pages["pull-engine"]) == (records,)


def test_organisation_and_operator_count_what_the_store_holds(
    year: Year, pages: dict[str, str], database: sqlite3.Connection
) -> None:
    young = count(
        database,
        "outcomes WHERE fate IN ('landed', 'waited', 'excepted', 'overridden') AND ended_at > ?",
        moment(year.end - timedelta(days=30)),
    )
    merges = count(database, "landings")
    came = count(database, "inbox WHERE received_at > ?", moment(year.end - timedelta(days=1)))
    assert numbers(r"of (\d+) merges in 90 days", pages["organisation"]) == (merges,)
    assert numbers(r"(\d+) landings are too young", pages["organisation"]) == (young,)
    assert numbers(r"(\d+) jobs wait", pages["operator"]) == (count(database, "jobs WHERE state = 'waiting'"),)
    assert numbers(r"Came (\d+)", pages["operator"]) == (came,)


def test_the_calendar_tells_of_the_freeze_and_the_model_page_of_each_sign_of_drift(
    pages: dict[str, str], database: sqlite3.Connection
) -> None:
    assert "Year-end freeze" in pages["calendar-engine"]
    signs = database.execute("SELECT sign FROM drift GROUP BY sign").fetchall()
    told = pages["model-engine"].partition("Drift Sign Value Limit n Says")[2]
    assert signs
    assert told.count("Share held") == sum(sign.startswith("share held") for (sign,) in signs)
