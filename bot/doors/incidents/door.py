"""The door for incidents: verify the signature over the raw bytes, store the delivery with its job, answer at once.

What is unknown, unsigned, old or said before is refused with one sentence, and nothing of it is stored.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from bot.doors.incidents.signing import Unsigned
from bot.doors.incidents.sources import SOURCES, Source
from bot.forge.github.shapes import Unreadable
from bot.jobs.kinds import REPORT, Reports
from bot.jobs.port import JobQueue
from bot.policy.incidents.report import Report
from bot.policy.text.whole import all_whole
from bot.store import Delivery, Inbox, Repositories
from bot.store.inbox import NotStored

_log = structlog.get_logger(__name__)
MOST_BYTES = 512 * 1024  # of one request
MOST_REPORTS = 50  # in one request
OLD = timedelta(days=7)  # what was said before that is refused; the inbox remembers deliveries for longer


class Refused(Exception):
    """Status and one sentence for whoever sent it."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


@dataclass(frozen=True, slots=True)
class IncidentDoor:
    """`secrets` by the name of their source: one without a secret is closed."""

    secrets: Mapping[str, tuple[str, ...]]
    inbox: Inbox
    repositories: Repositories
    queue: JobQueue
    clock: Callable[[], datetime]
    wake: Callable[[], None] = lambda: None
    count: Callable[[str, str], None] = lambda source, outcome: None
    sources: tuple[Source, ...] = SOURCES

    def blueprint(self) -> Blueprint:
        routes = Blueprint("incidents", __name__, url_prefix="/incidents")
        routes.post("/<source>", endpoint="report")(self._answer)
        return routes

    def _answer(self, source: str) -> Response:
        known = next((one for one in self.sources if one.name == source), None)
        try:
            status, words = self._take(known)
        except Refused as refused:
            status, words = refused.status, str(refused)
        self.count(f"incidents/{known.name if known else 'other'}", str(status))
        return Response(words + "\n", status, mimetype="text/plain")

    def _take(self, source: Source | None) -> tuple[int, str]:
        if source is None or not self.secrets.get(source.name):
            names = ", ".join(one.name for one in self.sources if self.secrets.get(one.name)) or "none"
            raise Refused(404, f"no such source of incidents has a secret here; those that have: {names}")
        body, now = _body(), self.clock()
        try:
            name = source.scheme(_headers(), body, self.secrets[source.name], now)
        except Unsigned as problem:
            raise Refused(401, str(problem)) from None
        reports = self._reports(source, body, now)
        if not reports:
            return 200, "nothing in it is about an incident"
        repository = self._repository(source, reports)
        delivery = Delivery(f"{source.name}-{name}"[:64], f"incidents/{source.name}"[:64], body, now)
        return self._keep(source, delivery, Reports(delivery.guid, repository, reports))

    def _reports(self, source: Source, body: bytes, now: datetime) -> tuple[Report, ...]:
        try:
            reports = source.read(all_whole(json.loads(body)), now)
        except Unreadable as problem:
            raise Refused(422, f"it cannot be read: {problem}") from None
        except (ValueError, RecursionError):
            raise Refused(400, "the body is no JSON") from None
        if any(report.at < now - OLD for report in reports):
            raise Refused(409, f"it was said more than {OLD.days} days ago: import what is older with a file")
        if len(reports) > MOST_REPORTS:
            raise Refused(
                413, f"a request names at most {MOST_REPORTS} incidents, this one {len(reports)}: send several"
            )
        return tuple(replace(report.trimmed(), source=source.name) for report in reports)

    def _repository(self, source: Source, reports: tuple[Report, ...]) -> int:
        """That of causes which name none: it stands in the address. Raises Refused for an unknown one."""
        asked = request.args.get("repository", "")
        named = {report.cause.repository for report in reports if report.cause and report.cause.repository}
        for name in {asked, *named} - {""}:
            if self.repositories.named(name) is None:
                raise Refused(200 if source.retries else 404, f"this server does not know a repository {name[:80]}")
        if asked:
            home = self.repositories.named(asked)
            return home.id if home else 0
        if any(report.cause is None or not report.cause.repository for report in reports):
            how = "write the cause as owner/name#123, or add ?repository=owner/name to the address"
            raise Refused(200 if source.retries else 422, f"it names no repository: {how}")
        return 0

    def _keep(self, source: Source, delivery: Delivery, reports: Reports) -> tuple[int, str]:
        def enqueue(new: Sequence[Delivery], connection: sa.Connection) -> Sequence[bool]:
            return self.queue.add_all([REPORT.new(reports, one.received_at) for one in new], connection)

        try:
            (is_new,) = self.inbox.receive([delivery], enqueue)
        except NotStored as error:
            _log.error("incident.not_stored", words=str(error))
            raise Refused(503, "it could not be stored: send it again later") from None
        if not is_new:
            raise Refused(200 if source.retries else 409, "this very request came before; nothing was stored")
        _log.info("incident.received", delivery=delivery.guid, reports=len(reports.reports))
        self.wake()
        return 202, "accepted"


def _headers() -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _body() -> bytes:
    request.max_content_length = MOST_BYTES
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(415, "send the body as it is, without Content-Encoding: its signature is over these bytes")
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise Refused(413, f"a request has at most {MOST_BYTES // 1024} KiB") from None
    except ClientDisconnected:
        raise Refused(400, "the body ended early") from None
