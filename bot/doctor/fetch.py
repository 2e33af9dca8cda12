"""Asks GitHub for the doctor's facts. A branch or an account that cannot be read is a fact too; the rest goes on."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.doctor.branches import branches_of
from bot.doctor.endpoints import AppEndpoints, InstallationEndpoints
from bot.doctor.facts import App, Branch, Delivery, Facts, Here, Hook, Installation, Lander, Reached
from bot.doctor.wire import Refused, Unreachable, Wires, skew
from bot.forge.github.hosts import Host, web_of
from bot.forge.github.shapes import Account, AppFacts, DeliveryFacts, HookFacts, InstallationFacts, RepositoryFacts

_NEEDED = ("metadata", "contents", "administration")  # what is read, where it is granted


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
    reads, host = AppEndpoints(wires.app()), Host(web_of(api), api)
    before = clock()
    known = Facts(now=before, here=here, public_url=public_url, reached=reached)
    try:
        headers, app = reads.app()
        known = replace(known, skew=skew(before, clock(), headers))
    except Refused as refused:
        if refused.status not in (401, 403, 404):
            raise Unreachable(f"GitHub answered {refused}") from None
        return replace(known, skew=skew(before, clock(), refused.headers), refused=str(refused))
    looked = [_installation(wires, row, scope, host) for row in list(reads.installations())]
    branches = tuple(branch for _, seen in looked for branch in seen)
    return replace(
        known,
        app=_app(app, host),
        hook=_hook(reads.hook()),
        deliveries=tuple(_deliveries(reads.deliveries())),
        installations=tuple(installation for installation, _ in looked),
        branches=branches,
        unseen=_unseen(scope, branches),
    )


def lander(wires: Wires, api: str) -> Lander:
    """The second App, and where it is installed. Raises Unreachable when GitHub does not answer."""
    reads, host = AppEndpoints(wires.app()), Host(web_of(api), api)
    try:
        _, app = reads.app()
        return Lander(_app(app, host), installations=tuple(map(_installed, reads.installations())))
    except Refused as refused:
        if refused.status not in (401, 403, 404):
            raise Unreachable(f"GitHub answered {refused}") from None
        return Lander(None, str(refused))


def _installed(row: InstallationFacts) -> Installation:
    return Installation(
        id=row.id,
        account=(row.account and row.account.login) or f"installation {row.id}",
        permissions=row.permissions,
        events=row.events,
        url=row.html_url,
        suspended=row.suspended_at is not None,
    )


def _unseen(scope: Scope, branches: Collection[Branch]) -> tuple[str, ...]:
    seen = {branch.repository.lower() for branch in branches}
    return tuple(name for name in scope.repositories if name.lower() not in seen)


def _app(facts: AppFacts, host: Host) -> App:
    owner = facts.owner or Account()
    slug = facts.slug or str(facts.id)
    return App(
        id=facts.id,
        slug=slug,
        permissions=facts.permissions,
        events=facts.events,
        settings_url=host.app_settings(slug, owner.login if owner.type == "Organization" else None),
        install_url=host.install(slug),
    )


def _hook(facts: HookFacts) -> Hook:
    url = facts.url or ""
    return Hook(
        # PyGithub puts the path of the request where GitHub sends no url
        url=url if url.startswith(("https://", "http://")) else "",
        content_type=facts.content_type or "form",
        verifies=str(facts.insecure_ssl) == "0",
        has_secret=bool(facts.secret),
    )


def _deliveries(attempts: Iterable[DeliveryFacts]) -> Iterator[Delivery]:
    for facts in attempts:
        if facts.delivered_at is not None:
            yield Delivery(facts.guid, facts.delivered_at, facts.event, facts.status_code, facts.status)


def _installation(
    wires: Wires, row: InstallationFacts, scope: Scope, host: Host
) -> tuple[Installation, tuple[Branch, ...]]:
    installation = _installed(row)
    if installation.suspended:
        return installation, ()
    granted = {name: "read" for name in _NEEDED if name in row.permissions}
    reads = InstallationEndpoints(wires.installation(row.id, granted))
    try:
        chosen, all_of_them = _repositories(reads, scope)
        branches = tuple(branch for one in chosen for branch in branches_of(reads, one, host))
    except Refused as refused:
        if refused.limited:
            raise
        return replace(installation, problem=str(refused)), ()
    left_out = 0 if scope.repositories else all_of_them - len(chosen)
    return replace(installation, repositories=all_of_them, left_out=left_out), branches


def _repositories(reads: InstallationEndpoints, scope: Scope) -> tuple[list[RepositoryFacts], int]:
    wanted = {name.lower() for name in scope.repositories}
    living = [one for one in reads.repositories() if not one.archived and not one.disabled]
    if wanted:
        return [one for one in living if one.full_name.lower() in wanted], len(living)
    return living[: scope.limit], len(living)
