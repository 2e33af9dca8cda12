"""Read a text from an address that a repository names, without letting the repository reach anything else.

Only what the operator lists is asked; names are resolved first and the connection goes to exactly that address, so
that a name cannot lead to this machine's own network; nothing is redirected; size and time are bounded.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

MOST_BYTES = 1024 * 1024
SECONDS = 10.0
_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.ASCII)
_PATH = re.compile(r"[!-~]*")  # printable, no space: nothing that could end a header line
# an escape stands for no dot, slash, backslash, percent sign or control character, which a host may take for more
_ESCAPED = re.compile(r"(?:[^%]|%(?!2[EF5]|5C|7F|[01])[0-9A-F]{2})*", re.ASCII | re.IGNORECASE)
_CHARSETS = {"utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")  # all that IPv6 has given out; what lies beyond may lead anywhere

Answer = TypeVar("Answer")
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Iterable[str]]  # every address of a name, as text; raises OSError


class Unfetchable(Exception):
    """Nothing came of it; the message is one clause for people, without the address (it may hold a secret)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """`text` None: what the tag stood for has not changed."""

    text: str | None
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the operator's list: a host over https, or an address that allowed ones begin with."""

    scheme: str
    host: str
    port: int
    path: str = "/"

    def holds(self, scheme: str, host: str, port: int, path: str) -> bool:
        within = self.path == "/" or path == self.path or path.startswith(f"{self.path.rstrip('/')}/")
        return (scheme, host, port) == (self.scheme, self.host, self.port) and within


def places(listed: str) -> tuple[Place, ...]:
    """From "calendar.example.com, https://ics.acme.example:8443/teams". Raises ValueError with words.

    http is possible only when it is written here: then whoever sits between can change what is held back.
    """
    return tuple(_place(one, at) for at, one in enumerate(_entries(listed), 1))


def _entries(listed: str) -> list[str]:
    return [one for one in re.split(r"[\s,]+", listed.strip()) if one]


def _place(text: str, at: int) -> Place:
    parts = _split(text if "://" in text else f"https://{text}")
    if parts is None:
        # not repeated: an address may hold a password
        raise ValueError(f"entry {at} is no host and no address that begins with https://, or has more in it than that")
    return Place(parts.scheme, parts.hostname or "", _port(parts), parts.path or "/")


def networks(listed: str) -> tuple[Network, ...]:
    """From "10.0.0.0/8, fd00::/8". Raises ValueError with words."""
    return tuple(_network(one, at) for at, one in enumerate(_entries(listed), 1))


def _network(text: str, at: int) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(f"entry {at} is no network: write it like 10.0.0.0/8, without the bits of a host") from None


def _resolve(host: str, port: int) -> Iterable[str]:
    return [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a host said to a POST. A redirect is an answer like others: nobody follows it."""

    status: int
    body: bytes
    retry_after: str = ""


class Addresses:
    """`private` are networks that are no part of the internet and may be reached all the same; `only_private`: nothing
    else may."""

    def __init__(
        self,
        allowed: tuple[Place, ...],
        private: tuple[Network, ...] = (),
        *,
        resolve: Resolve = _resolve,
        seconds: float = SECONDS,
        tls: ssl.SSLContext | None = None,
        only_private: bool = False,
    ) -> None:
        self._only_private = only_private
        self._allowed, self._private, self._resolve, self._seconds = allowed, private, resolve, seconds
        self._tls = tls or ssl.create_default_context()

    def allows(self, address: str) -> bool:
        parts = _split(address)
        if parts is None or ".." in parts.path.split("/") or not _ESCAPED.fullmatch(parts.path):
            return False
        here = (parts.scheme, parts.hostname or "", _port(parts), parts.path or "/")
        return any(place.holds(*here) for place in self._allowed)

    def fetch(self, address: str, tag: str = "") -> Fetched:
        """The text at an address, or that it still is what `tag`, of an earlier answer, stands for.

        Raises Unfetchable.
        """
        parts = _split(address)
        if parts is None or not self.allows(address):
            host = parts.hostname if parts else None
            raise Unfetchable(f"the operator of this server allows no calendars from {host or 'such an address'}")
        return self._speak(parts, lambda connection: self._ask(connection, parts, tag))

    def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer; what else it says is not read. Raises Unfetchable."""
        parts = _split(address)
        if parts is None or not self.allows(address):
            raise Unfetchable("the operator of this server allows no such address")

        def send(connection: http.client.HTTPConnection) -> int:
            connection.request("POST", _target(parts), body, {"User-Agent": "codechill", **headers})
            return connection.getresponse().status

        return self._speak(parts, send)

    def exchange(self, address: str, body: bytes, headers: Mapping[str, str], *, most: int = MOST_BYTES) -> Answered:
        """The whole answer to a POST. Raises Unfetchable, also where it is larger than `most` bytes or ends early."""
        parts = _split(address)
        if parts is None or not self.allows(address):
            raise Unfetchable("the operator of this server allows no such address")

        def send(connection: http.client.HTTPConnection) -> Answered:
            connection.request("POST", _target(parts), body, {"User-Agent": "codechill", **headers})
            answer = connection.getresponse()
            content = answer.read(most + 1)
            if len(content) > most:
                raise Unfetchable(f"its answer is larger than {most // 1024} KiB")
            if answer.length:
                raise Unfetchable("its answer ended early")
            return Answered(answer.status, content, answer.headers.get("Retry-After", ""))

        return self._speak(parts, send)

    def _speak(self, parts: SplitResult, ask: Callable[[http.client.HTTPConnection], Answer]) -> Answer:
        """Within the time there is. Raises Unfetchable."""
        line = _Line(self.reachable(parts.hostname or "", _port(parts)))
        with closing(self._connection(parts, line)) as connection:
            timer = threading.Timer(self._seconds, line.cut)  # each byte would begin a socket's timeout anew
            timer.daemon = True
            timer.start()
            try:
                page = ask(connection)
                if line.was_cut:  # what came until then would pass for the whole where no length was told
                    raise TimeoutError
                return page
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise Unfetchable(in_words(TimeoutError() if line.was_cut else error)) from None
            finally:
                timer.cancel()

    def reachable(self, host: str, port: int) -> Ip:
        """The one address to connect to; every address of the name has to be fit, so that none is a matter of luck.

        Raises Unfetchable.
        """
        pool = ThreadPoolExecutor(1)
        try:
            addresses = [
                ipaddress.ip_address(one) for one in pool.submit(self._resolve, host, port).result(self._seconds)
            ]
        except Late:
            raise Unfetchable("its name is not resolved in time") from None
        except (OSError, ValueError):
            raise Unfetchable("its name cannot be resolved") from None
        finally:
            pool.shutdown(wait=False)
        if not addresses or not all(self._fit(ip) for ip in addresses):
            raise Unfetchable("its name leads into a private network, which the operator does not allow")
        return addresses[0]

    def _fit(self, ip: Ip) -> bool:
        inner = _embedded(ip)
        if any(inner in network for network in self._private if network.version == inner.version):
            return True
        if self._only_private:
            return False
        known = inner in _UNICAST if isinstance(inner, ipaddress.IPv6Address) else not inner.is_multicast
        return inner.is_global and known

    def _connection(self, parts: SplitResult, line: "_Line") -> http.client.HTTPConnection:
        """Not connected yet: to the address that was looked at, whatever the name leads to by then."""
        host, port = parts.hostname or "", _port(parts)
        connection = http.client.HTTPConnection(host, port, timeout=self._seconds)

        def connect(_: object, timeout: float | None = None, source: object = None) -> socket.socket:
            line.end = plain = socket.create_connection((str(line.ip), port), self._seconds)
            if parts.scheme == "https":
                line.end = self._tls.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
                line.end.do_handshake()
            if line.was_cut:
                raise TimeoutError
            return line.end

        connection._create_connection = connect  # type: ignore[attr-defined]
        return connection

    def _ask(self, connection: http.client.HTTPConnection, parts: SplitResult, tag: str) -> Fetched:
        headers = {
            "Accept": "text/calendar, text/plain;q=0.5",
            "Accept-Encoding": "identity",
            "User-Agent": "codechill",
        }
        if tag:
            headers["If-None-Match"] = tag
        connection.request("GET", _target(parts), headers=headers)
        answer = connection.getresponse()
        if answer.status == 304 and tag:
            return Fetched(None, tag)
        if 300 <= answer.status < 400:
            raise Unfetchable("it redirects to another address; write that one")
        if answer.status != 200:
            raise Unfetchable(f"the host answered {answer.status}")
        body = answer.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise Unfetchable(f"it is larger than {MOST_BYTES // 1024} KiB")
        if answer.length:
            raise Unfetchable("the answer ended early")
        new = answer.headers.get("ETag", "")
        text = _text(body, answer.headers.get_content_charset("utf-8"))
        return Fetched(text, new if len(new) <= 255 and _PATH.fullmatch(new) else "")


def _text(body: bytes, charset: str) -> str:
    """UTF-8 where it is that, whatever the host says; else what the host says. Raises UnicodeDecodeError."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        if charset not in _CHARSETS:
            raise
        return body.decode(charset)


def _split(address: str) -> SplitResult | None:
    """None for what is no plain address of a host: a user, an odd port, or a character that has no place in it."""
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return None
    plain = f"[{host}]" if ":" in host else host
    if parts.scheme not in _PORTS or not _HOST.fullmatch(plain) or "@" in parts.netloc or parts.fragment or port == 0:
        return None
    return parts if _PATH.fullmatch(address) else None


def _target(parts: SplitResult) -> str:
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def _embedded(ip: Ip) -> Ip:
    """The IPv4 address that an IPv6 address stands for, when it does: it is what would be reached."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip


class _Line:
    """The socket itself: a connection lets go of it before the body of an answer that ends with it was read."""

    def __init__(self, ip: Ip) -> None:
        self.ip, self.was_cut = ip, False
        self.end: socket.socket | None = None

    def cut(self) -> None:
        self.was_cut = True
        if self.end is not None:
            with suppress(OSError):  # it ended by itself meanwhile
                self.end.shutdown(socket.SHUT_RDWR)


def in_words(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return "its certificate is not valid"
        case TimeoutError():
            return "the host did not answer in time"
        case UnicodeDecodeError():
            return "it is not UTF-8 text"
        case ConnectionRefusedError():
            return "the host refused the connection"
        case _:
            return "the host could not be reached"
