"""Who tells of incidents in that year, how, and what is false in it: a known share, so that it can be counted after.

True ones come of the history itself: a later change of the year names the one at fault. They arrive between its landing
and that repair, signed by a tool or said by a person. Wrong ones blame a change that nobody ever repaired, and are
disputed by a person two days later. Poison comes of an outsider: a command without rights, a request with a signature
that is none.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import sqlalchemy as sa

from bench.year.diary import Diary, moment
from bench.year.life import DAY, HOUR, Life, Street
from bot.doors.incidents.signing import stamp
from bot.store.tables import claims

SECRET = "a-secret-of-the-year"  # noqa: S105 - of a sandbox that lives for minutes
SETTING = f"signed={SECRET}"
TOLD, WRONG, POISON = 0.6, 0.015, 0.02  # shares: of changes at fault; of landings; of landings
OUTSIDER = "mallory"
TITLES = ("Requests time out", "The tool crashes on start", "Numbers are wrong", "It does not build on one platform")
DISPUTE = "It was the network that day, the change only met it"


@dataclass
class Reports:
    """Of one repository. `shadow`: there is no conversation with the App, all comes by signed requests."""

    street: Street
    diary: Diary
    address: str  # of the App
    shadow: bool
    repaired: dict[str, datetime] = field(default_factory=dict)  # a change at fault -> when the repair lands

    def __post_init__(self) -> None:
        self.street.after.append(self.landed)
        if OUTSIDER not in self.street.box.world.accounts:
            self.street.box.add_person(OUTSIDER, "Mallory")
        for life in self.street.lives:
            for blamed in self.street.blamed_by(life):
                self.repaired.setdefault(blamed.change.sha, life.change.at)

    def landed(self, life: Life) -> None:
        """Plan what will be said of it."""
        chance, now = self.street.chance(life, "incident"), self.street.now
        repair = self.repaired.get(life.change.sha)
        draw, share, way = chance.random(), chance.uniform(0.1, 0.9), chance.random()
        if repair is not None and repair > now:
            if draw < TOLD:
                speak = self._say if way < 0.3 and not self.shadow else self._sign
                self._at(now + share * (repair - now), speak, life, "true")
        elif repair is None and draw < WRONG:
            self._at(now + (1 + 9 * share) * DAY, self._sign, life, "wrong")
            self._at(now + (3 + 9 * share) * DAY, self._dispute, life, "wrong")
        elif repair is None and draw > 1 - POISON:
            speak = self._forge if way < 0.5 or self.shadow else self._intrude
            self._at(now + (1 + 9 * share) * HOUR, speak, life, "poison")

    def _at(self, at: datetime, step: Callable[[Life, str], None], life: Life, kind: str) -> None:
        self.street.plan.at(at, lambda: step(life, kind))

    def _name(self, life: Life, kind: str) -> str:
        return (
            f"{'INC' if kind == 'true' else 'TKT' if kind == 'wrong' else 'SPAM'}-{self.street.name[-6:]}-{life.number}"
        )

    def _sign(self, life: Life, kind: str) -> None:
        self._post(life, kind, "signed request", SECRET)

    def _forge(self, life: Life, kind: str) -> None:
        self._post(life, kind, "request with a false signature", "not-the-secret-at-all")

    def _post(self, life: Life, kind: str, by: str, secret: str) -> None:
        chance: random.Random = self.street.chance(life, "words")
        at = self.street.now
        incident = {
            "incident": self._name(life, kind),
            "cause": f"{self.street.name}#{life.number}",
            "severity": chance.choice(("sev1", "sev2", "sev3")),
            "title": chance.choice(TITLES),
            "at": at.isoformat(),
            "by": "on-call",
        }
        body, time = json.dumps(incident).encode(), str(int(at.timestamp()))
        headers = {"Content-Type": "application/json", "X-Codechill-Time": time}
        headers["X-Codechill-Signature"] = stamp(secret, time, body)
        where = f"/incidents/signed?repository={quote(self.street.name, safe='')}"
        self._note(life, kind, by, self._send(where, body, headers))

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        parts = urlsplit(self.address)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def _say(self, life: Life, kind: str) -> None:
        words = f"/chill incident cause this sev2 {self._name(life, kind)} It was found out on call"
        self._comment(life, kind, self._other(life), words)

    def _intrude(self, life: Life, kind: str) -> None:
        words = f"/chill incident cause this sev1 {self._name(life, kind)} Everything is on fire"
        self._comment(life, kind, OUTSIDER, words)

    def _dispute(self, life: Life, kind: str) -> None:
        """Where people and the App talk; in shadow mode a wrong one stays until somebody uses the command line."""
        query = sa.select(claims.c.id).where(claims.c.incident == self._name(life, kind), claims.c.state == "confirmed")
        with self.street.time.here.app.store.read() as connection:
            claim = connection.scalar(query)
        if claim is not None and not self.shadow:
            self._comment(life, "dispute", self._other(life), f"/chill incident dispute {claim} {DISPUTE}")

    def _comment(self, life: Life, kind: str, login: str, words: str) -> None:
        self.street.box.comment(self.street.name, life.number, login, words)
        self._note(life, kind, "comment of an outsider" if login == OUTSIDER else "comment", 0)

    def _other(self, life: Life) -> str:
        people = [login for login in self.street.cast.people if login != life.login]
        return self.street.chance(life, "who").choice(people)

    def _note(self, life: Life, kind: str, by: str, status: int) -> None:
        repository = self.street.box.repository(self.street.name).id
        row = (moment(self.street.now), repository, life.number, by, kind, self._name(life, kind), status)
        self.diary.write("reports", [row])
