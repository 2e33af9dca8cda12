from pathlib import Path

import pytest

from bot.forge.github.webhook import EVENTS
from bot.setup.manifest import NO_WEBHOOK, ManifestError, level_at_least, read

ADVISORY = """
name: a
url: https://example.org
default_permissions:
  metadata: read # names
default_events:
  - push # moves
"""


def written(folder: Path, advisory: str, landing: str = "") -> Path:
    (folder / "app.yml").write_text(advisory)
    (folder / "app.landing.yml").write_text(landing)
    return folder


def test_the_advisory_profile_writes_neither_contents_nor_administration_nor_workflows() -> None:
    asked = read("advisory").permissions
    may_write = {name for name, level in asked.items() if level_at_least(level, "write")}
    assert may_write <= {"checks", "statuses", "pull_requests"}
    assert asked["contents"] == "read"
    assert asked.get("administration", "none") in {"none", "read"}


def test_the_app_that_lands_writes_what_merging_needs_is_told_of_nothing_and_sets_no_check() -> None:
    landing = read("landing")
    may_write = {name for name, level in landing.permissions.items() if level_at_least(level, "write")}
    assert may_write == {"contents", "pull_requests", "merge_queues", "workflows", "issues"}
    assert (landing.events, landing.permissions["checks"]) == ((), "read")
    assert landing.name == "codechill-landing"
    assert "administration" not in landing.permissions
    made = landing.as_github_wants(redirect_url="http://127.0.0.1:1/callback", webhook_url=None)
    assert made["hook_attributes"] == {"url": NO_WEBHOOK, "active": False}


@pytest.mark.parametrize("profile", ["advisory", "landing"])
def test_everything_asked_for_has_a_reason_beside_it(profile: str) -> None:
    told = read(profile)  # type: ignore[arg-type]
    assert all(len(told.reasons[name]) > 10 for name in (*told.permissions, *told.events))


def test_every_event_asked_for_is_one_that_the_webhook_reads() -> None:
    assert set(read().events) <= EVENTS


def test_the_manifest_is_what_github_takes() -> None:
    made = read().as_github_wants(redirect_url="http://127.0.0.1:1/callback", webhook_url="https://c.example/webhook")
    assert made["hook_attributes"] == {"url": "https://c.example/webhook", "active": True}
    assert made["redirect_url"] == "http://127.0.0.1:1/callback"
    assert made["default_permissions"]["checks"] == "write"
    assert "pull_request" in made["default_events"]
    assert made["public"] is False


def test_without_a_webhook_address_webhooks_are_off() -> None:
    made = read().as_github_wants(redirect_url="http://127.0.0.1:1/callback", webhook_url=None, name="mine")
    assert made["hook_attributes"] == {"url": NO_WEBHOOK, "active": False}
    assert made["name"] == "mine"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a list", "app.yml needs a mapping default_permissions"),
        ("a: [", "app.yml is no YAML"),
        (ADVISORY.replace("read #", "sometimes #"), "permission metadata is 'sometimes'"),
        (ADVISORY.replace(" # names", ""), "metadata has no reason beside it"),
        (ADVISORY + "  - installation # all\n", "GitHub refuses a manifest that lists it"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused_with_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ManifestError, match=words.replace("[", r"\[")):
        read("advisory", written(tmp_path, text))


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"app\.yml was not found"):
        read("advisory", tmp_path)


@pytest.mark.parametrize(
    ("given", "wanted", "enough"),
    [
        ("write", "read", True),
        ("read", "read", True),
        ("read", "write", False),
        (None, "read", False),
        ("admin", "write", True),
        ("odd", "read", False),
    ],
)
def test_levels_of_permissions_are_ordered(given: str | None, wanted: str, enough: bool) -> None:
    assert level_at_least(given, wanted) is enough


def test_people_come_back_to_pages_where_there_is_a_server_for_them() -> None:
    back = "https://c.example/signin/callback"
    wanted = {"redirect_url": "http://127.0.0.1:1/callback", "webhook_url": None}
    assert read().as_github_wants(**wanted, callback_url=back)["callback_urls"] == [back]  # type: ignore[arg-type]
    assert "callback_urls" not in read().as_github_wants(**wanted)  # type: ignore[arg-type]
