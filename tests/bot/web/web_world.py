"""Pages over a store in memory: people with what they may read, and the line that fills what they read."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import Flask, Request
from werkzeug.test import TestResponse

from bot.forge.envelope import Envelope, from_json, to_json
from bot.jobs.intake import Shares
from bot.store import KnownRepository
from bot.web import subscribe
from bot.web.learnt import Learnt
from bot.web.page import Desk, Page, Reader, Stored
from bot.web.pages import PAGES
from bot.web.site import Site, environment
from tests.fakes.line import Line

FORGE, HERE = "https://forge.example", "https://chill.example"


ENV = environment()  # compiled once for all tests


@dataclass
class People:
    """Who is signed in, by the name in a header of the test's own."""

    readers: dict[str, Reader] = field(default_factory=dict)

    def reader(self, request: Request) -> Reader | None:
        return self.readers.get(request.headers.get("X-Test-Reader", ""))

    def form_mark(self, request: Request) -> str:
        return f"mark of {request.headers.get('X-Test-Reader', '')}"


class Web:
    """ana reads all that the server knows and operates it, eve is signed in and reads nothing."""

    def __init__(self, line: Line, pages: tuple[Page, ...] = PAGES, learnt: Learnt | None = None) -> None:
        self.line, self.people = line, People()
        stored = replace(line.store.only(Stored), learnt=Learnt(lambda work: work()))
        self.people.readers["eve"] = Reader(66, "eve")
        self.looked: list[Envelope] = []  # what pages asked the line to look at
        self.desk = Desk(stored, self._look, Shares())
        self.site = Site(stored, self.people, line.clock, HERE, FORGE, pages, ENV, self.desk)
        self.app = Flask("pages")
        self.app.register_blueprint(self.site.blueprint())
        self.app.register_blueprint(subscribe.Door(self.site, subscribe.Rights(line.forge)).blueprint())
        self.client = self.app.test_client()
        self.reads("ana", line.home.full_name, operator=True)

    def _look(self, one: Envelope, at: datetime) -> bool:
        self.looked.append(one)
        return True

    def work(self) -> None:
        """The line does what pages asked for."""
        for one in self.looked:
            self.line.look(self.line.home.pulls[one.number or 0], from_json(to_json(one)).event)  # type: ignore[arg-type]
        self.looked.clear()

    def post(
        self,
        address: str,
        reader: str,
        *,
        origin: str = HERE,
        mark: str | None = None,
        accept: str = "*/*",
        **form: str,
    ) -> TestResponse:
        """A form as the page shows it to that reader, or with another mark."""
        sent = form | {"mark": f"mark of {reader}" if mark is None else mark}
        headers = {"X-Test-Reader": reader, "Origin": origin, "Accept": accept}
        return self.client.post(address, data=sent, headers=headers)

    def reads(self, login: str, *names: str, operator: bool = False, writes: bool = True) -> None:
        """From now on that person may read these repositories and no other, and write to them."""
        known: tuple[KnownRepository, ...] = self.line.store.repositories.all()
        mine = tuple(one for one in known if one.full_name in names)
        written = frozenset(one.id for one in mine if writes)
        self.people.readers[login] = Reader(self.line.world.person(login).id, login, mine, operator, written)

    def get(self, address: str, reader: str | None = "ana", **headers: str) -> TestResponse:
        named = {} if reader is None else {"X-Test-Reader": reader}
        return self.client.get(address, headers=named | headers)

    def text(self, address: str, reader: str = "ana") -> str:
        answer = self.get(address, reader)
        assert answer.status_code == 200, answer.status_code
        return answer.get_data(as_text=True)
