"""How long the door takes to answer while many connections are held open: python -m bench.connections [--slow 1000]."""

import argparse
import http.client
import socket
import statistics
import threading
import time
from contextlib import ExitStack

import click
from flask import Flask

from bot.commands.serve import http_server, port_of

HALF = b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slow", type=int, default=1000, help="connections that send half of a request and stop")
    parser.add_argument("--asked", type=int, default=50, help="answers that are timed")
    given = parser.parse_args()
    app = Flask("door")
    app.get("/healthz")(lambda: "alive")
    server = http_server(app, host="127.0.0.1", port=0, threads=8, most=26 << 20)
    threading.Thread(target=server.run, daemon=True).start()
    port = port_of(server)
    with ExitStack() as held:
        for _ in range(given.slow):
            one = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            one.sendall(HALF)
        took = sorted(_asked(port) for _ in range(given.asked))
    click.echo(
        f"{given.slow:,} held open: median {statistics.median(took) * 1000:.1f} ms, slowest {took[-1] * 1000:.1f} ms"
    )


def _asked(port: int) -> float:
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    connection.close()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
