"""Who owns and who acts on the sandbox's forge: accounts, teams, the App and its installation."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Account:
    """A person, a bot or an organisation. `token` is empty where nobody can sign in."""

    id: int
    login: str
    name: str
    kind: str = "User"  # User, Bot or Organization
    token: str = ""
    addresses: set[str] = field(default_factory=set)  # confirmed as theirs, in lower case


@dataclass
class Team:
    """A team of an organisation; `roles` gives its right on a repository by id."""

    id: int
    organisation: str
    slug: str
    name: str
    members: set[str] = field(default_factory=set)
    roles: dict[int, str] = field(default_factory=dict)


@dataclass
class App:
    """A GitHub App, its key pair (PEM) and its webhook."""

    id: int
    slug: str
    name: str
    owner: str
    private_key_pem: str
    public_key_pem: str
    webhook_secret: str
    permissions: dict[str, str]
    events: list[str]
    created_at: datetime
    webhook_url: str = ""
    client_id: str = "Iv23limadeforasandbox"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)
    callback_urls: list[str] = field(default_factory=list)  # where people may be sent back to when they sign in


@dataclass
class Installation:
    """The App's installation on the organisation. `repository_ids` is None when it covers all of them."""

    id: int
    account: str
    permissions: dict[str, str]
    events: list[str]
    created_at: datetime
    repository_ids: set[int] | None = None
    suspended_at: datetime | None = None
    deleted: bool = False


@dataclass
class Installed:
    """An App beside the first, with the one installation that it has."""

    app: App
    installation: Installation


@dataclass
class InstallationToken:
    """A token that was handed out; it may be narrower than the installation."""

    token: str
    expires_at: datetime
    permissions: dict[str, str]
    repository_ids: set[int] | None
    app_id: int = 0


@dataclass
class UserToken:
    """A token with which the App acts for a person."""

    login: str
    expires_at: datetime


def new_token() -> str:
    """A personal access token."""
    return f"ghp_{secrets.token_hex(18)}"
