"""GitHub's record of the webhooks it sent to the App, and how to have one sent again."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from github import Auth, GithubIntegration

from bot.forge.deliveries import Attempt
from bot.forge.github.clients import Pool
from bot.forge.github.shapes import DeliveryFacts, Unreadable, shaped
from bot.forge.github.wire import API_VERSION, translated
from bot.forge.port import Misread

_NEXT = re.compile(r'[?&]cursor=([^&>"]+)[^>]*>;\s*rel="next"')
_PAGES = 200  # of a hundred attempts: a bound for a record that never ends


class GitHubDeliveries:
    """Signed in as the App itself, not as an installation."""

    def __init__(self, *, app_id: int, private_key: str, api: str, timeout: int = 15) -> None:
        self._app = Pool(
            lambda: (
                GithubIntegration(
                    auth=Auth.AppAuth(app_id, private_key),
                    base_url=api.rstrip("/"),
                    timeout=timeout,
                    retry=None,
                    lazy=True,
                    seconds_between_requests=0,
                    seconds_between_writes=0,
                    api_version=API_VERSION,
                ).requester
            )
        )

    def since(self, since: datetime) -> Iterator[Attempt]:
        cursor: str | None = ""
        for _ in range(_PAGES):
            headers, rows = self._ask("GET", "/app/hook/deliveries", {"per_page": 100} | _from(cursor))
            attempts = [attempt for row in rows if (attempt := _attempt(row)) is not None]
            yield from (attempt for attempt in attempts if attempt.at >= since)
            cursor = _next_cursor(headers)
            if cursor is None or any(attempt.at < since for attempt in attempts):
                return

    def again(self, attempt_id: int) -> None:
        self._ask("POST", f"/app/hook/deliveries/{int(attempt_id)}/attempts", {})

    def _ask(self, verb: str, path: str, query: dict[str, Any]) -> tuple[dict[str, Any], Any]:
        with translated(lambda: datetime.now(UTC)), self._app.lent() as requester:
            headers, rows = requester.requestJsonAndCheck(verb, path, parameters=query or None)
        return headers, rows


def _from(cursor: str | None) -> dict[str, Any]:
    return {"cursor": cursor} if cursor else {}


def _next_cursor(headers: dict[str, Any]) -> str | None:
    link = next((str(value) for name, value in headers.items() if name.lower() == "link"), "")
    cursor = _NEXT.search(link)
    return cursor[1] if cursor else None


def _attempt(row: object) -> Attempt | None:
    """None: it is on its way at this moment."""
    try:
        facts = shaped(DeliveryFacts, row)
    except Unreadable as error:
        raise Misread(f"GitHub's record of deliveries cannot be read: {error}") from None
    if facts.delivered_at is None:
        return None
    return Attempt(facts.id, facts.guid, facts.delivered_at, facts.event, 200 <= facts.status_code < 400)
