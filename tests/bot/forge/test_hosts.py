import pytest

from bot.forge.github.forge import GitHubForge
from bot.forge.github.hosts import Host, UnusableHost, api_of, host, private_addresses, web_of
from bot.forge.port import Target
from bot.line.render import Markdown


@pytest.mark.parametrize(
    ("address", "web", "api"),
    [
        ("https://github.com", "https://github.com", "https://api.github.com"),
        ("github.com", "https://github.com", "https://api.github.com"),
        ("https://git.example.org/", "https://git.example.org", "https://git.example.org/api/v3"),
        ("https://acme.ghe.com", "https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("http://127.0.0.1:9999", "http://127.0.0.1:9999", "http://127.0.0.1:9999/api/v3"),
    ],
)
def test_each_kind_of_github_has_its_api_and_back(address: str, web: str, api: str) -> None:
    assert host(address) == Host(web, api)
    assert web_of(api) == web


@pytest.mark.parametrize(
    "address",
    ["http://git.example.org", "ftp://github.com", "https://a:b@github.com", "https://github.com/x", "", "https://?q"],
)
def test_an_address_over_which_secrets_could_leak_is_refused(address: str) -> None:
    with pytest.raises(UnusableHost):
        host(address)


def test_an_app_is_made_for_a_person_or_an_organisation() -> None:
    there = host("github.com")
    assert there.new_app(None, "s") == "https://github.com/settings/apps/new?state=s"
    assert there.new_app("acme", "s") == "https://github.com/organizations/acme/settings/apps/new?state=s"
    assert there.install("chill") == "https://github.com/apps/chill/installations/new"
    assert host("git.example.org").install("chill") == "https://git.example.org/github-apps/chill/installations/new"
    assert there.app_settings("chill", "acme") == "https://github.com/organizations/acme/settings/apps/chill"


@pytest.mark.parametrize("name", ["../../evil", "a/b", "a b", "a?x=1", "-a"])
def test_an_organisation_cannot_lead_elsewhere(name: str) -> None:
    with pytest.raises(UnusableHost):
        host("github.com").new_app(name, "s")


@pytest.mark.parametrize(
    ("api", "address"),
    [
        ("https://api.github.com", "https://github.com/acme/shop.git"),
        ("https://api.octocorp.ghe.com", "https://octocorp.ghe.com/acme/shop.git"),
        ("https://API.octocorp.ghe.com/", "https://octocorp.ghe.com/acme/shop.git"),
        ("https://git.example.org/api/v3", "https://git.example.org/acme/shop.git"),
        ("https://api.example.org:8443/api/v3", "https://api.example.org:8443/acme/shop.git"),
    ],
)
def test_a_repository_is_cloned_from_where_its_pages_are(api: str, address: str) -> None:
    forge = GitHubForge(app_id=1, private_key="", api=api, words=Markdown())
    assert forge.clone_url(Target(1, 2, "acme/shop")) == address


@pytest.mark.parametrize(
    ("address", "api"),
    [
        ("https://github.com", "https://api.github.com"),
        ("https://api.github.com/", "https://api.github.com"),
        ("https://octocorp.ghe.com", "https://api.octocorp.ghe.com"),
        ("https://api.octocorp.ghe.com", "https://api.octocorp.ghe.com"),
        ("https://git.example.org/api/v3", "https://git.example.org/api/v3"),
        ("http://127.0.0.1:8090", "http://127.0.0.1:8090"),
    ],
)
def test_the_address_of_the_pages_of_githubs_cloud_will_do_for_its_api(address: str, api: str) -> None:
    assert api_of(address) == api


@pytest.mark.parametrize(
    ("api", "host"),
    [
        ("https://api.github.com", "github.com"),
        ("https://API.Octocorp.ghe.com", "octocorp.ghe.com"),
        ("https://git.example.org:8443/api/v3", "git.example.org"),
        ("http://127.0.0.1:9999/api/v3", "github.com"),
    ],
)
def test_an_account_is_named_by_an_address_of_its_own_github_and_of_no_other(api: str, host: str) -> None:
    assert private_addresses(api) == (f"users.noreply.{host}", f"noreply@{host}")
