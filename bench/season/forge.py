"""What the forge has at the end, asked over its own interface: what landed, who merged it, which approvals live."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from bench.year.diary import FILE, Diary, moment

LANDER = "codechill-landing[bot]"
TABLES = """
CREATE TABLE IF NOT EXISTS forge (repository_id INTEGER, number INTEGER, state TEXT, head TEXT, base TEXT,
  merged_at TEXT, merged_by TEXT, sha TEXT, PRIMARY KEY (repository_id, number));
CREATE TABLE IF NOT EXISTS approvals (repository_id INTEGER, number INTEGER, review INTEGER, state TEXT, head TEXT,
  PRIMARY KEY (repository_id, number, review));
CREATE TABLE IF NOT EXISTS issues (repository_id INTEGER, number INTEGER, title TEXT, state TEXT,
  PRIMARY KEY (repository_id, number));
"""


def keep(api: str, token: str, folder: Path) -> int:
    """Read it all; returns how many pull requests there are. Raises OSError."""
    diary = Diary(folder)
    diary.more(TABLES)
    with closing(sqlite3.connect(folder / FILE)) as database:
        names = dict(database.execute("SELECT id, name FROM repositories"))
    count = 0
    for identity, name in names.items():
        numbers = [each["number"] for each in _pages(token, f"{api}/repos/{name}/pulls?state=all")]
        count += len(numbers)
        diary.write("forge", [_pull(identity, _get(token, f"{api}/repos/{name}/pulls/{number}")) for number in numbers])
        for number in numbers:
            reviews = _pages(token, f"{api}/repos/{name}/pulls/{number}/reviews?")
            rows = [(identity, number, one["id"], one["state"], one["commit_id"]) for one in reviews
                    if one["user"]["login"] == LANDER]  # fmt: skip
            diary.write("approvals", rows)
        issues = [each for each in _pages(token, f"{api}/repos/{name}/issues?state=all") if "pull_request" not in each]
        diary.write("issues", [(identity, one["number"], one["title"], one["state"]) for one in issues])
    return count


def _pull(identity: int, one: dict[str, Any]) -> tuple[object, ...]:
    merged = one["merged_at"]
    at = moment(datetime.fromisoformat(merged)) if merged else None
    by = (one["merged_by"] or {}).get("login", "") if merged else ""
    sha = one["merge_commit_sha"] if merged else ""
    return (identity, one["number"], one["state"], one["head"]["sha"], one["base"]["ref"], at, by, sha)


def _pages(token: str, address: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for page in range(1, 100):
        some = _get(token, f"{address}&per_page=100&page={page}")
        rows += some
        if len(some) < 100:
            break
    return rows


def _get(token: str, address: str) -> Any:
    asked = Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - the sandbox on this machine
    with urlopen(asked, timeout=120) as answer:  # noqa: S310
        return json.load(answer)
