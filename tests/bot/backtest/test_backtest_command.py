"""`codechill backtest` as people run it."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from backtest_world import HOSTILE, WEEKEND, Ran, call, grow


class Seen(HTMLParser):
    """What a browser would load, and every number with the place it claims to come from."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.figures: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        if "data-figure" in named:
            self.figures.append((str(named["data-figure"]), str(named["value"])))


def at(report: Any, key: str) -> Any:
    for step in key.split("."):
        report = report[int(step)] if isinstance(report, list) else report[step]
    return report


def test_the_page_loads_nothing_and_runs_nothing(ran: Ran) -> None:
    seen = Seen(ran.html)
    assert not [tag for tag, _ in seen.tags if tag in {"script", "link", "img", "iframe", "object", "base", "form"}]
    assert not [named for _, named in seen.tags if named.keys() & {"src", "href", "action", "xlink:href", "onload"}]
    assert not re.search(r"url\(|@import|//[a-z]", ran.html.partition("<body>")[0])


def test_every_number_on_the_page_is_the_one_in_the_json(ran: Ran) -> None:
    figures = Seen(ran.html).figures
    assert len(figures) > 150
    for key, shown in figures:
        value = at(ran.report, key)
        assert shown == ("" if value is None else str(value)), key


def test_what_comes_from_outside_is_shown_and_never_obeyed(ran: Ran) -> None:
    assert HOSTILE.partition(" ")[0] not in ran.html
    assert "<script" not in ran.html
    assert "\u202e" not in ran.html
    assert "\u202e" not in ran.text


def test_the_numbers_add_up(ran: Ran) -> None:
    for part in (ran.report["summary"], *ran.report["windows"], *ran.report["levels"], *ran.report["calendars"]):
        assert part["landings"] == part["held"] + part["let_through"]
        assert part["held"] == part["caught"] + part["false_alarms"]
        assert part["caught"] <= part["faults"]
    for kind in ("windows", "openings", "periods", "authors", "folders", "languages"):
        for figure in ("landings", "held", "caught", "proven"):
            assert sum(row[figure] for row in ran.report[kind]) == ran.report["summary"][figure], (kind, figure)


def test_every_fault_in_a_window_is_listed_with_what_would_have_become_of_it(ran: Ran) -> None:
    rows = list(csv.DictReader(ran.csv))
    held_by_sha = {row["sha"]: row["verdict"] == "held" for row in rows if row["fault"]}
    assert {fault["sha"]: fault["held"] for fault in ran.report["faults"]} == held_by_sha
    assert sum(held_by_sha.values()) == ran.report["summary"]["caught"] > 0
    assert len(held_by_sha) == ran.report["summary"]["faults"]
    for sha, held in held_by_sha.items():
        assert re.search(rf'"{"caught" if held else "missed"}">.*{sha[:10]}', ran.html), sha


def test_every_rate_of_the_summary_lies_in_its_interval(ran: Ran) -> None:
    summary = ran.report["summary"]
    for rate, around in (("share_held", "held"), ("share_caught", "caught"), ("rate_held",) * 2, ("rate_let",) * 2):
        assert 0 <= summary[f"{around}_low"] <= summary[rate] <= summary[f"{around}_high"] <= 1


def test_all_waiting_together_stands_beside_that_of_a_hard_freeze(ran: Ran) -> None:
    summary = ran.report["summary"]
    waits = [float(row["delay_hours"]) for row in csv.DictReader(ran.csv) if row["delay_hours"]]
    assert summary["delay_total_hours"] == pytest.approx(sum(waits), abs=0.1 + 0.005 * len(waits))
    assert summary["delay_hard_hours"] > 5 * summary["delay_total_hours"]
    assert "under a hard freeze" in ran.text


def test_the_orders_are_compared_with_an_interval(ran: Ran) -> None:
    (row,) = (row for row in ran.report["curve"]["table"] if row["target"] == 0.1)
    assert row["over_churn"]["low"] <= row["over_churn"]["value"] <= row["over_churn"]["high"]
    assert "of the faults than the size of the change" in ran.html
    assert "of the faults than the size of the change" in ran.text


def test_a_hard_freeze_blocks_what_codechill_lets_through(ran: Ran) -> None:
    (hard,) = (level for level in ran.report["levels"] if level["name"] == "hard freeze")
    assert hard["held"] == hard["landings"] == ran.report["summary"]["landings"]
    assert ran.report["summary"]["let_through"] > ran.report["summary"]["held"] > 0


def test_a_stricter_level_never_holds_less(ran: Ran) -> None:
    held = [level["held"] for level in ran.report["levels"]]
    assert held == sorted(held)


def test_csv_has_one_inert_row_for_each_landing_in_a_window(ran: Ran) -> None:
    assert len(ran.csv) == 1 + ran.report["summary"]["landings"]
    assert not [row for row in ran.csv if row[:1] in "=+-@"]


def test_no_person_is_named_anywhere(ran: Ran) -> None:
    for text in (ran.html, json.dumps(ran.report), "\n".join(ran.csv)):
        assert "x.example" not in text


def test_the_report_says_how_much_it_rests_on(ran: Ran) -> None:
    assert ran.report["labels"]["weak"] is True
    assert "That is few: the figures are weak." in ran.text
    assert "Association is not prevention" in ran.text
    assert "That is few, so these figures are weak." in ran.html


def test_the_built_in_calendar_is_named_when_no_configuration_is_given(ran: Ran) -> None:
    assert "built in: weekends hold back the riskiest 5 %" in ran.text
    assert [window["window"] for window in ran.report["configuration"]["windows"]] == ["Weekend", "Holiday season"]


def test_ten_cases_show_both_sides(ran: Ran) -> None:
    kinds = [case["why"] for case in ran.report["cases"]]
    assert len(kinds) == 10
    assert {"caught", "false alarm"} <= set(kinds)
    assert all(
        bool(case["reasons"]) != bool(case["because"]) for case in ran.report["cases"] if case["why"] == "caught"
    )


def test_too_little_history_is_refused_with_what_to_do(tmp_path: Path) -> None:
    repo = tmp_path / "young.git"
    grow(repo, 120)
    result = call(repo, tmp_path / "state")
    assert result.exit_code == 2
    assert "at least 300 and 10 are needed" in result.output
    assert "mode: shadow" in result.output


def test_a_day_in_the_middle_may_be_named_and_still_too_little_is_refused(past: Path, ran: Ran) -> None:
    result = call(past, ran.state, "--since", "2024-08-15")
    assert result.exit_code == 2
    assert "Leave out --since" in result.output


@pytest.mark.parametrize(("option", "value"), [("--timezone", "Mars/Base"), ("--since", "yesterday")])
def test_a_wrong_option_is_refused_by_name(past: Path, ran: Ran, option: str, value: str) -> None:
    result = call(past, ran.state, option, value)
    assert result.exit_code == 2
    assert option in result.output


def test_a_wrong_configuration_is_refused_with_its_line(past: Path, ran: Ran, tmp_path: Path) -> None:
    file = tmp_path / "bad.yml"
    file.write_text("version: 1\nwindos: []\n")
    result = call(past, ran.state, "--config", str(file))
    assert result.exit_code == 2
    assert ":2:" in result.output


def test_comparing_says_what_the_change_would_have_meant(past: Path, ran: Ran, tmp_path: Path) -> None:
    mild, strict = tmp_path / "mild.yml", tmp_path / "strict.yml"
    mild.write_text(WEEKEND)
    strict.write_text(WEEKEND.replace("level: weekend", "level: red"))
    result = call(past, ran.state, "--compare", str(mild), str(strict), "--format", "json")
    comparison = json.loads(result.stdout)
    before, after = comparison["configurations"]
    assert before["landings"] == after["landings"]
    assert comparison["newly_held"]["landings"] == after["held"] - before["held"] > 0
    assert comparison["no_longer_held"]["landings"] == 0
    same = call(past, ran.state, "--compare", str(mild), str(mild))
    assert "Newly held: 0" in same.stdout


def test_a_comparison_may_differ_in_what_is_critical_and_is_written_as_json(
    past: Path, ran: Ran, tmp_path: Path
) -> None:
    plain, critical, out = tmp_path / "plain.yml", tmp_path / "critical.yml", tmp_path / "told.json"
    red = WEEKEND.replace("level: weekend", "level: red")
    plain.write_text(red)
    critical.write_text(f'{red}critical: {{"lib/part1.py": 1}}\n')
    result = call(past, ran.state, "--compare", str(plain), str(critical), "--json", str(out))
    assert result.exit_code == 0, result.output
    comparison = json.loads(out.read_text())
    titles = {example["title"].split()[0] for example in comparison["newly_held"]["examples"]}
    assert titles == {"Adjust"}
    assert comparison["partial"] is None


def test_a_comparison_takes_no_options_of_a_report(past: Path, ran: Ran, tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text(WEEKEND)
    result = call(past, ran.state, "--compare", str(file), str(file), "--html", str(tmp_path / "page.html"))
    assert result.exit_code == 2
    assert "--html" in result.output


def test_an_interrupted_replay_leaves_a_marked_part(past: Path, ran: Ran, tmp_path: Path) -> None:
    html, plain = tmp_path / "page.html", tmp_path / "all.json"
    command = [sys.executable, "-m", "bot", "backtest", "--repo", str(past), "--state", str(ran.state)]
    process = subprocess.Popen(
        [*command, "--html", str(html), "--json", str(plain)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "Trying other levels" in line:
            process.send_signal(signal.SIGINT)
            break
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out.startswith("PARTIAL: interrupted")
    report = json.loads(plain.read_text())
    assert report["partial"]["why"] == "interrupted"
    assert report["partial"]["decided"] == report["summary"]["replayed"]
    assert "This report is partial." in html.read_text("utf-8")


def test_imported_incidents_are_faults_too(past: Path, ran: Ran, tmp_path: Path) -> None:
    blamed = {line.split(",")[0] for line in ran.csv[1:] if line.split(",")[10]}
    row = next(line.split(",") for line in ran.csv[1:] if line.split(",")[0] not in blamed)
    landed = datetime.fromisoformat(row[1])
    (tmp_path / "i.json").write_text(
        json.dumps([{"incident": "<b>INC</b>", "cause": row[0], "known_at": (landed + timedelta(days=2)).isoformat()}])
    )
    state = shutil.copytree(ran.state, tmp_path / "state")  # the history as it was read
    made = call(
        past, state, "--incidents", str(tmp_path / "i.json"), "--csv", str(tmp_path / "rows.csv"), "--format", "json"
    )
    labels = json.loads(made.stdout)["labels"]
    (marked,) = (line for line in (tmp_path / "rows.csv").read_text().splitlines() if line.startswith(row[0]))
    assert (labels["incidents"], labels["faults"]) == (1, ran.report["labels"]["faults"] + 1)
    assert ",incident," in marked
    refused = call(past, tmp_path, "--incidents", str(tmp_path / "none.csv"))
    assert (refused.exit_code, refused.stdout) == (2, "")
