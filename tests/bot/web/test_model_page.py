"""The Model page shows what jobs kept, and every number of it can be counted again with plain SQL and a calculator."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import sqlalchemy as sa

from bot.store import KnownModel, KnownSign, Measurement, Store
from bot.web import model
from bot.web.model import UNMEASURED
from bot.web.page import Asked
from scoring.learning.rates import wilson
from tests.bot.web.web_world import Web

ADDRESS = "/r/acme/shop/model"


def point(gate: float, captured: float) -> dict[str, float]:
    low, high = wilson(round(captured * 40), 40)
    return {"target": gate, "gated": gate, "captured": captured, "low": round(low, 4), "high": round(high, 4)}


def row(gate: float, ours: float, paper: float, churn: float) -> dict[str, Any]:
    over = {f"over_{name}": {"value": ours - other, "low": ours - other - 0.1, "high": ours - other + 0.1}
            for name, other in (("table1", paper), ("churn", churn))}  # fmt: skip
    orders = {"codechill": point(gate, ours), "table1": point(gate, paper), "churn": point(gate, churn)}
    return {"target": gate, "random": gate, "best": 1.0, "served": gate} | orders | over


def figures() -> dict[str, Any]:
    gates = (0.05, 0.1, 0.2, 0.5)
    bands = [
        {"landings": 200, "expected": 0.004 * n, "faults": n, "observed": n / 200,
         "low": round(wilson(n, 200)[0], 5), "high": round(wilson(n, 200)[1], 5)}
        for n in range(1, 11)
    ]  # fmt: skip
    alarm = {"landings": 1500, "held": 75, "false_alarms": 60, "rate": 0.04, "low": 0.0312, "high": 0.0511}
    return {
        "from": "2024-01-02", "to": "2026-10-01", "landings": 2000, "faults": 55, "base_rate": 0.021, "gate": 0.05,
        "curve": {
            "lines": [
                {"name": name, "words": name, "points": [point(gate, min(1.0, gate * times)) for gate in gates]}
                for name, times in (("codechill", 4.0), ("table1", 3.0), ("churn", 2.0))
            ],
            "table": [row(gate, min(1.0, gate * 4), min(1.0, gate * 3), min(1.0, gate * 2)) for gate in gates],
        },
        "bands": bands,
        "alarms": {
            "author": [alarm | {"name": "regular"}, alarm | {"name": "newcomer", "landings": 400}],
            "path": [alarm | {"name": "<b>src</b>/"}],
            "language": [alarm | {"name": "Python"}],
        },
        "card": {
            "id": "shipped-2026.11", "kind": "trees", "created": "2026-11-01", "columns": 120,
            "purpose": "Ranks changes.", "not_for": "Judging people.", "repositories": 43, "changes": 900_000,
            "base_rate": 0.0216, "parity": 1e-7, "monotone": True, "knew": False,
        },
        "labels": [
            {"sha": "a" * 40, "title": "<script>alert(1)</script>", "kind": "revert", "evidence": "b" * 40,
             "evidence_title": "Revert", "times": 1, "known_at": "2026-11-01T10:00:00+00:00"},
            {"sha": "c" * 40, "title": "Quicker ledger", "kind": "incident", "evidence": "INC-7",
             "evidence_title": "INC-7", "times": 1, "known_at": "2026-10-01T10:00:00+00:00"},
        ],
        "labels_known": 55,
    }  # fmt: skip


def filled(store: Store, home: int, now: datetime) -> None:
    """With what jobs keep of a repository."""
    store.measurements.save(Measurement(home, now, figures()))
    ratio = {"value": 1.25, "low": 1.0, "high": 1.5}
    gates = [{"share": 0.05, "champion": 0.2, "challenger": 0.25, "ratio": ratio}]
    tried = KnownModel(home, "own-2026-11-20-aa", "own", "shadow", "", now, now, {}, {"gates": gates})
    store.models.add(tried)
    store.models.add(replace(tried, id="table1-2026-11-20-aa", kind="table1", state="refused", why="it could be worse"))
    sign = KnownSign(home, "share held 5 %", now, 2.6, 1.5, 200, True, "13 % rank among the riskiest 5 %.", "Name 2 %.")
    store.drift.save([sign, replace(sign, sign="labels", value=1.0, limit=0.5, alert=False, words="", fix="")], at=now)


def fill(web: Web) -> None:
    filled(web.line.store, web.line.home.id, web.line.clock.now)


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_before_a_job_measured_anything_it_says_so(web: Web) -> None:
    text = plain(web.text(ADDRESS))
    assert UNMEASURED in text
    assert "The default model serves" in text


def test_where_there_is_too_little_it_says_how_much_is_needed(web: Web) -> None:
    told = {
        "why_not": "12 matured landings can be scored, 0 of them known to have been at fault; at least 300 are needed."
    }
    web.line.store.measurements.save(Measurement(web.line.home.id, web.line.clock.now, told))
    assert told["why_not"] in plain(web.text(ADDRESS))


def test_a_sign_that_rests_on_too_few_shows_no_value(web: Web) -> None:
    now = web.line.clock.now
    web.line.store.drift.save([KnownSign(web.line.home.id, "labels", now, 1.0, 0.5, 99, False, "", "")], at=now)
    assert "Labels that arrive – 0.5 99 too few to tell: it takes 100" in plain(web.text(ADDRESS))


def test_it_shows_the_curve_beside_the_regression_size_and_a_die_with_intervals(web: Web) -> None:
    fill(web)
    html = web.text(ADDRESS)
    text = plain(html)
    assert (
        "5 % 20 % [10.5 %, 34.8 %] 15 % [7.1 %, 29.1 %] 10 % [4 %, 23.1 %] 5 % +5.0 [−5.0, +15.0] +10.0 [+0.0, +20.0]"
        in text
    )
    assert all(name in text for name in ("codechill", "the paper's regression", "size alone", "a die"))
    assert html.count("<polyline") == 4 + 2  # four orders; observed and expected
    assert "band 10 200 4 % 5 % [2.7 %, 9 %] 10" in text


def test_every_number_is_what_plain_sql_finds(web: Web) -> None:
    fill(web)
    text = plain(web.text(ADDRESS))
    with web.line.store.read() as connection:
        body = json.loads(connection.scalar(sa.text("SELECT body FROM measurements")) or "")
        models = connection.execute(sa.text("SELECT id, state, why FROM models ORDER BY id")).all()
        signs = connection.execute(sa.text('SELECT sign, value, "limit", n FROM drift ORDER BY sign')).all()
    assert (
        f"{body['landings']:,} landings that have matured {body['faults']} of them known to have been at fault 2.1 %"
        in text
    )
    for one in models:
        assert f"{one.id} {one.state} since" in text
        assert one.why in text
    for sign in signs:
        assert f"{sign.value:.2f} {sign.limit:g} {sign.n}" in text
    for rows in body["alarms"].values():
        for each in rows:
            assert f"{each['landings']:,} {each['held']} {each['false_alarms']} 4 % [3.1 %, 5.1 %]" in text
    assert f"{body['labels_known']} changes of this history" in text


def test_nothing_from_outside_is_more_than_text(web: Web) -> None:
    fill(web)
    html = web.text(ADDRESS)
    assert "<script>alert(1)" not in html
    assert "<b>src" not in html
    assert "<script>alert(1)</script>" in plain(html.replace("&lt;", "‹").replace("&gt;", "›")).replace(
        "‹", "<"
    ).replace("›", ">")


def test_a_label_of_an_incident_names_the_claim_that_is_disputed(web: Web) -> None:
    fill(web)
    text = plain(web.text(ADDRESS))
    assert "reverted by bbbbbbb" in text
    assert "Quicker ledger named by INC-7" in text
    assert "one that says that it was no fault counts as none" in text


def test_the_view_asks_nobody_and_speaks_of_no_single_person(web: Web) -> None:
    fill(web)
    readings = model.Readings(web.line.store.measurements.newest(web.line.home.id), (), (), ())
    asked = web_asked(web)
    first = model.view(readings, asked, web.line.clock.now)
    assert first == model.view(readings, asked, web.line.clock.now + timedelta(days=3))
    assert [row[0] for group in first.groups if group.name == "Author class" for row in group.rows] == [
        "regular",
        "newcomer",
    ]


def web_asked(web: Web) -> Any:
    reader = web.people.readers["ana"]
    return Asked(reader, "https://forge.example", reader.repositories[0])
