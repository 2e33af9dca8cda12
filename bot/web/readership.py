"""Who is reading, and what they may read: asked of the forge with their own token, and believed for minutes."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from flask import Request

from bot.forge.port import Reach, SigningIn, Unbelieved
from bot.store import Repositories, Session, Sessions
from bot.web.page import Reader
from bot.web.seal import Seal, digest

_log = structlog.get_logger(__name__)
COOKIE, TOKEN = "session", "token"  # purposes of the seal
MOST = 10_000  # readers whose access is remembered


class Readership(Protocol):
    def reader(self, request: Request) -> Reader | None:
        """Who sent this request, with what they may read now; None: nobody who is signed in. Raises ForgeError."""
        ...

    def form_mark(self, request: Request) -> str:
        """What a form has to bring back to be taken: nobody else's page knows it. "": no form is taken."""
        ...


@dataclass(slots=True)
class Access:
    """What sessions may read, each asked of the forge at most once in `lasts`. Safe to share between threads."""

    forge: SigningIn
    lasts: timedelta
    _known: OrderedDict[str, tuple[datetime, Reach]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, session: str, token: str, now: datetime) -> Reach:
        """Never older than `lasts`: without an answer of the forge nothing is shown."""
        with self._lock:
            at, reach = self._known.get(session, (None, Reach(frozenset())))
        if at is not None and at <= now < at + self.lasts:
            return reach
        reach = self.forge.reach(token)
        with self._lock:
            self._known[session] = (now, reach)
            self._known.move_to_end(session)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return reach

    def forget(self, session: str) -> None:
        with self._lock:
            self._known.pop(session, None)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Readers by a signed cookie that names a session."""

    cookie: str
    seal: Seal
    sessions: Sessions
    repositories: Repositories
    access: Access
    operators: frozenset[int]
    clock: Callable[[], datetime]

    def reader(self, request: Request) -> Reader | None:
        name = self.name(request)
        session = None if name is None else self.sessions.get(digest(name), self.clock())
        return None if session is None else self._reader(session)

    def _reader(self, session: Session) -> Reader | None:
        token = self.seal.show(TOKEN, session.token)
        try:
            reach = None if token is None else self.access.of(session.digest, token, self.clock())
        except Unbelieved:  # taken back on the forge, or of another installation of this server
            reach = None
        if reach is None:
            self.end(session.digest)
            return None
        here = tuple(one for one in self.repositories.all() if one.id in reach.reads)
        operator = session.person.id in self.operators
        return Reader(session.person.id, session.person.login, here, operator, reach.writes)

    def end(self, session: str) -> None:
        self.sessions.end(session)
        self.access.forget(session)

    def name(self, request: Request) -> str | None:
        """The name in a cookie that this server signed."""
        return self.seal.opened(COOKIE, request.cookies.get(self.cookie, ""))

    def form_mark(self, request: Request) -> str:
        name = self.name(request)
        return "" if name is None else self.seal.mark("form", name)
