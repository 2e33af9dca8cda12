"""Repositories come, move and go; people get roles, branches get protected."""

import re
import shutil
from pathlib import Path

from bot.sandbox.errors import invalid
from bot.sandbox.git import Git
from bot.sandbox.reports import Protection
from bot.sandbox.shapes import Json, accounts
from bot.sandbox.state import ROLES, Repository, World
from bot.sandbox.verbs import tell

NAME = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,100}\Z")


def place(world: World, identity: int) -> Path:
    """Where the git data of a repository are: by number, so that a rename moves nothing."""
    return world.folder / f"{identity}.git"


def add(world: World, full_name: str, source: Path | None, default_branch: str, private: bool) -> Repository:
    """A new repository, empty or with the default branch of another on this disk. Raises Refusal (422), GitFailed."""
    owner, _, name = full_name.partition("/")
    if not NAME.match(name) or owner not in world.accounts or world.find(full_name):
        raise invalid("Repository", "name", f"cannot be used: {full_name}")
    now, identity = world.now(), world.new_id()
    made = Repository(identity, owner, name, place(world, identity), default_branch, private, now, now)
    git = Git(made.folder)
    git.create(default_branch)
    if source is not None:
        tip = Git(git_folder(source)).commit_sha(default_branch)
        git.borrow(source)
        git.set_ref(f"refs/heads/{default_branch}", tip)
    world.repositories[identity] = made
    return made


def git_folder(source: Path) -> Path:
    """The git folder of a repository with or without a work tree."""
    inside = source / ".git"
    if inside.is_file():  # a linked work tree names its folder
        named = (source / inside.read_text().removeprefix("gitdir: ").strip()).resolve()
        common = named / "commondir"
        return (named / common.read_text().strip()).resolve() if common.exists() else named
    return inside if inside.is_dir() else source


def head_branch(source: Path) -> str:
    """The branch a repository on this disk stands on. Raises GitFailed where it stands on none."""
    return Git(git_folder(source)).text("symbolic-ref", "--short", "HEAD")


def fork(world: World, parent: Repository, login: str) -> Repository:
    """A person's fork, made when first needed; it borrows the parent's objects."""
    for each in world.repositories.values():
        if each.fork_of == parent.id and each.owner == login:
            return each
    name = parent.name if world.find(f"{login}/{parent.name}") is None else f"{parent.name}-fork-{parent.id}"
    made = add(world, f"{login}/{name}", None, parent.default_branch, parent.private)
    made.fork_of = parent.id
    Git(made.folder).borrow(parent.folder)
    tip = Git(parent.folder).resolve(parent.default_branch)
    if tip:
        Git(made.folder).set_ref(f"refs/heads/{parent.default_branch}", tip)
    return made


def protect(repository: Repository, branch: str, protection: Protection | None) -> None:
    """Set what a branch asks for before a merge, or lift it."""
    if protection:
        repository.protections[branch] = protection
    else:
        repository.protections.pop(branch, None)


def grant(repository: Repository, login: str, role: str) -> None:
    """Give a person a role in a repository (`none` takes it away). Raises ValueError."""
    ROLES.index(role)
    repository.roles.pop(login, None)
    if role != "none":
        repository.roles[login] = role


def rename(world: World, repository: Repository, name: str, sender: str) -> None:
    """A new name; the old one leads here until somebody takes it. Raises Refusal (422)."""
    if not NAME.match(name) or world.find(f"{repository.owner}/{name}"):
        raise invalid("Repository", "name", f"cannot be used: {name}")
    old, world.moved[repository.full_name.lower()], repository.name = repository.name, repository.id, name
    tell(world, "repository", repository, sender, action="renamed", changes={"repository": {"name": {"from": old}}})


def transfer(world: World, repository: Repository, owner: str, sender: str) -> None:
    """A new owner; the App loses sight of it unless it is installed there too. Raises Refusal (404, 422)."""
    account = world.account(owner)
    if world.find(f"{owner}/{repository.name}"):
        raise invalid("Repository", "name", "already exists for the new owner")
    old = world.accounts[repository.owner]
    kind = "organization" if old.kind == "Organization" else "user"
    shape = accounts.organisation(world, old.login) if kind == "organization" else accounts.user(world, old.login)
    seen = world.covered(repository)
    world.moved[repository.full_name.lower()], repository.owner = repository.id, account.login
    changes = {"owner": {"from": {kind: shape}}}
    tell(world, "repository", repository, sender, action="transferred", changes=changes)
    if seen and not world.covered(repository):
        tell_selection(world, [repository], "removed", sender)


def archive(world: World, repository: Repository, archived: bool, sender: str) -> None:
    """Make a repository read-only, or not."""
    repository.archived = archived
    tell(world, "repository", repository, sender, action="archived" if archived else "unarchived")


def delete(world: World, repository: Repository, sender: str) -> None:
    """Remove a repository and its git data; pull requests from it keep their head in the base repository."""
    tell(world, "repository", repository, sender, action="deleted")
    for base in world.repositories.values():
        for pull in base.pulls.values():
            if pull.head_repository_id == repository.id and base.id != repository.id:
                pull.changed(world.now(), head_repository_id=None)
    del world.repositories[repository.id]
    if all(each.fork_of != repository.id for each in world.repositories.values()):  # forks borrow its objects
        shutil.rmtree(repository.folder)


def tell_selection(world: World, repositories: list[Repository], change: str, sender: str) -> None:
    """Say that the installation covers more repositories (added) or fewer (removed)."""
    small = [brief(each) for each in repositories]
    payload = {
        "action": change,
        "installation": accounts.installation(world),
        "repository_selection": "all" if world.installation.repository_ids is None else "selected",
        "repositories_added": small if change == "added" else [],
        "repositories_removed": small if change == "removed" else [],
        "requester": None,
        "sender": accounts.user(world, sender),
    }
    world.send("installation_repositories", payload, None)


def tell_installation(world: World, action: str, sender: str) -> None:
    """Say that the installation was created, deleted, suspended, unsuspended or has new permissions."""
    covered = [brief(each) for each in world.repositories.values() if world.covered(each)]
    payload = {
        "action": action,
        "installation": accounts.installation(world),
        "repositories": covered,
        "sender": accounts.user(world, sender),
    }
    world.send("installation", payload | ({"requester": None} if action == "created" else {}), None)


def brief(repository: Repository) -> Json:
    """A repository as installation payloads name it."""
    return {
        "id": repository.id,
        "node_id": f"R_{repository.id}",
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
    }
