"""Channels that the operator of the server has set up: where notices go, and of which repositories they may tell.

A repository's file only names them. Addresses are secrets: whoever knows one can write there.
"""

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from bot.config.addresses import places

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _https(given: SecretStr) -> SecretStr:
    text = given.get_secret_value()
    parts = urlsplit(text)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("write an https:// address")
    places(text)
    return given


def _secret(given: SecretStr) -> SecretStr:
    if len(given.get_secret_value()) < 16:
        raise ValueError("a secret needs 16 characters or more")
    return given


def _mailbox(given: str) -> str:
    name, _, host = given.partition("@")
    if not name or not host or not given.isascii() or any(char.isspace() or char in ',;<>"' for char in given):
        raise ValueError("write a plain mail address, like release@acme.example")
    return given


Address = Annotated[SecretStr, AfterValidator(_https)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]


class _Channel(_Shape):
    """`repositories`: who may send here; `private`: which private ones may be named here. Globs of full names."""

    repositories: list[str] = Field(min_length=1)
    private: list[str] = []
    operator: bool = False  # is also told what the doctor says of this server

    def hears(self, repository: str, *, private: bool) -> bool:
        """Of a repository, or with "" of the server itself."""
        if not repository:
            return self.operator
        return _matches(repository, self.repositories) and (not private or _matches(repository, self.private))


class SlackChannel(_Channel):
    kind: Literal["slack"]
    address: Address


class TeamsChannel(_Channel):
    kind: Literal["teams"]
    address: Address


class WebhookChannel(_Channel):
    kind: Literal["webhook"]
    address: Address
    secret: Secret


class MailChannel(_Channel):
    """`people`: where a person is told of an exception that they may answer, by login in lower case."""

    kind: Literal["mail"]
    to: list[Mailbox] = Field(min_length=1)
    people: dict[Annotated[str, AfterValidator(str.lower)], Mailbox] = {}


class Smtp(_Shape):
    """The server that takes our mail."""

    host: str = Field(min_length=1)
    port: int = Field(587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    sender: Mailbox
    user: str = ""
    password: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _not_in_clear(self) -> "Smtp":
        if self.user and self.tls == "none":
            raise ValueError('a password is not sent without TLS: write tls = "starttls" or "tls"')
        return self


AnyChannel = Annotated[SlackChannel | TeamsChannel | WebhookChannel | MailChannel, Field(discriminator="kind")]


class Channels(_Shape):
    channel: dict[Annotated[str, Field(min_length=1, max_length=80)], AnyChannel] = {}
    smtp: Smtp | None = None

    def secrets(self) -> tuple[str, ...]:
        """Texts that must never be logged."""
        secret = (getattr(one, name, None) for one in self.channel.values() for name in ("address", "secret"))
        given = [one.get_secret_value() for one in secret if one is not None]
        return (*given, *([self.smtp.password.get_secret_value()] if self.smtp and self.smtp.password else []))


def channels(text: str) -> Channels:
    """From TOML. Raises ValueError that says what is wrong where, never what was given."""
    try:
        given: Mapping[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the channels are no TOML: {str(error).rpartition('(')[2].rstrip(')')}") from None
    try:
        read = Channels.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"] if part not in ("slack", "teams", "webhook", "mail"))
        raise ValueError(f"{where or 'channels'}: {first['msg'].removeprefix('Value error, ')}") from None
    if read.smtp is None and any(isinstance(one, MailChannel) for one in read.channel.values()):
        raise ValueError("a channel of mail needs an [smtp] table with host and sender")
    return read


def _matches(repository: str, globs: list[str]) -> bool:
    return any(fnmatchcase(repository.lower(), glob.lower()) for glob in globs)
