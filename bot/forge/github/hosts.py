"""Where a GitHub is: its pages and repositories, its API, and the page on which an App is made."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class UnusableHost(ValueError):
    """The address cannot be a GitHub; the message says why."""


@dataclass(frozen=True, slots=True)
class Host:
    """`web` and `api` have no slash at the end."""

    web: str
    api: str

    def new_app(self, organisation: str | None, state: str) -> str:
        """The page that takes a manifest, for an organisation or (None) for the person signed in."""
        owner = f"organizations/{_login(organisation)}/" if organisation else ""
        return f"{self.web}/{owner}settings/apps/new?state={quote(state, safe='')}"

    def app_settings(self, slug: str, organisation: str | None) -> str:
        owner = f"organizations/{quote(organisation, safe='')}/" if organisation else ""
        return f"{self.web}/{owner}settings/apps/{quote(slug, safe='')}"

    def install(self, slug: str) -> str:
        # on github.com Apps are listed under /apps, on a server of one's own under /github-apps
        folder = "apps" if self.web == "https://github.com" or self.web.endswith(".ghe.com") else "github-apps"
        return f"{self.web}/{folder}/{quote(slug, safe='')}/installations/new"


def host(address: str) -> Host:
    """The GitHub at an address such as https://github.com or https://github.example.org. Raises UnusableHost."""
    parts = urlsplit(address if "://" in address else f"https://{address}")
    name = (parts.hostname or "").lower()
    if not name or parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        raise UnusableHost(f"{address!r} is not the address of a GitHub; give it as https://github.example.org")
    if parts.scheme != "https" and not (parts.scheme == "http" and name in _LOOPBACK):
        raise UnusableHost("secrets come back over this connection: the address has to begin with https://")
    web = f"{parts.scheme}://{parts.netloc.lower()}"
    if name == "github.com":
        return Host(web, "https://api.github.com")
    if name.endswith(".ghe.com"):  # GitHub Enterprise Cloud with data residency
        return Host(web, f"https://api.{name}")
    return Host(web, f"{web}/api/v3")


def api_of(address: str) -> str:
    """The API at an address of GitHub's cloud, whether that names its pages or its API; any other as it is."""
    parts = urlsplit(address.rstrip("/"))
    name = (parts.hostname or "").removeprefix("www.")
    if not parts.path and (name == "github.com" or (name.endswith(".ghe.com") and not name.startswith("api."))):
        return host(f"{parts.scheme}://{name}").api
    return address.rstrip("/")


def web_of(api: str) -> str:
    """The pages and repositories that belong to an API address; without a slash at the end."""
    parts = urlsplit(api)
    place = parts.netloc.lower()
    name = parts.hostname or ""
    if name == "api.github.com" or (name.startswith("api.") and name.endswith(".ghe.com")):
        place = place.removeprefix("api.")
    return f"{parts.scheme.lower()}://{place}"


def private_addresses(api: str) -> tuple[str, str]:
    """Where addresses of this GitHub's own accounts end (`ID+login@…`), and the one that it commits with itself.

    Those of github.com are nobody here on a GitHub of one's own: its accounts have numbers of their own.
    """
    name = urlsplit(web_of(api)).hostname or ""
    name = "github.com" if name in _LOOPBACK else name  # on this machine stands what is to look like it
    return f"users.noreply.{name}", f"noreply@{name}"


def _login(given: str) -> str:
    if not _LOGIN.fullmatch(given):
        raise UnusableHost(f"{given!r} is not the name of an organisation")
    return given
