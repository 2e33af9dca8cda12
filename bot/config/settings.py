"""What the operator sets, from CODECHILL_* in the environment or a file of such lines. Read once, passed down."""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.config.addresses import networks, places
from bot.config.channels import Channels, channels
from bot.config.keys import keys, source_secrets, upload_keys
from bot.forge.github.hosts import api_of
from bot.policy.text.suggest import nearest

_PREFIX = "CODECHILL_"
_BEGIN = "-----BEGIN"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
CALLBACK = "/signin/callback"  # under the public address: where people come back to who sign in to pages
COMMANDS_READ = {_PREFIX + "SERVER", _PREFIX + "UPLOAD_KEY"}  # by commands that speak to a server, not by the server


class Place(BaseSettings):
    """Where a server keeps what must outlive it: all that a command needs which only looks into its database."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", frozen=True, env_file_encoding="utf-8")

    folder: Path = Field(Path(".codechill"), description="where mirrors, indexes and the database live")
    database: str = Field("", description="an SQLAlchemy address; empty: SQLite in the folder")

    @field_validator("*", mode="before")
    @classmethod
    def _without_line_ends(cls, given: object) -> object:
        """A secret store hands on a file with the end of its last line; no value of ours has one."""
        return given.strip("\r\n") if isinstance(given, str) else given

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{(self.folder / 'codechill.db').absolute()}"


class Settings(Place):
    """Every setting with its default. Raises pydantic.ValidationError when one is missing or makes no sense."""

    app_id: int = Field(gt=0, description="number of the GitHub App")
    private_key: SecretStr = Field(description="its key: a path, the PEM text (\\n allowed), or that in base64")
    webhook_secret: SecretStr = Field(description="the webhook secret of the App")
    webhook_secret_old: SecretStr | None = Field(None, description="the one before, while it is being replaced")
    api_keys: SecretStr = Field(SecretStr(""), description="who may start freezes: name=secret, name=secret")
    incident_secrets: SecretStr = Field(
        SecretStr(""), description="who may tell of incidents: source=secret, source=secret; docs/incidents.md"
    )
    upload_keys: SecretStr = Field(
        SecretStr(""),
        description="who may hand in differences: owner/name=secret, or owner=secret for all of its repositories; "
        "docs/difftest.md",
    )
    landing_app_id: int = Field(0, ge=0, description="number of the second App, which lands; 0: nothing ever lands")
    landing_private_key: SecretStr = Field(SecretStr(""), description="its key, as that of the first App")
    github_api: Annotated[str, AfterValidator(api_of)] = Field(
        "https://api.github.com", description="https://HOST/api/v3 for GitHub Enterprise Server"
    )
    git_protocols: str = Field("https", description="colon-separated: what git may fetch by")
    model: Path | None = Field(None, description="folder of the model that scores; empty: the one that ships")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; 0: any free one")
    public_url: str = Field("", description="where people reach this server: links in checks lead there")
    client_id: str = Field("", description="client id of the App: with its secret, people may sign in to pages")
    client_secret: SecretStr = Field(SecretStr(""), description="its client secret; empty: there are no pages")
    session_hours: float = Field(8, gt=0, le=8, description="after this people sign in again; GitHub's token lasts 8")
    access_minutes: float = Field(5, gt=0, le=60, description="how long GitHub's word on who may read what counts")
    operators: str = Field("", description="account numbers of who may see the operator's page: 583231, 9919")
    threads: int = Field(8, ge=1, le=256, description="HTTP threads")
    workers: int = Field(4, ge=1, le=256, description="jobs at once")
    lease_seconds: float = Field(60, ge=5, le=3600, description="after this silence a job goes to another worker")
    github_timeout: int = Field(15, ge=1, le=60, description="seconds to wait for one answer of GitHub")
    git_timeout: float = Field(300, ge=1, le=7200, description="seconds for one git command")
    max_delivery_bytes: int = Field(26 * 1024 * 1024, ge=1024, description="a larger webhook request is refused")
    sweep_minutes: int = Field(30, ge=1, le=1440, description="how often open pull requests are looked at again")
    redelivery_minutes: int = Field(10, ge=1, le=1440, description="how often lost deliveries are asked for")
    calendars: str = Field("", description="where .ics calendars may be read: hosts or address prefixes")
    calendar_networks: str = Field("", description="private networks those may lead into: 10.0.0.0/8")
    calendar_minutes: int = Field(15, ge=1, le=1440, description="how often calendars at addresses are read again")
    channels: SecretStr = Field(
        SecretStr(""), description="where notices go: a TOML file, or its text; docs/notices.md"
    )
    channel_networks: str = Field("", description="private networks those may lead into: 10.0.0.0/8")
    reviewer_address: str = Field(
        "",
        description="base address of a language model that may confirm, https://HOST/v1; empty: none",
    )
    reviewer_model: str = Field("", description="its name there")
    reviewer_key: SecretStr = Field(SecretStr(""), description="its key, where it wants one")
    reviewer_networks: str = Field("", description="private networks it may be in, then over http too: 10.0.0.0/8")
    reviewer_timeout: float = Field(60, ge=1, le=600, description="seconds to wait for one answer of it")
    reviewer_tokens_per_day: int = Field(500_000, ge=0, description="that one repository may spend on it a day")
    reviewer_tokens_per_month: int = Field(10_000_000, ge=0, description="that an organisation may spend on it a month")
    paced: bool = Field(True, description="false: a GitHub Enterprise Server without rate limits")
    doctor_hours: int = Field(24, ge=0, le=168, description="how often the doctor looks by itself; 0: never")
    retrain_days: int = Field(30, ge=0, le=3650, description="how often models are fitted and compared; 0: when asked")
    shadow: bool = Field(False, description="decide everything, write nothing to the forge")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="what is worth a line")
    log_format: Literal["json", "text"] = Field("json", description="json: one object a line; text: for people")

    @field_validator("model", mode="before")
    @classmethod
    def _shipped(cls, given: object) -> object:
        """Empty is the one that ships: a variable that a file of services hands on without a value."""
        return given or None

    @field_validator("private_key", mode="after")
    @classmethod
    def _pem(cls, given: SecretStr) -> SecretStr:
        return SecretStr(pem(given.get_secret_value()))

    @field_validator("landing_private_key", mode="after")
    @classmethod
    def _landing_pem(cls, given: SecretStr) -> SecretStr:
        return SecretStr(pem(given.get_secret_value())) if given.get_secret_value().strip() else SecretStr("")

    @model_validator(mode="after")
    def _two_apps(self) -> "Settings":
        """One App that both judges and lands would let whoever has its key do everything."""
        if self.landing_app_id == self.app_id:
            raise ValueError("the App that lands has to be another one than that which judges (docs/self-hosting.md)")
        if bool(self.landing_app_id) != bool(self.landing_private_key.get_secret_value()):
            raise ValueError(
                "landing needs both CODECHILL_LANDING_APP_ID and CODECHILL_LANDING_PRIVATE_KEY, or neither"
            )
        return self

    @field_validator("calendars")
    @classmethod
    def _places(cls, given: str) -> str:
        places(given)
        return given

    @field_validator("channels", mode="after")
    @classmethod
    def _channels(cls, given: SecretStr) -> SecretStr:
        text = _toml(given.get_secret_value())
        channels(text)
        return SecretStr(text)

    @field_validator("calendar_networks", "channel_networks", "reviewer_networks")
    @classmethod
    def _networks(cls, given: str) -> str:
        networks(given)
        return given

    @field_validator("reviewer_address")
    @classmethod
    def _reviewer(cls, given: str) -> str:
        if given and ("://" not in given or len(places(given)) != 1):
            raise ValueError("write one base address, like https://models.example/v1")
        return given

    @model_validator(mode="after")
    def _reviewer_is_whole(self) -> "Settings":
        """Nothing is sent anywhere by half a setting."""
        if bool(self.reviewer_address) != bool(self.reviewer_model):
            raise ValueError(
                "CODECHILL_REVIEWER_ADDRESS and CODECHILL_REVIEWER_MODEL belong together: set both or none"
            )
        if self.reviewer_address.startswith("http://") and not self.reviewer_networks:
            raise ValueError(
                "CODECHILL_REVIEWER_ADDRESS is http: that is allowed only within CODECHILL_REVIEWER_NETWORKS, as code "
                "would go unencrypted"
            )
        return self

    @field_validator("operators")
    @classmethod
    def _numbers(cls, given: str) -> str:
        account_numbers(given)
        return given

    @field_validator("api_keys")
    @classmethod
    def _keys(cls, given: SecretStr) -> SecretStr:
        keys(given.get_secret_value())
        return given

    @field_validator("upload_keys")
    @classmethod
    def _upload_keys(cls, given: SecretStr) -> SecretStr:
        upload_keys(given.get_secret_value())
        return given

    @field_validator("incident_secrets")
    @classmethod
    def _incident_secrets(cls, given: SecretStr) -> SecretStr:
        source_secrets(given.get_secret_value())
        return given

    @field_validator("webhook_secret")
    @classmethod
    def _long_enough(cls, given: SecretStr) -> SecretStr:
        if len(given.get_secret_value()) < 8:
            raise ValueError("the webhook secret needs 8 characters or more: anybody who guesses it can send events")
        return given

    @field_validator("webhook_secret_old")
    @classmethod
    def _as_long(cls, given: SecretStr | None) -> SecretStr | None:
        """Empty is none: a variable that a file of services hands on without a value."""
        return None if given is None or not given.get_secret_value().strip() else cls._long_enough(given)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The present secret, and the one before while it is set."""
        given = (self.webhook_secret, self.webhook_secret_old)
        return tuple(secret.get_secret_value() for secret in given if secret is not None)

    def secrets(self) -> tuple[str, ...]:
        """Texts that must never be logged."""
        held = keys(self.api_keys.get_secret_value()).values()
        held_keys = (self.private_key, self.landing_private_key, self.client_secret, self.reviewer_key)
        ours = tuple(secret.get_secret_value() for secret in held_keys)
        sources = source_secrets(self.incident_secrets.get_secret_value()).values()
        of_sources = (secret for secrets in sources for secret in secrets)
        uploads = (secret for some in upload_keys(self.upload_keys.get_secret_value()).values() for secret in some)
        of_channels = self.notice_channels.secrets()
        return (
            *self.webhook_secrets,
            *(secret for secret in ours if secret),
            *held,
            *of_sources,
            *uploads,
            *of_channels,
        )

    @property
    def notice_channels(self) -> Channels:
        return channels(self.channels.get_secret_value())

    @property
    def operator_ids(self) -> frozenset[int]:
        return account_numbers(self.operators)

    def why_no_pages(self) -> str:
        """What is missing for pages, in one sentence; "": nothing."""
        if not (self.client_id and self.client_secret.get_secret_value()):
            return "pages are off: set CODECHILL_CLIENT_ID and CODECHILL_CLIENT_SECRET of the App (docs/pages.md)"
        parts = urlsplit(self.public_url)
        if parts.path.strip("/"):
            return "pages are off: CODECHILL_PUBLIC_URL has to be a host of its own, without a path (docs/pages.md)"
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            return ""
        return "pages are off: CODECHILL_PUBLIC_URL has to be this server's https:// address (docs/pages.md)"


def account_numbers(given: str) -> frozenset[int]:
    """Raises ValueError: a login may pass to somebody else, a number never does."""
    parts = [part.strip() for part in given.split(",") if part.strip()]
    if odd := next((part for part in parts if not part.isdecimal()), None):
        raise ValueError(f"{odd[:80]!r} is no account number: https://api.github.com/users/LOGIN shows it as `id`")
    return frozenset(int(part) for part in parts)


def pem(given: str) -> str:
    """The PEM text of a key given as a path, as text with real or written newlines, or as base64 of it.

    Raises ValueError that says what was tried, never what was given.
    """
    text = given.strip().strip('"').replace("\\n", "\n")
    if not text.startswith(_BEGIN):
        text = _decoded(text) or _content(text)
    if not text.startswith(_BEGIN) or "PRIVATE KEY-----" not in text:
        raise ValueError("not a private key: give the path of the .pem file, its text, or its text in base64")
    return text.strip() + "\n"


def _decoded(text: str) -> str:
    try:
        plain = base64.b64decode("".join(text.split()), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return plain if plain.startswith(_BEGIN) else ""


def _content(text: str) -> str:
    try:
        return Path(text).expanduser().read_text("ascii").strip()
    except (OSError, ValueError, RuntimeError):
        raise ValueError("the private key is neither a PEM text, nor base64 of one, nor a readable file") from None


def _toml(given: str) -> str:
    """The text of a TOML file given as its path or as the text itself. Raises ValueError without what was given."""
    if not given.strip() or "[" in given:
        return given
    try:
        return Path(given.strip()).expanduser().read_text("utf-8")
    except (OSError, ValueError, RuntimeError):
        raise ValueError("the channels are neither TOML nor a readable file of it") from None


def misspelt(environment: Mapping[str, object]) -> tuple[str, ...]:
    """One sentence for each variable that is meant for codechill and is no setting: it would be ignored in silence."""
    known = {_PREFIX + name.upper() for name in Settings.model_fields} | COMMANDS_READ
    doubtful = sorted({name.upper() for name in environment} - known)
    return tuple(_doubt(name, known) for name in doubtful if name.startswith(_PREFIX) or nearest(name, known))


def _doubt(name: str, known: set[str]) -> str:
    bare = {one.removeprefix(_PREFIX): one for one in known}
    near = nearest(name.removeprefix(_PREFIX), bare)
    meant = bare[near] if near else nearest(name, known)
    return f"unknown setting {name}" + (f"; did you mean {meant}?" if meant else "")
