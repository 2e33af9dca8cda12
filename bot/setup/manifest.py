"""What an App asks of GitHub, read from app.yml (advisory: it judges) or app.landing.yml (landing: the second App)."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

Profile = Literal["advisory", "landing"]
PROFILES: tuple[Profile, ...] = get_args(Profile)
FILES: Mapping[Profile, str] = {"advisory": "app.yml", "landing": "app.landing.yml"}
LEVELS = ("none", "read", "write", "admin")  # ascending

# permissions and events without which everything else works, and what does not work then
OPTIONAL: Mapping[str, str] = {
    "issues": "Incidents are not read from issues meanwhile; comments and webhooks tell them."
}

# what GitHub accepts before an App has a server: no name below `invalid` is ever reachable (RFC 2606)
NO_WEBHOOK = "https://codechill.invalid/webhook"

_ROOT = Path(__file__).resolve().parent.parent.parent
_PLACES = (_ROOT, Path(sys.prefix) / "share" / "codechill")  # a checkout, then an installed package
_REASON = re.compile(r"^\s*(?:-\s*)?([a-z_]+)\s*(?::\s*\w+)?\s+#\s*(.+?)\s*$", re.MULTILINE)
_ALWAYS_SENT = frozenset({"installation", "installation_repositories"})


class ManifestError(Exception):
    """A manifest file is missing or makes no sense; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`permissions` maps a name to read or write, `reasons` a permission or an event to the words beside it."""

    name: str
    url: str
    public: bool
    permissions: Mapping[str, str]
    events: tuple[str, ...]
    reasons: Mapping[str, str]

    def as_github_wants(
        self, *, redirect_url: str, webhook_url: str | None, name: str | None = None, callback_url: str = ""
    ) -> dict[str, Any]:
        """The JSON that GitHub's manifest form takes. Without a `webhook_url` the App is made with webhooks off.

        `callback_url` is where people come back to who sign in to pages; empty: nobody can.
        """
        return {
            **({"callback_urls": [callback_url]} if callback_url else {}),
            "name": name or self.name,
            "url": self.url,
            "hook_attributes": {"url": webhook_url or NO_WEBHOOK, "active": webhook_url is not None},
            "redirect_url": redirect_url,
            "public": self.public,
            "default_permissions": dict(self.permissions),
            "default_events": list(self.events),
        }


def read(profile: Profile = "advisory", folder: Path | None = None) -> Manifest:
    """The manifest of a profile, from `folder` or from where codechill is installed. Raises ManifestError."""
    text, settings = _file(FILES[profile], folder)
    return _checked(settings, _reasons(text), FILES[profile])


def level_at_least(given: str | None, wanted: str) -> bool:
    """Whether a permission level covers another; an unknown one covers nothing."""
    return given in LEVELS and wanted in LEVELS and LEVELS.index(given) >= LEVELS.index(wanted)


def _file(name: str, folder: Path | None) -> tuple[str, dict[str, Any]]:
    for place in (folder,) if folder else _PLACES:
        path = place / name
        if path.is_file():
            text = path.read_text("utf-8")
            return text, _mapping(text, name)
    raise ManifestError(f"{name} was not found; it belongs beside the bot folder")


def _mapping(text: str, name: str) -> dict[str, Any]:
    try:
        settings = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ManifestError(f"{name} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(settings, dict) or not isinstance(settings.get("default_permissions"), dict):
        raise ManifestError(f"{name} needs a mapping default_permissions")
    return settings


def _reasons(text: str) -> dict[str, str]:
    return {comment[1]: comment[2] for comment in _REASON.finditer(text)}


def _checked(settings: dict[str, Any], reasons: dict[str, str], name: str) -> Manifest:
    permissions = {str(key): str(value) for key, value in settings["default_permissions"].items()}
    for key, value in permissions.items():
        if value not in LEVELS[1:]:
            raise ManifestError(f"{name}: permission {key} is {value!r}, expected read or write")
    events = tuple(str(event) for event in settings.get("default_events", ()))
    if listed := _ALWAYS_SENT & set(events):
        raise ManifestError(f"{name}: {sorted(listed)[0]} goes to every App; GitHub refuses a manifest that lists it")
    if unexplained := [key for key in (*permissions, *events) if key not in reasons]:
        raise ManifestError(f"{name}: {unexplained[0]} has no reason beside it")
    return Manifest(
        str(settings["name"]), str(settings["url"]), bool(settings.get("public")), permissions, events, reasons
    )
