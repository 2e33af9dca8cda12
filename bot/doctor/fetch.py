"""Asks GitHub for the doctor's facts. A branch or an account that cannot be read is a fact too; the rest goes on."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.doctor.branches import branches_of
from bot.doctor.facts import App, Branch, Delivery, Facts, Here, Hook, Installation, Reached
from bot.doctor.wire import Refused, Unreachable, Wire, Wires, skew
from bot.forge.github.hosts import Host, web_of

_NEEDED = ("metadata", "contents", "administration")  # what is read, where it is granted
_DELIVERIES = 100


@dataclass(frozen=True, slots=True)
class Scope:
    """Which repositories are looked at: those named (OWNER/NAME), or `limit` of each installation."""

    repositories: Collection[str] = ()
    limit: int = 100


def fetch(
    wires: Wires,
    *,
    api: str,
    here: Here,
    clock: Callable[[], datetime],
    scope: Scope,
    public_url: str = "",
    reached: Reached | None = None,
) -> Facts:
    """All facts. Raises Unreachable when GitHub does not answer."""
    wire, host = wires.app(), Host(web_of(api), api)
    before = clock()
    known = Facts(now=before, here=here, public_url=public_url, reached=reached)
    try:
        headers, data = wire.answer("/app")
        known = replace(known, skew=skew(before, clock(), headers))
    except Refused as refused:
        if refused.status not in (401, 403, 404):
            raise Unreachable(f"GitHub answered {refused}") from None
        return replace(known, skew=skew(before, clock(), refused.headers), refused=str(refused))
    looked = [_installation(wires, row, scope, host) for row in wire.pages("/app/installations")]
    branches = tuple(branch for _, found in looked for branch in found)
    return replace(
        known,
        app=_app(data, host),
        hook=_hook(wire.get_or_none("/app/hook/config") or {}),
        deliveries=tuple(_deliveries(wire)),
        installations=tuple(installation for installation, _ in looked),
        branches=branches,
        unseen=_unseen(scope, branches),
    )


def _unseen(scope: Scope, branches: Collection[Branch]) -> tuple[str, ...]:
    seen = {branch.repository.lower() for branch in branches}
    return tuple(name for name in scope.repositories if name.lower() not in seen)


def _app(data: dict[str, Any], host: Host) -> App:
    owner = data.get("owner") or {}
    organisation = owner.get("login") if owner.get("type") == "Organization" else None
    slug = data.get("slug") or str(data["id"])
    return App(
        id=int(data["id"]),
        slug=slug,
        permissions=dict(data["permissions"]),
        events=frozenset(data["events"]),
        settings_url=host.app_settings(slug, organisation),
        install_url=host.install(slug),
    )


def _hook(data: dict[str, Any]) -> Hook:
    url = str(data.get("url") or "")
    return Hook(
        # PyGithub puts the path of the request where GitHub sends no url
        url=url if url.startswith(("https://", "http://")) else "",
        content_type=data.get("content_type") or "form",
        verifies=str(data.get("insecure_ssl", "0")) == "0",
        has_secret=bool(data.get("secret")),
    )


def _deliveries(wire: Wire) -> Iterator[Delivery]:
    for row in wire.get_or_none("/app/hook/deliveries", per_page=_DELIVERIES) or ():
        if row["delivered_at"]:
            at = datetime.fromisoformat(row["delivered_at"])
            yield Delivery(row["guid"], at, row["event"], int(row["status_code"]), row["status"])


def _installation(
    wires: Wires, row: dict[str, Any], scope: Scope, host: Host
) -> tuple[Installation, tuple[Branch, ...]]:
    account = (row.get("account") or {}).get("login") or f"installation {row['id']}"
    facts: dict[str, Any] = {
        "id": int(row["id"]),
        "account": account,
        "permissions": dict(row["permissions"]),
        "events": frozenset(row["events"]),
        "url": row["html_url"],
        "suspended": row.get("suspended_at") is not None,
    }
    if facts["suspended"]:
        return Installation(**facts), ()
    narrow = {name: "read" for name in _NEEDED if name in row["permissions"]}
    wire = wires.installation(int(row["id"]), narrow)
    try:
        chosen, all_of_them = _repositories(wire, scope)
        branches = tuple(branch for one in chosen for branch in branches_of(wire, one, host))
    except Refused as refused:
        if refused.limited:
            raise
        return Installation(**facts, problem=str(refused)), ()
    left_out = 0 if scope.repositories else all_of_them - len(chosen)
    return Installation(**facts, repositories=all_of_them, left_out=left_out), branches


def _repositories(wire: Wire, scope: Scope) -> tuple[list[dict[str, Any]], int]:
    wanted = {name.lower() for name in scope.repositories}
    found = list(wire.pages("/installation/repositories", key="repositories"))
    living = [one for one in found if not one.get("archived") and not one.get("disabled")]
    if wanted:
        return [one for one in living if one["full_name"].lower() in wanted], len(living)
    return living[: scope.limit], len(living)
