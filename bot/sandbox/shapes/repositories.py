"""Repositories, branches, commits and files as JSON."""

import base64
import re
from datetime import UTC
from typing import Any
from urllib.parse import quote

from bot.sandbox.git import CommitFacts, FileFacts, Git, Signature, literal
from bot.sandbox.reports import Protection
from bot.sandbox.shapes import Json, accounts, stamp
from bot.sandbox.state import ROLES, Repository, World

LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
COUNTS = (
    "forks",
    "forks_count",
    "stargazers_count",
    "watchers",
    "watchers_count",
    "network_count",
    "subscribers_count",
)


def url_of(world: World, repository: Repository) -> str:
    """The REST address of a repository."""
    return f"{world.api}/repos/{repository.full_name}"


def repository(world: World, repository: Repository) -> Json:
    """A repository, in full wherever it stands."""
    url, page = url_of(world, repository), f"{world.address}/{repository.full_name}"
    opened = sum(each.state == "open" for each in repository.threads)
    shape = {
        "id": repository.id,
        "node_id": f"R_{repository.id}",
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
        "owner": accounts.user(world, repository.owner),
        "html_url": page,
        "description": None,
        "fork": repository.fork_of is not None,
        "url": url,
        "git_url": f"{page.replace('http:', 'git:', 1)}.git",
        "ssh_url": f"git@{world.address.partition('//')[2]}:{repository.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "homepage": None,
        "mirror_url": None,
        "language": None,
        "license": None,
        "size": 0,
        "default_branch": repository.default_branch,
        "open_issues": opened,
        "open_issues_count": opened,
        "archived": repository.archived,
        "disabled": False,
        "is_template": False,
        "topics": [],
        "visibility": "private" if repository.private else "public",
        "web_commit_signoff_required": False,
        "created_at": stamp(repository.created_at),
        "updated_at": stamp(repository.pushed_at),
        "pushed_at": stamp(repository.pushed_at),
        "allow_forking": True,
        "allow_merge_commit": "merge" in repository.methods,
        "allow_squash_merge": "squash" in repository.methods,
        "allow_rebase_merge": "rebase" in repository.methods,
        "allow_auto_merge": True,
        "allow_update_branch": True,
        "delete_branch_on_merge": False,
    }
    shape |= dict.fromkeys(COUNTS, 0) | {name: url + path for name, path in LINKS.items()}
    return shape | {f"has_{what}": True for what in ("issues", "downloads", "projects")} | NOT_THERE


NOT_THERE = {f"has_{what}": False for what in ("wiki", "pages", "discussions")}


def permissions(role: str) -> Json:
    """A role as the booleans GitHub shows beside a repository or a person."""
    names = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain", "admin": "admin"}
    return {name: ROLES.index(role) >= ROLES.index(least) for name, least in names.items()}


def short_branch(world: World, repository: Repository, name: str, sha: str) -> Json:
    """A branch in a list."""
    protection = repository.protections.get(name)
    classic = protection if protection and "branch protection" in protection.shown_as else None
    bound = "everyone" if classic and classic.enforce_admins else "non_admins"
    url = url_of(world, repository)
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
        "protected": protection is not None,
        "protection": {
            "enabled": classic is not None,
            "required_status_checks": {
                "enforcement_level": bound if classic else "off",
                "contexts": sorted(classic.checks) if classic else [],
                "checks": checks_of(classic) if classic else [],
            },
        },
        "protection_url": f"{url}/branches/{name}/protection",
    }


def branch(world: World, repository: Repository, name: str, facts: CommitFacts) -> Json:
    """A branch by itself."""
    shape = short_branch(world, repository, name, facts.sha)
    links = {
        "self": f"{url_of(world, repository)}/branches/{name}",
        "html": f"{world.address}/{repository.full_name}/tree/{name}",
    }
    return shape | {"commit": commit(world, repository, facts), "_links": links}


def checks_of(protection: Protection) -> list[Json]:
    """Required checks with the App that must report each."""
    return [{"context": name, "app_id": app} for name, app in sorted(protection.checks.items())]


def signature(who: Signature) -> Json:
    """Who wrote a commit."""
    return {"name": who.name, "email": who.email, "date": stamp(who.when.astimezone(UTC))}


def git_commit(world: World, repository: Repository, facts: CommitFacts) -> Json:
    url, page = url_of(world, repository), f"{world.address}/{repository.full_name}"
    return {
        "sha": facts.sha,
        "node_id": f"C_{facts.sha}",
        "url": f"{url}/git/commits/{facts.sha}",
        "html_url": f"{page}/commit/{facts.sha}",
        "author": signature(facts.author),
        "committer": signature(facts.committer),
        "message": facts.message,
        "tree": {"sha": facts.tree, "url": f"{url}/git/trees/{facts.tree}"},
        "parents": parents(world, repository, facts),
        "verification": verification(repository, facts),
    }


UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def verification(repository: Repository, facts: CommitFacts) -> Json:
    """What is shown of a commit's signature. No key is kept here: the repository knows what was signed."""
    if facts.sha not in repository.signed:
        return dict(UNSIGNED)
    return {
        "verified": True,
        "reason": "valid",
        "signature": "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----",
        "payload": f"tree {facts.tree}",
        "verified_at": stamp(facts.committer.when.astimezone(UTC)),
    }


def parents(world: World, repository: Repository, facts: CommitFacts) -> list[Json]:
    """What a commit stands on."""
    url, page = url_of(world, repository), f"{world.address}/{repository.full_name}"
    return [{"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{page}/commit/{sha}"} for sha in facts.parents]


def commit(world: World, repository: Repository, facts: CommitFacts, files: list[FileFacts] | None = None) -> Json:
    """A commit as the forge shows it; with files where asked for by itself."""
    inner = git_commit(world, repository, facts)
    url = f"{url_of(world, repository)}/commits/{facts.sha}"
    login = author_login(world, facts)
    shape: Json = {
        "sha": facts.sha,
        "node_id": inner["node_id"],
        "url": url,
        "html_url": inner["html_url"],
        "comments_url": f"{url}/comments",
        "commit": {
            **{name: inner[name] for name in ("author", "committer", "message", "tree", "url", "verification")},
            "comment_count": 0,
        },
        "author": accounts.user_or_none(world, login),
        "committer": accounts.user_or_none(world, login_of(world, facts.committer.email)),
        "parents": inner["parents"],
    }
    if files is not None:
        added, deleted = sum(each.additions for each in files), sum(each.deletions for each in files)
        shape["stats"] = {"additions": added, "deletions": deleted, "total": added + deleted}
        shape["files"] = [file(world, repository, each, facts.sha) for each in files]
    return shape


def author_login(world: World, facts: CommitFacts) -> str | None:
    """The account behind a commit's address, where it is one of this forge."""
    return login_of(world, facts.author.email)


HOSTS = ("example.org", "acme.example", "users.noreply.github.com")


def login_of(world: World, email: str) -> str | None:
    """Who an address belongs to, in any case: LOGIN@example.org and LOGIN@acme.example are everybody's, and so are
    GitHub's noreply addresses; ID+LOGIN is the number's for good, LOGIN alone whose login it is now."""
    login, _, host = email.lower().rpartition("@")
    number, _, old = login.partition("+")
    if host == "users.noreply.github.com" and old:
        return next((one.login for one in world.accounts.values() if str(one.id) == number), None)
    if host in HOSTS and login in world.accounts:
        return login
    return next((one.login for one in world.accounts.values() if email.lower() in one.addresses), None)


def addresses_of(world: World, login: str) -> list[str]:
    """The addresses of an account as regular expressions of git's: what `login_of` takes for its own."""
    account = world.accounts[login]
    noreply = [f"{literal(login)}@({'|'.join(map(literal, HOSTS))})"]
    return [*noreply, rf"{account.id}\+[^>]*@users\.noreply\.github\.com", *map(literal, sorted(account.addresses))]


CO_AUTHOR = re.compile(r"^co-authored-by:[^<\n]*<([^>\n]+)>\s*$", re.IGNORECASE | re.MULTILINE)


def actors(world: World, facts: CommitFacts) -> Json:
    """Who made a commit, as GraphQL has it: co-authors by their trailers are authors too."""
    emails = dict.fromkeys([facts.author.email, *CO_AUTHOR.findall(facts.message)])
    authors = [{"email": email, "user": actor(world, email)} for email in emails]
    committer = {"email": facts.committer.email, "user": actor(world, facts.committer.email)}
    return {"oid": facts.sha, "authors": {"totalCount": len(authors), "nodes": authors}, "committer": committer}


def actor(world: World, email: str) -> Json | None:
    """The account behind an address, where there is one."""
    login = login_of(world, email)
    return None if login is None else {"databaseId": world.accounts[login].id, "login": login}


def file(world: World, repository: Repository, each: FileFacts, sha: str) -> Json:
    """A changed file."""
    url, page, path = url_of(world, repository), f"{world.address}/{repository.full_name}", quote(each.path)
    shape: Json = {
        "sha": each.sha,
        "filename": each.path,
        "status": each.status,
        "additions": each.additions,
        "deletions": each.deletions,
        "changes": each.additions + each.deletions,
        "blob_url": f"{page}/blob/{sha}/{path}",
        "raw_url": f"{page}/raw/{sha}/{path}",
        "contents_url": f"{url}/contents/{path}?ref={sha}",
    }
    if each.patch is not None:
        shape["patch"] = each.patch
    return shape | ({"previous_filename": each.previous_path} if each.previous_path else {})


def content(world: World, repository: Repository, path: str, ref: str, kind: str, sha: str, blob: bytes | None) -> Json:
    """A file or folder at a commit; `blob` only where a file is asked for by itself."""
    url, page = url_of(world, repository), f"{world.address}/{repository.full_name}"
    place = "tree" if kind == "tree" else "blob"
    at, there = quote(path), quote(ref)
    here = f"{url}/contents/{at}?ref={quote(ref, safe='')}"
    links = {"self": here, "git": f"{url}/git/{place}s/{sha}", "html": f"{page}/{place}/{there}/{at}"}
    shape: dict[str, Any] = {
        "type": "dir" if kind == "tree" else "file",
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len(blob or b""),
        "url": here,
        "html_url": links["html"],
        "git_url": links["git"],
        "download_url": None if kind == "tree" else f"{page}/raw/{there}/{at}",
        "_links": links,
    }
    if blob is not None:
        shape |= {"encoding": "base64", "content": base64.encodebytes(blob).decode()}
    return shape


def reference(world: World, repository: Repository, name: str, sha: str) -> Json:
    """A git reference."""
    url = url_of(world, repository)
    target = {"type": "commit", "sha": sha, "url": f"{url}/git/commits/{sha}"}
    return {"ref": name, "node_id": f"REF_{repository.id}_{name}", "url": f"{url}/git/{name}", "object": target}


def git_of(repository: Repository) -> Git:
    """The git half of a repository."""
    return Git(repository.folder)
