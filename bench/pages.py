"""How long each page takes: python -m bench.pages [--repositories 50] [--pulls 20] [--asked 40].

A database of so many repositories, each with a configuration, and so many open pull requests of each, a quarter of them
held. One reader may read them all. Every row of PAGES is asked for through the whole of the pages but the network and
the forge; told are the time on the clock and the time of the processor, which says more on a machine that others use.
"""

import argparse
import re
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import sqlalchemy as sa
from flask import Flask, Request

from bot.jobs.intake import Shares
from bot.plain import to_text
from bot.policy.opinion import Opinion, Verdict
from bot.policy.pull import Person
from bot.policy.views import Ask, Card, Gate
from bot.store import KnownRepository, ShownPull, Store
from bot.store.tables import pulls, shown
from bot.web.page import Desk, Page, Reader, Stored
from bot.web.pages import PAGES
from bot.web.site import Site, environment
from scoring.assessment import Evidence, Reason

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CONFIGURATION = """\
version: 1
timezone: Europe/Berlin
escalation: {managers: ["@acme/release-managers"]}
windows:
  - {name: Holidays, level: red, from: 2026-11-20, to: 2027-01-04}
"""
WHY = "Holidays holds back the riskiest 50 % of changes to `main`, and this is one of them."
REASONS = tuple(
    Reason(f"claim{n}", f"{n} of the last 20 changes to {{subject}} were taken back", 0.2, "api/session.py",
           tuple(Evidence(f"{n * 20 + each:040x}", f"{each:040x}") for each in range(5)))
    for n in range(3)
)  # fmt: skip
CARD = Card(
    "held", "Held until Mon 4 Jan 00:00 CET · riskier than 97 of 100 recent changes here", WHY,
    Gate("Holidays", "red", 0.5, "block", NOW, "main"), 0.97, 0.09, 0.05, REASONS,
    ask=Ask(("launch_with_rollback",), ("@acme/release-managers",)),
)  # fmt: skip
PULL = ShownPull(
    "Move billing to the new ledger", Person(7, "ada"), "ab" * 20, "topic", "main", False, True, "enforce", True, False,
    NOW, "Europe/Berlin", "Holidays", "red", 0.5, (Opinion("gate", Verdict.BLOCK, WHY, NOW), Opinion("freeze")),
    ("@acme/release-managers",), tuple(f"billing/part{n}.py" for n in range(20)), CARD, CARD.digest(),
)  # fmt: skip


class Everything:
    """One reader of all."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def reader(self, request: Request) -> Reader | None:
        return self._reader

    def form_mark(self, request: Request) -> str:
        return "mark"


def filled(folder: Path, repositories: int, each: int) -> Store:
    store = Store(f"sqlite:///{folder / 'a.db'}")
    store.repositories.saw(*(KnownRepository(n, 1, f"acme/shop{n}") for n in range(1, repositories + 1)))
    held, free = to_text(PULL), to_text(replace(PULL, held=False, card=replace(CARD, tone="quiet", ask=None)))
    keys = [(n, number) for n in range(1, repositories + 1) for number in range(1, each + 1)]
    with store.write() as connection:
        rows = [{"repository_id": n, "number": number, "at": NOW, "until": NOW if number % 4 == 1 else None,
                 "body": held if number % 4 == 1 else free, "state": "held" if number % 4 == 1 else "free"}
                for n, number in keys]  # fmt: skip
        connection.execute(sa.insert(shown), rows)
        known = [{"repository_id": n, "number": number, "head_sha": PULL.head_sha, "base_ref": "main", "open": True,
                  "ready": False, "verdict": int(number % 4 == 1)} for n, number in keys]  # fmt: skip
        connection.execute(sa.insert(pulls), known)
    for n in range(1, repositories + 1):
        store.configurations.save(n, "main", text=f"{CONFIGURATION}# {n}\n", sha="a" * 40, at=NOW)
    return store


def address(page: Page) -> str:
    return re.sub(r"<int:number>", "1", page.path).replace("<owner>", "acme").replace("<repo>", "shop1")


def figures(what: str, seconds: tuple[float, ...]) -> str:
    inorder = sorted(seconds)
    half, most = inorder[len(inorder) // 2], inorder[int(0.95 * (len(inorder) - 1))]
    return f"{what} p50 {half * 1000:4.0f} ms, p95 {most * 1000:4.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, default=50)
    parser.add_argument("--pulls", type=int, default=20, help="open in each repository")
    parser.add_argument("--asked", type=int, default=40, help="how often each page is asked for")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = filled(Path(folder), given.repositories, given.pulls)
        stored = store.only(Stored)
        readers = Everything(Reader(1, "ada", store.repositories.all(), operator=True))
        desk = Desk(stored, lambda one, at: True, Shares())
        site = Site(
            stored, readers, lambda: NOW, "https://chill.example", "https://forge.example", PAGES, environment(), desk
        )
        app = Flask("pages")
        app.register_blueprint(site.blueprint())
        client = app.test_client()
        click.echo(f"{given.repositories:,} repositories, {given.repositories * given.pulls:,} open pull requests")
        for page in PAGES:
            times = []
            for _ in range(given.asked):
                clock, processor = time.perf_counter(), time.process_time()
                answer = client.get(address(page))
                times.append((time.perf_counter() - clock, time.process_time() - processor))
                if answer.status_code != 200:
                    raise SystemExit(f"{page.name}: {answer.status_code}")
            click.echo(f"{page.name:<14} " + "; ".join(map(figures, ("clock", "processor"), zip(*times, strict=True))))
        store.close()


if __name__ == "__main__":
    main()
