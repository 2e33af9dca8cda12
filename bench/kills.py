"""Kill the server at random moments, over and over, and see whether anything was lost, doubled or put out of order.

    python bench/kills.py [--kills 200] [--seed 1]

A child process takes signed deliveries through the real door and works them off; this one ends it with SIGKILL. At
the end every delivery must be settled, every event handled in the order of its pull request, none of a pull request at
the same time as another, and the audit log must verify. The exit status is 1 otherwise.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

SECRET = "a secret for the benchmark"  # noqa: S105 - it guards nothing
PULLS, EACH = 8, 40
LEASE = timedelta(seconds=8)  # on a busy machine a shorter one runs out under a worker that is alive


def now() -> datetime:
    return datetime.now(UTC)


def comment(pull: int, turn: int) -> bytes:
    """Every comment is an event of its own: none may be absorbed by another."""
    return json.dumps(
        {
            "action": "created",
            "installation": {"id": 1},
            "repository": {"id": 7, "full_name": "acme/r"},
            "issue": {"number": pull, "pull_request": {}},
            "comment": {
                "id": 1 + turn,
                "user": {"id": 1, "login": "ada"},
                "body": "/chill why",
                "created_at": "2026-11-21T12:00:00Z",
            },
        }
    ).encode()


def child(folder: Path) -> None:
    """Deliver what was not delivered yet, work it off, and leave when all is settled."""
    from flask import Flask

    from bot.intake import envelopes_of, intake
    from bot.logs import configure
    from bot.queue import Depth, Job, LeaseQueue
    from bot.store import Store
    from bot.webhook import create_blueprint, signature
    from bot.worker import Rules, Worker

    configure("error", "json", (SECRET,))
    store = Store(f"sqlite:///{folder}/codechill.db")
    queue = LeaseQueue(store.engine)
    app = Flask("kills")
    app.register_blueprint(create_blueprint(SECRET, store, intake(store, queue)))
    effects = os.open(folder / "effects", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def handle(job: Job) -> None:
        (one,) = envelopes_of(job)
        turn = one.event.comment.id - 1  # type: ignore[union-attr]
        os.write(effects, f"begin {one.number} {turn} {os.getpid()}\n".encode())
        store.audit("decision", at=now(), repository_id=7, number=one.number, turn=turn)
        time.sleep(random.random() * 0.01)  # noqa: S311 - not a secret
        os.write(effects, f"end {one.number} {turn} {os.getpid()}\n".encode())
        store.settle(str(job.payload["delivery"]))

    rules = Rules(threads=3, lease=LEASE, poll=0.02)
    worker = Worker(queue, handle, now, name=f"w{os.getpid()}", rules=rules)
    worker.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    client = app.test_client()
    for turn in range(EACH):
        for pull in range(1, PULLS + 1):
            body = comment(pull, turn)
            headers = {"X-GitHub-Event": "issue_comment", "X-GitHub-Delivery": f"guid-{pull}-{turn}"}
            headers["X-Hub-Signature-256"] = signature(SECRET, body)
            answer = client.post("/webhook", data=body, headers=headers, content_type="application/json")
            assert answer.status_code == 202  # noqa: S101
            worker.wake()
    while queue.depth(now()) != Depth(0, 0, 0, 0.0):
        time.sleep(0.05)
    worker.stop()


def run(folder: Path, alive: float | None) -> bool:
    """One life of the child. `alive`: seconds from its first word to its end; None: until it leaves by itself."""
    here = str(Path(__file__).resolve())
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    process = subprocess.Popen(
        [sys.executable, here, "--child", str(folder)], stdout=subprocess.PIPE, env=environment, text=True
    )
    assert process.stdout is not None  # noqa: S101
    process.stdout.readline()
    if alive is not None:
        timer = threading.Timer(alive, os.kill, (process.pid, signal.SIGKILL))
        timer.start()
        process.communicate()
        timer.cancel()
        return False
    process.communicate(timeout=300)
    return process.returncode == 0


def problems(folder: Path) -> list[str]:
    """What is not as if nobody had killed anything."""
    from bot.store import Store

    store = Store(f"sqlite:///{folder}/codechill.db")
    found = [
        f"delivery guid-{pull}-{turn} is {store.delivery_state(f'guid-{pull}-{turn}')}"
        for pull in range(1, PULLS + 1)
        for turn in range(EACH)
        if store.delivery_state(f"guid-{pull}-{turn}") != "done"
    ]
    broken = store.verify_audit()
    found += [broken.words] if broken else []
    store.close()
    first: defaultdict[str, list[int]] = defaultdict(list)
    inside: dict[str, str] = {}
    for line in (folder / "effects").read_text().splitlines():
        word, pull, turn, pid = line.split()
        if word == "begin":
            if inside.get(pull) == pid:
                found.append(f"two events of pull request {pull} at once")
            inside[pull] = pid
            first[pull] += [int(turn)] if int(turn) not in first[pull] else []
        elif inside.get(pull) == pid:
            del inside[pull]
    found += [f"pull request {pull} saw {turns}" for pull, turns in first.items() if turns != list(range(EACH))]
    return found + ([] if len(first) == PULLS else [f"only {len(first)} pull requests were seen"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path)
    given = parser.parse_args()
    if given.child:
        child(given.child)
        return
    chance, kills, rounds, found = random.Random(given.seed), 0, 0, []  # noqa: S311 - not a secret
    while kills < given.kills and not found:
        rounds += 1
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for _ in range(min(10, given.kills - kills)):
                run(folder, chance.uniform(0.0, 0.6))
                kills += 1
            if not run(folder, None):
                found.append("the last run did not end well")
            found += problems(folder)
    click.echo(f"{kills} kills in {rounds} rounds of {PULLS * EACH} deliveries: {len(found)} problems")
    for problem in found:
        click.echo(problem)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
