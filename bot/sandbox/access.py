"""Who is asking, and whether they may: personal tokens, the App's JWT, installation tokens with end and rights."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.sandbox.errors import Refusal, not_found
from bot.sandbox.owners import InstallationToken, UserToken
from bot.sandbox.state import ROLES, Repository, World

LEVELS = ("none", "read", "write", "admin")
LONGEST_JWT = timedelta(minutes=10)
DRIFT = timedelta(seconds=60)
TOKEN_LIFE = timedelta(hours=1)


@dataclass(frozen=True)
class Caller:
    """Who sent a request. `kind` is anonymous, person, app or installation."""

    kind: str
    login: str = ""
    permissions: Mapping[str, str] = field(default_factory=dict)
    repository_ids: frozenset[int] | None = None
    for_person: bool = False  # an App that acts for the person
    app_id: int = 0  # of an App, or of an installation of it


@dataclass(frozen=True)
class Need:
    """What an operation asks for. An App needs one of `app` (`checks:write`); a person needs the role `person`."""

    app: tuple[str, ...]
    person: str
    writes: bool = True


def key_pair() -> tuple[str, str]:
    """A new RSA key pair in PEM form, private and public."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def bad_credentials() -> Refusal:
    """What GitHub says to a token it does not know."""
    return Refusal(401, "Bad credentials", headers={"WWW-Authenticate": 'Basic realm="GitHub"'})


def token_in(header: str) -> str:
    """The token in an Authorization header: bearer, token, or the password (else user name) of basic."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() in {"bearer", "token"}:
        return rest.strip()
    if scheme.lower() != "basic":
        raise bad_credentials()
    try:
        user, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as unreadable:
        raise bad_credentials() from unreadable
    return password if password not in {"", "x-oauth-basic"} else user


def authenticate(world: World, header: str | None) -> Caller:
    """Who an Authorization header stands for. Raises Refusal (401, or 403 for a suspended installation)."""
    if not header:
        return Caller("anonymous")
    token = token_in(header)
    if token in world.tokens:
        return installation_caller(world, world.tokens[token])
    if token in world.user_tokens:
        return user_caller(world, world.user_tokens[token])
    for account in world.accounts.values():
        if account.token and secrets.compare_digest(account.token.encode(), token.encode()):
            return Caller("person", account.login)
    if token.count(".") == 2:
        return app_caller(world, token)
    raise bad_credentials()


def installation_caller(world: World, token: InstallationToken) -> Caller:
    """The App acting on its installation. Raises Refusal."""
    here = world.installed(token.app_id)
    if token.expires_at <= world.valid_at() or here.installation.deleted:
        raise bad_credentials()
    if here.installation.suspended_at:
        raise Refusal(403, "This installation has been suspended")
    chosen = None if token.repository_ids is None else frozenset(token.repository_ids)
    return Caller("installation", f"{here.app.slug}[bot]", token.permissions, chosen, app_id=here.app.id)


def user_caller(world: World, token: UserToken) -> Caller:
    """The App acting for a person: it may what both may. Raises Refusal (401)."""
    if token.expires_at <= world.valid_at():
        raise bad_credentials()
    return Caller("person", token.login, world.app.permissions, for_person=True, app_id=world.app.id)


def app_caller(world: World, token: str) -> Caller:
    """An App itself, known by a JWT signed with its key. Raises Refusal (401)."""
    unchecked: Any = {"verify_exp": False, "verify_iat": False, "require": ["iat", "exp", "iss"]}
    try:
        said = str(jwt.decode(token, options=unchecked | {"verify_signature": False})["iss"])
        app = next((one.app for one in world.apps if said in {str(one.app.id), f"Iv1.{one.app.id:016x}"}), world.app)
        claims = jwt.decode(token, app.public_key_pem, algorithms=["RS256"], options=unchecked)
    except jwt.InvalidTokenError as refused:
        raise Refusal(401, "A JSON web token could not be decoded") from refused
    now = world.valid_at().timestamp()
    if said not in {str(app.id), f"Iv1.{app.id:016x}"}:
        raise Refusal(401, "'Issuer' claim ('iss') must be an Integer")
    if claims["exp"] <= now:
        raise Refusal(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time")
    if claims["exp"] > now + (LONGEST_JWT + DRIFT).total_seconds():
        raise Refusal(401, "'Expiration time' claim ('exp') is too far in the future")
    if claims["iat"] > now + DRIFT.total_seconds():
        raise Refusal(401, "'Issued at' claim ('iat') must be an Integer representing a time in the past")
    return Caller("app", app.slug, app_id=app.id)


def hand_out_token(
    world: World, permissions: Mapping[str, str] | None, repository_ids: set[int] | None, app_id: int
) -> InstallationToken:
    """A new installation token, never wider than the installation. Raises Refusal (403, 422)."""
    here = world.installed(app_id).installation
    if here.suspended_at:
        raise Refusal(403, "This installation has been suspended")
    for name, level in (permissions or {}).items():
        if LEVELS.index(level) > LEVELS.index(here.permissions.get(name, "none")):
            raise Refusal(422, "The permissions requested are not granted to this installation.")
    if repository_ids is not None and not all(reachable(world, each, app_id) for each in repository_ids):
        raise Refusal(422, "There is at least one repository that does not exist or is not accessible to the parent")
    wide = dict(here.permissions if not permissions else {**permissions, "metadata": "read"})
    token = InstallationToken(new_token(world, app_id), world.valid_at() + TOKEN_LIFE, wide, repository_ids, app_id)
    world.tokens[token.token] = token
    return token


def reachable(world: World, repository_id: int, app_id: int) -> bool:
    """Whether the installation covers a repository that exists."""
    return repository_id in world.repositories and world.covered(world.repositories[repository_id], app_id)


def new_token(world: World, app_id: int) -> str:
    """A token in the old form (40 characters) or the new one, which is several hundred long."""
    if not world.long_tokens:
        return f"ghs_{secrets.token_hex(18)}"
    return f"ghs_{app_id}_{'.'.join(secrets.token_urlsafe(size) for size in (30, 160, 256))}"


def sees(world: World, caller: Caller, repository: Repository) -> bool:
    """Whether a repository exists for a caller at all."""
    if caller.kind == "installation":
        inside = caller.repository_ids is None or repository.id in caller.repository_ids
        return (inside and world.covered(repository, caller.app_id)) or not repository.private
    return world.role(repository, caller.login) != "none"


def allow(world: World, caller: Caller, need: Need, repository: Repository | None = None) -> None:
    """Pass, or raise Refusal (401, 403, 404) as GitHub would."""
    if "jwt" in need.app or caller.kind == "app":
        if caller.kind != "app":
            raise Refusal(401, "A JSON web token could not be decoded")
        if "jwt" not in need.app:
            raise Refusal(403, "Resource not accessible by integration")
        return
    if repository is not None and not sees(world, caller, repository):
        raise not_found()
    if caller.kind == "installation":
        allow_installation(world, caller, need, repository)
    elif need.person == "nobody":
        raise Refusal(403, "You must authenticate via a GitHub App.")
    else:
        allow_person(world, caller, need, repository)


def allow_installation(world: World, caller: Caller, need: Need, repository: Repository | None) -> None:
    """The same for an installation token."""
    outside = repository is not None and not world.covered(repository, caller.app_id)
    granted = any(has(caller, each) for each in need.app)
    reading = all(each.endswith(":read") for each in need.app)
    if not granted or (outside and not reading):
        accepted = "; ".join(each.replace(":", "=") for each in need.app)
        said = {"X-Accepted-GitHub-Permissions": accepted}
        raise Refusal(403, "Resource not accessible by integration", headers=said)


def has(caller: Caller, wanted: str) -> bool:
    """Whether a token holds a right such as `checks:write`."""
    name, _, level = wanted.partition(":")
    return LEVELS.index(caller.permissions.get(name, "none")) >= LEVELS.index(level)


def allow_person(world: World, caller: Caller, need: Need, repository: Repository | None) -> None:
    """The same for a person, or for nobody in particular."""
    public = repository is not None and need.person == "read" and not need.writes
    if caller.kind == "anonymous" and need.person != "anyone" and not public:
        raise Refusal(401, "Requires authentication")
    if repository is None or need.person in {"anyone", "someone"}:
        return
    if caller.for_person and not (world.covered(repository) and any(has(caller, each) for each in need.app)):
        raise Refusal(403, "Resource not accessible by integration")
    if ROLES.index(world.role(repository, caller.login)) < ROLES.index(need.person):
        raise Refusal(403, f"Must have {need.person} rights to Repository.")
