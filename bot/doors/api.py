"""The signed API for freezes by hand: start one, list them, end one. Whoever holds a key is named in the audit log.

A request is signed over its time, method, address and body, counts for five minutes, and is carried out once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, request
from pydantic import Field, ValidationError

from bot.config.repository import ORGANISATION, composed
from bot.doors.signed import Refused, checked
from bot.policy.calendar import Scope
from bot.policy.config import LEVELS, LONGEST, Config
from bot.policy.config.freezes import Freeze, joined, name_for, too_long
from bot.policy.config.values import Branches, Elapsed, Globs, Name, Shape, Start, Words
from bot.policy.pull import Person
from bot.policy.text import words
from bot.policy.text.suggest import did_you_mean
from bot.store import AuditLog, Configurations, Freezes, KnownRepository, Repositories, Ticks

_log = structlog.get_logger(__name__)
MOST_BYTES = 64 * 1024


class StartShape(Shape):
    """A freeze to start now. It needs `for` or `until`."""

    repository: Name
    level: Words
    for_: Elapsed | None = Field(default=None, alias="for")
    until: Start | None = None
    reason: Words = Field(min_length=1)
    branches: Branches | None = Field(default=None, min_length=1)
    paths: Globs | None = Field(default=None, min_length=1)


class EndShape(Shape):
    repository: Name
    reason: Words = ""


@dataclass(frozen=True, slots=True)
class Freezing:
    """What a freeze by hand is kept in, and what it is checked against."""

    repositories: Repositories
    configurations: Configurations
    freezes: Freezes
    ticks: Ticks
    audit: AuditLog


@dataclass(frozen=True, slots=True)
class Api:
    """`changed` is called after a freeze was started or ended, so that the clock looks at once."""

    store: Freezing
    keys: Mapping[str, str]
    clock: Callable[[], datetime]
    changed: Callable[[], None] = lambda: None

    def blueprint(self) -> Blueprint:
        routes = Blueprint("api", __name__, url_prefix="/api")
        routes.post("/freezes", endpoint="start")(lambda: self._answer(self._start, 201))
        routes.get("/freezes", endpoint="list")(lambda: self._answer(self._list, 200))
        routes.post("/freezes/<freeze>/end", endpoint="end")(lambda freeze: self._answer(self._end, 200, freeze))
        return routes

    def _answer(self, act: Callable[..., dict[str, Any]], status: int, *rest: str) -> Response:
        try:
            made = act(self._known(), *rest)
        except Refused as refused:
            made, status = {"error": str(refused)}, refused.status
        answer = jsonify(made)
        answer.status_code = status
        return answer

    def _known(self) -> str:
        """The name of the key that signed this request."""
        name, now = request.headers.get("X-Codechill-Key", ""), self.clock()
        known = [self.keys[name]] if name in self.keys else []
        wrong = "the signature is missing or wrong: compare the key with CODECHILL_API_KEYS of the server"
        mark = checked(known, MOST_BYTES, now, wrong)
        if request.method != "GET" and not self.store.ticks.once(f"api {mark}", now):
            raise Refused(409, "this very request was carried out already; sign a new one")
        return name

    def _start(self, by: str) -> dict[str, Any]:
        wanted, now = _read(StartShape), self.clock()
        repository = self._repository(wanted.repository)
        levels = self._levels(repository)
        if levels.get(wanted.level, 0.0) <= 0:
            held = [name for name, share in levels.items() if share > 0]
            raise Refused(422, f"level: name one of {words.listed(held)}{did_you_mean(wanted.level, held)}")
        end = _end(wanted, now)
        refusal = too_long(end - now, self._longest(repository))
        if refusal:
            raise Refused(422, f"{'until' if wanted.until else 'for'}: {refusal}")
        taken = [one.name for one in self.store.freezes.of(repository.id, now)]
        freeze = Freeze(
            id=f"api-{request.headers['X-Codechill-Signature'][-16:]}",
            name=name_for(now.astimezone(UTC), taken),
            level=wanted.level,
            start=now,
            end=end,
            reason=wanted.reason,
            by=Person(0, by),
            branches=None if wanted.branches is None else tuple(wanted.branches),
            paths=None if wanted.paths is None else tuple(wanted.paths),
        )
        self.store.freezes.save(repository.id, freeze, at=now)
        return self._done("started", by, repository, freeze)

    def _end(self, by: str, freeze_id: str) -> dict[str, Any]:
        wanted, now = _read(EndShape), self.clock()
        repository = self._repository(wanted.repository)
        freeze = next((one for one in self.store.freezes.of(repository.id, now) if one.id == freeze_id), None)
        if freeze is None or freeze.end == now:
            raise Refused(404, f"{repository.full_name} has no freeze {freeze_id[:80]} that is still on")
        ended = replace(freeze, end=now)
        self.store.freezes.save(repository.id, ended, at=now)
        self.store.audit.add("thaw", at=now, repository_id=repository.id, by=by, id=freeze.id, reason=wanted.reason)
        return self._done("ended", by, repository, ended)

    def _list(self, by: str) -> dict[str, Any]:
        repository, now = self._repository(request.args.get("repository", "")), self.clock()
        on = [one for one in self.store.freezes.of(repository.id, now) if one.end is None or one.end > now]
        return {"freezes": [_shown(one) for one in on], "in_force": self._in_force(repository, now)}

    def _done(self, what: str, by: str, repository: KnownRepository, freeze: Freeze) -> dict[str, Any]:
        _log.info("api.freeze", what=what, by=by, repository=repository.full_name, freeze=freeze.id)
        self.changed()
        return _shown(freeze) | {"in_force": self._in_force(repository, self.clock())}

    def _repository(self, full_name: str) -> KnownRepository:
        for one in self.store.repositories.all():
            if one.full_name.lower() == full_name.lower():
                return one
        raise Refused(404, f"this server does not know a repository {full_name[:80] or '(name one)'}")

    def _configs(self, repository: KnownRepository) -> dict[str, Config]:
        """By branch, of those that were looked at."""
        now = self.clock()
        saved = self.store.configurations.in_force(ORGANISATION, {repository.id})
        return {one.ref: config for one in saved if (config := composed(one, now)) is not None}

    def _levels(self, repository: KnownRepository) -> dict[str, float]:
        shares = dict(LEVELS)
        for config in self._configs(repository).values():
            shares |= config.levels
        return shares

    def _longest(self, repository: KnownRepository) -> timedelta:
        """Of all branches that were looked at the shortest: a freeze may be meant for each of them."""
        return min((config.freezes.longest for config in self._configs(repository).values()), default=LONGEST)

    def _in_force(self, repository: KnownRepository, now: datetime) -> list[dict[str, Any]]:
        """What is decided by now: read after write."""
        freezes, in_force = self.store.freezes.of(repository.id, now), []
        for branch, config in self._configs(repository).items():
            stretch = joined(config, freezes).calendar.level_at(now, Scope(branch))
            until = stretch.until.isoformat() if stretch.until else None
            in_force.append({"branch": branch, "level": stretch.level, "share": stretch.share, "until": until})
        return in_force


def _read(shape: type[Any]) -> Any:
    try:
        return shape.model_validate_json(request.get_data(cache=True))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise Refused(422, f"{where}: {first['msg'].removeprefix('Value error, ')}") from None


def _end(wanted: StartShape, now: datetime) -> datetime:
    if (wanted.for_ is None) == (wanted.until is None):
        raise Refused(422, "say when it ends: for (like 4h) or until (a time with an offset), one of them")
    if wanted.for_ is not None:
        return now + wanted.for_
    assert wanted.until is not None  # noqa: S101 - one of them is given
    if wanted.until.tzinfo is None:
        raise Refused(422, "until: add the offset, like 2026-11-28 08:00 +01:00")
    if wanted.until <= now:
        raise Refused(422, "until: that time has passed")
    return wanted.until


def _shown(freeze: Freeze) -> dict[str, Any]:
    return {
        "id": freeze.id,
        "level": freeze.level,
        "start": freeze.start.isoformat(),
        "end": freeze.end.isoformat() if freeze.end else None,
        "reason": freeze.reason,
        "by": freeze.by.login,
        "branches": freeze.branches,
        "paths": freeze.paths,
    }
