"""How long an incident that becomes known late takes, and how long the index is held: `python -m bench.late --repo PATH`.

Beside it, in the same run, what it would take to read the history again.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench.history import both
from scoring.history.index import History
from scoring.incidents import Incident

HEADS = ("repository", "changes", "known so many changes ago", "read again s", "cpu", "counted in s", "cpu", "held ms")


class Held:
    """How long what waits for the index had to wait."""

    seconds = 0.0

    @contextmanager
    def alone(self) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds = time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repo", type=Path, action="append", required=True)
    repositories: list[Path] = parser.parse_args().repo
    print(" | ".join(HEADS))
    now = int(datetime.now(UTC).timestamp())
    for path in repositories:
        with tempfile.TemporaryDirectory() as folder:
            history = History(path, Path(folder))
            tip = history.git.resolve("HEAD")
            read, read_cpu = both(lambda: history.refresh(tip, now=now))
            changes = history.changes()
            for ago in (50, len(changes) // 2, len(changes) - 50):
                held = Held()
                history.report([Incident(f"known {ago} ago", changes[-ago].at, sha=changes[-ago - 20].sha)])
                again, cpu = both(lambda: history.relabel(alone=held.alone()))
                cells = (path.parent.name, len(changes), ago, f"{read:.2f}", f"{read_cpu:.2f}", f"{again:.2f}")
                print(" | ".join(map(str, (*cells, f"{cpu:.2f}", f"{held.seconds * 1000:.0f}"))))


if __name__ == "__main__":
    main()
