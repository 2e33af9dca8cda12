"""A recording of many gigabytes on its way to a server: read, masked and packed by the client, received in parts, and
imported by the job; what each takes of the processor and of memory, and how long a desk takes to open afterwards.

`python -m bench.difftest_upload --megabytes 1000` is the run that docs/difftest.md tells of.
"""

import argparse
import json
import random
import resource
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.commands.difftest_upload import PART, packed
from bot.jobs.kinds import Importing
from bot.line.difference_imports import Importer
from bot.store import Store, Wanted
from scoring.difftest.changes import Tolerance
from scoring.difftest.parcel import Packed, parcel
from scoring.difftest.readers import READERS, Sources
from scoring.difftest.record import Origin
from scoring.difftest.shelf import desk_of

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def recording(path: Path, size: int) -> int:
    """JSON Lines of `size` bytes with logs, ids, mail addresses and passwords in them; how many there are."""
    rng, number, written = random.Random(7), 0, 0  # noqa: S311 - the same at each run
    with path.open("w") as file:
        while written < size:
            number += 1
            code = rng.choice([0, 50126, 70011])
            endpoint = f"GET /users/{number}/orders/{number % 30}" if number % 3 else "POST /login"
            lines = [
                f"2026-03-01T08:15:0{at % 10}Z INFO request {uuid.UUID(int=rng.getrandbits(128))} step {at} in "
                f"{number % 97} ms for user{number}@example.com password=hunter{number}"
                for at in range(12)
            ]
            row = {
                "request": f"r{number}", "endpoint": endpoint, "category": rng.choice(["ErrorCode", "Result"]),
                "description": f"value {rng.choice('abcd')} differs, code {code}", "tags": ["eu"], "comments": [],
                "calls": [endpoint], "test_logs": [*lines, f"ERROR errorCode={code}"],
                "prod_logs": [*lines, "INFO errorCode=0"],
            }  # fmt: skip
            written += file.write(json.dumps(row) + "\n")
    return number


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Prints the processor time of the process and the most memory that it had so far."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    yield
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall = time.perf_counter() - began
    click.echo(f"{what}: {spent:.1f} s of the processor ({wall:.1f} s), at most {after.ru_maxrss / 1024:.0f} MB so far")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--database", default="", help="an SQLAlchemy address; default: SQLite in a folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, origin = Path(folder, "recording.jsonl"), Origin(build="v2", baseline="v1")
        count = recording(path, given.megabytes << 20)
        click.echo(f"{count:,} differences in {path.stat().st_size / 1e6:,.0f} MB")
        with measured("compared, masked and packed by the client"):
            made = packed(parcel(READERS["jsonl"].read(Sources(origin, path)), origin, Tolerance(), Packed()))
        click.echo(f"{made.size / 1e6:,.1f} MB on the wire")
        store = Store(given.database or f"sqlite:///{folder}/server.db")
        importer = Importer(
            store.difference_uploads,
            store.difference_intake,
            store.configurations,
            Path(folder, "uploads"),
            lambda: NOW,
        )
        whole: list[int] = []
        upload = store.difference_uploads.begin(7, Wanted(origin, "jsonl", made.size, made.sha256), by="bench", at=NOW)
        with measured("received in parts"):
            while content := made.file.read(PART):
                upload = store.difference_uploads.part(
                    upload, upload.received, content, lambda one, connection: whole.append(one.id)
                )
        with measured("imported by the job"):
            importer.take(Importing(7, upload.id))
        read = store.difference_uploads.get(upload.id)
        assert read is not None  # noqa: S101 - it was begun above
        with measured("a desk opened"):
            desk = desk_of(store.differences.shelf(7, {}), "default")
        size = sum(each.stat().st_size for each in Path(folder).glob("server.db*")) / 1e6
        click.echo(
            f"{read.state} {read.words}: {read.report.new:,} new in {len(desk.groups):,} groups; {size:,.0f} MB kept"
        )
        with measured("the queue in order"):
            desk.queue("v2")
        store.close()


if __name__ == "__main__":
    main()
