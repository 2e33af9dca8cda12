"""Browsers, the pages with their real way to sign in, and a forge over HTTP that signs people in as GitHub does."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask
from werkzeug.test import Client, TestResponse

from bot.config.settings import CALLBACK
from bot.forge.github.hosts import web_of
from bot.forge.github.people import GitHubPeople
from bot.jobs.intake import Shares
from bot.sandbox import Sandbox
from bot.store import KnownRepository, Store
from bot.web.page import Desk, Stored
from bot.web.pages import PAGES
from bot.web.readership import Access, SignedIn
from bot.web.seal import Seal
from bot.web.signin import Door, cookie_name
from bot.web.site import Site, environment
from tests.fakes.clock import Clock

HERE = "https://chill.example"
SECRET = "of this server"


@dataclass
class Browser:
    """One browser: it keeps cookies, and follows nothing by itself."""

    client: Client
    forge: str  # a browser reaches it, with nobody's session

    def get(self, address: str) -> TestResponse:
        return self.client.get(address, base_url=HERE)

    def post(self, address: str, origin: str = HERE, **form: str) -> TestResponse:
        headers = {} if not origin else {"Origin": origin}
        return self.client.post(address, base_url=HERE, data=form, headers=headers)

    def begin(self, to: str = "/now") -> str:
        """The forge's address that it is sent to."""
        return self.get(f"/signin?to={to}").headers["Location"]

    def authorized(self, address: str, login: str) -> str:
        """What the forge sends it back to when that person agrees: path and query on this server."""
        answer = requests.get(f"{address}&as={login}", allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"].removeprefix(HERE)

    def sign_in(self, login: str, to: str = "/now") -> TestResponse:
        return self.get(self.authorized(self.begin(to), login))

    def cookie(self, name: str = "__Host-codechill") -> Any:
        return self.client.get_cookie(name, domain=urlsplit(HERE).hostname or "")

    def put(self, value: str, name: str = "__Host-codechill") -> None:
        self.client.set_cookie(name, value, domain=urlsplit(HERE).hostname or "", secure=True)

    def mark(self, address: str = "/now") -> str:
        """What a form on a page has to bring back."""
        shown = re.search(r'name="mark" value="([^"]+)"', self.get(address).get_data(as_text=True))
        assert shown is not None
        return shown[1]


@dataclass
class Doorway:
    """`box` is the forge. Its people are ada and ravi, who write, and maya, who manages releases."""

    box: Sandbox
    store: Store
    clock: Clock
    operators: frozenset[int] = frozenset()
    minutes: float = 5
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        client_id, client_secret = self.box.client
        self.forge = GitHubPeople(client_id, client_secret, self.box.api)
        seal = Seal.of(SECRET)
        access = Access(self.forge, timedelta(minutes=self.minutes))
        self.readers = SignedIn(
            cookie_name(HERE), seal, self.store.sessions, self.store.repositories, access, self.operators, self.clock
        )
        desk = Desk(self.store.only(Stored), lambda one, at: True, Shares())
        site = Site(
            self.store.only(Stored), self.readers, self.clock, HERE, web_of(self.box.api), PAGES, environment(), desk
        )
        door = Door(
            HERE,
            self.forge,
            seal,
            self.store.ticks,
            self.store.sessions,
            self.readers,
            self.clock,
            timedelta(hours=8),
            site.say,
        )
        self.app = Flask("doorway")
        self.app.register_blueprint(site.blueprint())
        self.app.register_blueprint(door.blueprint())
        if HERE + CALLBACK not in self.box.callback_urls:
            self.box.callback_urls.append(HERE + CALLBACK)

    def browser(self) -> Browser:
        return Browser(self.app.test_client(), self.box.address)

    def know(self, *names: str) -> None:
        """This server was told of these repositories of the forge."""
        for name in names:
            known = self.box.repository(name)
            self.store.repositories.saw(KnownRepository(known.id, self.box.installation_id, known.full_name))


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
