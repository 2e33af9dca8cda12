"""How long an incident that becomes known late takes, and for how long it holds the index.

Beside it, in the same run, reading the history again: `python -m bench.late --repo PATH`.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.history import both
from scoring.history.index import History
from scoring.incidents import Incident

HEADS = (
    "repository",
    "changes",
    "known so many changes ago",
    "read again s",
    "cpu",
    "counted in s",
    "cpu",
    "held ms",
    "cpu",
)


class Held:
    """How long the index was held, by the wall's clock and of the processor."""

    seconds = cpu = 0.0

    @contextmanager
    def alone(self) -> Iterator[None]:
        start, before = time.perf_counter(), time.process_time()
        yield
        self.seconds, self.cpu = time.perf_counter() - start, time.process_time() - before


def measure(path: Path, folder: Path, now: int) -> Iterator[tuple[object, ...]]:
    history = History(path, folder)
    tip = history.git.resolve("HEAD")
    read, read_cpu = both(partial(history.refresh, tip, now=now))
    changes = history.changes()
    for ago in (50, len(changes) // 2, len(changes) - 50):
        held = Held()
        history.report([Incident(f"known {ago} ago", changes[-ago].at, sha=changes[-ago - 20].sha)])
        walked, walked_cpu = both(partial(history.relabel, alone=held.alone()))
        times = (f"{seconds:.2f}" for seconds in (read, read_cpu, walked, walked_cpu))
        yield path.parent.name, len(changes), ago, *times, f"{held.seconds * 1000:.0f}", f"{held.cpu * 1000:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repo", type=Path, action="append", required=True)
    rows: list[tuple[object, ...]] = [HEADS]
    for path in parser.parse_args().repo:
        with tempfile.TemporaryDirectory() as folder:
            rows += measure(path, Path(folder), int(datetime.now(UTC).timestamp()))
    sys.stdout.writelines(" | ".join(map(str, row)) + "\n" for row in rows)


if __name__ == "__main__":
    main()
