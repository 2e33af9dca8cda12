"""What notices arrive at: a real HTTP server that checks signatures, and a real mail server, both on this machine."""

import socketserver
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from bot.notices.webhook import signature

SECRET = "a secret of the receiver"


@dataclass
class Receiver:
    """`status` is what it answers; what came with a wrong signature is not taken."""

    port: int = 0
    status: int = 200
    came: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)
    refused: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bodies(self, path: str = "/") -> list[bytes]:
        return [body for where, body, _ in self.came if where == path]

    def take(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        if path == "/signed" and headers.get("X-Codechill-Signature") != signature(
            SECRET, int(headers.get("X-Codechill-Time", "0")), body
        ):
            self.refused += 1
            return 401
        if self.status == 200:
            self.came.append((path, body, headers))
        return self.status


@contextmanager
def http_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(receiver.take(self.path, body, dict(self.headers.items())))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        receiver.port = server.server_address[1]
        with _served(server):
            yield receiver


@dataclass
class Mailbox:
    """What a mail server took. `offers`: whether it offers TLS; `refuses`: whose mail it does not take."""

    port: int = 0
    offers: ssl.SSLContext | None = None
    refuses: str = "nobody@acme.example"
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    secure_logins: int = 0


class Session(socketserver.StreamRequestHandler):
    @property
    def post(self) -> Mailbox:
        return cast(Mailbox, self.server.post)  # type: ignore[attr-defined]

    def handle(self) -> None:
        self.to: list[str] = []
        self.secure = False
        self.say("220 post.acme.example")
        while (line := self.rfile.readline()) and self.obey(line.decode().strip()):
            pass

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{each}\r\n" for each in lines).encode())

    def obey(self, line: str) -> bool:
        verb = line.upper().split(" ")[0]
        match verb:
            case "EHLO":
                starttls = ["250-STARTTLS"] if self.post.offers and not self.secure else []
                self.say("250-post.acme.example", *starttls, "250-AUTH PLAIN", "250 SMTPUTF8")
            case "STARTTLS":
                self.say("220 go on")
                return self.encrypt()
            case "AUTH":
                self.post.logins.append(line.split(" ")[2])
                self.post.secure_logins += self.secure
                self.say("235 yes")
            case "RCPT":
                who = line.partition("<")[2].partition(">")[0]
                self.to += [who] if who != self.post.refuses else []
                self.say("250 yes" if who != self.post.refuses else "550 no such person here")
            case "DATA":
                self.say("354 go on")
                self.take()
            case "QUIT":
                self.say("221 bye")
                return False
            case _:
                self.say("250 yes")
        return True

    def encrypt(self) -> bool:
        assert self.post.offers is not None
        try:
            self.request = self.post.offers.wrap_socket(self.request, server_side=True)
        except ssl.SSLError:  # the other side does not trust it
            return False
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
        self.secure = True
        return True

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.post.mails.append((self.to, cast(EmailMessage, message_from_bytes(b"".join(lines), policy=default))))
        self.to = []
        self.say("250 taken")


@contextmanager
def mail_server(offers: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    post = Mailbox(offers=offers)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        server.post = post  # type: ignore[attr-defined]
        post.port = server.server_address[1]
        with _served(server):
            yield post


@contextmanager
def _served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
