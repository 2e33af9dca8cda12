"""People, organisations, teams, the App and its installation as JSON."""

from datetime import datetime

from bot.sandbox.owners import Account, App, Installed, Team
from bot.sandbox.shapes import Json, stamp, stamp_or_none
from bot.sandbox.state import World

USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}


def user(world: World, login: str) -> Json:
    """An account the way it stands inside other things."""
    account = world.accounts.get(login) or Account(0, login, login)
    url = f"{world.api}/users/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": f"U_{account.id}",
        "avatar_url": f"{world.address}/avatars/{account.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{world.address}/{account.login}",
        "type": account.kind,
        "site_admin": False,
        "user_view_type": "public",
        **{name: url + path for name, path in USER_LINKS.items()},
    }


def user_or_none(world: World, login: str | None) -> Json | None:
    """The same where there may be none."""
    return None if login is None else user(world, login)


def full_user(world: World, account: Account) -> Json:
    """An account by itself."""
    created = stamp(world.app.created_at)
    return user(world, account.login) | {
        "name": account.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": f"{account.login}@example.org",
        "hireable": None,
        "bio": None,
        "public_repos": 0,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": created,
        "updated_at": created,
    }


def organisation(world: World, login: str) -> Json:
    """An organisation the way it stands in webhooks."""
    account, url = world.account(login), f"{world.api}/orgs/{login}"
    return {
        "login": login,
        "id": account.id,
        "node_id": f"O_{account.id}",
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"{world.address}/avatars/{account.id}",
        "description": None,
    }


def full_organisation(world: World, login: str) -> Json:
    """An organisation by itself."""
    created = stamp(world.app.created_at)
    return organisation(world, login) | {
        "name": world.account(login).name,
        "html_url": f"{world.address}/{login}",
        "type": "Organization",
        "has_organization_projects": False,
        "has_repository_projects": False,
        "public_repos": len(world.repositories),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": created,
        "updated_at": created,
        "archived_at": None,
    }


def team(world: World, known: Team) -> Json:
    """A team the way it stands inside other things."""
    url = f"{world.api}/orgs/{known.organisation}/teams/{known.slug}"
    return {
        "id": known.id,
        "node_id": f"T_{known.id}",
        "name": known.name,
        "slug": known.slug,
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "pull",
        "url": url,
        "html_url": f"{world.address}/orgs/{known.organisation}/teams/{known.slug}",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "type": "organization",
        "organization_id": world.account(known.organisation).id,
        "parent": None,
    }


def full_team(world: World, known: Team) -> Json:
    """A team by itself."""
    created = stamp(world.app.created_at)
    return team(world, known) | {
        "members_count": len(known.members),
        "repos_count": len(known.roles),
        "created_at": created,
        "updated_at": created,
        "organization": full_organisation(world, known.organisation),
    }


def app(world: World, known: App | None = None) -> Json:
    """An App; the first one, if none is named."""
    known = known or world.app
    return {
        "id": known.id,
        "slug": known.slug,
        "node_id": f"A_{known.id}",
        "client_id": f"Iv1.{known.id:016x}",
        "owner": user(world, known.owner),
        "name": known.name,
        "description": "",
        "external_url": "https://example.org",
        "html_url": f"{world.address}/apps/{known.slug}",
        "created_at": stamp(known.created_at),
        "updated_at": stamp(known.created_at),
        "permissions": known.permissions,
        "events": known.events,
    }


def reporter(world: World, app_id: int) -> Json:
    """The App that reports a check: one that is installed here, or one that nothing is known of but its number."""
    installed = next((each.app for each in world.apps if each.app.id == app_id), None)
    if installed is not None:
        return app(world, installed)
    stranger = {"id": app_id, "slug": f"app-{app_id}", "node_id": f"A_{app_id}", "name": f"App {app_id}"}
    return {**app(world), **stranger, "html_url": f"{world.address}/apps/app-{app_id}", "permissions": {}, "events": []}


def installation(world: World, installed: Installed | None = None) -> Json:
    """The installation of an App; of the first one, if none is named."""
    app, here = (installed.app, installed.installation) if installed else (world.app, world.installation)
    owner = world.account(here.account)
    return {
        "id": here.id,
        "account": user(world, here.account),
        "repository_selection": "all" if here.repository_ids is None else "selected",
        "access_tokens_url": f"{world.api}/app/installations/{here.id}/access_tokens",
        "repositories_url": f"{world.api}/installation/repositories",
        "html_url": f"{world.address}/organizations/{here.account}/settings/installations/{here.id}",
        "app_id": app.id,
        "client_id": f"Iv1.{app.id:016x}",
        "app_slug": app.slug,
        "target_id": owner.id,
        "target_type": owner.kind,
        "permissions": here.permissions,
        "events": here.events,
        "created_at": stamp(here.created_at),
        "updated_at": stamp(here.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": user_or_none(world, here.account if here.suspended_at else None),
        "suspended_at": stamp_or_none(here.suspended_at),
    }


def association(world: World, owner: str, login: str, collaborators: dict[str, str], merged: bool) -> str:
    """What GitHub calls a person's relation to a repository."""
    if login == owner:
        return "OWNER"
    if login in world.members.get(owner, set()):
        return "MEMBER"
    if login in collaborators:
        return "COLLABORATOR"
    return "CONTRIBUTOR" if merged else "NONE"


def token_expiry(moment: datetime) -> str:
    """When a token ends."""
    return stamp(moment)
