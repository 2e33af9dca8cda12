"""Run the lab: see the package."""

import argparse
import gzip
import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import click

from bench.shadow_lab.figures import report
from bench.shadow_lab.install import code_of, installed
from bench.shadow_lab.mutants import mutants
from bench.shadow_lab.replay import answers, executed
from bench.shadow_lab.services import SERVICES
from bench.shadow_lab.truth import Runs, labelled, noise_of
from scoring.difftest.exchange import Message
from scoring.difftest.labels import Label
from scoring.difftest.record import Difference
from scoring.difftest.schema import plain

TRIES = 4  # changes that are tried for one that shows, at most
Twice = tuple[list[Message], list[Message]]


def asked_twice(name: str, number: int, work: Path) -> Twice:
    """What a release answers, twice."""
    service = SERVICES[name]
    release, day = service.releases[number]
    home = installed(service, release, day, work)
    first, second = answers(service, home), answers(service, home)
    if first is None or second is None:
        raise SystemExit(f"{service.name} {release} does not start")
    click.echo(f"{name} {release} answered twice", err=True)
    return first, second


def builds(name: str, number: int, work: Path, before: Twice, now: Twice, count: int) -> list[Difference]:
    """The labelled differences of a release and of `count` changed copies of it that show."""
    service, runs = SERVICES[name], Runs(*before, *now)
    release, day = service.releases[number]
    home = installed(service, release, day, work)
    noise = noise_of(service, runs.production, runs.production_again)
    noise |= noise_of(service, runs.candidate, runs.candidate_again)
    kept = labelled(service, runs, noise, release, number)
    changes = mutants(code_of(service, home), executed(service, home, work), TRIES * count, number)
    visible = tried = 0
    for tried, mutant in enumerate(changes, 1):
        changed = answers(service, home, mutant)
        build = f"{release}+m{tried:02d}"
        rows = labelled(service, runs, noise, build, number, changed) if changed else []
        if any(each.label is Label.REGRESSION for each in rows):
            kept += rows
            visible += 1
        if visible == count:
            break
    click.echo(f"{name} {release}: {visible} of {tried} changes are visible", err=True)
    return kept


def differences(names: Sequence[str], work: Path, count: int) -> list[Difference]:
    """Every labelled difference of the services, release by release."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        of = {name: range(len(SERVICES[name].releases)) for name in names}
        twice = {(name, number): pool.submit(asked_twice, name, number, work) for name in names for number in of[name]}
        runs = {key: each.result() for key, each in twice.items()}
        made = [
            pool.submit(builds, name, number, work, runs[name, number - 1], runs[name, number], count)
            for name in names
            for number in of[name][1:]
        ]
        return [each for one in made for each in one.result()]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.shadow_lab")
    parser.add_argument("--service", action="append", choices=list(SERVICES))
    parser.add_argument("--mutants", type=int, default=5, help="changed copies a release whose change shows")
    parser.add_argument("--work", type=Path, default=Path(".shadow-lab"))
    parser.add_argument("--keep", type=Path, help="write the labelled differences there (JSON Lines, packed)")
    parser.add_argument("--read", type=Path, help="evaluate what --keep wrote before")
    options = parser.parse_args()
    began = time.monotonic()
    options.work.mkdir(parents=True, exist_ok=True)
    keep = options.read or options.keep or options.work / "differences.jsonl.gz"
    if options.read is None:
        rows = differences(options.service or list(SERVICES), options.work, options.mutants)
        with gzip.open(keep, "wt") as file:
            for each in rows:
                file.write(json.dumps(plain(each)) + "\n")
    click.echo(report(keep))
    spent = sum(use.ru_utime + use.ru_stime for use in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))
    click.echo(f"{time.monotonic() - began:.0f} s, {spent:.0f} s of the processor")


if __name__ == "__main__":
    main()
