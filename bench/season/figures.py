"""A season in numbers: plain SQL over the App's database with the diary beside it (`diary.`), and what must not be."""

# ruff: noqa: S608 - nothing of these queries comes from outside
import sqlite3
from dataclasses import dataclass

STAGES = '["whose","eligible","difftest","static","risk","review","room"]'
_BEFORE = '\'"eligible","static"\', \'"eligible","difftest","static"\''  # a season recorded before there was one
CUT = "(SELECT max(at) FROM audit)"  # the forge may have been asked a moment after the last record

SOURCES = """
SELECT CASE WHEN s.name IS NULL THEN 'people' ELSE s.name END AS source, count(*) AS opened,
  sum(EXISTS (SELECT 1 FROM passages p WHERE p.repository_id = f.repository_id AND p.number = f.number
    AND p.outcome = 'passed')) AS passed,
  sum(f.merged_by = 'codechill-landing[bot]') AS alone,
  sum(f.merged_at IS NOT NULL AND f.merged_by <> 'codechill-landing[bot]') AS by_person,
  sum(f.merged_at IS NULL AND f.state = 'closed') AS closed,
  sum(i.reverted_at IS NOT NULL) AS reverted,
  sum(i.reverted_at IS NOT NULL AND f.merged_by = 'codechill-landing[bot]') AS alone_reverted,
  sum(i.incident_at IS NOT NULL) AS incidents
FROM diary.forge f LEFT JOIN sourced s ON s.repository_id = f.repository_id AND s.number = f.number
LEFT JOIN diary.items i ON i.repository_id = f.repository_id AND i.number = f.number
GROUP BY 1 ORDER BY 2 DESC"""

TRUTH = """
SELECT i.truth, count(*) AS opened, sum(f.merged_by = 'codechill-landing[bot]') AS alone,
  sum(f.merged_at IS NOT NULL AND f.merged_by <> 'codechill-landing[bot]') AS by_person
FROM diary.items i JOIN diary.forge f ON f.repository_id = i.repository_id AND f.number = i.number
GROUP BY 1 ORDER BY 2 DESC"""

LAYERS = """
SELECT stage, rule, count(DISTINCT repository_id || '#' || number) AS changes, sum(mode = 'enforce') AS enforced
FROM passages WHERE outcome <> 'passed' GROUP BY 1, 2 ORDER BY 3 DESC"""

MOVES = """
SELECT at, json_extract(body, '$.standing.key.name') AS name, json_extract(body, '$.was.dial') AS was,
  json_extract(body, '$.standing.dial') AS dial, json_extract(body, '$.standing.denied') AS denied,
  json_extract(body, '$.by') AS by, json_extract(body, '$.because') AS because
FROM audit WHERE kind = 'source' ORDER BY seq"""

CAPS = """
SELECT name, count(*) AS days, max(times) AS most, sum(times) AS landed FROM (
  SELECT name, day, count(*) AS times FROM slots GROUP BY 1, 2) GROUP BY 1 ORDER BY 1"""

BOUND = """
SELECT source, count(DISTINCT repository_id || '#' || number) AS changes FROM passages
WHERE rule = 'daily_limit' GROUP BY 1"""

REVIEWS = """
SELECT count(*) AS opened, sum(issue IS NOT NULL) AS issues, sum(reviewed_at IS NOT NULL) AS reviewed,
  sum(reviewed_at > due) AS late, sum(reviewed_at IS NULL AND due < (SELECT ends FROM diary.year)) AS overdue
FROM deferred_reviews"""

STOPPED = """
SELECT i.login, count(DISTINCT p.repository_id || '#' || p.number) AS changes FROM passages p
JOIN diary.items i ON i.repository_id = p.repository_id AND i.number = p.number
WHERE p.rule = 'review_overdue' GROUP BY 1 ORDER BY 2 DESC, 1"""

HEARD = """
SELECT CASE WHEN title LIKE '%its review is overdue' THEN 'A change landed by itself, and its review is overdue'
  WHEN title LIKE '%lands%any more' THEN 'A source was denied, or all were stopped'
  ELSE 'A source may go further' END AS said,
  count(*) AS times, substr(min(at), 1, 10) AS first, substr(max(at), 1, 10) AS last
FROM diary.heard GROUP BY 1 ORDER BY 2 DESC"""

QUEUE = """
SELECT json_extract(body, '$.what') AS what, coalesce(json_extract(body, '$.rule'), json_extract(body, '$.stop.rule'),
  '') AS rule, count(*) AS times FROM audit WHERE kind = 'landing' GROUP BY 1, 2 ORDER BY 3 DESC"""


@dataclass(frozen=True, slots=True)
class Rule:
    """`query` gives a row for each break of it; `among` counts what was looked at."""

    words: str
    query: str
    among: str


MERGED = "FROM diary.forge f WHERE f.merged_by = 'codechill-landing[bot]' AND f.merged_at <= " + CUT
RULES = (
    Rule(
        "Nothing lands twice: no two pull requests, and no pull request twice, share a landing",
        "SELECT sha FROM diary.forge WHERE merged_at IS NOT NULL GROUP BY repository_id, sha HAVING count(*) > 1 "
        "UNION ALL SELECT head_sha FROM automatic_landings WHERE state = 'landed' "
        "GROUP BY repository_id, number HAVING count(*) > 1",
        "SELECT count(*) FROM diary.forge WHERE merged_at IS NOT NULL",
    ),
    Rule(
        "What the forge says the App merged has a passage in enforce for that head and base, through every stage, "
        "with the policy it waited with",
        f"SELECT f.number {MERGED} AND NOT EXISTS (SELECT 1 FROM passages p JOIN audit a "
        "ON a.kind = 'landing' AND a.repository_id = p.repository_id AND a.number = p.number "
        "AND json_extract(a.body, '$.what') = 'queued' "
        "AND json_extract(a.body, '$.waiting.policy') = json_extract(p.body, '$.policy') "
        "AND json_extract(a.body, '$.waiting.head_sha') = p.head_sha "
        "WHERE p.repository_id = f.repository_id AND p.number = f.number AND p.head_sha = f.head "
        "AND p.outcome = 'passed' AND p.mode = 'enforce' AND json_extract(p.body, '$.base_ref') = f.base "
        "AND replace(replace(json_extract(p.body, '$.passed'), ': bypass_risk', ''), "
        f"{_BEFORE}) = '{STAGES}' AND p.at <= f.merged_at)",
        f"SELECT count(*) {MERGED}",
    ),
    Rule(
        "It is the last word about that head before it landed",
        f"SELECT f.number {MERGED} AND (SELECT p.outcome FROM passages p WHERE p.repository_id = f.repository_id "
        "AND p.number = f.number AND p.at <= f.merged_at ORDER BY p.id DESC LIMIT 1) <> 'passed'",
        f"SELECT count(*) {MERGED}",
    ),
    Rule(
        "Each has a record of its landing with the commit that the forge has, begun at its head",
        f"SELECT f.number {MERGED} AND NOT EXISTS (SELECT 1 FROM automatic_landings l "
        "WHERE l.repository_id = f.repository_id AND l.number = f.number AND l.head_sha = f.head "
        "AND (l.sha = f.sha OR l.sha = ''))",
        f"SELECT count(*) {MERGED}",
    ),
    Rule(
        "What the records say landed, the forge has merged by the App",
        "SELECT l.number FROM automatic_landings l LEFT JOIN diary.forge f ON f.repository_id = l.repository_id "
        "AND f.number = l.number WHERE l.state = 'landed' AND coalesce(f.merged_by, '') <> 'codechill-landing[bot]'",
        "SELECT count(*) FROM automatic_landings WHERE state = 'landed'",
    ),
    Rule(
        "What landed is what was approved, where it was compared",
        "SELECT number FROM automatic_landings WHERE verified = 'different'",
        "SELECT count(*) FROM automatic_landings WHERE verified <> ''",
    ),
    Rule(
        "Nothing is forgotten: what was queued landed, was cancelled or stopped with a reason, or waits still",
        "SELECT DISTINCT q.number FROM audit q WHERE q.kind = 'landing' AND json_extract(q.body, '$.what') = 'queued' "
        "AND NOT EXISTS (SELECT 1 FROM audit c WHERE c.kind = 'landing' AND c.repository_id = q.repository_id "
        "AND c.number = q.number AND c.seq > q.seq AND json_extract(c.body, '$.what') IN ('cancelled', 'queued') "
        "AND coalesce(json_extract(c.body, '$.rule'), json_extract(c.body, '$.waiting.policy'), '') <> '') "
        "AND NOT EXISTS (SELECT 1 FROM landing_queue w WHERE w.repository_id = q.repository_id "
        "AND w.number = q.number AND w.waiting IS NOT NULL)",
        "SELECT count(DISTINCT repository_id || '#' || number) FROM audit "
        "WHERE kind = 'landing' AND json_extract(body, '$.what') = 'queued'",
    ),
    Rule(
        "What waits still is open at the forge",
        "SELECT w.number FROM landing_queue w JOIN diary.forge f ON f.repository_id = w.repository_id "
        f"AND f.number = w.number WHERE w.waiting IS NOT NULL AND f.state <> 'open' AND f.merged_at <= {CUT}",
        "SELECT count(*) FROM landing_queue WHERE waiting IS NOT NULL",
    ),
    Rule(
        "Each review that was put off has one issue",
        "SELECT title FROM diary.issues WHERE title LIKE 'Review #%' GROUP BY repository_id, title "
        "HAVING count(*) > 1 UNION ALL SELECT CAST(number AS TEXT) FROM deferred_reviews "
        "WHERE issue IS NULL AND reviewed_at IS NULL AND due < (SELECT ends FROM diary.year)",
        "SELECT count(*) FROM deferred_reviews",
    ),
    Rule(
        "No source landed more in a day than its limit, by the forge's clock",
        "SELECT s.name FROM diary.forge f JOIN slots s ON s.repository_id = f.repository_id AND s.number = f.number "
        "WHERE f.merged_by = 'codechill-landing[bot]' AND s.name <> 'people' GROUP BY s.name, s.day "
        "HAVING count(*) > CASE s.name WHEN 'docs-words' THEN 2 WHEN 'tidy' THEN 500 ELSE 10 END",
        "SELECT count(*) FROM (SELECT 1 FROM slots GROUP BY name, day)",
    ),
    Rule(
        "Each approval of the App belongs to a landing, or was dismissed, or waits with it",
        "SELECT a.number FROM diary.approvals a JOIN diary.forge f ON f.repository_id = a.repository_id "
        "AND f.number = a.number WHERE a.state = 'APPROVED' AND (f.head <> a.head "
        "OR f.merged_by <> 'codechill-landing[bot]') AND NOT EXISTS (SELECT 1 FROM landing_queue w "
        "WHERE w.repository_id = a.repository_id AND w.number = a.number AND w.waiting IS NOT NULL)",
        "SELECT count(*) FROM diary.approvals",
    ),
)


def broken(database: sqlite3.Connection) -> list[tuple[Rule, int, list[str]]]:
    """Each rule, among how many it was looked for, and what breaks it."""
    return [
        (rule, database.execute(rule.among).fetchone()[0], [str(row[0]) for row in database.execute(rule.query)])
        for rule in RULES
    ]
