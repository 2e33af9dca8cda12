"""How long a pull request waits, from its webhook to the check in progress and to the verdict.

    python -m bench.latency --repo PATH [--pulls 60] [--profile]

Sandbox and App run in one process and speak HTTP and git with each other, so the sandbox's own work is in the figures.
Commits of the repository's own past become pull requests again, one after the other. The first one waits for the
mirror and the index and is told apart. Time runs from the webhook's arrival to the sandbox's answer to the check.
"""

import argparse
import cProfile
import os
import pstats
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from bot.demo import replay
from bot.demo.stage import Stage, stage
from bot.process.logs import configure

NAME = "acme/bench"


class Watch:
    """A WSGI layer that notes when a webhook came in, or when a report on a check was answered."""

    def __init__(self, inner: Any, path: str) -> None:
        self.inner, self.path = inner, path
        self.times: list[float] = []

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        wanted = self.path in environ["PATH_INFO"] and environ["REQUEST_METHOD"] in ("POST", "PATCH")
        if wanted and environ.get("HTTP_X_GITHUB_EVENT") == "pull_request":
            self.times.append(time.perf_counter())
        answer = self.inner(environ, start)
        if wanted and "HTTP_X_GITHUB_EVENT" not in environ:
            self.times.append(time.perf_counter())
        return answer


@dataclass
class Bench:
    here: Stage
    webhooks: Watch
    checks: Watch

    def opened(self, title: str, head: str) -> tuple[float, float]:
        """Open one and wait for its verdict. Milliseconds from its webhook to the check in progress, and to that."""
        self.webhooks.times.clear()
        self.checks.times.clear()
        self.here.sandbox.open_pull(NAME, title=title, head_sha=head)
        self.here.settle(3600)
        began = self.webhooks.times[0]
        return (self.checks.times[0] - began) * 1000, (self.checks.times[-1] - began) * 1000


@contextmanager
def profiled(here: Stage, wanted: bool) -> Iterator[None]:
    """Count where the workers spend their time; costs about as much again."""
    profile, original = cProfile.Profile(), here.app.worker._handle

    def handle(job: Any) -> None:
        profile.runcall(original, job)

    if wanted:
        here.app.worker._handle = handle
    yield
    if wanted:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(70)


def at(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def line(what: str, values: list[float]) -> str:
    return f"{what}: p50 {at(values, 0.5):.0f} ms, p95 {at(values, 0.95):.0f} ms, longest {max(values):.0f} ms\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", type=Path, default=Path.cwd())
    parser.add_argument("--pulls", type=int, default=60)
    parser.add_argument("--profile", action="store_true", help="print where the App's workers spent their time")
    given = parser.parse_args()
    configure("error", "json", ())
    with tempfile.TemporaryDirectory(prefix="codechill-bench-") as folder, stage(Path(folder)) as here:
        base, tip = replay.borrow(given.repo.resolve(), Path(folder, "past"))
        past = Path(here.sandbox.add_repository(NAME, Path(folder, "past"), "main").folder)
        chosen = islice(replay.candidates(past, base, tip), given.pulls + 1)
        heads = [(one.title, replay.lay(past, one, base)) for one in chosen]
        if len(heads) < 2:
            sys.stderr.write("The newest part of this history gives no pull requests to replay: name a longer one.\n")
            return 2
        count = int(replay.git(past, "rev-list", "--count", base))
        app, forge = here.app.web, here.sandbox.app
        bench = Bench(here, Watch(app.wsgi_app, "/webhook"), Watch(forge.wsgi_app, "/check-runs"))
        app.wsgi_app, forge.wsgi_app = bench.webhooks, bench.checks  # type: ignore[method-assign]
        first = bench.opened(*heads[0])
        began, before = time.perf_counter(), os.times()
        with profiled(here, given.profile):
            both = [bench.opened(*one) for one in heads[1:]]
        seconds, after = time.perf_counter() - began, os.times()
    used = sum(after[:4]) - sum(before[:4])
    sys.stdout.write(
        f"{count:,} commits, {len(both)} pull requests one after the other, {os.cpu_count()} cores\n"
        f"the first, with mirror and index made for it: verdict after {first[1] / 1000:.1f} s\n"
        + line("webhook to check in progress", [one for one, _ in both])
        + line("webhook to verdict", [one for _, one in both])
        + f"processor time of each, sandbox and App and git together: {used / len(both) * 1000:.0f} ms, within"
        f" {seconds / len(both) * 1000:.0f} ms\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
