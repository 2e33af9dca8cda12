"""Run the lab: see the package."""

import argparse
import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path

import click

from bench.shadow_lab.figures import report
from bench.shadow_lab.install import code_of, installed
from bench.shadow_lab.mutants import mutants
from bench.shadow_lab.replay import answers, executed
from bench.shadow_lab.services import SERVICES, Service
from bench.shadow_lab.truth import Runs, labelled, noise_of
from scoring.difftest.record import Difference
from scoring.difftest.schema import plain

TRIES = 4  # changes that are tried for one that shows, at most


def differences(service: Service, work: Path, count: int) -> Iterator[Difference]:
    """Every labelled difference of a service, release by release; `count` changed copies a release that show."""
    before = None
    for number, (release, day) in enumerate(service.releases):
        home = installed(service, release, day, work)
        first, second = answers(service, home), answers(service, home)
        if first is None or second is None:
            raise SystemExit(f"{service.name} {release} does not start")
        if before is not None:
            yield from _release(service, work, count, number, home, Runs(*before, first, second))
        before = first, second


def _release(service: Service, work: Path, count: int, number: int, home: Path, runs: Runs) -> Iterator[Difference]:
    release, _ = service.releases[number]
    noise = noise_of(service, runs.production, runs.production_again)
    noise |= noise_of(service, runs.candidate, runs.candidate_again)
    yield from labelled(service, runs, noise, release, number)
    changes = mutants(code_of(service, home), executed(service, home, work), TRIES * count, number)
    visible = tried = 0
    for tried, mutant in enumerate(changes, 1):
        changed = answers(service, home, mutant)
        rows = labelled(service, runs, noise, f"{release}+m{tried:02d}", number, changed) if changed else []
        yield from rows
        visible += bool(rows)
        if visible == count:
            break
    click.echo(f"{service.name} {release}: {visible} of {tried} changes are visible", err=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.shadow_lab")
    parser.add_argument("--service", action="append", choices=list(SERVICES))
    parser.add_argument("--mutants", type=int, default=8, help="changed copies a release whose change shows")
    parser.add_argument("--work", type=Path, default=Path(".shadow-lab"))
    parser.add_argument("--keep", type=Path, help="write the labelled differences there (JSON Lines, packed)")
    parser.add_argument("--read", type=Path, help="evaluate what --keep wrote before")
    options = parser.parse_args()
    began = time.monotonic()
    options.work.mkdir(parents=True, exist_ok=True)
    keep = options.read or options.keep or options.work / "differences.jsonl.gz"
    if options.read is None:
        rows = (
            each
            for name in options.service or list(SERVICES)
            for each in differences(SERVICES[name], options.work, options.mutants)
        )
        with gzip.open(keep, "wt") as file:
            for each in rows:
                file.write(json.dumps(plain(each)) + "\n")
    click.echo(report(keep))
    click.echo(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
