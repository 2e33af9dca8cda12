"""Calendars at addresses: only where the operator allows, only where the name really leads, and never for long."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.config.addresses import MOST_BYTES, Addresses, Fetched, Unfetchable, networks, places

LOOPBACK = networks("127.0.0.0/8")


class Host(BaseHTTPRequestHandler):
    """Answers by path."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        Host.asked.append((self.path, self.headers.get("Host")))
        match self.path.partition("?")[0]:
            case "/team.ics":
                self.answer(200, b"\xef\xbb\xbfBEGIN:VCALENDAR", {"ETag": '"one"'})
            case "/moved.ics":
                self.answer(302, b"", {"Location": "http://127.0.0.1:1/secret"})
            case "/large.ics":
                self.answer(200, b"x" * (MOST_BYTES + 1))
            case "/told.ics":
                self.answer(200, "ä".encode("latin-1"), {"Content-Type": "text/calendar; charset=ISO-8859-1"})
            case "/odd.ics":
                self.answer(200, b"\xff", {"Content-Type": "text/calendar; charset=rot13"})
            case "/latin.ics":
                self.answer(200, b"\xe9")
            case "/short.ics":
                self.answer(200, b"half", {"Content-Length": "4000"})
            case "/drip.ics":
                self.drip()
            case "/trickle.ics":
                self.trickle()
            case "/odd-tag.ics":
                self.answer(200, b"x", {"ETag": "a b"})
            case _:
                self.answer(404, b"no")

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        if headers and headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
            status, body = 304, b""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def drip(self) -> None:
        """A byte now and then: no single read is late."""
        self.send_response(200)
        try:
            for _ in range(200):
                self.wfile.write(b"X-Slow: 1\r\n")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    def trickle(self) -> None:
        """The head at once, then the body byte by byte, over a connection that ends with it."""
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(60):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as found:
        yield found


def at(*ips: str) -> Callable[[str, int], list[str]]:
    return lambda host, port: list(ips)


def addresses(port: int, seconds: float = 5.0) -> Addresses:
    allowed = places(f"http://ics.acme.example:{port}")
    return Addresses(allowed, LOOPBACK, resolve=at("127.0.0.1"), seconds=seconds)


def test_a_text_is_read_from_the_host_that_the_operator_allows(port: int) -> None:
    found = addresses(port).fetch(f"http://ics.acme.example:{port}/team.ics?key=1")
    assert found == Fetched("BEGIN:VCALENDAR", '"one"')
    assert Host.asked[-1] == ("/team.ics?key=1", f"ics.acme.example:{port}")


def test_a_text_that_is_not_utf_8_is_read_as_the_host_says(port: int) -> None:
    assert addresses(port).fetch(f"http://ics.acme.example:{port}/told.ics").text == "ä"


def test_what_has_not_changed_is_not_sent_again(port: int) -> None:
    assert addresses(port).fetch(f"http://ics.acme.example:{port}/team.ics", '"one"') == Fetched(None, '"one"')


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("moved.ics", "it redirects to another address; write that one"),
        ("large.ics", "it is larger than 1024 KiB"),
        ("latin.ics", "it is not UTF-8 text"),
        ("odd.ics", "it is not UTF-8 text"),
        ("short.ics", "the answer ended early"),
        ("none.ics", "the host answered 404"),
    ],
)
def test_what_cannot_be_used_is_said_without_the_address(port: int, path: str, words: str) -> None:
    with pytest.raises(Unfetchable) as refused:
        addresses(port).fetch(f"http://ics.acme.example:{port}/{path}")
    assert str(refused.value) == words


def test_a_tag_that_could_not_be_sent_back_is_not_kept(port: int) -> None:
    assert addresses(port).fetch(f"http://ics.acme.example:{port}/odd-tag.ics").tag == ""


def test_a_host_that_answers_byte_by_byte_is_cut_off(port: int) -> None:
    with pytest.raises(Unfetchable):
        addresses(port, seconds=0.3).fetch(f"http://ics.acme.example:{port}/drip.ics")


def test_a_body_that_comes_byte_by_byte_is_cut_off(port: int) -> None:
    with pytest.raises(Unfetchable):
        addresses(port, seconds=0.3).fetch(f"http://ics.acme.example:{port}/trickle.ics")


def test_a_host_that_says_nothing_is_given_up_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unfetchable, match="host"):
        addresses(silent.getsockname()[1], seconds=0.2).fetch(f"http://ics.acme.example:{silent.getsockname()[1]}/a")


def test_a_host_that_is_down_is_said_to_be() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unfetchable, match="the host refused the connection"):
        addresses(port).fetch(f"http://ics.acme.example:{port}/a")


ALLOWED = places("calendar.example.com, https://ics.acme.example:8443/teams")


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://calendar.example.com/a.ics", True),
        ("https://CALENDAR.example.com/a.ics", True),
        ("https://calendar.example.com:443/a.ics", True),
        ("https://calendar.example.com:8443/a.ics", False),
        ("http://calendar.example.com/a.ics", False),
        ("https://calendar.example.com.evil.example/a.ics", False),
        ("https://evil.example/calendar.example.com", False),
        ("https://calendar.example.com@evil.example/a.ics", False),
        ("https://user:word@calendar.example.com/a.ics", False),
        ("https://calendar.example.com/a.ics#x", False),
        ("https://calendar.example.com/a b", False),
        ("https://calendar.example.com/a\r\nX: y", False),
        ("https://calendar.example.com:0/a", False),
        ("https://calendar.example.com:99999/a", False),
        ("https://ics.acme.example:8443/teams/red.ics", True),
        ("https://ics.acme.example:8443/teams", True),
        ("https://ics.acme.example:8443/teamsters", False),
        ("https://ics.acme.example:8443/teams/../keys", False),
        ("https://ics.acme.example:8443/teams/%2e%2e/keys", False),
        ("https://ics.acme.example:8443/teams/%2E./keys", False),
        ("https://ics.acme.example:8443/teams/..%2fkeys", False),
        ("https://ics.acme.example:8443/teams/..%5Ckeys", False),
        ("https://ics.acme.example:8443/teams/%252e%252e/keys", False),
        ("https://ics.acme.example:8443/teams/%00", False),
        ("https://ics.acme.example:8443/teams/%4", False),
        ("https://ics.acme.example:8443/teams/a%20b%C3%A4%7E.ics", True),
        ("https://calendar.example.com/ical/team-freeze%40group.calendar.example.com/public/basic.ics", True),
        ("https://ics.acme.example:8443/", False),
        ("ftp://calendar.example.com/a.ics", False),
        ("file:///etc/passwd", False),
        ("https://[::1]/a.ics", False),
        ("https://[bad/a.ics", False),
    ],
)
def test_only_what_the_operator_lists_is_allowed(address: str, allowed: bool) -> None:
    assert Addresses(ALLOWED).allows(address) is allowed


def test_what_is_not_allowed_is_refused_by_host_only() -> None:
    with pytest.raises(Unfetchable, match=r"allows no calendars from evil\.example$"):
        Addresses(ALLOWED).fetch("https://evil.example/secret-token.ics")
    with pytest.raises(Unfetchable, match="allows no calendars from such an address"):
        Addresses(ALLOWED).fetch("https://[bad/a")


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",  # where clouds keep a machine's credentials
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "::ffff:0:7f00:1",
        "64:ff9b:1::7f00:1",
        "fec0::1",
        "5f00::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_a_name_that_leads_into_a_private_network_is_not_followed(ip: str) -> None:
    for ips in ([ip], ["93.184.216.34", ip]):  # one good address among them does not help
        with pytest.raises(Unfetchable, match="private network"):
            Addresses(ALLOWED, resolve=at(*ips)).fetch("https://calendar.example.com/a")


def test_a_private_network_is_reached_only_when_the_operator_names_it() -> None:
    inner = Addresses(ALLOWED, networks("10.0.0.0/8 fd00::/8"), resolve=at("192.168.0.1"))
    with pytest.raises(Unfetchable, match="private network"):
        inner.fetch("https://calendar.example.com/a")


def test_a_name_that_is_none_or_takes_too_long_is_said_to_be() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    def late(host: str, port: int) -> list[str]:
        time.sleep(0.5)
        return []

    for resolve, words in ((unknown, "cannot be resolved"), (late, "not resolved in time"), (at(), "private network")):
        with pytest.raises(Unfetchable, match=words):
            Addresses(ALLOWED, resolve=resolve, seconds=0.05).fetch("https://calendar.example.com/a")


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    signed = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(
        key, hashes.SHA256()
    )
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, plain))
    return folder / "cert.pem", folder / "key.pem"


def test_over_https_the_certificate_has_to_be_that_of_the_name(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "ics.acme.example")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    trusting = ssl.create_default_context(cafile=str(cert))
    with serving(server) as port:
        for name, good in (("ics.acme.example", True), ("other.acme.example", False)):
            here = Addresses(places(f"{name}:{port}"), LOOPBACK, resolve=at("127.0.0.1"), seconds=5, tls=trusting)
            if good:
                assert here.fetch(f"https://{name}:{port}/team.ics").text == "BEGIN:VCALENDAR"
                continue
            with pytest.raises(Unfetchable, match="its certificate is not valid"):
                here.fetch(f"https://{name}:{port}/team.ics")


@pytest.mark.parametrize("listed", ["ftp://x/", "https://a@b/", "two words://", "https://"])
def test_an_operators_list_that_makes_no_sense_is_refused(listed: str) -> None:
    with pytest.raises(ValueError, match="is no host and no address"):
        places(listed)


def test_an_empty_list_allows_nothing() -> None:
    assert places("") == ()
    assert not Addresses(()).allows("https://calendar.example.com/a")
    with pytest.raises(ValueError, match="10"):
        networks("10.0.0.1/8")
