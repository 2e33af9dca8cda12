"""How many signed deliveries a second the door takes, how long each waits, and whether all are kept.

    python bench/webhooks.py [--deliveries 10000] [--connections 16] [--rate 1000] [--kill COUNT]

One process is the door as in production (waitress, store and queue on SQLite), with no worker beside it. This process
plays GitHub with GitHub's own example of an opened pull request, 22 KB, first as fast as the door answers, then at an
even rate: there a delivery waits from the moment it was due, so that a door that stalls cannot hide it. Both share the
machine, so the processor time of each is told. With --kill the door is killed with SIGKILL after so many answers. At
the end every delivery that was answered with 202 must be in the database, and its job with it.
"""

import argparse
import gzip
import json
import logging
import multiprocessing
import os
import resource
import selectors
import socket
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

SECRET = "a secret for the benchmark"  # noqa: S105 - it guards nothing
EXAMPLES = Path(__file__).resolve().parents[1] / "tests/bot/webhooks/examples.json.gz"


def serve(folder: str, address: "multiprocessing.Queue[str]") -> None:
    """The door, and nothing else: no worker competes for the processor."""
    from flask import Flask

    from bot.commands.serve import http_server, port_of
    from bot.config.settings import Settings
    from bot.doors.webhook import create_blueprint
    from bot.jobs import LeaseQueue
    from bot.jobs.intake import intake
    from bot.process.logs import configure
    from bot.store import Store

    configure("info", "json", (SECRET,), Path(folder, "log").open("w"))  # noqa: SIM115 - the process ends by a kill
    logging.getLogger("waitress").setLevel(logging.ERROR)
    store = Store(f"sqlite:///{folder}/codechill.db")
    app = Flask("bench")
    app.register_blueprint(
        create_blueprint(
            SECRET, store.inbox, intake(store.repositories, store.pulls, store.pushes, LeaseQueue(store.engine))
        )
    )
    threads = Settings.model_fields["threads"].default
    server = http_server(app, host="127.0.0.1", port=0, threads=threads, most=26 << 20)
    address.put(f"http://127.0.0.1:{port_of(server)}")
    server.run()


def example() -> dict[str, object]:
    """GitHub's own example of an opened pull request."""
    corpus = json.loads(gzip.decompress(EXAMPLES.read_bytes()))
    examples = next(entry for entry in corpus if entry["name"] == "pull_request")["examples"]
    return next(one for one in examples if one["action"] == "opened")  # type: ignore[no-any-return]


def made(count: int, name: str, first: int = 1) -> "deque[tuple[str, bytes]]":
    """Signed requests, as bytes on the wire: every delivery tells of another pull request."""
    from bot.doors.webhook import signature

    payload = example()
    requests: deque[tuple[str, bytes]] = deque()
    for number in range(count):
        payload["pull_request"] |= {"number": first + number}  # type: ignore[operator]
        payload["repository"] |= {"id": 7 + number % 50}  # type: ignore[operator]
        body, guid = json.dumps(payload).encode(), f"{name}-{number}"
        head = (
            "POST /webhook HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"X-GitHub-Event: pull_request\r\nX-GitHub-Delivery: {guid}\r\n"
            f"X-Hub-Signature-256: {signature(SECRET, body)}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        requests.append((guid, head.encode() + body))
    return requests


@dataclass
class Result:
    waits: list[float] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    refused: int = 0
    unanswered: int = 0  # the door was killed meanwhile
    seconds: float = 0.0
    playing: float = 0.0  # seconds of processor time that playing GitHub took
    kill: Callable[[], None] = lambda: None
    kill_after: int = 0  # answers; 0: never

    def at(self, share: float) -> float:
        """Milliseconds that this share of the deliveries waited at most."""
        ordered = sorted(self.waits)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else 0.0


@dataclass
class Connection:
    wire: socket.socket
    guid: str = ""
    due: float = 0.0
    left: bytes = b""
    answer: bytes = b""


def play(
    address: str, requests: "deque[tuple[str, bytes]]", connections: int, result: Result, rate: float = 0.0
) -> Result:
    """Send everything over so many connections; `rate` 0: as fast as answers come."""
    parts = urlsplit(address)
    began, before, sent = time.perf_counter(), time.process_time(), 0
    with selectors.DefaultSelector() as selector:
        idle = []
        for _ in range(connections):
            wire = socket.create_connection((parts.hostname or "", parts.port or 80))
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wire.setblocking(False)
            idle.append(Connection(wire))
        busy = 0
        while busy or (requests and idle):
            now = time.perf_counter()
            while idle and requests and (not rate or now >= began + sent / rate):
                one = idle.pop()
                one.guid, one.left = requests.popleft()
                one.due = began + sent / rate if rate else now
                sent, busy = sent + 1, busy + 1
                selector.register(one.wire, selectors.EVENT_WRITE, one)
            pause = max(0.0, began + sent / rate - now) if rate and requests and idle else None
            for key, _ in selector.select(pause):
                if step(selector, key.data, result):
                    busy -= 1
                    if key.data.guid:
                        idle.append(key.data)
    result.seconds, result.playing = time.perf_counter() - began, time.process_time() - before
    return result


def step(selector: selectors.BaseSelector, one: Connection, result: Result) -> bool:
    """Send or receive what can be; says whether the request has ended."""
    try:
        if one.left:
            one.left = one.left[one.wire.send(one.left) :]
            if not one.left:
                selector.modify(one.wire, selectors.EVENT_READ, one)
            return False
        some = one.wire.recv(65536)
    except OSError:
        some = b""
    one.answer += some
    head, ended, rest = one.answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0) if ended else 1
    if some and len(rest) < length:
        return False
    selector.unregister(one.wire)
    if not some:
        one.wire.close()
        one.guid = ""
        result.unanswered += 1
        return True
    result.waits.append(time.perf_counter() - one.due)
    if head.startswith(b"HTTP/1.1 202"):
        result.accepted.append(one.guid)
        if len(result.accepted) == result.kill_after:
            result.kill()
    else:
        result.refused += 1
    one.answer = b""
    return True


def print_result(what: str, result: Result) -> None:
    count = len(result.waits)
    sys.stdout.write(
        f"{what}: {count / result.seconds:,.0f} a second; p50 {result.at(0.5):.1f} ms, p95 {result.at(0.95):.1f} ms,"
        f" p99 {result.at(0.99):.1f} ms; refused {result.refused}\n"
    )


def main() -> int:
    from bot.store import Store

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1_000, help="a second, in the second part; 0: leave it out")
    parser.add_argument("--kill", type=int, default=0, help="answers after which the door is killed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        addresses: multiprocessing.Queue[str] = context.Queue()
        door = context.Process(target=serve, args=(folder, addresses), daemon=True)
        door.start()
        address = addresses.get(timeout=60)
        fast = Result(kill=door.kill, kill_after=given.kill)
        results = [play(address, made(given.deliveries, "fast"), given.connections, fast)]
        if given.rate and not given.kill:
            even = made(given.deliveries, "even", 1 + given.deliveries)
            results.append(play(address, even, given.connections, Result(), given.rate))
        door.kill()
        door.join()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        store = Store(f"sqlite:///{folder}/codechill.db")
        answered = frozenset(guid for result in results for guid in result.accepted)
        lost = len(answered) - len(store.inbox.processed(answered) & jobs(store))
        store.close()
    sys.stdout.write(f"{given.deliveries:,} deliveries, {given.connections} connections, {os.cpu_count()} cores\n")
    print_result("as fast as it goes", results[0])
    if len(results) > 1:
        print_result(f"{given.rate:,.0f} a second, evenly", results[1])
    count = sum(len(result.waits) for result in results) or 1
    playing = sum(result.playing for result in results)
    sys.stdout.write(
        f"processor time of a delivery: the door {(used.ru_utime + used.ru_stime) / count * 1000:.2f} ms (its start"
        f" included), playing GitHub {playing / count * 1000:.2f} ms\n"
    )
    sys.stdout.write(f"answered {len(answered)}, lost {lost}\n")
    return 1 if lost else 0


def jobs(store: object) -> frozenset[str]:
    """Deliveries that have a job."""
    import sqlalchemy as sa

    from bot.store.tables import jobs as table

    with store.read() as connection:  # type: ignore[attr-defined]
        return frozenset(json.loads(payload)["delivery"] for payload in connection.scalars(sa.select(table.c.payload)))


if __name__ == "__main__":
    sys.exit(main())
