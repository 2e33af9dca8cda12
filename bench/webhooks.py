"""How many signed deliveries a second the door takes, how long each waits, and whether all are kept.

    python bench/webhooks.py [--deliveries 10000] [--connections 8] [--kilobytes 20]

A server process (waitress, store and queue on SQLite, as in production) and this one, which plays GitHub.
"""

import argparse
import http.client
import json
import logging
import multiprocessing
import os
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import click

SECRET = "a secret for the benchmark"  # noqa: S105 - it guards nothing


def serve(folder: str, address: "multiprocessing.Queue[str]") -> None:
    """The door, and nothing else: no worker competes for the processor."""
    from flask import Flask
    from waitress.server import create_server

    from bot.intake import intake
    from bot.logs import configure
    from bot.queue import LeaseQueue
    from bot.store import Store
    from bot.webhook import create_blueprint

    configure("info", "json", (SECRET,), Path(folder, "log").open("w"))  # noqa: SIM115 - the process ends by a kill
    logging.getLogger("waitress").setLevel(logging.ERROR)
    store = Store(f"sqlite:///{folder}/codechill.db")
    app = Flask("bench")
    app.register_blueprint(create_blueprint(SECRET, store, intake(store, LeaseQueue(store.engine))))
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    address.put(f"http://127.0.0.1:{server.effective_port}")
    server.run()


def payload(number: int, kilobytes: int) -> bytes:
    """An opened pull request of about that size."""
    return json.dumps(
        {
            "action": "opened",
            "installation": {"id": 1},
            "repository": {"id": 7 + number % 50, "full_name": f"acme/r{number % 50}"},
            "pull_request": {
                "number": 1 + number,
                "updated_at": "2026-11-21T12:00:00Z",
                "head": {"sha": f"{number:040x}"},
                "body": "x" * (kilobytes * 1024),
            },
        }
    ).encode()


def send(address: str, share: list[tuple[str, str, bytes]], waits: list[float], refused: list[int]) -> None:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80)
    for guid, signature, body in share:
        headers = {
            "X-GitHub-Event": "pull_request",
            "X-GitHub-Delivery": guid,
            "X-Hub-Signature-256": signature,
            "Content-Type": "application/json",
        }
        began = time.perf_counter()
        connection.request("POST", "/webhook", body, headers)
        answer = connection.getresponse()
        answer.read()
        waits.append(time.perf_counter() - began)
        if answer.status != 202:
            refused.append(answer.status)


def main() -> None:
    from bot.store import Store
    from bot.webhook import signature

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--kilobytes", type=int, default=20)
    given = parser.parse_args()
    made = []
    for number in range(given.deliveries):
        body = payload(number, given.kilobytes)
        made.append((f"guid-{number}", signature(SECRET, body), body))
    with tempfile.TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        told: multiprocessing.Queue[str] = context.Queue()
        server = context.Process(target=serve, args=(folder, told), daemon=True)
        server.start()
        address = told.get(timeout=60)
        waits: list[float] = []
        refused: list[int] = []
        shares = [made[start :: given.connections] for start in range(given.connections)]
        threads = [threading.Thread(target=send, args=(address, share, waits, refused)) for share in shares]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
        server.kill()
        server.join()
        store = Store(f"sqlite:///{folder}/codechill.db")  # as after a power cut: what was answered must be there
        kept = len(store.processed(frozenset(guid for guid, _, _ in made)))
        store.close()
    waits.sort()
    at = {share: waits[min(int(len(waits) * share), len(waits) - 1)] * 1000 for share in (0.5, 0.95, 0.99)}
    click.echo(
        f"{given.deliveries} deliveries of {given.kilobytes} KiB, {given.connections} connections,"
        f" {os.cpu_count()} cores"
    )
    click.echo(
        f"{given.deliveries / seconds:.0f} a second; p50 {at[0.5]:.1f} ms, p95 {at[0.95]:.1f} ms, p99 {at[0.99]:.1f} ms"
    )
    click.echo(f"refused {len(refused)}, lost {given.deliveries - len(refused) - kept}")


if __name__ == "__main__":
    main()
