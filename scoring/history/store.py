"""The index on disk: one SQLite file, written in transactions, so that a killed process leaves it whole."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scoring.errors import DamagedIndex

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entry(key BLOB PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS identity(key TEXT PRIMARY KEY, id INTEGER NOT NULL, uses INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alias(id INTEGER PRIMARY KEY, root INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS moved(old BLOB PRIMARY KEY, new BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen(
  n INTEGER PRIMARY KEY, sha TEXT NOT NULL, at INTEGER NOT NULL, author INTEGER NOT NULL, number INTEGER NOT NULL,
  title TEXT NOT NULL, undo INTEGER NOT NULL, paths BLOB NOT NULL, row INTEGER);
CREATE UNIQUE INDEX IF NOT EXISTS seen_sha ON seen(sha);
CREATE INDEX IF NOT EXISTS seen_number ON seen(number) WHERE number > 0;
CREATE INDEX IF NOT EXISTS seen_title ON seen(title);
CREATE INDEX IF NOT EXISTS seen_row ON seen(row) WHERE row IS NOT NULL;
CREATE TABLE IF NOT EXISTS brought(
  sha TEXT PRIMARY KEY, n INTEGER NOT NULL, number INTEGER NOT NULL, title TEXT NOT NULL, undo INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS brought_n ON brought(n);
CREATE INDEX IF NOT EXISTS brought_number ON brought(number) WHERE number > 0;
CREATE INDEX IF NOT EXISTS brought_title ON brought(title);
CREATE VIEW IF NOT EXISTS named AS
  SELECT sha, n, number, title, undo FROM seen UNION ALL SELECT sha, n, number, title, undo FROM brought;
CREATE TABLE IF NOT EXISTS record(n INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS reported(incident TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS features(row INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS part(
  row INTEGER NOT NULL, place INTEGER NOT NULL, vector BLOB NOT NULL, PRIMARY KEY(row, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS wording(row INTEGER PRIMARY KEY, ids BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS landed(effect BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS words(block INTEGER PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS label(
  culprit INTEGER NOT NULL, known_at INTEGER NOT NULL, kind TEXT NOT NULL, evidence TEXT NOT NULL,
  fault INTEGER NOT NULL,
  PRIMARY KEY(culprit, evidence));
"""


class Store:
    """Tables of one repository's index. Keys and paths are bytes. Raises ScoringError when the file is no index.

    `draft`: it need not outlive the process, so nothing waits for the disk.
    """

    def __init__(self, path: Path, *, draft: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.db = sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
        try:
            self.db.execute(f"PRAGMA journal_mode={'MEMORY' if draft else 'WAL'}")
            self.db.execute(f"PRAGMA synchronous={'OFF' if draft else 'NORMAL'}")
            self.db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            self.db.close()
            raise DamagedIndex(f"The index {path} is damaged; delete it and it will be built again.") from error

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Everything inside happens, or nothing of it."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    @contextmanager
    def unsettled(self) -> Iterator[None]:
        """What is written inside is moved from the journal into the file only afterwards, which takes longer."""
        self.db.execute("PRAGMA wal_autocheckpoint=0")
        try:
            yield
        finally:
            self.db.execute("PRAGMA wal_autocheckpoint=1000")
            self.db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything inside sees one state, whoever writes meanwhile."""
        self.db.execute("BEGIN")
        try:
            yield
        finally:
            self.db.execute("ROLLBACK")

    def clear(self) -> None:
        tables = (
            "meta",
            "entry",
            "identity",
            "alias",
            "moved",
            "seen",
            "brought",
            "record",
            "reported",
            "features",
            "wording",
            "words",
            "landed",
            "part",
            "label",
        )
        for table in tables:
            self.db.execute(f"DELETE FROM {table}")  # noqa: S608 (names from this line)

    def meta(self, name: str) -> str:
        row = self.db.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_meta(self, name: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", (name, value))

    def next(self, table: str, column: str) -> int:
        """The number that the next row of a table gets: rows are numbered from 0 without gaps."""
        last = self.db.execute(f"SELECT max({column}) FROM {table}").fetchone()[0]  # noqa: S608 (names from our code)
        return 0 if last is None else int(last) + 1

    def entry(self, key: bytes) -> str | None:
        row = self.db.execute("SELECT value FROM entry WHERE key=?", (key,)).fetchone()
        return str(row[0]) if row else None

    def put(self, changed: Iterable[tuple[bytes, str]], gone: Iterable[bytes]) -> None:
        self.db.executemany("DELETE FROM entry WHERE key=?", ((key,) for key in gone))
        self.db.executemany("INSERT OR REPLACE INTO entry VALUES(?,?)", changed)

    def words(self, block: int) -> bytes | None:
        row = self.db.execute("SELECT value FROM words WHERE block=?", (block,)).fetchone()
        return bytes(row[0]) if row else None

    def put_words(self, changed: Iterable[tuple[int, bytes]]) -> None:
        self.db.executemany("INSERT OR REPLACE INTO words VALUES(?,?)", changed)

    def put_records(self, new: Iterable[tuple[int, bytes]]) -> None:
        self.db.executemany("INSERT INTO record VALUES(?,?)", new)

    def lacking_records(self, first: int) -> list[str]:
        """The commits from the place `first` on that an earlier version read, which kept no records."""
        query = "SELECT sha FROM seen LEFT JOIN record USING(n) WHERE n>=? AND record IS NULL ORDER BY n"
        return [str(sha) for (sha,) in self.db.execute(query, (first,))]

    def walked(self, first: int) -> Iterator[tuple[int, bytes | None, bytes | None]]:
        """(moment, record, words) of the commits from the place `first` on, in order; a merge has no words."""
        yield from self.db.execute(
            "SELECT at, record, ids FROM seen LEFT JOIN record USING(n) LEFT JOIN wording USING(row) "
            "WHERE n>=? ORDER BY n",
            (first,),
        )

    def reported(self) -> set[str]:
        """Keys of the imported incidents that are part of the past."""
        return {key for (key,) in self.db.execute("SELECT incident FROM reported")}

    def named_since(self, first: int) -> Iterator[tuple[str, int, int]]:
        """(id, number, undo) of the commits from the place `first` on, and of what they brought."""
        yield from self.db.execute("SELECT sha, number, undo FROM named WHERE n>=?", (first,))

    def wording(self, row: int) -> bytes:
        return bytes(self.db.execute("SELECT ids FROM wording WHERE row=?", (row,)).fetchone()[0])

    def authors(self, shas: Sequence[str]) -> list[int]:
        """Who made those of these commits that are changes of the index, once for each."""
        marks = ",".join("?" * len(shas))
        query = f"SELECT author FROM seen WHERE row IS NOT NULL AND sha IN ({marks})"  # noqa: S608 (question marks)
        return [int(author) for (author,) in self.db.execute(query, tuple(shas))]

    def has_landed(self, effect: bytes) -> bool:
        """Whether a change that did exactly this is in the index."""
        return self.db.execute("SELECT 1 FROM landed WHERE effect=?", (effect,)).fetchone() is not None

    def parts(self, first: int, last: int) -> Iterator[tuple[int, bytes]]:
        """(row, vector) of each part of the changes first <= row < last, in order."""
        yield from self.db.execute(
            "SELECT row, vector FROM part WHERE row>=? AND row<? ORDER BY row, place", (first, last)
        )

    def rows(self, first: int, last: int) -> Iterator[tuple[int, bytes]]:
        """(row, vector) for first <= row < last, in order."""
        yield from self.db.execute(
            "SELECT row, vector FROM features WHERE row>=? AND row<? ORDER BY row", (first, last)
        )
