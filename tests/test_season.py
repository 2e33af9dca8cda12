"""The rules by which a simulated season is judged find what breaks them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bench.season import figures, forge
from bench.season.lane import NOBODY, undone
from bench.season.season import TABLES
from bench.year.diary import Diary
from bench.year.figures import opened
from bot.demo import replay
from bot.store import Store

AT, LATER = "2020-02-01 06:00:00.000000", "2020-03-01 00:00:00.000000"
MERGED = (1, 7, "closed", "a" * 40, "main", AT, forge.LANDER, "b" * 40)


def broken(folder: Path, *merged: tuple[object, ...]) -> dict[str, list[str]]:
    """By the beginning of the rule; the App knows of nothing."""
    (folder / "app").mkdir(parents=True)
    Store(f"sqlite:///{folder}/app/codechill.db").close()
    diary = Diary(folder)
    diary.more(TABLES)
    diary.more(forge.TABLES)
    diary.write("forge", merged)
    with closing(sqlite3.connect(folder / "app" / "codechill.db")) as database, database:
        database.execute(
            "INSERT INTO audit (seq, at, kind, body, previous, hash) VALUES (1, ?, 'other', '{}', '', '')", (LATER,)
        )
    with opened(folder) as database:
        return {rule.words[:20]: rows for rule, _, rows in figures.broken(database) if rows}


def test_a_landing_of_the_apps_that_no_record_allows_breaks_two_rules(tmp_path: Path) -> None:
    assert broken(tmp_path, MERGED) == {"What the forge says ": ["7"], "Each has a record of": ["7"]}


def test_two_pull_requests_that_landed_as_the_same_commit_are_a_landing_twice(tmp_path: Path) -> None:
    of_people = (*MERGED[:6], "hazel", "b" * 40)
    assert broken(tmp_path, of_people, (1, 8, *of_people[2:])) == {"Nothing lands twice:": ["b" * 40]}


def test_where_nothing_landed_nothing_is_broken(tmp_path: Path) -> None:
    assert broken(tmp_path) == {}


def test_what_is_taken_back_is_taken_out_of_what_came_later(tmp_path: Path) -> None:
    replay.git(tmp_path, "init", "--quiet", "--bare", ".")
    first = replay.git(
        tmp_path, "commit-tree", replay.git(tmp_path, "mktree", stdin=b""), stdin=b"1", environment=NOBODY
    )
    landed = replay.write(tmp_path, first, "a.txt", b"a\n", "Say a\n", NOBODY)
    tip = replay.write(tmp_path, landed, "b.txt", b"b\n", "Say b\n", NOBODY)
    assert replay.git(tmp_path, "ls-tree", "--name-only", undone(tmp_path, landed, tip) or "") == "b.txt"


def test_what_was_changed_again_cannot_be_taken_back_alone(tmp_path: Path) -> None:
    replay.git(tmp_path, "init", "--quiet", "--bare", ".")
    first = replay.git(
        tmp_path, "commit-tree", replay.git(tmp_path, "mktree", stdin=b""), stdin=b"1", environment=NOBODY
    )
    landed = replay.write(tmp_path, first, "a.txt", b"a\n", "Say a\n", NOBODY)
    tip = replay.write(tmp_path, landed, "a.txt", b"other\n", "Say other\n", NOBODY)
    assert undone(tmp_path, landed, tip) is None
