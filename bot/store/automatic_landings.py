"""Landings that codechill itself brought about, step by step, and the repositories where nothing lands by itself.

A step is written down before it is tried. One at a time goes into a base branch, so that each is looked at on what the
one before left.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from bot.store.audit import Audited
from bot.store.database import of_pull
from bot.store.engine import LANDING, take_turns
from bot.store.tables import automatic_landings, landing_stops

UNDER_WAY = timedelta(minutes=2)  # longer than a merge takes, and than the forge needs to show it
KIND = "automatic_landing"  # of its records in the audit log
Progress = Literal["begun", "queued", "landed", "refused"]
Verified = Literal["", "same", "different"]


@dataclass(frozen=True, slots=True)
class AutomaticLanding:
    """One head into one base. `base_sha`: the branch was at it; `sha`: the commit that it became, "" before."""

    repository_id: int
    number: int
    head_sha: str
    base_ref: str
    base_sha: str
    at: datetime
    method: str = ""  # "": by the merge queue
    state: Progress = "begun"
    sha: str = ""
    verified: Verified = ""
    words: str = ""  # why it was refused, or what is different


@dataclass(frozen=True, slots=True)
class LandingStop:
    """Nothing lands by itself in a repository until a person resumes it."""

    repository_id: int
    at: datetime
    because: str
    by: str  # who stopped it, "codechill" for itself


class AutomaticLandings(Audited):
    def begin(self, landing: AutomaticLanding) -> bool:
        """Whether it may be tried now: no other one is under way into that branch, and nothing is stopped."""
        here, key = landing.repository_id, _key(landing)
        with self.write() as connection:
            take_turns(connection, LANDING)
            others = sa.select(automatic_landings.c.number).where(
                automatic_landings.c.repository_id == here,
                automatic_landings.c.base_ref == landing.base_ref,
                automatic_landings.c.number != landing.number,
                automatic_landings.c.state == "begun",
                automatic_landings.c.at > landing.at - UNDER_WAY,
            )
            if connection.execute(others).first() is not None or _stopped(connection, here) is not None:
                return False
            self._put(connection, automatic_landings, key, _values(landing))
            self._audit.add(KIND, at=landing.at, connection=connection, **_about(landing))
            return True

    def end(self, landing: AutomaticLanding, *, at: datetime) -> None:
        """How it goes on: in the queue, landed, refused; compared with what was approved."""
        with self.write() as connection:
            if self._read(connection, landing.repository_id, landing.number, landing.head_sha) == landing:
                return
            self._put(connection, automatic_landings, _key(landing), _values(landing))
            self._audit.add(KIND, at=at, connection=connection, **_about(landing))

    def get(self, repository_id: int, number: int, head_sha: str) -> AutomaticLanding | None:
        with self.read() as connection:
            return self._read(connection, repository_id, number, head_sha)

    def unverified(self) -> tuple[AutomaticLanding, ...]:
        """Those that may have landed and that nobody compared yet, oldest first."""
        return self._rows(automatic_landings.c.verified == "", automatic_landings.c.state != "refused")

    def all(
        self, repository_ids: Collection[int] | None = None, since: datetime | None = None
    ) -> tuple[AutomaticLanding, ...]:
        """Oldest first; those that began since then, where it is said."""
        here = [] if repository_ids is None else [automatic_landings.c.repository_id.in_(repository_ids)]
        return self._rows(*here, *([] if since is None else [automatic_landings.c.at >= since]))

    def stop(self, stop: LandingStop) -> None:
        """The first reason stays until it is resumed."""
        with self.write() as connection:
            row = {"repository_id": stop.repository_id, "at": stop.at, "because": stop.because, "by": stop.by}
            if self._once(connection, landing_stops, row):
                about: dict[str, Any] = {"what": "stopped", "because": stop.because, "by": stop.by}
                self._audit.add(KIND, at=stop.at, repository_id=stop.repository_id, connection=connection, **about)

    def resume(self, repository_id: int, *, at: datetime, by: str, because: str) -> bool:
        """Whether it was stopped."""
        with self.write() as connection:
            here = landing_stops.c.repository_id == repository_id
            if _stopped(connection, repository_id) is None:
                return False
            connection.execute(sa.delete(landing_stops).where(here))
            about: dict[str, Any] = {"what": "resumed", "because": because, "by": by}
            self._audit.add(KIND, at=at, repository_id=repository_id, connection=connection, **about)
            return True

    def stopped(self, repository_id: int) -> LandingStop | None:
        with self.read() as connection:
            return _stopped(connection, repository_id)

    def stops(self) -> tuple[LandingStop, ...]:
        with self.read() as connection:
            rows = connection.execute(sa.select(landing_stops).order_by(landing_stops.c.at)).all()
        return tuple(LandingStop(row.repository_id, row.at, row.because, row.by) for row in rows)

    def _rows(self, *here: sa.ColumnElement[bool]) -> tuple[AutomaticLanding, ...]:
        query = (
            sa.select(automatic_landings).where(*here).order_by(automatic_landings.c.at, automatic_landings.c.number)
        )
        with self.read() as connection:
            return tuple(AutomaticLanding(**row._mapping) for row in connection.execute(query))

    @staticmethod
    def _read(connection: sa.Connection, repository_id: int, number: int, head_sha: str) -> AutomaticLanding | None:
        here = of_pull(automatic_landings, repository_id, number) & (automatic_landings.c.head_sha == head_sha)
        row = connection.execute(sa.select(automatic_landings).where(here)).one_or_none()
        return None if row is None else AutomaticLanding(**row._mapping)


def _stopped(connection: sa.Connection, repository_id: int) -> LandingStop | None:
    row = connection.execute(
        sa.select(landing_stops).where(landing_stops.c.repository_id == repository_id)
    ).one_or_none()
    return None if row is None else LandingStop(row.repository_id, row.at, row.because, row.by)


def _key(landing: AutomaticLanding) -> dict[str, Any]:
    return {name: getattr(landing, name) for name in ("repository_id", "number", "head_sha")}


def _values(landing: AutomaticLanding) -> dict[str, Any]:
    names = ("base_ref", "base_sha", "at", "method", "state", "sha", "verified", "words")
    return {name: getattr(landing, name) for name in names}


def _about(landing: AutomaticLanding) -> dict[str, Any]:
    said = {name: value for name, value in (_key(landing) | _values(landing)).items() if name != "at"}
    return said | {"what": landing.state}
