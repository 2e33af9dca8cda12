"""Calendars that people subscribe to. Their programs cannot sign in: an address that nobody can guess lets them read.

It is one person's, for one branch, shown once, kept as a digest, and good until it is taken back or that person may no
longer read the repository.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from bot.config.repository import ORGANISATION, composed
from bot.forge.port import ForgeError, Gone, Target
from bot.policy.calendar import Scope
from bot.policy.calendar.export import Published, to_ics
from bot.policy.config import Config
from bot.policy.config.freezes import joined
from bot.policy.pull import Person
from bot.store import KnownConfiguration, KnownRepository, Subscription
from bot.web.forms import NOT_OURS, is_own
from bot.web.page import Reader, Stored, readable
from bot.web.site import Site

_log = structlog.get_logger(__name__)
PATH = "/r/<owner>/<repo>/calendar/address"
BACK = timedelta(days=31)  # what is over stays in the calendar for so long
BELIEVED = timedelta(hours=1)  # that somebody may read a repository
MOST = 10_000  # people of whom that is remembered
AGAIN_S = 600
HEADERS = {
    "Cache-Control": "private, max-age=900",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class Readable(Protocol):
    def may_read(self, target: Target, person: Person) -> bool: ...


@dataclass(slots=True)
class Rights:
    """Who may read which repository, each asked of the forge at most once in an hour. Safe to share between threads."""

    forge: Readable
    _known: OrderedDict[tuple[int, int], tuple[datetime, bool]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def may_read(self, here: KnownRepository, person: Person, now: datetime) -> bool:
        """Raises ForgeError: without its answer nothing is shown."""
        key = (here.id, person.id)
        with self._lock:
            at, may = self._known.get(key, (None, False))
        if at is not None and at <= now < at + BELIEVED:
            return may
        try:
            may = self.forge.may_read(Target(here.installation_id, here.id, here.full_name), person)
        except Gone:  # what has its name now is another one: who may read that says nothing of it
            may = False
        with self._lock:
            self._known[key] = (now, may)
            self._known.move_to_end(key)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return may


@dataclass(frozen=True, slots=True)
class Door:
    """`site` says who is reading and draws the page with the address."""

    site: Site
    rights: Rights

    @property
    def store(self) -> Stored:
        return self.site.store

    def blueprint(self) -> Blueprint:
        routes = Blueprint("subscriptions", __name__)
        routes.post(PATH)(self.begin)
        routes.post(f"{PATH}/end")(self.end)
        routes.get("/calendar/<name>.ics")(self.calendar)
        return routes

    def begin(self, owner: str, repo: str) -> AnyResponse:
        """The only time that the address is shown."""
        known = self._own(f"{owner}/{repo}")
        if isinstance(known, Response):
            return known
        reader, here = known
        branch = request.form.get("branch", "")
        if _of(self.store, here.id, branch) is None:
            return self.site.missing(reader)
        person = Person(reader.id, reader.login)
        name = self.store.subscriptions.begin(here.id, branch, person, at=self.site.clock())
        address = f"{self.site.address}/calendar/{name}.ics"
        return self.site.shown("address.html.j2", reader, here, address=address, branch=branch)

    def end(self, owner: str, repo: str) -> AnyResponse:
        known = self._own(f"{owner}/{repo}")
        if isinstance(known, Response):
            return known
        reader, here = known
        person, branch = Person(reader.id, reader.login), request.form.get("branch", "")
        if any(one.ref == branch for one in self.store.subscriptions.of(here.id, reader.id)):
            self.store.subscriptions.end(here.id, person, branch, at=self.site.clock())
        return redirect(f"/r/{here.full_name}/calendar#subscribe", 303)

    def _own(self, full_name: str) -> tuple[Reader, KnownRepository] | Response:
        """Who sent a form of ours about a repository that they may read, or the answer to anybody else."""
        reader = self.site.known()
        if isinstance(reader, Response):
            return reader
        here = readable(reader, full_name)
        if here is None:
            return self.site.missing(reader)
        if not is_own(request, self.site.address, self.site.readership):
            return self.site.say(403, NOT_OURS, reader)
        return reader, here

    def calendar(self, name: str) -> Response:
        """To whoever has the address."""
        now = self.site.clock()
        subscription = self.store.subscriptions.named(name)
        here = None if subscription is None else self._repository(subscription.repository_id)
        if subscription is None or here is None:
            return _plain(404, "there is no such calendar\n")
        try:
            may = self.rights.may_read(here, Person(subscription.user_id, subscription.login), now)
        except ForgeError as error:
            _log.warning("calendar.forge", words=str(error))
            return _plain(503, "the forge did not answer: try again in some minutes\n", **{"Retry-After": str(AGAIN_S)})
        known = _of(self.store, here.id, subscription.ref)
        if not may or known is None:
            return _plain(404, "there is no such calendar\n")
        return _ics(self._text(subscription, here, known, now))

    def _repository(self, repository_id: int) -> KnownRepository | None:
        return next((one for one in self.store.repositories.all() if one.id == repository_id), None)

    def _text(self, subscription: Subscription, here: KnownRepository, known: KnownConfiguration, now: datetime) -> str:
        """The same all day while nothing changes."""
        since = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - BACK
        config = composed(known, now) or Config.default()
        config = joined(config, self.store.freezes.of(here.id, since))
        page = f"{self.site.address}/r/{here.full_name}/calendar"
        published = Published(f"{here.full_name} {subscription.ref}", page, endless=True)
        return to_ics(config.calendar, since, Scope(subscription.ref), published=published)


def _of(store: Stored, repository_id: int, ref: str) -> KnownConfiguration | None:
    known = store.configurations.in_force(ORGANISATION, {repository_id})
    return next((one for one in known if one.ref == ref), None)


def _plain(status: int, words: str, **headers: str) -> Response:
    return Response(words, status, mimetype="text/plain", headers=HEADERS | headers)


def _ics(text: str) -> Response:
    made = Response(text, mimetype="text/calendar", headers=HEADERS)
    made.add_etag()
    made.make_conditional(request)
    return made
