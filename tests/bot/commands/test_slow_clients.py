"""Whoever opens connections and says nothing keeps nobody out: the real HTTP server, on loopback."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from waitress import wasyncore
from waitress.server import MultiSocketServer

from bot.commands.serve import AT_ONCE, http_server, port_of

SLOW = 150  # waitress takes a hundred by itself


@pytest.fixture
def port() -> Iterator[int]:
    app = Flask("door")
    app.get("/healthz")(lambda: "alive")
    server = http_server(app, host="127.0.0.1", port=0, threads=2, most=1 << 20)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield port_of(server)
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(timeout=5)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"POST /webhook HT",
        b"POST /webhook HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "a request, and then nothing"],
)
def test_the_door_answers_while_many_hold_connections_open(port: int, said: bytes) -> None:
    with ExitStack() as held:
        for _ in range(SLOW):
            one = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            one.sendall(said)
        for _ in range(3):
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/healthz")
            assert asked.getresponse().read() == b"alive"
            asked.close()


def test_whoever_waits_at_the_door_is_let_in_with_the_others_and_not_one_a_turn() -> None:
    sockets: dict[int, object] = {}
    server = http_server(Flask("door"), host="127.0.0.1", port=0, threads=1, most=1 << 20, sockets=sockets)
    alone = len(sockets)
    with ExitStack() as held:
        for _ in range(AT_ONCE + 20):
            held.enter_context(socket.create_connection(("127.0.0.1", port_of(server)), timeout=5))
        taken = []
        for _ in range(3):
            wasyncore.poll2(timeout=1, map=sockets)
            taken.append(len(sockets) - alone)
    assert taken == [AT_ONCE, AT_ONCE + 20, AT_ONCE + 20]
    server.close()
    server.task_dispatcher.shutdown()


@pytest.mark.parametrize("host", ["*", "localhost", "127.0.0.1"])
def test_a_name_with_several_addresses_has_a_door_at_each_and_one_port_that_is_told(host: str) -> None:
    app = Flask("door")
    app.get("/healthz")(lambda: "alive")
    server = http_server(app, host=host, port=0, threads=1, most=1 << 20)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    asked = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=5)
    asked.request("GET", "/healthz")
    assert asked.getresponse().read() == b"alive"
    asked.close()
    server.close()
    thread.join(timeout=5)


def test_several_doors_tell_the_port_of_the_first() -> None:
    assert port_of(MultiSocketServer(effective_listen=[("0.0.0.0", "8081"), ("::", "8082")])) == 8081  # noqa: S104
