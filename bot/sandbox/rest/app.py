"""Operations of the App on itself: installations, tokens, deliveries; and those on accounts, teams and limits."""

import json

from bot.sandbox import access
from bot.sandbox.errors import Refusal, not_found
from bot.sandbox.hooks import Delivery
from bot.sandbox.owners import Installed, Team
from bot.sandbox.rest import Answer, Call, operation
from bot.sandbox.shapes import Json, accounts, repositories, stamp
from bot.sandbox.state import Repository


@operation("GET /app", "jwt", "nobody")
def get_app(call: Call) -> Answer:
    """The App itself."""
    app = asking(call).app
    return Answer(body=accounts.app(call.world, app) | {"installations_count": len(installations(call))})


def asking(call: Call) -> Installed:
    """The App that asks."""
    return call.world.installed(call.caller.app_id)


def installations(call: Call) -> list[Json]:
    """The App's installations: one or none."""
    here = asking(call)
    return [] if here.installation.deleted else [accounts.installation(call.world, here)]


@operation("GET /app/installations", "jwt", "nobody")
def list_installations(call: Call) -> Answer:
    """All of them."""
    return Answer(rows=installations(call))


def installed(call: Call, wanted: int | None = None) -> Answer:
    """The installation. Raises Refusal (404)."""
    here = asking(call)
    if here.installation.deleted or wanted not in {None, here.installation.id}:
        raise not_found()
    return Answer(body=accounts.installation(call.world, here))


@operation("GET /app/installations/{installation_id}", "jwt", "nobody")
def get_installation(call: Call) -> Answer:
    """One of them."""
    return installed(call, call.parts["installation_id"])


@operation("GET /repos/{owner}/{repo}/installation", "jwt", "nobody")
def get_repository_installation(call: Call) -> Answer:
    """The one that covers a repository."""
    if not call.world.covered(call.repository, call.caller.app_id):
        raise not_found()
    return installed(call)


@operation("GET /orgs/{org}/installation", "jwt", "nobody")
def get_organisation_installation(call: Call) -> Answer:
    if call.parts["org"].lower() != asking(call).installation.account.lower():
        raise not_found()
    return installed(call)


@operation("GET /users/{username}/installation", "jwt", "nobody")
def get_user_installation(call: Call) -> Answer:
    """The one of an account."""
    if call.parts["username"].lower() != asking(call).installation.account.lower():
        raise not_found()
    return installed(call)


@operation("POST /app/installations/{installation_id}/access_tokens", "jwt", "nobody")
def create_token(call: Call) -> Answer:
    """A token for the installation, narrower where asked."""
    installed(call, call.parts["installation_id"])
    chosen = set(call.body["repository_ids"]) if "repository_ids" in call.body else None
    if names := call.body.get("repositories"):
        app, world = call.caller.app_id, call.world
        known = {each.name: each.id for each in world.repositories.values() if world.covered(each, app)}
        chosen = (chosen or set()) | {known.get(name, 0) for name in names}
    if chosen is None and asking(call).installation.repository_ids is not None:
        selection = "selected"
    else:
        selection = "all" if chosen is None else "selected"
    token = access.hand_out_token(call.world, call.body.get("permissions"), chosen, call.caller.app_id)
    body = {
        "token": token.token,
        "expires_at": stamp(token.expires_at),
        "permissions": token.permissions,
        "repository_selection": selection,
    }
    return Answer(201, body)


@operation("DELETE /installation/token", "metadata:read", "nobody")
def revoke_token(call: Call) -> Answer:
    """The token that asks is no longer good."""
    for known, token in list(call.world.tokens.items()):
        if token.permissions is call.caller.permissions:
            del call.world.tokens[known]
    return Answer(204)


@operation("GET /installation/repositories", "metadata:read", "nobody")
def list_repositories(call: Call) -> Answer:
    """What an installation token reaches."""
    chosen = call.caller.repository_ids
    app = call.caller.app_id
    reached = [each for each in call.world.repositories.values() if call.world.covered(each, app)]
    rows = [repositories.repository(call.world, each) for each in reached if chosen is None or each.id in chosen]
    return Answer(rows=rows, key="repositories")


@operation("GET /app/hook/config", "jwt", "nobody")
def get_hook(call: Call) -> Answer:
    """Where webhooks go."""
    body = {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": asking(call).app.webhook_url}
    return Answer(body={name: value for name, value in body.items() if value})


def delivery_row(delivery: Delivery) -> Json:
    """A delivery in a list."""
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": stamp(delivery.delivered_at) if delivery.delivered_at else "",
        "redelivery": delivery.redelivery,
        "duration": delivery.duration,
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "repository_id": delivery.repository_id,
        "throttled_at": None,
    }


@operation("GET /app/hook/deliveries", "jwt", "nobody")
def list_deliveries(call: Call) -> Answer:
    """Attempts to deliver webhooks, newest first."""
    wanted = call.query.get("status")
    log = [each for each in reversed(call.outbox.log) if wanted is None or succeeded(each) == (wanted == "success")]
    return Answer(rows=[delivery_row(each) for each in log], key="")


def succeeded(delivery: Delivery) -> bool:
    """Whether the App took it."""
    return 200 <= delivery.status_code < 400


@operation("GET /app/hook/deliveries/{delivery_id}", "jwt", "nobody")
def get_delivery(call: Call) -> Answer:
    """One attempt with what was sent and what came back."""
    delivery = next((each for each in call.outbox.log if each.id == call.parts["delivery_id"]), None)
    if delivery is None:
        raise not_found()
    request = {"headers": delivery.request_headers, "payload": json.loads(delivery.body)}
    response = {"headers": delivery.response_headers, "payload": delivery.response_body}
    return Answer(body=delivery_row(delivery) | {"url": delivery.url, "request": request, "response": response})


@operation("POST /app/hook/deliveries/{delivery_id}/attempts", "jwt", "nobody")
def redeliver(call: Call) -> Answer:
    """Send it once more."""
    try:
        call.outbox.redeliver(call.parts["delivery_id"])
    except KeyError as unknown:
        raise not_found() from unknown
    return Answer(202, {})


@operation("GET /user", "", "someone")
def get_self(call: Call) -> Answer:
    """The person who asks."""
    return Answer(body=accounts.full_user(call.world, call.world.account(call.caller.login)))


def for_person(call: Call) -> None:
    """Raises Refusal (403) where the token is not one with which an App acts for a person."""
    if not call.caller.for_person:
        words = "You must authenticate with an access token authorized to a GitHub App in order to list installations"
        raise Refusal(403, words)


@operation("GET /user/installations", "", "someone")
def list_own_installations(call: Call) -> Answer:
    """Installations of the App that the person who asks can reach something of."""
    for_person(call)
    here = call.world.installation
    reached = not here.deleted and (own_repositories(call) or call.caller.login in call.world.members[here.account])
    return Answer(rows=[accounts.installation(call.world)] if reached else [], key="installations")


@operation("GET /user/installations/{installation_id}/repositories", "", "someone")
def list_own_repositories(call: Call) -> Answer:
    """What an installation covers and the person who asks was given access to."""
    for_person(call)
    installed(call, call.parts["installation_id"])
    if call.world.installation.suspended_at:
        raise Refusal(403, "This installation has been suspended")
    rows = [
        repositories.repository(call.world, each)
        | {"permissions": repositories.permissions(call.world.given_role(each, call.caller.login))}
        for each in own_repositories(call)
    ]
    return Answer(rows=rows, key="repositories")


def own_repositories(call: Call) -> list[Repository]:
    covered = [each for each in call.world.repositories.values() if call.world.covered(each)]
    return [each for each in covered if call.world.given_role(each, call.caller.login) != "none"]


@operation("GET /users/{username}", "metadata:read", "anyone")
def get_user(call: Call) -> Answer:
    """Anybody."""
    return Answer(body=accounts.full_user(call.world, call.world.account(call.parts["username"])))


def org(call: Call) -> str:
    """The organisation in the path. Raises Refusal (404)."""
    account = call.world.account(call.parts["org"])
    if account.kind != "Organization":
        raise not_found()
    return account.login


@operation("GET /orgs/{org}", "metadata:read", "anyone")
def get_organisation(call: Call) -> Answer:
    return Answer(body=accounts.full_organisation(call.world, org(call)))


@operation("GET /orgs/{org}/repos", "metadata:read", "anyone")
def list_organisation_repositories(call: Call) -> Answer:
    """The repositories of an organisation that the caller sees."""
    owner, world = org(call), call.world
    owned = [each for each in world.repositories.values() if each.owner == owner]
    seen = [each for each in owned if access.sees(world, call.caller, each)]
    return Answer(rows=[repositories.repository(world, each) for each in seen])


@operation("GET /orgs/{org}/members", "members:read", "anyone")
def list_members(call: Call) -> Answer:
    return Answer(rows=[accounts.user(call.world, each) for each in sorted(call.world.members.get(org(call), set()))])


@operation("GET /orgs/{org}/members/{username}", "members:read", "anyone")
def is_member(call: Call) -> Answer:
    """204 for a member, else 404."""
    if call.world.account(call.parts["username"]).login not in call.world.members.get(org(call), set()):
        raise not_found()
    return Answer(204)


@operation("GET /orgs/{org}/memberships/{username}", "members:read", "someone")
def get_membership(call: Call) -> Answer:
    """A person's membership."""
    is_member(call)
    owner, login = org(call), call.world.account(call.parts["username"]).login
    url = f"{call.world.api}/orgs/{owner}"
    body = {
        "url": f"{url}/memberships/{login}",
        "state": "active",
        "role": "member",
        "organization_url": url,
        "organization": accounts.organisation(call.world, owner),
        "user": accounts.user(call.world, login),
    }
    return Answer(body=body)


@operation("GET /orgs/{org}/teams", "members:read", "someone")
def list_teams(call: Call) -> Answer:
    teams = [each for (owner, _), each in sorted(call.world.teams.items()) if owner == org(call)]
    return Answer(rows=[accounts.team(call.world, each) for each in teams])


def team(call: Call) -> Team:
    """The team in the path. Raises Refusal (404)."""
    known = call.world.teams.get((org(call), call.parts["team_slug"].lower()))
    if known is None:
        raise not_found()
    return known


@operation("GET /orgs/{org}/teams/{team_slug}", "members:read", "someone")
def get_team(call: Call) -> Answer:
    return Answer(body=accounts.full_team(call.world, team(call)))


@operation("GET /orgs/{org}/teams/{team_slug}/members", "members:read", "someone")
def list_team_members(call: Call) -> Answer:
    return Answer(rows=[accounts.user(call.world, each) for each in sorted(team(call).members)])


@operation("GET /orgs/{org}/teams/{team_slug}/memberships/{username}", "members:read", "someone")
def get_team_membership(call: Call) -> Answer:
    """A person's membership in a team."""
    known, login = team(call), call.world.account(call.parts["username"]).login
    if login not in known.members:
        raise not_found()
    url = f"{call.world.api}/orgs/{known.organisation}/teams/{known.slug}/memberships"
    return Answer(body={"url": f"{url}/{login}", "role": "member", "state": "active"})


@operation("GET /rate_limit", "metadata:read", "anyone")
def get_rate_limit(call: Call) -> Answer:
    """Filled in by the server, which counts."""
    raise Refusal(500, "the server answers this")
