"""The year in numbers, by plain SQL over the App's database with the diary beside it (`diary.`)."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.backtest.measure import interval
from bot.policy.calendar import Scope
from bot.policy.config import parse

LATER = timedelta(minutes=10)  # after it is ready somebody wants to merge it
SHARES = (0.05, 0.10, 0.20, 0.50)
Rows = list[sqlite3.Row]

REPOSITORIES = """
SELECT r.id, r.name, r.mode,
  count(*) AS planned,
  sum(c.state = 'pushed') AS pushed,
  sum(c.number > 0) AS opened,
  sum(c.state = 'landed') AS landed,
  sum(c.state = 'left') AS gone,
  sum(c.state = 'open') AS still,
  sum(c.state = 'empty') AS idle,
  sum(c.held_at IS NOT NULL) AS stopped,
  sum(c.blamed_at IS NOT NULL) AS blamed,
  sum(c.carried) AS carried
FROM diary.repositories r JOIN diary.changes c ON c.repository_id = r.id GROUP BY r.id ORDER BY r.id"""

# what the App decided last before the moment at which the change was ready to land
READY = """
SELECT c.repository_id, c.number, c.lines, c.blamed_at, c.state, c.landed_at,
  max(c.planned_at, c.opened_at) AS ready_at,
  (SELECT json_extract(a.body, '$.verdict') FROM audit a
    WHERE a.kind = 'decision' AND a.repository_id = c.repository_id AND a.number = c.number
      AND a.at <= strftime('%Y-%m-%d %H:%M:%f', max(c.planned_at, c.opened_at), '+10 minutes')
    ORDER BY a.seq DESC LIMIT 1) AS verdict,
  (SELECT json_extract(s.body, '$.percentile') FROM assessments s
    WHERE s.repository_id = c.repository_id AND s.number = c.number ORDER BY s.at LIMIT 1) AS percentile
FROM diary.changes c WHERE c.number > 0"""

EXCEPTIONS = """
SELECT repository_id, state, count(*) AS times FROM escalations GROUP BY 1, 2 ORDER BY 1, 2"""

CONFIGURATIONS = "SELECT repository_id, text FROM configurations WHERE ref = 'main'"

COVERED = "SELECT DISTINCT repository_id FROM landings WHERE window <> ''"

HELD = """
SELECT repository_id, count(DISTINCT number) AS held FROM audit
WHERE kind = 'decision' AND json_extract(body, '$.verdict') = 'block' GROUP BY 1"""

WAITED = """
SELECT repository_id, (julianday(landed_at) - julianday(held_at)) * 24 AS hours FROM diary.changes
WHERE held_at IS NOT NULL AND landed_at IS NOT NULL ORDER BY 1, 2"""

FEEDBACK = """
SELECT repository_id, source, sum(useful) AS useful, count(*) AS times FROM feedback GROUP BY 1, 2 ORDER BY 1, 2"""

WEEKS = """
SELECT c.repository_id, CAST((julianday({moment}) - julianday(y.start)) / 7 AS INTEGER) AS week, count(*) AS times
FROM diary.changes c, diary.year y WHERE {moment} IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"""

# every change once, by its last head: how it ended for the App, and what it knows against it
OUTCOMES = """
SELECT repository_id, fate, count(*) AS times,
  sum(reverted_at IS NOT NULL OR repaired_at IS NOT NULL) AS repaired, sum(incident_at IS NOT NULL) AS incidents
FROM outcomes WHERE fate <> 'replaced' GROUP BY 1, 2 ORDER BY 1, 3 DESC"""

# of the changes that a later one names as what it repairs: how many the App learned of
LEARNED = """
SELECT c.repository_id, count(*) AS blamed, count(o.number) AS known FROM diary.changes c
LEFT JOIN (SELECT DISTINCT repository_id, number FROM outcomes
    WHERE fate <> 'replaced' AND (reverted_at IS NOT NULL OR repaired_at IS NOT NULL)) o
  ON o.repository_id = c.repository_id AND o.number = c.number
WHERE c.blamed_at IS NOT NULL AND c.number > 0 GROUP BY 1"""

SENT = """
SELECT s.repository_id, s.kind, s.by, count(*) AS times, sum(s.status >= 400) AS refused,
  count(c.id) AS claims, sum(c.state = 'confirmed') AS confirmed, sum(c.state = 'disputed') AS disputed,
  count(i.digest) AS labels
FROM diary.reports s
LEFT JOIN claims c ON c.repository_id = s.repository_id
  AND (c.incident = s.name OR s.status = 0 AND c.cause_number = s.number AND c.sources = 'command')
LEFT JOIN incidents i ON i.repository_id = s.repository_id AND i.claim = c.id
WHERE s.kind <> 'dispute' GROUP BY 1, 2, 3 ORDER BY 1, s.kind = 'poison', s.kind = 'wrong', 3"""

TRAINED = """
SELECT repository_id, id, kind, state, why, trained_at, at, figures FROM models
ORDER BY repository_id, trained_at, id"""

RETRAININGS = """
SELECT repository_id, at, json_extract(body, '$.because') AS because, json_extract(body, '$.words') AS words
FROM audit WHERE kind = 'retraining' ORDER BY repository_id, seq"""

DRIFT = """
SELECT repository_id, sign, count(*) AS days, sum(alert) AS alarmed, min(value) AS least, max(value) AS most, "limit",
  min(CASE WHEN alert THEN at END) AS since,
  (SELECT words FROM drift w WHERE w.repository_id = d.repository_id AND w.sign = d.sign AND w.alert
    ORDER BY w.at LIMIT 1) AS words
FROM drift d GROUP BY 1, 2 ORDER BY 1, 2"""

AUDIT = "SELECT kind, count(*) AS times FROM audit GROUP BY 1 ORDER BY 2 DESC"
WORK = "SELECT * FROM diary.work ORDER BY seconds DESC"
YEAR = "SELECT * FROM diary.year"
MODELS = "SELECT repository_id, model, count(*) AS times, min(at) AS first FROM assessments GROUP BY 1, 2 ORDER BY 1, 4"


@contextmanager
def opened(folder: Path) -> Iterator[sqlite3.Connection]:
    """Both databases of a year, to be read."""
    with closing(sqlite3.connect(f"file:{folder / 'app' / 'codechill.db'}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        database.execute("ATTACH DATABASE ? AS diary", (f"file:{folder / 'diary.db'}?mode=ro",))
        yield database


def ask(database: sqlite3.Connection, query: str) -> Rows:
    return database.execute(query).fetchall()


@dataclass(frozen=True, slots=True)
class InWindow:
    """Changes that were ready to land while a window was open, and those of them that were held then."""

    window: str
    share: float  # that the window names
    ready: int
    held: int
    blamed: int
    blamed_held: int


def in_windows(ready: Sequence[sqlite3.Row], text: str) -> list[InWindow]:
    """By window, as the calendar in `text` (a codechill.yml) has them."""
    calendar, by = parse(text).calendar, dict[tuple[str, float], Rows]()
    for row in ready:
        moment = datetime.fromisoformat(row["ready_at"]).replace(tzinfo=UTC) + LATER
        stretch = calendar.level_at(moment, Scope("main"))
        if stretch.window is not None:
            by.setdefault((stretch.window.name, stretch.share), []).append(row)
    return [_in_window(name, share, rows) for (name, share), rows in by.items()]


def _in_window(name: str, share: float, rows: Rows) -> InWindow:
    held = [row for row in rows if row["verdict"] == "block"]
    blamed = [sum(row["blamed_at"] is not None for row in some) for some in (rows, held)]
    return InWindow(name, share, len(rows), len(held), blamed[0], blamed[1])


@dataclass(frozen=True, slots=True)
class Captured:
    """Of `blamed` changes, how many are among those that a threshold gated: by the score, and by size alone.

    `gated` of `changes`; as many of the largest changes are taken by size as the score gated.
    """

    share: float
    changes: int
    gated: int
    blamed: int
    by_score: int
    by_size: int

    @property
    def around(self) -> tuple[float, float] | None:
        """95 %, Wilson, of the share that the score captured."""
        return interval(self.by_score, self.blamed)


def captured(ready: Sequence[sqlite3.Row], share: float) -> Captured:
    """As if every change of the year had been gated at that share, by the percentile that it was opened with."""
    scored = [row for row in ready if row["percentile"] is not None]
    gated = [row for row in scored if row["percentile"] >= 1 - share]
    largest = sorted(scored, key=lambda row: -row["lines"])[: len(gated)]
    return Captured(
        share,
        len(scored),
        len(gated),
        sum(row["blamed_at"] is not None for row in scored),
        sum(row["blamed_at"] is not None for row in gated),
        sum(row["blamed_at"] is not None for row in largest),
    )
