"""A recording of many gigabytes on its way to a server: read, masked and packed by the client, received in parts, and
imported by the job; what each takes of the processor and of memory, and how long a desk takes to open afterwards.

`--megabytes 1000` is a recording of 1 GB; `--kept 100000` so many differences that were compared before, in 20 builds
of 250 groups each, and what opening a team's desk takes beside them.
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
from scoring.difftest.answers import Answer
from scoring.difftest.changes import Tolerance
from scoring.difftest.labels import Label
from scoring.difftest.parcel import Packed, parcel
from scoring.difftest.readers import READERS, Sources
from scoring.difftest.record import Difference, Origin
from scoring.difftest.settings import TeamSettings
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


def compared(build: str, count: int) -> Iterator[Difference]:
    """`count` differences of one build in 250 groups."""
    origin = Origin(build=build)
    for n in range(count):
        yield Difference(
            id=f"{build} {n}", origin=origin, request=f"r{n}", endpoint=f"GET /things{n % 50}/{n}",
            category="BodyValue", field=f"body.items[*].name{n % 5}", kind="value", pattern=f"number {n % 3} → text",
            left=str(n), right=f"n{n}", description="a value changed", test_logs=(f"INFO request {n} in {n % 97} ms",),
            prod_logs=(f"INFO request {n} in {n % 89} ms",),
        )  # fmt: skip


def keep(store: Store, count: int) -> None:
    """Differences that were compared before, straight into the rows, and a desk over them."""
    builds = [f"v{n}" for n in range(20)]
    with measured(f"{count:,} differences into rows"):
        for build in builds:
            wanted = Wanted(Origin(build=build), "jsonl", 1, build)
            upload = store.difference_uploads.begin(7, wanted, by="bench", at=NOW)
            report = store.difference_intake.add(upload, compared(build, count // len(builds)), TeamSettings())
            store.difference_uploads.ended(upload, report=report, at=NOW)
    shelf = store.differences.shelf(7, {})
    with measured("a desk opened"):
        desk = desk_of(shelf, "default")
    click.echo(f"{sum(each.count for each in desk.groups):,} differences in {len(desk.groups):,} groups")
    with measured("an answer kept"):
        shelf.answer([Answer(desk.groups[0].id, Label.NOISE, "anna", NOW)])
    with measured("whether the desk is as it was"):
        store.differences.mark(7, "default")


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
    parser.add_argument("--kept", type=int, default=0)
    given = parser.parse_args()
    if given.kept:
        with tempfile.TemporaryDirectory() as folder:
            store = Store(given.database or f"sqlite:///{folder}/server.db")
            keep(store, given.kept)
            store.close()
            size = sum(each.stat().st_size for each in Path(folder).glob("server.db*")) / 1e6
            click.echo(f"{size:,.0f} MB of SQLite")
        return
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
