"""What really happened, as the driver knows it: kept beside the App's database, to hold the App's words against."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

FILE = "diary.db"
TABLES = """
CREATE TABLE IF NOT EXISTS year (one INTEGER PRIMARY KEY, start TEXT, ends TEXT, seed INTEGER, seconds REAL,
  command TEXT);
CREATE TABLE IF NOT EXISTS repositories (id INTEGER PRIMARY KEY, name TEXT, mode TEXT, source TEXT, method TEXT);
CREATE TABLE IF NOT EXISTS changes (
  repository_id INTEGER, origin TEXT, number INTEGER, login TEXT, state TEXT, lines INTEGER,
  planned_at TEXT, opened_at TEXT, held_at TEXT, landed_at TEXT, landed TEXT,
  blamed_at TEXT, blamed_by TEXT, behind INTEGER, carried INTEGER, PRIMARY KEY (repository_id, origin));
-- a word about an incident; kind: true, wrong (another change), dispute or poison; status: of the answer or 0
CREATE TABLE IF NOT EXISTS reports (
  at TEXT, repository_id INTEGER, number INTEGER, by TEXT, kind TEXT, name TEXT, status INTEGER);
CREATE TABLE IF NOT EXISTS work (kind TEXT PRIMARY KEY, jobs INTEGER, seconds REAL);
"""


def moment(at: datetime | None) -> str | None:
    """As the App's database has moments, so that both compare as text."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


class Diary:
    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE
        with closing(sqlite3.connect(self.file)) as database:
            database.executescript(TABLES)

    def more(self, tables: str) -> None:
        """Tables beside these, as SQL."""
        with closing(sqlite3.connect(self.file)) as database:
            database.executescript(tables)

    def write(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Rows as the table has columns; one with the same key takes the place of the one before."""
        ready = list(rows)
        if not ready:
            return
        marks = ", ".join("?" * len(ready[0]))
        with closing(sqlite3.connect(self.file)) as database, database:
            database.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", ready)  # noqa: S608
