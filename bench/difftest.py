"""How long 10,000 differences take to come in and be grouped, and one answer: `python -m bench.difftest [--count N]`.

Differences are of the seven attributes with logs of five lines, 20 groups; times are of this process alone.
"""

import argparse
import json
import random
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import click

from scoring.difftest.answers import Answer
from scoring.difftest.desk import Desk
from scoring.difftest.labels import Label
from scoring.difftest.project import Project
from scoring.difftest.readers import READERS, Sources
from scoring.difftest.record import Origin


def recording(path: Path, count: int) -> None:
    """A JSON Lines file of `count` differences with secrets, ids and times in them."""
    rng = random.Random(3)  # noqa: S311 - no secret
    with path.open("w") as file:
        for number in range(count):
            code = rng.choice([0, 50126, 70011])
            endpoint = f"GET /users/{number}/orders/{number % 30}" if number % 3 else "POST /login"
            name = uuid.UUID(int=rng.getrandbits(128))
            line = f"2026-03-01T08:15:0{number % 10}Z INFO request {name} in {number % 97} ms"
            user = f"INFO user 10.0.0.{number % 250} signed in password=hunter{number}"
            row = {
                "request": f"r{number}", "endpoint": endpoint, "category": rng.choice(["ErrorCode", "Result"]),
                "description": f"value {rng.choice('abcd')} differs, code {code}", "tags": ["eu"], "comments": [],
                "calls": [f"{endpoint} for user{number}@example.com"],
                "test_logs": [f"{line} errorCode={code}", user, f"DEBUG cache miss key={rng.getrandbits(64):x}"],
                "prod_logs": [f"{line} errorCode=0", user],
            }  # fmt: skip
            file.write(json.dumps(row) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        path, origin = Path(folder, "recording.jsonl"), Origin(build="v2", baseline="v1")
        recording(path, count)
        project = Project.open(Path(folder, "project"), make=True)
        began = time.perf_counter(), time.process_time()
        project.add(READERS["jsonl"].read(Sources(origin, path)), origin)
        groups = project.groups("default")
        wall, spent = time.perf_counter() - began[0], time.process_time() - began[1]
        click.echo(
            f"{count:,} differences in and in {len(groups)} groups: {wall:.1f} s ({spent:.1f} s of the processor)"
        )
        at = datetime(2026, 3, 2, 8, tzinfo=UTC)
        began = time.perf_counter(), 0.0
        project.answer([Answer(groups[0].id, Label.NOISE, "anna", at)])
        waiting = Desk.of(groups, project.answers()).queue("v2")
        took = 1000 * (time.perf_counter() - began[0])
        click.echo(f"one answer kept, and the queue of {len(waiting)} in its new order: {took:.0f} ms")


if __name__ == "__main__":
    main()
